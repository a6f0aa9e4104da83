"""The timers a case has where it stands, worked out from its facts, so that one that was lost can be set again."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date

from scheduler.pathway.clocks import NO_HOLIDAYS
from scheduler.pathway.duties import WATCHES, reoffer_due, restarted, timer
from scheduler.pathway.effects import DueStep, Timer
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.fields import Details
from scheduler.pathway.follow_up import PointState, review_points
from scheduler.pathway.guards.slot import reoffer_limit
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import WAITING, PathwayState
from scheduler.vocabulary import Readiness, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A timer that was set on this day or later; `key` begins what tells it from others of its name."""

    step: DueStep
    since: date
    key: str = ""


def running_timers(
    facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS
) -> tuple[Running, ...]:
    """List the timers that were set for a case where it stands, whether or not they have fallen due since."""
    case = Situation(facts=facts, details=Details({}), protocol=protocol, today=today, holidays=holidays)
    return (*_watched(case), *_readiness(case), *_reviews(case), *_reoffer(case))


def _watched(case: Situation) -> Iterator[Running]:
    for watch in WATCHES:
        if case.facts.state in watch.states:
            set_anew = (effect for effect in restarted(case, (watch.timer,)) if isinstance(effect, DueStep))
            for step in set_anew:
                if step.key_suffix.startswith(watch.key):
                    yield Running(step=step, since=_entered(case.facts, watch.states), key=watch.key)


def _entered(facts: CaseFacts, states: Set[PathwayState]) -> date:
    """The day the case came into these states, in which it has been since."""
    since = facts.received_on
    for visit in reversed(facts.history):
        if visit.state not in states:
            return since
        since = visit.entered_on
    return since


def _readiness(case: Situation) -> Iterator[Running]:
    """The day a staged patient becomes ready, or the review of one who is not."""
    episode = case.facts.episode
    if episode is None or episode.readiness is Readiness.READY:
        return
    for period in episode.not_ready:
        if period.until is None and period.review_on is not None:
            staged = episode.readiness is Readiness.STAGED
            name = Timer.STAGED_UNTIL if staged else Timer.REVIEW_READINESS
            role = Role.CLINICIAN if episode.readiness is Readiness.NOT_READY_CLINICAL else Role.BOOKINGS
            says = "Review whether the patient is ready, and record it."
            yield Running(step=timer(case, name, period.review_on, role=role, says=says), since=period.since)


def _reoffer(case: Situation) -> Iterator[Running]:
    """The day by which a patient whom the hospital postponed is offered a new date."""
    postponed = case.facts.postponed
    if postponed is None or case.facts.state not in WAITING:
        return
    offer_by = postponed.offer_by or reoffer_limit(replace(case, today=postponed.on))
    yield Running(step=reoffer_due(case, offer_by), since=postponed.on)


def _reviews(case: Situation) -> Iterator[Running]:
    """The follow-up reviews after neurolysis that are still to be held."""
    treated = case.facts.last_definitive
    if case.facts.state is not PathwayState.FOLLOW_UP or treated is None:
        return
    for point in review_points(case.facts, case.protocol, case.today):
        if point.state in {PointState.DUE, PointState.COMING}:
            says = f"Follow-up review, {point.point} days after neurolysis."
            step = timer(case, Timer.FOLLOW_UP, point.due_on, role=Role.CLINICIAN, says=says, key=str(point.point))
            yield Running(step=step, since=treated.on, key=f"{point.point}")
