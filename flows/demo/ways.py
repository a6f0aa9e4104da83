"""What somebody does next with a case of the demonstration, state by state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flows.demo.arrivals import Twist
from flows.demo.journey import AfterCare, Journey
from scheduler.pathway.events import Event
from scheduler.pathway.facts import TestResult
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState

_S = PathwayState

DECISIONS_LEFT_OPEN = timedelta(days=7)  # before the end: what comes up this late still waits for its decision
CANCELLATIONS_END = timedelta(days=8)  # before the end: from then on every booked patient comes
HANDED_OVER_AFTER = (28, 45)  # days after treatment
LEFT_UNDECIDED = 3  # patients with a positive test
DEFERRED = 3  # patients who ask to wait with their neurolysis
DEFERRALS_START = timedelta(days=21)  # before the end
RETURNS_WITHIN = (0, 14)  # days after a repeat becomes possible

# Of every nineteen tests fifteen are positive: 79 per cent, as in the largest series we know of (Plancarte 1997).
_P, _E, _N = TestResult.POSITIVE, TestResult.EQUIVOCAL, TestResult.NEGATIVE
RESULTS = (_P, _P, _E, _P, _P, _P, _N, _P, _P, _P, _P, _E, _P, _P, _P, _P, _N, _P, _P)

STRAIGHT = frozenset({Twist.DIRECT, Twist.NO_LIST})
MEETING_WANTS = ("Performance status", "Latest staging scan")
TRIAGE_WANTS = ("Letter from the treating oncologist",)


@dataclass(slots=True, kw_only=True)
class Outlook:
    """The day, the last day there is, and what the service has done so far."""

    day: date
    last: date
    protocol: Protocol
    meets: bool = False
    tests: int = 0
    treatments: int = 0
    odd_results_due: list[TestResult] = field(default_factory=lambda: [_E, _N])
    undecided: int = 0
    deferrals: int = 0

    @property
    def near_the_end(self) -> bool:
        """Say whether decisions that come up now stay open."""
        return self.last - self.day <= DECISIONS_LEFT_OPEN

    def next_result(self, *, recorded: bool) -> TestResult:
        """Give what the next test shows; near the end the first that are recorded are equivocal and negative."""
        if self.near_the_end and recorded and self.odd_results_due:
            return self.odd_results_due.pop(0)
        return RESULTS[self.tests % len(RESULTS)]


Way = Callable[[Journey, Outlook], Event | None]


def next_event(journey: Journey, outlook: Outlook) -> Event | None:
    """Say what happens to this case today, apart from what happens on its list; None for nothing."""
    if journey.stands_still or journey.state.ends:
        return None
    if journey.leaves_on and outlook.day >= journey.leaves_on and (leaving := _leaves(journey)):
        return leaving
    way = WAYS.get(journey.state)
    if way is None or outlook.day < journey.acts_on:
        return None
    return way(journey, outlook)


def _leaves(journey: Journey) -> Event | None:
    under_way = journey.state in {_S.TEST_IN_PROGRESS, _S.DEFINITIVE_IN_PROGRESS, _S.FOLLOW_UP, _S.REPEAT_REVIEW}
    if under_way:
        return None
    return {
        Twist.WITHDRAWS: Event.PATIENT_WITHDRAWS,
        Twist.TREATED_ELSEWHERE: Event.TREATED_ELSEWHERE,
        Twist.DIES: Event.DEATH_NOTIFIED,
    }.get(journey.arrival.twist or Twist.DIRECT)


def _incomplete(journey: Journey, _: Outlook) -> Event | None:
    return {
        Twist.COMPLETED_LATER: Event.INFORMATION_RECEIVED,
        Twist.RETURNED: Event.RETURN_TO_REFERRER,
        Twist.CANNOT_BE_REACHED: Event.UNCONTACTABLE,
    }.get(journey.arrival.twist or Twist.DIRECT)


def _triage(journey: Journey, _: Outlook) -> Event | None:
    match journey.arrival.twist:
        case Twist.WAITS_IN_TRIAGE:
            return None
        case Twist.TRIAGE_ASKS:
            journey.asked = TRIAGE_WANTS
            return Event.REQUEST_INFORMATION
        case Twist.TRIAGE_DECLINES:
            return Event.DECLINE_REFERRAL
        case Twist.MET_ELSEWHERE:
            return Event.ACCEPT_WITH_PRIOR_MDT
        case _:
            return Event.ACCEPT


def _meeting(journey: Journey, outlook: Outlook) -> Event | None:
    if not outlook.meets:
        return None
    twist = journey.arrival.twist
    if twist in {Twist.MEETING_ASKS, Twist.MEETING_STILL_ASKS} and journey.asked != MEETING_WANTS:
        journey.asked = MEETING_WANTS
        return Event.MDT_MORE_INFO
    if twist is Twist.MEETING_SAYS_NO:
        return Event.MDT_NOT_SUITABLE
    return Event.MDT_PROCEED_DIRECT if twist in STRAIGHT else Event.MDT_PROCEED_TEST


def _asked_by_the_meeting(journey: Journey, _: Outlook) -> Event | None:
    return None if journey.arrival.twist is Twist.MEETING_STILL_ASKS else Event.INFORMATION_RECEIVED


def _consultation(journey: Journey, _: Outlook) -> Event:
    match journey.arrival.twist:
        case Twist.DECLINES:
            return Event.PATIENT_DECLINES
        case Twist.UNSUITABLE:
            return Event.UNSUITABLE_AT_CONSULT
        case Twist.DIRECT | Twist.NO_LIST:
            return Event.LIST_FOR_DEFINITIVE
        case _:
            return Event.LIST_FOR_TEST


def _result(journey: Journey, _: Outlook) -> Event:
    return {_P: Event.RESULT_POSITIVE, _E: Event.RESULT_EQUIVOCAL, _N: Event.RESULT_NEGATIVE}[journey.result or _P]


def _positive(journey: Journey, outlook: Outlook) -> Event | None:
    if outlook.near_the_end and outlook.undecided < LEFT_UNDECIDED:
        outlook.undecided += 1
        journey.stands_still = True
        return None
    if outlook.last - outlook.day <= DEFERRALS_START and outlook.deferrals < DEFERRED:
        outlook.deferrals += 1
        journey.deferred = True
    return Event.LIST_FOR_DEFINITIVE


def _equivocal(journey: Journey, outlook: Outlook) -> Event | None:
    if outlook.near_the_end:
        return None
    return Event.REPEAT_TEST if journey.tests == 1 else Event.MDT_RECALL


def _negative(journey: Journey, outlook: Outlook) -> Event | None:
    if outlook.near_the_end:
        return None
    return Event.MDT_RECALL if journey.tests == 1 and journey.chance.random() < 0.25 else Event.DISCHARGE


def _waits_for_treatment(journey: Journey, outlook: Outlook) -> Event | None:
    holds = outlook.protocol.days("test_result_expires_after")
    expired = journey.tested_on and (outlook.day - journey.tested_on).days > holds
    return Event.MDT_RECALL if expired and not journey.treated_on else None


def _follow_up(journey: Journey, _: Outlook) -> Event:
    return Event.PAIN_RETURNS if journey.after_care is AfterCare.PAIN_RETURNS else Event.COMPLETE_FOLLOW_UP


def _repeat(journey: Journey, outlook: Outlook) -> Event | None:
    if outlook.near_the_end:
        return None
    return journey.chance.choice((Event.REPEAT_SAME, Event.REPEAT_SAME, Event.NEW_PLAN, Event.STOP))


WAYS: Mapping[PathwayState, Way] = {
    _S.REFERRAL_INCOMPLETE: _incomplete,
    _S.TRIAGE: _triage,
    _S.AWAITING_MDT: _meeting,
    _S.MDT_MORE_INFO: _asked_by_the_meeting,
    _S.CONSULTATION: _consultation,
    _S.TEST_AWAITING_RESULT: _result,
    _S.TEST_POSITIVE: _positive,
    _S.TEST_EQUIVOCAL: _equivocal,
    _S.TEST_NEGATIVE: _negative,
    _S.DEFINITIVE_WAITING: _waits_for_treatment,
    _S.FOLLOW_UP: _follow_up,
    _S.REPEAT_REVIEW: _repeat,
}


def plan_after_care(journey: Journey, outlook: Outlook) -> None:
    """Choose how follow-up goes on after this day's treatment."""
    journey.after_care = journey.chance.choices(tuple(AfterCare), (20, 55, 25))[0]
    days = {
        AfterCare.TO_THE_END: max(outlook.protocol.wholes("follow_up_days")),
        AfterCare.HANDED_OVER: journey.chance.randint(*HANDED_OVER_AFTER),
        AfterCare.PAIN_RETURNS: outlook.protocol.days(f"repeat_after.{journey.technique}")
        + journey.chance.randint(*RETURNS_WITHIN),
    }[journey.after_care]
    journey.acts_on = outlook.day + timedelta(days=days)


def kept_from_coming(journey: Journey, outlook: Outlook) -> Event | None:
    """Say why the case's visit today does not happen; None when the patient comes and is treated."""
    if outlook.last - outlook.day <= CANCELLATIONS_END:
        return None
    drawn = journey.chance.random()
    for event, share in ((Event.CANCEL_HOSPITAL, 0.03), (Event.CANCEL_PATIENT, 0.04), (Event.DID_NOT_ATTEND, 0.03)):
        if drawn < share:
            return event
        drawn -= share
    return None
