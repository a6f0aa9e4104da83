"""What the invented staff do next with a case, from what the desk shows of it and from chance that repeats itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from flows.demo.answers import answers
from flows.demo.arrivals import Arrival
from flows.demo.chance import stream
from flows.demo.conditions import Condition
from flows.demo.days import ONE_DAY, after_working_days, days_between, is_meeting_day, next_working_day
from flows.demo.journey import USUAL_DELAYS, AfterCare, Journey
from flows.demo.ways import MEETING_WANTS, TRIAGE_WANTS
from flows.desk import CaseSummary
from scheduler.pathway.events import Event, ReadinessEvent
from scheduler.pathway.facts import TestResult
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Readiness, Target, Technique, Urgency

_S, _E = PathwayState, Event
Thing = TypeVar("Thing")
Way = Callable[[CaseSummary, date, Random], "tuple[Event | ReadinessEvent, ...]"]

PAIN, DOSE = 8, 40  # before the block, of every invented patient
UNDER_WAY = frozenset({_S.TEST_IN_PROGRESS, _S.DEFINITIVE_IN_PROGRESS})
BOOKED = frozenset({_S.TEST_BOOKED, _S.DEFINITIVE_BOOKED})
WAITING = frozenset({_S.TEST_WAITING, _S.DEFINITIVE_WAITING})
LEAVING = ((_E.PATIENT_WITHDRAWS, 0.005), (_E.TREATED_ELSEWHERE, 0.003), (_E.DEATH_NOTIFIED, 0.005))
NOT_READY_FOR = timedelta(days=21)
TOO_LONG = timedelta(days=46)  # on the list for neurolysis: a test result has expired by then
REVIEWED_AFTER: Mapping[AfterCare, tuple[int, int]] = {  # days after treatment
    AfterCare.HANDED_OVER: (28, 45),
    AfterCare.PAIN_RETURNS: (35, 100),
    AfterCare.TO_THE_END: (88, 95),
}
AFTER_CARE = ((AfterCare.HANDED_OVER, 0.55), (AfterCare.PAIN_RETURNS, 0.22), (AfterCare.TO_THE_END, 0.23))
RESULTS = ((TestResult.POSITIVE, 0.79), (TestResult.EQUIVOCAL, 0.11), (TestResult.NEGATIVE, 0.10))
GIVES_UP = timedelta(days=80)  # whoever cannot be planned for so long, such as for want of a new referral
LONGEST_WAY = timedelta(days=240)  # who still waits then, or goes round between list and meeting, gives up
LOOKED_FOR = timedelta(days=60)  # a meeting
ASKED_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Intent:
    """One act somebody means to do: the event and the form they filled in."""

    event: Event | ReadinessEvent
    details: Mapping[str, object]


def acts_on(case: CaseSummary, seed: int, zone: ZoneInfo) -> date:
    """Give the day on which somebody next does something about a case that stands here."""
    if case.state in BOOKED and case.booked_for is not None:
        return case.booked_for.astimezone(zone).date()
    chance = stream(seed, case.ref, case.state, case.since, "when")
    if case.state is _S.FOLLOW_UP:
        care = drawn(stream(seed, case.ref, case.state, case.since), AFTER_CARE)
        return next_working_day(case.since + timedelta(days=chance.randint(*REVIEWED_AFTER[care])))
    fewest, most = USUAL_DELAYS.get(case.state, (0, 0))
    return after_working_days(case.since, chance.randint(fewest, most))


def looks_again(case: CaseSummary, today: date, seed: int, zone: ZoneInfo) -> date:
    """Give the next day after this one on which somebody looks at a case that was left as it is."""
    on = acts_on(case, seed, zone)
    if on > today:
        return on
    if case.state is _S.AWAITING_MDT:
        return next(day for day in days_between(today + ONE_DAY, today + LOOKED_FOR) if is_meeting_day(day))
    return today + (ASKED_BACK if case.state in WAITING else ONE_DAY)


def intents(case: CaseSummary, today: date, seed: int, zone: ZoneInfo) -> tuple[Intent, ...]:
    """Give what somebody would do about this case today, the first choice first; empty when it is left alone.

    The same case at the same point of its way gives the same answer, so whoever takes over does the same.
    """
    way = WAYS.get(case.state)
    if way is None or today < acts_on(case, seed, zone):
        return ()
    chance = stream(seed, case.ref, case.state, case.since)
    wanted = _leaving(case, chance) or way(case, today, chance)
    journey = _journey(case, seed, today)
    return tuple(Intent(event, _form(event, journey, today)) for event in wanted)


def drawn(chance: Random, shares: Sequence[tuple[Thing, float]]) -> Thing:
    """Draw one of these, each with its share of all."""
    (chosen,) = chance.choices([thing for thing, _ in shares], [share for _, share in shares])
    return chosen


def _leaving(case: CaseSummary, chance: Random) -> tuple[Event, ...]:
    if case.state in UNDER_WAY | {_S.FOLLOW_UP, _S.REPEAT_REVIEW}:
        return ()
    lot = chance.random()
    for event, share in LEAVING:
        if lot < share:
            return (event,)
        lot -= share
    return ()


def _incomplete(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    lot = chance.random()
    if lot < 0.08:
        return (_E.RETURN_TO_REFERRER, _E.INFORMATION_RECEIVED)
    return (_E.UNCONTACTABLE,) if lot < 0.13 else (_E.INFORMATION_RECEIVED,)


def _triage(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    lot = chance.random()
    if lot < 0.03:
        return (_E.DECLINE_REFERRAL,)
    if lot < 0.07:
        return (_E.REQUEST_INFORMATION,)
    return (_E.ACCEPT_WITH_PRIOR_MDT, _E.ACCEPT) if lot < 0.13 else (_E.ACCEPT,)


def _meeting(_: CaseSummary, today: date, chance: Random) -> tuple[Event, ...]:
    if not is_meeting_day(today):
        return ()
    lot = chance.random()
    if lot < 0.03:
        return (_E.MDT_NOT_SUITABLE,)
    if lot < 0.10:
        return (_E.MDT_MORE_INFO,)
    return (_E.MDT_PROCEED_DIRECT,) if lot < 0.24 else (_E.MDT_PROCEED_TEST,)


def _consultation(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    lot = chance.random()
    if lot < 0.02:
        return (_E.PATIENT_DECLINES,)
    if lot < 0.04:
        return (_E.UNSUITABLE_AT_CONSULT,)
    return (_E.UNCONTACTABLE,) if lot < 0.05 else (_E.LIST_FOR_TEST, _E.LIST_FOR_DEFINITIVE)


def _on_the_list(case: CaseSummary, today: date, chance: Random) -> tuple[Event | ReadinessEvent, ...]:
    lot, waited = chance.random(), today - case.since
    if waited > GIVES_UP or today - case.received_on > LONGEST_WAY:
        return (_E.PATIENT_WITHDRAWS,)
    if case.readiness is Readiness.STAGED:
        return (ReadinessEvent.READY_AGAIN,) if waited >= ASKED_BACK else ()
    if case.readiness is not Readiness.READY:
        return (ReadinessEvent.READY_AGAIN,) if waited >= NOT_READY_FOR else ()
    if case.state is _S.DEFINITIVE_WAITING and waited > TOO_LONG:
        return (_E.MDT_RECALL,)
    if waited < timedelta(days=2) and lot < 0.05:
        return (ReadinessEvent.PERSONAL_DEFERRAL if lot < 0.03 else ReadinessEvent.CLINICALLY_UNREADY,)
    return (_E.UNCONTACTABLE,) if lot > 0.995 else ()


def _visit(case: CaseSummary, _: date, chance: Random) -> tuple[Event, ...]:
    begins = _E.START_TEST if case.state is _S.TEST_BOOKED else _E.START_DEFINITIVE
    lot = chance.random()
    for event in (_E.CANCEL_HOSPITAL, _E.CANCEL_PATIENT, _E.DID_NOT_ATTEND):
        if lot < 0.03:
            return (event, begins, _E.CANCEL_HOSPITAL)
        lot -= 0.03
    return (begins, _E.CANCEL_HOSPITAL)


def _procedure(case: CaseSummary, _: date, chance: Random) -> tuple[Event, ...]:
    test = case.state is _S.TEST_IN_PROGRESS
    if chance.random() < 0.02:
        return (_E.ABANDON_TEST if test else _E.ABANDON_DEFINITIVE,)
    return (_E.COMPLETE_TEST if test else _E.COMPLETE_DEFINITIVE,)


def _positive(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    return (_E.PATIENT_DECLINES,) if chance.random() < 0.03 else (_E.LIST_FOR_DEFINITIVE, _E.MDT_RECALL)


def _negative(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    return (_E.MDT_RECALL, _E.DISCHARGE) if chance.random() < 0.25 else (_E.DISCHARGE,)


def _followed_up(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    returns = drawn(chance, AFTER_CARE) is AfterCare.PAIN_RETURNS
    return (_E.PAIN_RETURNS, _E.COMPLETE_FOLLOW_UP) if returns else (_E.COMPLETE_FOLLOW_UP,)


def _repeat(_: CaseSummary, __: date, chance: Random) -> tuple[Event, ...]:
    wanted = [_E.REPEAT_SAME, _E.NEW_PLAN]
    chance.shuffle(wanted)
    return (*wanted[: chance.randint(0, 2)], _E.STOP)


WAYS: Mapping[PathwayState, Way] = {
    _S.REFERRAL_INCOMPLETE: _incomplete,
    _S.TRIAGE: _triage,
    _S.AWAITING_MDT: _meeting,
    _S.MDT_MORE_INFO: lambda *_: (_E.INFORMATION_RECEIVED,),
    _S.CONSULTATION: _consultation,
    _S.TEST_WAITING: _on_the_list,
    _S.TEST_BOOKED: _visit,
    _S.TEST_IN_PROGRESS: _procedure,
    _S.TEST_AWAITING_RESULT: lambda *_: (_E.RESULT_POSITIVE, _E.RESULT_EQUIVOCAL, _E.RESULT_NEGATIVE),
    _S.TEST_POSITIVE: _positive,
    _S.TEST_EQUIVOCAL: lambda *_: (_E.REPEAT_TEST, _E.MDT_RECALL),
    _S.TEST_NEGATIVE: _negative,
    _S.DEFINITIVE_WAITING: _on_the_list,
    _S.DEFINITIVE_BOOKED: _visit,
    _S.DEFINITIVE_IN_PROGRESS: _procedure,
    _S.FOLLOW_UP: _followed_up,
    _S.REPEAT_REVIEW: _repeat,
}


def _journey(case: CaseSummary, seed: int, today: date) -> Journey:
    """Give the case as the writers of the demonstration's forms know one."""
    chance = stream(seed, case.ref, case.state, case.since, "form")
    arrival = Arrival(
        number=0,
        received_on=case.received_on,
        condition=_condition(case),
        technique=case.technique or Technique.CHEMICAL,
        laterality=case.laterality or Laterality.NOT_APPLICABLE,
        urgency=Urgency(case.urgency or Urgency.CATEGORY_1.value),
        funding=case.funding,
        pain_score=PAIN,
        opioid_dose_mg=DOSE,
        twist=None,
    )
    return Journey(
        arrival=arrival,
        ref=case.ref,
        chance=chance,
        state=case.state,
        acts_on=today,
        leaves_on=None,
        asked=case.missing or (MEETING_WANTS if case.state is _S.AWAITING_MDT else TRIAGE_WANTS),
        result=drawn(chance, RESULTS),
        technique=(case.technique or Technique.CHEMICAL).value,
        after_care=drawn(stream(seed, case.ref, case.state, case.since), AFTER_CARE),
    )


def _condition(case: CaseSummary) -> Condition:
    return Condition(
        diagnosis="",
        pain_site="",
        target=case.target or Target.COELIAC,
        cancer=case.cancer,
        sides=(),
        techniques=(),
        share=1,
    )


def _form(event: Event | ReadinessEvent, journey: Journey, today: date) -> Mapping[str, object]:
    if isinstance(event, Event):
        return answers(event, journey, today)
    return {
        ReadinessEvent.PERSONAL_DEFERRAL: {"until": today + NOT_READY_FOR},
        ReadinessEvent.CLINICALLY_UNREADY: {"reason": "Chest infection.", "review_on": today + NOT_READY_FOR},
        ReadinessEvent.READY_AGAIN: {"reviewed": True},
    }.get(event, {})
