"""Whether the clinic could make a change that a scenario wonders about: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, select

from db.localtime import instant, timezone_of
from db.protocol import protocol
from db.tables import RadiologistRow, SuiteRow, SuiteSessionRow
from scheduler.errors import BadInputError, NotFoundError
from scheduler.pathway.validity import day
from scheduler.problem import Objective
from scheduler.scenario import AddList, Change, CloseList, Demand, Leave, Price
from scheduler.vocabulary import Funding

MOST_CASES = 200  # invented in one change; more would only make the planner slow
HIGHEST_PRICE = 100_000


def check(session: Session, change: Change, today: date) -> None:
    """Raise BadInputError with what is wrong and what to do, when the clinic could not make this change."""
    match change:
        case AddList():
            _check_list(session, change, today)
        case CloseList(list=name):
            _check_closing(session, name, today)
        case Leave():
            _check_leave(session, change, today)
        case Demand():
            _check_demand(session, change, today)
        case Price():
            _check_price(change)


def _check_list(session: Session, new: AddList, today: date) -> None:
    suite = session.get(SuiteRow, new.suite)
    if suite is None:
        raise BadInputError.of("suite", f"No suite is called {new.suite}. Choose one of the clinic's suites.")
    if new.on < today:
        raise BadInputError.of("date", "The day has passed. Add lists for today or later.")
    if suite.ended_on is not None and new.on >= suite.ended_on:
        raise BadInputError.of("suite", f"{suite.name} is not used from {day(suite.ended_on)} on. Choose another.")
    if new.end <= new.start:
        raise BadInputError.of("end", f"The list ends at {new.end:%H:%M}, not after it starts at {new.start:%H:%M}.")
    if not new.funding or set(new.funding) - set(Funding):
        raise BadInputError.of("funding", "Say which funding the list takes: one kind at least.")
    if new.overtime_minutes < 0:
        raise BadInputError.of("overtime", "Minutes of overtime cannot be less than none.")
    person = None if new.radiologist is None else _radiologist(session, new.radiologist)
    if person is not None and suite.site_id not in person.sites:
        raise BadInputError.of("radiologist", f"{person.name} is not credentialed at {suite.site_id}. Choose another.")
    zone = timezone_of(session)
    start, end = (instant(new.on, wall, zone) for wall in (new.start, new.end))
    same = select(SuiteSessionRow).where(SuiteSessionRow.suite_id == new.suite, SuiteSessionRow.on == new.on)
    there = next((row for row in session.exec(same) if row.start < end and row.end > start), None)
    if there is not None:
        says = f"{suite.name} has a list from {there.wall_start} to {there.wall_end} that day. Choose other hours."
        raise BadInputError.of("start", says)


def must_not_overlap(new: AddList, others: Sequence[AddList]) -> None:
    """Raise BadInputError when two lists that a scenario adds share a suite at the same time."""
    for other in others:
        if (other.suite, other.on) == (new.suite, new.on) and other.start < new.end and other.end > new.start:
            says = f"The scenario adds a list there from {other.start:%H:%M} to {other.end:%H:%M} already."
            raise BadInputError.of("start", f"{says} Choose other hours.")


def _check_closing(session: Session, name: str, today: date) -> None:
    row = session.get(SuiteSessionRow, name)
    if row is None:
        raise BadInputError.of("list", f"No list is called {name}. Choose a list of the coming weeks.")
    if row.closed:
        raise BadInputError.of("list", "This list is closed already.")
    if row.on < today:
        raise BadInputError.of("list", "This list is over. Choose one of the coming weeks.")


def _check_leave(session: Session, leave: Leave, today: date) -> None:
    _radiologist(session, leave.radiologist)
    if leave.last < leave.first:
        raise BadInputError.of("last", "The last day of leave is before the first. Swap the two.")
    if leave.last < today:
        raise BadInputError.of("last", "This leave is over. Choose days from today on.")


def _radiologist(session: Session, name: str) -> RadiologistRow:
    row = session.get(RadiologistRow, name)
    if row is None:
        raise BadInputError.of("radiologist", f"No radiologist is called {name}. Choose one of the clinic's.")
    return row


def _check_demand(session: Session, demand: Demand, today: date) -> None:
    if not 1 <= demand.count <= MOST_CASES:
        raise BadInputError.of("count", f"Add 1 to {MOST_CASES} cases, not {demand.count}.")
    if demand.on < today:
        raise BadInputError.of("date", "The day has passed. New cases join the waiting list today or later.")
    if demand.funding not in set(Funding):
        raise BadInputError.of("funding", f"No funding is called {demand.funding}.")
    try:
        offered = protocol(session, today).procedure(demand.target, demand.technique, demand.stage).offered
    except NotFoundError as fault:
        raise BadInputError.of("technique", f"{fault} Choose a procedure of the protocol table.") from fault
    if not offered:
        raise BadInputError.of("technique", "The protocol table says that this is not offered. Choose another.")


def _check_price(price: Price) -> None:
    if price.goal not in Objective.__dataclass_fields__:
        raise BadInputError.of("goal", f"No goal is called {price.goal}. The rulebook lists the goals.")
    if not 0 <= price.each <= HIGHEST_PRICE:
        raise BadInputError.of("price", f"A price lies between 0 and {HIGHEST_PRICE:,}.")
