from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import scheduler.pathway

FOLDER = Path(scheduler.pathway.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))

# Numbers that are part of a definition, not of a clinic's practice: named constants, each with its reason beside it.
ALLOWED = {
    "HOURS_IN_A_DAY": 24,
    "MINUTES_IN_AN_HOUR": 60,
    "HIGHEST_PAIN_SCORE": 10,
    "HIGHEST_ECOG": 4,
    "WHOLE": 100,
    "MEDIAN": 50,
    "NINETIETH": 90,
    "SATURDAY": 5,
    "LONGEST_TEXT": 4000,
}


def numbers(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Every number of at least 2, or with decimals, outside a named constant that is allowed."""
    for node in ast.walk(tree):
        named = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id
        if named in ALLOWED and isinstance(node, ast.Assign):
            assert ast.literal_eval(node.value) == ALLOWED[str(named)]
            node.value = ast.Constant(0)
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and (abs(value) > 1 or value != int(value)):
            yield node.lineno, value


def words_with_numbers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every protocol key built with a number in the code, such as 'reoffer_within.2' or '7 days' in a sentence."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and any(f" {unit}" in value for unit in ("days", "minutes", "hours", "%")):
            before = [value.split(f" {unit}")[0] for unit in ("days", "minutes", "hours", "%") if f" {unit}" in value]
            if any(text[-1:].isdigit() for text in before):
                yield node.lineno, value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(FOLDER).as_posix())
def test_no_clinical_number_stands_in_the_code(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert list(words_with_numbers(tree)) == []
    assert list(numbers(tree)) == []


def test_a_number_planted_in_the_code_is_found() -> None:
    assert list(numbers(ast.parse("limit = 42"))) == [(1, 42)]
    assert list(numbers(ast.parse("if inr > 1.5: pass"))) == [(1, 1.5)]
    assert list(numbers(ast.parse("WHOLE = 100\nx = 1\ny = 0"))) == []
    assert list(words_with_numbers(ast.parse("says = 'within 7 days'"))) == [(1, "within 7 days")]
    with pytest.raises(AssertionError):
        list(numbers(ast.parse("SATURDAY = 6")))
