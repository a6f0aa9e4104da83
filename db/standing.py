"""The plan that stands: every live booking of a problem's cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from db.mapping import Planning, planning, planning_about, ref_of
from db.tables import UnitPlacementRow
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import SchedulingProblem

WAITS = "It is on the waiting list."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A problem, the plan that stands in it, and the waiting cases no list could take, with reasons."""

    problem: SchedulingProblem
    plan: Plan
    left_out: tuple[Unscheduled, ...] = ()


def standing(session: Session, *, start: date, end: date, now: datetime) -> Standing:
    """Read what is booked on these dates, both included, on lists that have not begun. The plan is not priced."""
    return stands_in(session, planning(session, start=start, end=end, now=now))


def standing_about(session: Session, ref: str, *, start: date, end: date, now: datetime) -> Standing:
    """Read what one case is judged by on these dates, both included: whoever else is booked, and nobody who waits."""
    return stands_in(session, planning_about(session, ref, start=start, end=end, now=now))


def stands_in(session: Session, made: Planning) -> Standing:
    """Give the problem that the memory made with the plan that stands in it, each list with whoever does it now."""
    plan = standing_plan(session, made.problem)
    used = {booking.session for booking in plan.bookings}
    who = {name: made.frame.lists[name].assigned_radiologist_id for name in sorted(used)}
    staff = tuple(SessionUse(session=name, radiologist=person) for name, person in who.items())
    return Standing(problem=made.problem, plan=replace(plan, sessions=staff), left_out=made.left_out)


def standing_plan(session: Session, problem: SchedulingProblem) -> Plan:
    """Give what is booked now as a plan for the problem that the memory makes; its figures are not worked out."""
    booked = [(case.id, case.previous) for case in problem.cases if case.previous is not None]
    staff = {before.session: before.radiologist for _, before in booked}
    placed = select(UnitPlacementRow).where(
        col(UnitPlacementRow.on).between(problem.horizon.start, problem.horizon.end),
        col(UnitPlacementRow.unit_id).in_(problem.unit_by_id),
    )
    placed = placed.order_by(col(UnitPlacementRow.on), UnitPlacementRow.unit_id)
    return Plan(
        bookings=tuple(Booking(case=case, session=before.session, start=before.start) for case, before in booked),
        sessions=tuple(SessionUse(session=name, radiologist=person) for name, person in staff.items()),
        equipment=tuple(UnitPlacement(unit=row.unit_id, date=row.on, site=row.site_id) for row in session.exec(placed)),
        unscheduled=tuple(
            Unscheduled(case=case.id, reasons=(WAITS,)) for case in problem.cases if case.previous is None
        ),
    )


def waiting_id(problem: SchedulingProblem, ref: str) -> str | None:
    """Give the id in the problem of a case by its reference; None when it is not in it."""
    return next((case.id for case in problem.cases if ref_of(case.id) == ref), None)
