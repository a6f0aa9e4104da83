"""The service's past months, day by day: referrals come, people act, lists run, plans are published."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, repeat
from typing import Protocol as Shape

from db.incoming import IncomingReferral
from flows.demo.answers import answers, other_technique
from flows.demo.arrivals import Arrival, Twist
from flows.demo.days import ONE_DAY, at, days_between, is_meeting_day, last_working_day, next_working_day, works
from flows.demo.journey import AfterCare, Journey, Slot, begin
from flows.demo.referrals import referral
from flows.demo.ways import Outlook, kept_from_coming, next_event, plan_after_care
from scheduler.pathway.events import Event
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState

_S = PathwayState

BETWEEN_PLANS = timedelta(weeks=2)
PLANS_LATELY = (timedelta(weeks=1), timedelta(weeks=1))
WEEKS_PLANNED = 3
WEEKS_PLANNED_AT_THE_END = 4
WORKING_DAYS_SINCE_THE_LAST_PLAN = 2
FIRST_PLAN_AFTER = timedelta(weeks=2)  # from the first referral
PAIN_RETURNS_LATELY = 2  # patients
PAIN_RETURNED = timedelta(days=5)  # before the end
SHORTEST_RELIEF = timedelta(days=21)
DONE_BEFORE_ONE_IS_ABANDONED = 6
TICKING_WEEKDAYS = (0, 3)
LEFT_OPEN = timedelta(days=3)  # before the end: tasks due later are still to be done
TESTS_WITHOUT_A_RESULT = 2  # at the end, besides the one under way

# Hours at which each kind of work starts; the clinic's lists keep their own times.
INTAKE, OFFICE, MEETING, CLINIC, PLANNING = 8, 9, 12, 14, 17
MINUTES_OF_WORK = 110
MEETING_OVER = 130  # minutes after its hour, when the last outcome has been recorded
MISSED_AFTER = timedelta(minutes=30)
TOLD_BEFORE = timedelta(hours=1)
MEETING_EVENTS = frozenset(
    {Event.MDT_PROCEED_TEST, Event.MDT_PROCEED_DIRECT, Event.MDT_MORE_INFO, Event.MDT_NOT_SUITABLE}
)
CLINIC_STATES = frozenset({_S.CONSULTATION, _S.TEST_POSITIVE, _S.TEST_EQUIVOCAL, _S.TEST_NEGATIVE, _S.FOLLOW_UP})
VISITS: Mapping[PathwayState, tuple[Event, Event, Event]] = {
    _S.TEST_BOOKED: (Event.START_TEST, Event.COMPLETE_TEST, Event.ABANDON_TEST),
    _S.DEFINITIVE_BOOKED: (Event.START_DEFINITIVE, Event.COMPLETE_DEFINITIVE, Event.ABANDON_DEFINITIVE),
}
PLANNED = frozenset({_S.TEST_WAITING, _S.DEFINITIVE_WAITING, *VISITS})


class Doors(Shape):
    """What the story asks of the service: the doors that people use, each opened at an instant of the past."""

    @property
    def timezone(self) -> str:
        """The clinic's time zone."""
        ...

    def receive(self, referrals: Sequence[IncomingReferral], now: datetime) -> Sequence[str]:
        """Store referrals, and give the reference of each one's case."""
        ...

    def states(self, refs: Iterable[str]) -> Mapping[str, PathwayState]:
        """Say where these cases stand."""
        ...

    def record(self, ref: str, event: Event, details: Mapping[str, object], now: datetime) -> PathwayState:
        """Record one step, and give the state it led to."""
        ...

    def plan(self, now: datetime, *, start: date, weeks: int) -> Mapping[str, Slot]:
        """Plan and publish, and give the place of every case that is booked after today."""
        ...

    def work_due_steps(self, now: datetime) -> None:
        """Do what has fallen due."""
        ...

    def hold_meeting(self, on: date, now: datetime) -> None:
        """Note who sat in the MDT meeting of this day, and finish it."""
        ...

    def tick_off(self, treated: Collection[str], now: datetime) -> None:
        """Tick off the reviews of these cases, and everybody's preparation, that were due before today."""
        ...


@dataclass(frozen=True, slots=True)
class Act:
    """One step of one case at one instant."""

    at: datetime
    journey: Journey
    event: Event


@dataclass(slots=True, kw_only=True)
class Story:
    """The telling: who is on the way, and what day it is."""

    doors: Doors
    seed: int
    today: date
    outlook: Outlook
    coming: tuple[Arrival, ...]
    plans: Mapping[date, int]
    journeys: list[Journey] = field(default_factory=list)
    abandoned: set[Event] = field(default_factory=set)

    def tell(self, on_progress: Callable[[int, int], None]) -> None:
        """Live every working day from the first referral to the last one before today."""
        days = [day for day in days_between(self.coming[0].received_on, self.outlook.last) if works(day)]
        for done, day in enumerate(days, start=1):
            self._live(day)
            on_progress(done, len(days))

    def _live(self, day: date) -> None:
        self.outlook.day, self.outlook.meets = day, is_meeting_day(day)
        if day == self.outlook.last:  # what comes in last is still to be looked at when the story ends
            self.doors.work_due_steps(self._at(day, INTAKE))
        self._receive(day)
        if day != self.outlook.last:
            self.doors.work_due_steps(self._at(day, INTAKE, 30))
            self._see_what_intake_did(day)
        if day == last_working_day(self.outlook.last - PAIN_RETURNED):
            self._let_pain_return(day)
        for act in sorted(self._acts(day), key=lambda act: (act.at, act.journey.ref)):
            self._do(act, day)
        if self.outlook.meets:
            self.doors.hold_meeting(day, self._at(day, MEETING, MEETING_OVER))
        if day.weekday() in TICKING_WEEKDAYS and self.outlook.last - day > LEFT_OPEN:
            treated = {journey.ref for journey in self.journeys if journey.state is _S.FOLLOW_UP}
            self.doors.tick_off(treated, self._at(day, CLINIC, MINUTES_OF_WORK))
        if day in self.plans:
            self._plan(day)

    def _at(self, day: date, hour: int, minutes: int = 0) -> datetime:
        return at(day, hour + minutes // 60, minutes % 60, timezone=self.doors.timezone)

    def _receive(self, day: date) -> None:
        arrived = [arrival for arrival in self.coming if arrival.received_on == day]
        sent = [referral(self.seed, arrival, today=self.today) for arrival in arrived]
        refs = self.doors.receive(sent, self._at(day, INTAKE, 15)) if sent else ()
        for arrival, whole, ref in zip(arrived, sent, refs, strict=True):
            journey = begin(self.seed, arrival, ref)
            journey.asked = whole.missing
            self.journeys.append(journey)
            if arrival.twist is Twist.ENTERED_TWICE:
                self._do(Act(self._at(day, INTAKE, 20), journey, Event.DUPLICATE_OR_ERROR), day)

    def _see_what_intake_did(self, day: date) -> None:
        """Complete referrals have gone to triage by themselves, and the others back to be completed."""
        self._look_again([journey for journey in self.journeys if journey.state is _S.REFERRAL_RECEIVED], day)

    def _look_again(self, journeys: Sequence[Journey], day: date) -> None:
        """See where cases stand that others than the story may have moved."""
        states = self.doors.states([journey.ref for journey in journeys])
        for journey in journeys:
            if journey.state is not states[journey.ref]:
                journey.enters(states[journey.ref], day)

    def _let_pain_return(self, day: date) -> None:
        """Bring some patients back, so that a repeat is under review when the story ends."""
        relieved = [journey for journey in self.journeys if _had_relief(journey, day)]
        for journey in relieved[:PAIN_RETURNS_LATELY]:
            journey.after_care, journey.acts_on = AfterCare.PAIN_RETURNS, day

    def _acts(self, day: date) -> Iterator[Act]:
        for journey in self.journeys:
            if event := next_event(journey, self.outlook):
                yield Act(self._hour(journey, event, day), journey, event)
            elif journey.state in VISITS and journey.slot is not None and journey.slot.on == day:
                yield from self._visit(journey, journey.slot)

    def _hour(self, journey: Journey, event: Event, day: date) -> datetime:
        hour = MEETING if event in MEETING_EVENTS else CLINIC if journey.state in CLINIC_STATES else OFFICE
        return self._at(day, hour, journey.chance.randrange(MINUTES_OF_WORK))

    def _visit(self, journey: Journey, slot: Slot) -> Iterator[Act]:
        started, completed, abandoned = VISITS[journey.state]
        if kept := kept_from_coming(journey, self.outlook):
            when = slot.start + MISSED_AFTER if kept is Event.DID_NOT_ATTEND else slot.start - TOLD_BEFORE
            yield Act(when, journey, kept)
            return
        yield Act(slot.start, journey, started)
        later = self._visits_after(journey, slot)
        if later == 0 and self._last_visits_known:
            journey.stands_still = True  # sign-out has not been recorded yet
            return
        few_left = self._last_visits_known and later <= TESTS_WITHOUT_A_RESULT
        journey.stands_still = completed is Event.COMPLETE_TEST and few_left
        first_chance = abandoned not in self.abandoned and self._may_abandon(completed)
        if first_chance:
            self.abandoned.add(abandoned)
        yield Act(slot.end, journey, abandoned if first_chance else completed)

    @property
    def _last_visits_known(self) -> bool:
        """Whether no plan still to come adds visits before the end: the last one begins after today."""
        return self.outlook.day > sorted(self.plans)[-2]

    def _may_abandon(self, completed: Event) -> bool:
        done = self.outlook.tests if completed is Event.COMPLETE_TEST else self.outlook.treatments
        return done >= DONE_BEFORE_ONE_IS_ABANDONED and not self.outlook.near_the_end

    def _visits_after(self, journey: Journey, slot: Slot) -> int:
        """Count the visits of this kind that come after this one before the story ends."""
        return sum(
            other.state is journey.state
            and other.leaves_on is None
            and other.slot is not None
            and (other.slot.start, other.ref) > (slot.start, journey.ref)
            and other.slot.on <= self.outlook.last
            for other in self.journeys
        )

    def _do(self, act: Act, day: date) -> None:
        journey = act.journey
        if act.event is Event.COMPLETE_TEST:
            journey.result = self.outlook.next_result(recorded=not journey.stands_still)
        changes_technique = "technique" in (details := answers(act.event, journey, day))
        state = self.doors.record(journey.ref, act.event, details, act.at)
        if changes_technique:
            journey.technique = other_technique(journey).value
        journey.enters(state, day)
        self._remember(act.event, journey)

    def _remember(self, event: Event, journey: Journey) -> None:
        match event:
            case Event.COMPLETE_TEST:
                self.outlook.tests += 1
                journey.tests += 1
                journey.tested_on = self.outlook.day
            case Event.COMPLETE_DEFINITIVE:
                self.outlook.treatments += 1
                journey.treated_on = self.outlook.day
                plan_after_care(journey, self.outlook)
            case _:
                pass
        if journey.state not in VISITS:
            journey.slot = None

    def _plan(self, day: date) -> None:
        start = self.today + ONE_DAY if day == max(self.plans) else day + ONE_DAY
        slots = self.doors.plan(self._at(day, PLANNING), start=start, weeks=self.plans[day])
        planned = [journey for journey in self.journeys if journey.state in PLANNED]
        self._look_again(planned, day)
        for journey in planned:
            journey.slot = slots.get(journey.ref, journey.slot) if journey.state in VISITS else None


def planning_days(first: date, last: date) -> Mapping[date, int]:
    """Give the days on which a plan is published, each with the weeks it plans; lately they came every week."""
    day = last
    for _ in range(WORKING_DAYS_SINCE_THE_LAST_PLAN):
        day = last_working_day(day - ONE_DAY)
    plans = {day: WEEKS_PLANNED_AT_THE_END}
    gaps = chain(PLANS_LATELY, repeat(BETWEEN_PLANS))
    while (day := day - next(gaps)) >= first + FIRST_PLAN_AFTER:
        plans[next_working_day(day)] = WEEKS_PLANNED
    return plans


def _had_relief(journey: Journey, day: date) -> bool:
    treated_on = journey.treated_on
    return journey.state is _S.FOLLOW_UP and treated_on is not None and day - treated_on >= SHORTEST_RELIEF


def story(doors: Doors, *, seed: int, today: date, protocol: Protocol, coming: tuple[Arrival, ...]) -> Story:
    """Set the story up: the arrivals and the planning days of this seed, up to the day before today."""
    last = last_working_day(today - ONE_DAY)
    outlook = Outlook(day=coming[0].received_on, last=last, protocol=protocol)
    plans = planning_days(coming[0].received_on, last)
    return Story(doors=doors, seed=seed, today=today, outlook=outlook, coming=coming, plans=plans)
