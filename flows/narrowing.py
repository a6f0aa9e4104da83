"""A planning problem is narrowed to what was asked: lists of some sites only, and places that are kept from a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from db import proposals
from db.mapping import ref_of
from scheduler.errors import NotFoundError
from scheduler.problem import Pin

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import Case, SchedulingProblem, SuiteSession


def at_sites(problem: SchedulingProblem, sites: Collection[str]) -> SchedulingProblem:
    """Plan for these sites alone: whoever is booked elsewhere stays there, and nobody new goes there."""
    if not sites:
        return problem
    return replace(problem, cases=tuple(_at(problem, case, sites) for case in problem.cases))


def _at(problem: SchedulingProblem, case: Case, sites: Collection[str]) -> Case:
    before = case.previous
    if case.pinned is not None:
        return case
    if before is not None and problem.lists[before.session].site.id not in sites:
        stays = Pin(session=before.session, start=before.start, radiologist=before.radiologist)
        return case if problem.lists[before.session].session.closed else replace(case, pinned=stays)
    allowed = tuple(site for site in case.allowed_sites or problem.site_by_id if site in sites)
    return replace(case, allowed_sites=allowed)


def with_pins(problem: SchedulingProblem, pins: Mapping[str, Pin]) -> SchedulingProblem:
    """Keep these cases where a plan had them; their lists are done by whoever that plan had."""
    if not pins:
        return problem
    staff = {pin.session: pin.radiologist for pin in pins.values()}
    cases = tuple(
        case if case.pinned or case.id not in pins else replace(case, pinned=pins[case.id]) for case in problem.cases
    )
    return replace(problem, cases=cases, sessions=tuple(_staffed(row, staff) for row in problem.sessions))


def _staffed(row: SuiteSession, staff: Mapping[str, str | None]) -> SuiteSession:
    return replace(row, radiologist=row.radiologist or staff[row.id]) if row.id in staff else row


def pins_from(session: Session, proposal_id: str, refs: Collection[str]) -> dict[str, Pin]:
    """Give where a plan puts these cases; raises NotFoundError for one that it puts nowhere."""
    row = proposals.proposal_row(session, proposal_id)
    plan = proposals.plan_of(row)
    who = {use.session: use.radiologist for use in plan.sessions}
    found = {
        booking.case: Pin(session=booking.session, start=booking.start, radiologist=who[booking.session])
        for booking in plan.bookings
        if ref_of(booking.case) in refs
    }
    lost = sorted(set(refs) - {ref_of(case) for case in found})
    if lost:
        raise NotFoundError(f"The plan has no place for {', '.join(lost)}, so none can be kept. Untick them.")
    return found
