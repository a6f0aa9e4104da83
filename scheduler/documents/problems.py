"""The problem document, `neurolist-problem/1`, read and written whole."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.documents.fields import MOST_COST, Reader, show, under
from scheduler.documents.tables import TableReader
from scheduler.documents.text import JsonObject, parse
from scheduler.documents.writing import as_document, plain
from scheduler.errors import BadInputError
from scheduler.problem import Horizon, Objective, SchedulingProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.problem import Case

FORMAT = "neurolist-problem/1"
KINDS = {
    "site": "sites",
    "suite": "suites",
    "radiologist": "radiologists",
    "equipment unit": "equipment",
    "list": "sessions",
    "case": "cases",
}
NAMES = ("format", "timezone", "horizon", "travel_minutes", *KINDS.values(), "objective")


def read_problem(document: str | bytes) -> SchedulingProblem:
    """Read a problem. Raises BadInputError with every fault found."""
    reader = Reader()
    value = parse(document)
    found = reader.fields(value, "", NAMES)
    if not isinstance(value, JsonObject):
        raise BadInputError(tuple(reader.faults))
    reader.known = {kind: _ids(found.get(key)) for kind, key in KINDS.items()}
    problem = _problem(reader, found)
    if problem is None or reader.faults:
        raise BadInputError(tuple(reader.faults))
    return problem


def _problem(reader: Reader, found: JsonObject) -> SchedulingProblem | None:
    """Read every part, in the order they lean on each other; None when anything was wrong."""
    reader.part(found, "", "format", lambda value, where: check_format(reader, value, where, FORMAT))
    timezone = reader.part(found, "", "timezone", lambda value, where: _timezone(reader, value, where))
    horizon = reader.part(found, "", "horizon", lambda value, where: _horizon(reader, value, where))
    tables = TableReader(reader)
    travel = reader.part(found, "", "travel_minutes", tables.travel)
    objective = reader.part(found, "", "objective", lambda value, where: _objective(reader, value, where))
    sites = tables.table(found, "sites", tables.site)
    suites = tables.table(found, "suites", tables.suite)
    radiologists = tables.table(found, "radiologists", tables.radiologist)
    equipment = tables.table(found, "equipment", tables.unit)
    sessions = tables.table(found, "sessions", tables.session)
    tables.remember(sessions)
    cases = tables.table(found, "cases", tables.case)
    if reader.faults or horizon is None or timezone is None:
        return None
    _check_chains(reader, cases)
    return SchedulingProblem(
        timezone=timezone.key,
        horizon=horizon,
        sites=sites,
        suites=suites,
        radiologists=radiologists,
        sessions=sessions,
        cases=cases,
        equipment=equipment,
        travel_minutes=travel,
        objective=objective,
    )


def check_format(reader: Reader, value: object, where: str, expected: str) -> None:
    """Check the document's `format`."""
    if value != expected:
        reader.fault(where, f"This must be {show(expected)}, not {show(value)}.")


def _ids(rows: object) -> frozenset[str]:
    """Collect the ids a table gives, so that a reference to a faulty row is not a second fault."""
    if not isinstance(rows, list):
        return frozenset()
    ids = (row.get("id") for row in rows if isinstance(row, JsonObject))
    return frozenset(key for key in ids if isinstance(key, str))


def _timezone(reader: Reader, value: object, where: str) -> ZoneInfo | None:
    with reader.watching() as sound:
        name = reader.text(value, where)
        if not sound():
            return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, unsafe and directory names fail in these three ways
        reader.fault(where, f"{show(name)} is not a timezone; an example is Australia/Melbourne.")
        return None


def _horizon(reader: Reader, value: object, where: str) -> Horizon | None:
    with reader.watching() as sound:
        found = reader.fields(value, where, ("start", "end"))
        start = reader.part(found, where, "start", reader.day)
        end = reader.part(found, where, "end", reader.day)
        if sound() and end < start:
            reader.fault(under(where, "end"), f"The horizon ends {end}, before it starts {start}.")
        return Horizon(start=start, end=end) if sound() else None


def _objective(reader: Reader, value: object, where: str) -> Objective:
    names = [field.name for field in fields_of(Objective)]
    found = reader.fields(value, where, (), optional=names)
    given: Mapping[str, int] = {
        name: reader.whole(found[name], under(where, name), 0, MOST_COST) for name in names if name in found
    }
    return Objective(**given)


def _check_chains(reader: Reader, cases: tuple[Case, ...]) -> None:
    """Refuse a case that follows itself, straight or through others."""
    before = {case.id: case.follows.case for case in cases if case.follows}
    for place, case in enumerate(cases):
        trail = [case.id]
        while (earlier := before.get(trail[-1])) is not None and earlier not in trail:
            trail.append(earlier)
        if earlier == case.id:
            reader.fault(f"/cases/{place}/follows/case", f"Case {show(case.id)} follows itself{_through(trail[1:])}.")


def write_problem(problem: SchedulingProblem) -> str:
    """Write a problem as its document, with only the coefficients that differ from the defaults."""
    usual = Objective()
    differing = {
        field.name: getattr(problem.objective, field.name)
        for field in fields_of(Objective)
        if getattr(problem.objective, field.name) != getattr(usual, field.name)
    }
    return as_document({"format": FORMAT, **plain(problem), "objective": differing})


def _through(others: list[str]) -> str:
    return f" through {', '.join(show(other) for other in others[:5])}" if others else ""
