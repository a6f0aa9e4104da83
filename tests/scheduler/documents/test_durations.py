"""A durations file gives each case its minutes, and every fault in it is named where it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.documents import read_problem
from scheduler.documents.durations import DurationRow, read_durations
from scheduler.errors import BadInputError
from tests.builders.planning import a_case, a_problem

EXAMPLES = Path(__file__).parents[3] / "examples"
KIND = {"stage": "test_block", "target": "coeliac", "technique": "local_anaesthetic"}
MINUTES = {"min": 20, "planned": 30, "max": 60}
PROBLEM = a_problem(cases=[a_case("A"), a_case("B")])


def a_document(*rows: Any, **changes: Any) -> str:
    """Write a durations document with these rows."""
    return json.dumps({"format": "neurolist-durations/1", "durations": list(rows), **changes})


def faults_of(document: str) -> list[str]:
    """Read a document that is faulty and give what is said about it."""
    with pytest.raises(BadInputError) as refused:
        read_durations(document, PROBLEM)
    return str(refused.value).splitlines()


def test_a_case_with_a_row_of_its_own_has_that_and_the_others_have_their_kinds() -> None:
    own = {"case": "B", "min": 40, "planned": 50, "max": 90}
    found = read_durations(a_document(own, {**KIND, **MINUTES}), PROBLEM)
    assert (found["A"].min, found["A"].planned, found["A"].max) == (20, 30, 60)
    assert found["B"] == DurationRow(of="B", min=40, planned=50, max=90)


def test_a_case_of_a_kind_that_is_not_listed_has_no_row() -> None:
    assert read_durations(a_document({**KIND, "target": "stellate", **MINUTES}), PROBLEM) == {}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({**KIND, "min": 40, "planned": 30, "max": 60}, "/durations/0: 40, 30 and 60 minutes do not rise"),
        ({**KIND, "min": 0, "planned": 30, "max": 60}, "/durations/0/min: 0 is below 1"),
        ({**KIND, "min": 20, "planned": 30.5, "max": 60}, "/durations/0/planned: This must be a whole number"),
        ({**KIND, "min": 20, "planned": 30}, "/durations/0/max: This field is missing."),
        ({**KIND, **MINUTES, "usual": 30}, "/durations/0/usual: This field is not part of the format."),
        ({**KIND, "stage": "trial", **MINUTES}, '/durations/0/stage: "trial" is not one of test_block, definitive.'),
        ({"case": "Z", **MINUTES}, '/durations/0/case: There is no case called "Z".'),
        ({"case": "A", **KIND, **MINUTES}, "/durations/0/stage: This field is not part of the format."),
        ({**KIND, "min": 40, "planned": 45, "max": 60}, 'Case "A" of this kind is booked for 30 minutes, outside 40'),
        (7, "/durations/0: This must be an object, not 7."),
    ],
)
def test_a_faulty_row_is_named_with_what_is_wrong(row: Any, says: str) -> None:
    assert any(says in line for line in faults_of(a_document(row)))


@pytest.mark.parametrize("minutes", [(20, 30, 30), (30, 30, 60)])
def test_a_case_booked_for_the_least_or_the_most_its_kind_takes_is_not_refused(minutes: tuple[int, int, int]) -> None:
    row = {**KIND, **dict(zip(("min", "planned", "max"), minutes, strict=True))}
    assert read_durations(a_document(row), PROBLEM).keys() == {"A", "B"}


def test_a_second_row_for_the_same_is_refused() -> None:
    twice = a_document({**KIND, **MINUTES}, {"case": "A", **MINUTES}, {**KIND, **MINUTES}, {"case": "A", **MINUTES})
    assert faults_of(twice) == [
        "/durations/2: test_block / coeliac / local_anaesthetic already has a row.",
        '/durations/3: Case "A" already has a row.',
    ]


def test_another_format_and_other_fields_are_refused() -> None:
    assert any("/format" in line for line in faults_of(a_document(format="neurolist-plan/1")))
    assert faults_of(a_document(extra=1)) == ["/extra: This field is not part of the format."]
    assert faults_of("[]") == [": This must be an object, not a list."]


@pytest.mark.parametrize("name", ["tiny", "small", "metro"])
def test_the_example_of_kinds_fits_every_example_problem(name: str) -> None:
    problem = read_problem((EXAMPLES / "problems" / f"{name}.json").read_bytes())
    found = read_durations((EXAMPLES / "durations" / "kinds.json").read_bytes(), problem)
    assert found.keys() == problem.case_by_id.keys()


def test_the_example_with_cases_of_their_own_fits_the_small_problem() -> None:
    problem = read_problem((EXAMPLES / "problems" / "small.json").read_bytes())
    found = read_durations((EXAMPLES / "durations" / "small.json").read_bytes(), problem)
    assert any(isinstance(row.of, str) for row in found.values())
    assert any(not isinstance(row.of, str) for row in found.values())
