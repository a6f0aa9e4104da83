"""The days on which what is booked stays as it is, unless somebody says why and a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session

from db.localtime import local_date
from db.mapping import ref_of
from db.overtaken import Spot, spots_now
from db.proposals import plan_of, problem_of, proposal_row
from db.protocol import protocol
from scheduler.pathway.validity import day
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

MOST_NAMED = 6  # cases named in a refusal; more would hide the message


def frozen_until(session: Session, today: date) -> date:
    """Give the last frozen day."""
    return today + timedelta(days=protocol(session, today).whole("plan_frozen_for"))


def in_the_way(session: Session, proposal_id: str, *, today: date) -> tuple[str, ...]:
    """List the cases whose visits, booked for a frozen day, a plan would change.

    An event that a plan answers, such as a suite down, is its reason, so nothing is in the way of one.
    """
    row = proposal_row(session, proposal_id)
    return () if row.options.get("event") else changed(session, problem_of(row), plan_of(row), today)


def changed(session: Session, problem: SchedulingProblem, plan: Plan, today: date) -> tuple[str, ...]:
    """List the cases whose visits, booked for a frozen day, this plan would change."""
    until = frozen_until(session, today)
    who = {use.session: str(use.radiologist) for use in plan.sessions}
    then: dict[str, Spot] = {
        ref_of(booking.case): (booking.session, booking.start, who[booking.session]) for booking in plan.bookings
    }
    now = spots_now(session, [ref_of(case.id) for case in problem.cases])
    return tuple(sorted(ref for ref, spot in now.items() if touches(session, spot, then.get(ref), until)))


def refusal(session: Session, refs: Sequence[str], *, today: date) -> str:
    """Say that these visits stay as they are, and what to do about it."""
    more = f" and {len(refs) - MOST_NAMED} more" if len(refs) > MOST_NAMED else ""
    return (
        f"Publishing would change visits booked up to {day(frozen_until(session, today))}, which stay as they are: "
        f"{', '.join(refs[:MOST_NAMED])}{more}. Ask a second person to approve it, with the reason, or publish the "
        "rest."
    )


def touches(session: Session, before: Spot, after: Spot | None, until: date) -> bool:
    """Say whether a booked visit would change on a frozen day, before or after; no change never does."""
    spots = () if before == after else (before, after)
    return any(spot is not None and local_date(session, spot[1]) <= until for spot in spots)
