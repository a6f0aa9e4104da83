"""What the repository must never hold, and the habits every file keeps."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for folder in ("dashboard", "db", "flows", "scheduler") for path in sorted((ROOT / folder).rglob("*.py"))
]

# Written in two halves, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a package registry's host": "|".join(
        re.escape(host)
        for host in (
            "py" + "pi.org",
            "python" + "hosted.org",
            "npm" + "js.org",
            "npm" + "js.com",
            "deb.deb" + "ian.org",
        )
    ),
    "a path of one machine": r"(?<![\w.~$}])/(?:" + "wo" + r"rk|" + "ro" + r"ot|ho" + r"me/[a-z]|Us" + r"ers)/",
    "a private key": "BEGIN [A-Z ]*PRIVATE " + "KEY",
}


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    holders = []
    for file in tracked_files():
        if file.suffix in {".png", ".gz"} or file.is_relative_to(ROOT / "examples" / "fhir"):
            continue
        if found := pattern.search(file.read_text(encoding="utf-8")):
            holders.append(f"{file.relative_to(ROOT)}: {found.group()}")
    assert holders == []


def test_no_lock_format_that_records_addresses_is_committed() -> None:
    assert [f.name for f in tracked_files() if f.name in {"uv.lock", "pylock.toml", "bom.json", "sbom.json"}] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_file_begins_with_one_sentence_that_says_what_it_is(source: Path) -> None:
    assert ast.get_docstring(ast.parse(source.read_text())), "no docstring"


CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CLOCK_CALLS |= {("pendulum", "now"), ("pendulum", "today"), ("time", "time"), ("DateTime", "now")}


def asks_the_time(source: Path) -> list[int]:
    """List the lines that ask for the wall clock."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in CLOCK_CALLS
    ]


def test_only_the_clock_asks_the_time() -> None:
    askers = {str(s.relative_to(ROOT)): lines for s in SOURCES if (lines := asks_the_time(s))}
    assert set(askers) <= {"flows/clock.py"}, askers


def test_the_clock_check_can_fail(tmp_path: Path) -> None:
    source = tmp_path / "late.py"
    source.write_text("from datetime import datetime\nseen = datetime.now()\n")
    assert asks_the_time(source) == [2]
