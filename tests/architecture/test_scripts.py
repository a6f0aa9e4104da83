"""Our own scripts keep nothing of a stranger's in a prototype, and take nothing from one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path for folder in ("dashboard", "db", "flows", "scheduler") for path in (ROOT / folder).rglob("*.js"))
# What reaches a prototype: naming it, merging what came in into an object, walking over what an object inherits.
REACHES = re.compile(
    r"__proto__|\.prototype\b|\bconstructor\b|PrototypeOf|Object\.assign\((?![^,()]+, \{)|defineProperty"
    r"|structuredClone|\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b|__define[GS]etter__"
)
# A name in brackets that is not written out. `own` alone looks one up, and asks first whether the object itself has it.
LOOKED_UP = re.compile(r"(?<=[\w)\]])\[([^\]'\"`]+)\]")
PLACES = re.compile(r"\d+|\w+\.length - 1")
OWN = "const own = (thing, name) => (Object.hasOwn(thing, name) ? thing[name] : undefined);"


def prototype_faults(script: str) -> list[str]:
    """List what in a script could change a prototype, or take something from a changed one by a name that came in."""
    code = re.sub(r"//.*|`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", "''", script.replace(OWN, ""))
    looked_up = [name for name in LOOKED_UP.findall(code) if not PLACES.fullmatch(name)]
    return REACHES.findall(code) + looked_up


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_safe_from_changed_prototypes(script: Path) -> None:
    assert prototype_faults(script.read_text(encoding="utf-8")) == []


def test_what_is_looked_up_by_a_name_is_looked_up_in_one_way() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SCRIPTS]
    assert sum(OWN in text for text in texts) == 1
    assert sum(len(re.findall(r"\bown\(", text)) for text in texts) > 4


@pytest.mark.parametrize(
    "script",
    [
        "thing.__proto__ = other;",
        "Object.assign(kept, answer);",
        "for (const key in answer) kept.push(key);",
        "Thing.prototype.x = 1;",
        "kept[name] = answer;",
        "return marks.lists[list] ?? no;",
        "Object.setPrototypeOf(a, b);",
        "f(x)[name];",
    ],
)
def test_a_fault_that_is_planted_is_found(script: str) -> None:
    assert len(prototype_faults(script)) == 1


@pytest.mark.parametrize(
    "script",
    [
        "buttons[0]",
        "Object.assign(node.style, { color })",
        "buttons[buttons.length - 1]",
        "const [a, b] = pair;",
        "f([x])",
        "'[data-card]'",
    ],
)
def test_a_place_in_a_row_a_list_and_words_of_our_own_are_no_fault(script: str) -> None:
    assert prototype_faults(script) == []
