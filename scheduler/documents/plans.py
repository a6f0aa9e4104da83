"""The plan document, `neurolist-plan/1`, read against its problem and written whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.documents.fields import Reader, under
from scheduler.documents.problems import check_format
from scheduler.documents.tables import check_step
from scheduler.documents.text import JsonObject, parse
from scheduler.documents.writing import as_document, plain
from scheduler.errors import BadInputError
from scheduler.plan import Booking, Plan, PlanStatus, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import Objective

if TYPE_CHECKING:
    from scheduler.problem import SchedulingProblem

FORMAT = "neurolist-plan/1"
NAMES = (
    "format",
    "status",
    "cost",
    "bound",
    "terms",
    "sessions",
    "bookings",
    "equipment",
    "unscheduled",
    "seconds",
)
MOST_ANYTHING = 2**62


def read_plan(document: str | bytes, problem: SchedulingProblem) -> Plan:
    """Read a plan for this problem. Raises BadInputError with every fault found."""
    reader = Reader(known=_known(problem))
    value = parse(document)
    found = reader.fields(value, "", NAMES)
    if not isinstance(value, JsonObject):
        raise BadInputError(tuple(reader.faults))
    plan = _plan(reader, found, _Rows(reader, problem))
    if reader.faults:
        raise BadInputError(tuple(reader.faults))
    return plan


def write_plan(plan: Plan) -> str:
    """Write a plan as its document."""
    return as_document({"format": FORMAT, **plain(plan)})


def _known(problem: SchedulingProblem) -> dict[str, frozenset[str]]:
    return {
        "site": frozenset(problem.site_by_id),
        "radiologist": frozenset(problem.radiologist_by_id),
        "equipment unit": frozenset(problem.unit_by_id),
        "list": frozenset(problem.lists),
        "case": frozenset(problem.case_by_id),
    }


def _plan(reader: Reader, found: JsonObject, rows: _Rows) -> Plan:
    reader.part(found, "", "format", lambda value, where: check_format(reader, value, where, FORMAT))
    return Plan(
        status=reader.part(found, "", "status", reader.one_of(PlanStatus)),
        cost=reader.part(found, "", "cost", rows.amount),
        bound=reader.part(found, "", "bound", rows.amount),
        terms=reader.part(found, "", "terms", rows.terms),
        sessions=reader.part(found, "", "sessions", lambda value, where: reader.rows(value, where, rows.use)),
        bookings=reader.part(found, "", "bookings", lambda value, where: reader.rows(value, where, rows.booking)),
        equipment=reader.part(found, "", "equipment", lambda value, where: reader.rows(value, where, rows.placement)),
        unscheduled=reader.part(found, "", "unscheduled", lambda value, where: reader.rows(value, where, rows.waiting)),
        seconds=reader.part(found, "", "seconds", reader.seconds),
    )


class _Rows:
    """Reads the rows of a plan."""

    def __init__(self, reader: Reader, problem: SchedulingProblem) -> None:
        self.reader = reader
        self.problem = problem

    def amount(self, value: object, where: str) -> int:
        """Read a cost or a term."""
        return self.reader.whole(value, where, -MOST_ANYTHING, MOST_ANYTHING)

    def terms(self, value: object, where: str) -> dict[str, int]:
        """Read the value of every goal."""
        found = self.reader.fields(value, where, Objective.__slots__)
        return {name: self.amount(found[name], under(where, name)) for name in found}

    def use(self, value: object, where: str) -> SessionUse:
        """Read a list in use."""
        read = self.reader
        found = read.fields(value, where, ("session", "radiologist"))
        return SessionUse(
            session=read.part(found, where, "session", read.naming("list")),
            radiologist=read.part(found, where, "radiologist", read.maybe(read.naming("radiologist"))),
        )

    def booking(self, value: object, where: str) -> Booking:
        """Read a booking, whose start lies on its list's grid."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, ("case", "session", "start"))
            case = read.part(found, where, "case", read.naming("case"))
            session = read.part(found, where, "session", read.naming("list"))
            start = read.part(found, where, "start", read.instant)
            if sound():
                check_step(read, start, self.problem.lists[session].session.start, under(where, "start"))
        return Booking(case=case, session=session, start=start)

    def placement(self, value: object, where: str) -> UnitPlacement:
        """Read where a mobile unit is on a date."""
        read = self.reader
        found = read.fields(value, where, ("unit", "date", "site"))
        return UnitPlacement(
            unit=read.part(found, where, "unit", read.naming("equipment unit")),
            date=read.part(found, where, "date", read.day),
            site=read.part(found, where, "site", read.naming("site")),
        )

    def waiting(self, value: object, where: str) -> Unscheduled:
        """Read a case without a place."""
        read = self.reader
        found = read.fields(value, where, ("case", "reasons"))
        case = read.part(found, where, "case", read.naming("case"))
        reasons = read.part(found, where, "reasons", lambda rows, at: read.rows(rows, at, read.sentence))
        return Unscheduled(case=case, reasons=reasons)
