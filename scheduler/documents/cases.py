"""One case by itself, written as in a problem document, and read against the problem it is to join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.documents.fields import Reader
from scheduler.documents.tables import TableReader
from scheduler.documents.text import JsonObject, parse
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from scheduler.problem import Case, SchedulingProblem


def read_case(document: str | bytes, problem: SchedulingProblem) -> Case:
    """Read a case. Raises BadInputError with every fault found."""
    value = parse(document)
    own = str(value.get("id")) if isinstance(value, JsonObject) else ""
    reader = Reader(
        known={
            "site": frozenset(problem.site_by_id),
            "radiologist": frozenset(problem.radiologist_by_id),
            "list": frozenset(problem.lists),
            "case": frozenset(problem.case_by_id) - {own},  # a case does not follow itself
        }
    )
    tables = TableReader(reader)
    tables.remember(problem.sessions)
    case = tables.case(value, "")
    if case is None or reader.faults:
        raise BadInputError(tuple(reader.faults))
    return case
