"""Whether the patient on a waiting list may be offered a date: a small state machine beside the pathway.

Going not ready never moves a case along its pathway. Nothing here happens by itself: a timer only raises a task.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import NO_HOLIDAYS, category_on
from scheduler.pathway.duties import timer
from scheduler.pathway.effects import (
    CancelBooking,
    CancelDueSteps,
    Effect,
    KeepNote,
    Task,
    TaskKind,
    Timer,
    UpdateEpisode,
)
from scheduler.pathway.events import ReadinessEvent
from scheduler.pathway.facts import CaseFacts, Episode
from scheduler.pathway.fields import Field, FieldType, When, read_details
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.situation import Situation, needed
from scheduler.pathway.states import BOOKED
from scheduler.pathway.validity import day
from scheduler.vocabulary import Readiness, Role, Urgency

_E = ReadinessEvent
_R = Readiness

READINESS_TRANSITIONS: dict[tuple[Readiness | None, ReadinessEvent], Readiness] = {
    (None, _E.LIST): _R.READY,
    (None, _E.LIST_STAGED): _R.STAGED,
    (_R.READY, _E.CLINICALLY_UNREADY): _R.NOT_READY_CLINICAL,
    (_R.READY, _E.PERSONAL_DEFERRAL): _R.NOT_READY_PERSONAL,
    (_R.STAGED, _E.READY_AGAIN): _R.READY,
    (_R.NOT_READY_CLINICAL, _E.READY_AGAIN): _R.READY,
    (_R.NOT_READY_PERSONAL, _E.READY_AGAIN): _R.READY,
    (_R.NOT_READY_PERSONAL, _E.LIMIT_REACHED): _R.NOT_READY_PERSONAL,
    (_R.NOT_READY_CLINICAL, _E.REVIEW_DUE): _R.NOT_READY_CLINICAL,
}

READINESS_SAYS: dict[ReadinessEvent, str] = {
    _E.LIST: "Consent and prerequisites are met, so the patient is ready.",
    _E.LIST_STAGED: "The procedure may first be done on a later day.",
    _E.CLINICALLY_UNREADY: "A clinician finds the patient not fit, gives the reason and sets a review.",
    _E.PERSONAL_DEFERRAL: "The patient asks to wait, gives the dates, and stays within the limit.",
    _E.READY_AGAIN: "The patient was reviewed and is ready from this day.",
    _E.LIMIT_REACHED: "Personal deferrals have reached the limit: a clinician reviews, and nothing is removed.",
    _E.REVIEW_DUE: "The review date has come: a clinician reviews.",
}

_SINCE = Field(
    key="since",
    type=FieldType.DATE,
    label="Not ready since",
    required=False,
    help="Leave empty for today.",
    when=When.PAST,
)
_CONFIRM = Field(
    key="confirm_cancel",
    type=FieldType.BOOLEAN,
    label="The held slot is given back",
    required=False,
    help="Needed when a slot is held or offered.",
)
_REASON = Field(key="reason", type=FieldType.TEXT, label="Reason")

READINESS_FIELDS: dict[ReadinessEvent, tuple[Field, ...]] = {
    _E.CLINICALLY_UNREADY: (
        _REASON,
        Field(key="review_on", type=FieldType.DATE, label="Review by", when=When.AHEAD),
        _SINCE,
        _CONFIRM,
    ),
    _E.PERSONAL_DEFERRAL: (
        Field(key="until", type=FieldType.DATE, label="Not available until", when=When.AHEAD),
        _SINCE,
        Field(
            key="reviewed_by",
            type=FieldType.TEXT,
            label="Clinician who agreed to go past the limit",
            required=False,
            help="Needed only past the limit.",
        ),
        _CONFIRM,
    ),
    _E.READY_AGAIN: (
        Field(key="reviewed", type=FieldType.BOOLEAN, label="The patient was reviewed"),
        Field(
            key="ready_on",
            type=FieldType.DATE,
            label="Ready from",
            required=False,
            help="Leave empty for today or, when staged, for the staged date.",
            when=When.PAST,
        ),
    ),
    _E.LIMIT_REACHED: (),
    _E.REVIEW_DUE: (),
}
READINESS_ROLES: dict[ReadinessEvent, frozenset[Role]] = {
    _E.CLINICALLY_UNREADY: frozenset({Role.CLINICIAN, Role.IR_LEAD, Role.ADMINISTRATOR}),
    _E.PERSONAL_DEFERRAL: frozenset(Role) - {Role.VIEWER},
    _E.READY_AGAIN: frozenset(Role) - {Role.VIEWER},
}
BOOKED_FIRST = "The patient is booked: record cancel_patient or cancel_hospital first, then change the readiness."
_BY_CLOCK = frozenset({_E.LIMIT_REACHED, _E.REVIEW_DUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessStep:
    """One change of readiness, and what the memory writes with it."""

    event: ReadinessEvent
    before: Readiness
    after: Readiness
    effects: tuple[Effect, ...]


def next_readiness(before: Readiness | None, event: ReadinessEvent) -> Readiness:
    """Give the readiness this event leads to; raises TransitionNotAllowedError where it cannot happen."""
    after = READINESS_TRANSITIONS.get((before, event))
    if after is None:
        where = before.label.lower() if before else "not listed"
        raise TransitionNotAllowedError(f"'{event.label}' cannot happen while the patient is {where}.")
    return after


def readiness_events(before: Readiness) -> tuple[ReadinessEvent, ...]:
    """What a person may record while the patient is in this readiness; timers are left out."""
    return tuple(event for (start, event) in READINESS_TRANSITIONS if start is before and event not in _BY_CLOCK)


def decide_readiness(
    facts: CaseFacts,
    event: ReadinessEvent,
    details: Mapping[str, object],
    *,
    protocol: Protocol,
    today: date,
    holidays: Set[date] = NO_HOLIDAYS,
) -> ReadinessStep:
    """Work out one change of the open episode's readiness; raises TransitionNotAllowedError with the sentence."""
    episode = needed(facts.episode, "The patient is on no waiting list: list the patient first.")
    after = next_readiness(episode.readiness, event)
    answers = read_details(READINESS_FIELDS.get(event, ()), details, today=today)
    case = Situation(facts=facts, details=answers, protocol=protocol, today=today, holidays=holidays)
    effects = _EFFECTS[event](case, episode, after)
    return ReadinessStep(event=event, before=episode.readiness, after=after, effects=effects)


def deferred_days(episode: Episode, on: date) -> int:
    """Days of personal deferral in this episode before this day, whether over or still running."""
    personal = [period for period in episode.not_ready if period.readiness is Readiness.NOT_READY_PERSONAL]
    return sum(max((min(period.until or on, on) - period.since).days, 0) for period in personal)


def _unready(case: Situation, episode: Episode, after: Readiness) -> tuple[Effect, ...]:
    since, review_on = _since(case, episode), needed(case.details.date("review_on"), "Give 'review_on'.")
    says = "Review whether the patient is ready."
    return (
        *_give_back(case),
        _update(episode, after, since, review_on),
        KeepNote(about="reason", text=case.details.text("reason")),
        timer(case, Timer.REVIEW_READINESS, review_on, role=Role.CLINICIAN, says=says),
    )


def _defer(case: Situation, episode: Episode, after: Readiness) -> tuple[Effect, ...]:
    since, until = _since(case, episode), needed(case.details.date("until"), "Give 'until'.")
    limit = case.protocol.days(f"personal_deferral.{_category(episode)}")
    total = deferred_days(episode, since) + (until - since).days
    reviewer = case.details.text("reviewed_by")
    if total > limit and not reviewer:
        raise TransitionNotAllowedError(
            f"Personal deferrals would add up to {total} days, and {limit} are allowed: "
            "a clinician reviews the case first; then name the clinician in 'reviewed_by'."
        )
    says = "Ask whether the patient is ready again."
    return (
        *_give_back(case),
        _update(episode, after, since, until),
        *((KeepNote(about="reviewed_by", text=reviewer),) if reviewer else ()),
        timer(case, Timer.REVIEW_READINESS, until, role=Role.BOOKINGS, says=says),
    )


def _ready(case: Situation, episode: Episode, after: Readiness) -> tuple[Effect, ...]:
    if not case.details.yes("reviewed"):
        raise TransitionNotAllowedError("Review the patient first, then answer 'reviewed' with yes.")
    ready_on = case.details.date("ready_on") or _staged_day(case, episode) or case.today
    began = max((period.since for period in episode.not_ready), default=episode.listed_on)
    if ready_on < began:
        raise TransitionNotAllowedError(f"The patient was not ready from {day(began)}: give a later 'ready_on'.")
    if episode.readiness is Readiness.STAGED and episode.earliest is not None and ready_on < episode.earliest:
        raise TransitionNotAllowedError(f"The patient is staged until {day(episode.earliest)}: record it from then on.")
    return (_update(episode, after, ready_on, None), CancelDueSteps(names=(Timer.REVIEW_READINESS, Timer.STAGED_UNTIL)))


def _staged_day(case: Situation, episode: Episode) -> date | None:
    """The day a staged patient became ready, once it has come."""
    staged = episode.earliest if episode.readiness is Readiness.STAGED else None
    return staged if staged is not None and staged <= case.today else None


def _question(case: Situation, episode: Episode, after: Readiness) -> tuple[Effect, ...]:
    limit = case.protocol.days(f"personal_deferral.{_category(episode)}")
    days = deferred_days(episode, case.today)
    if after is Readiness.NOT_READY_PERSONAL and days <= limit:
        raise TransitionNotAllowedError(f"Personal deferrals add up to {days} days; the limit is {limit}.")
    says = "Review the patient's readiness. Nothing is removed automatically."
    due_on = case.today + timedelta(days=case.protocol.days("decide_within"))
    return (Task(kind=TaskKind.CLINICAL_REVIEW, role=Role.CLINICIAN, says=says, due_on=due_on),)


_EFFECTS = {
    _E.CLINICALLY_UNREADY: _unready,
    _E.PERSONAL_DEFERRAL: _defer,
    _E.READY_AGAIN: _ready,
    _E.LIMIT_REACHED: _question,
    _E.REVIEW_DUE: _question,
}


def _since(case: Situation, episode: Episode) -> date:
    since = case.details.date("since") or case.today
    earliest = max((period.until for period in episode.not_ready if period.until), default=episode.listed_on)
    if since < earliest:
        raise TransitionNotAllowedError(f"The patient was ready until {day(earliest)}: give a later 'since'.")
    return since


def _give_back(case: Situation) -> tuple[Effect, ...]:
    booking = case.facts.booking
    if case.facts.state in BOOKED:
        raise TransitionNotAllowedError(BOOKED_FIRST)
    if booking is None or not booking.state.is_live:
        return ()
    if not case.details.yes("confirm_cancel"):
        raise TransitionNotAllowedError(
            f"A slot on {day(booking.on)} would be given back: answer 'confirm_cancel' with yes."
        )
    return (CancelBooking(state=BookingState.CANCELLED_NOT_READY, reason="not_ready"),)


def _update(episode: Episode, after: Readiness, on: date, review_on: date | None) -> UpdateEpisode:
    return UpdateEpisode(stage=episode.stage, on=on, urgency=_category(episode), readiness=after, review_on=review_on)


def _category(episode: Episode) -> Urgency:
    return category_on(episode.categories, date.max)
