"""Which bookings a change would break: the plan that stands is held against the rules with the change and without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from db import rebooking
from db.keeping import places
from db.mapping import ref_of
from db.standing import standing
from scheduler.audit import rule_breaches
from scheduler.diary import Diary

if TYPE_CHECKING:
    from sqlmodel import Session

    from flows.keeping.change import Change, Moment
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem
    from scheduler.rule import Breach


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One booking that could not stay, with the rules it would break in sentences."""

    ref: str
    category: int
    list: str
    on: date
    start: datetime
    site_name: str
    suite_name: str
    says: tuple[str, ...]


def broken_by(session: Session, change: Change, at: Moment) -> tuple[Broken, ...]:
    """List the bookings to come that break a rule with this change and do not without it, the soonest first."""
    days = change.days()
    last = None if days is None else days[1] or rebooking.last_booked_day(session, at.now)
    if days is None or last is None or last < max(days[0], at.today):
        return ()
    stands = standing(session, start=max(days[0], at.today), end=last, now=at.now)
    if not stands.plan.bookings:
        return ()
    before = {_key(breach) for breach in _breaches(stands.problem, stands.plan)}
    changed = change.applied(session, stands.problem)
    found: dict[str, list[str]] = defaultdict(list)
    for breach in _breaches(changed, stands.plan):
        if _key(breach) not in before:
            for case in breach.cases or _on(stands.plan, breach.session):
                found[case].append(breach.says)
    return _told(session, stands.problem, stands.plan, found)


def _breaches(problem: SchedulingProblem, plan: Plan) -> tuple[Breach, ...]:
    return rule_breaches(Diary(problem=problem, plan=plan))


def _key(breach: Breach) -> tuple[object, ...]:
    return breach.rule, breach.cases, breach.session


def _on(plan: Plan, session: str | None) -> Iterable[str]:
    return [booking.case for booking in plan.bookings if booking.session == session]


def _told(
    session: Session, problem: SchedulingProblem, plan: Plan, found: Mapping[str, list[str]]
) -> tuple[Broken, ...]:
    names = {suite.id: suite.name for site in places.site_places(session) for suite in site.suites} if found else {}
    lines = []
    for booking in plan.bookings:
        if booking.case in found:
            facts = problem.lists[booking.session]
            lines.append(
                Broken(
                    ref=ref_of(booking.case),
                    category=problem.case_by_id[booking.case].urgency.value,
                    list=booking.session,
                    on=facts.date,
                    start=booking.start,
                    site_name=facts.site.name,
                    suite_name=names.get(facts.suite.id, facts.suite.id),
                    says=tuple(dict.fromkeys(_plain(says, booking.case) for says in found[booking.case])),
                )
            )
    return tuple(sorted(lines, key=lambda line: (line.start, line.ref)))


def _plain(says: str, case: str) -> str:
    return says.replace(f"Case {case}", f"Case {ref_of(case)}")
