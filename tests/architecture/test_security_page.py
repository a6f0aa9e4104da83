"""The security page names tests that exist, every item once, and the limits that the code has."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

from dashboard.gate import LARGEST_BODY_BYTES
from dashboard.login import LARGEST_FORM_BYTES
from db.accounts import CODE_WITHIN, TOKEN_BYTES
from db.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from db.second_steps import RECOVERY_BYTES
from db.settings import MemorySettings
from db.tries import NAME, PAIR, PLACE
from flows.intake.files import LARGEST_FILE
from flows.intake.json_text import DEEPEST_NESTING
from flows.pace import ACTS, READINGS

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
OPERATIONS = (TESTS.parent / "docs" / "operations.md").read_text(encoding="utf-8")
# The items of ASVS 5.0.0 of levels 1 and 2, and the four of level 3: a section, and how many of its items in order.
ASKED = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:5 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 "
    "5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 "
    "8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 "
    "11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 "
    "16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
BEYOND = {"14.2.7", "15.4.2", "15.4.4"}  # 2.3.5 follows its section's others


def asked() -> set[str]:
    sections = (section.split(":") for section in ASKED.split())
    return BEYOND | {f"{name}.{number}" for name, count in sections for number in range(1, int(count) + 1)}


def rows() -> list[list[str]]:
    """Every row that begins with the numbers of items."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"]
    return [row for row in cells if re.fullmatch(r"\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*", row[0])]


@cache
def functions(file: Path) -> frozenset[str]:
    return frozenset(
        node.name
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_item_stands_on_the_page_once() -> None:
    assert len(asked()) == 257
    found = Counter(number for row in rows() for number in row[0].split(", "))
    assert (set(found) - asked(), asked() - set(found)) == (set(), set())
    assert {number for number, times in found.items() if times > 1} == set()


def test_every_item_that_is_met_names_a_test_that_exists() -> None:
    met = [row for row in rows() if len(row) == 4]
    assert len(met) > 100
    for number, *_, shown in met:
        named = re.fullmatch(r"`([\w/]+\.py)::(test_\w+)`", shown)
        assert named, f"{number} names no test"
        file = TESTS / named.group(1)
        assert file.is_file(), f"{number}: no file {named.group(1)}"
        assert named.group(2) in functions(file), f"{number}: no test {named.group(2)}"


def test_the_sources_that_the_page_names_exist() -> None:
    named = set(re.findall(r"`((?:dashboard|db|flows|scheduler)/[\w./]+)`", PAGE))
    assert {name for name in named if not (TESTS.parent / name).exists()} == set()


def minutes(span: object) -> int:
    return int(span.total_seconds() // 60)


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    kept = MemorySettings()
    for sentence in (
        f"| {kept.session_idle_minutes} minutes (`NEUROLIST_SESSION_IDLE_MINUTES`)",
        f"| {kept.session_hours} hours (`NEUROLIST_SESSION_HOURS`)",
        f"| {ACTS.most} in {ACTS.seconds} seconds, then refused",
        f"| {READINGS.most} in {READINGS.seconds // 60} minutes |",
        f"| an emergency opening | {kept.emergency_minutes} minutes",
        f"| from the password to the code | {minutes(CODE_WITHIN)} minutes",
        f"| {PAIR.free} free, then {minutes(PAIR.wait)} minutes, doubled to at most {minutes(PAIR.most) // 60} hours",
        f"| {PLACE.free} free, then {minutes(PLACE.wait)} minute, at most {minutes(PLACE.most)} |",
        f"| {NAME.free} free, then {minutes(NAME.wait)} minutes, at most {minutes(NAME.most)}; never where",
        f"| {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
        f"| {LARGEST_FORM_BYTES:,} bytes",
        f"| any request | {LARGEST_BODY_BYTES // 1024**2} MB",
        f"| {LARGEST_FILE // 10**6} MB, {DEEPEST_NESTING} levels of nesting",
        f"sign-in token, {TOKEN_BYTES * 8} bits",
        f"recovery code, {RECOVERY_BYTES * 8} bits",
        "within two days",
    ):
        assert sentence in PAGE, sentence


def test_each_secret_says_how_it_is_made_kept_and_changed_and_each_key_has_its_steps() -> None:
    head = "| secret | made by | kept as | changed by |"
    assert head in PAGE
    table = PAGE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) > 8
    for line in table:
        assert all(cell.strip() for cell in line.strip("|").split("|")), line
    steps = OPERATIONS.partition("## Secrets and how they are changed")[2].partition("\n## ")[0]
    for key in {name for line in table for name in re.findall(r"`(\w+\.key)`", line)}:
        assert f", `{key}` |" in steps, key
