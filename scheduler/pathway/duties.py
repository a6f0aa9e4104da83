"""Who must do what next in each state, and what falls due while a case stands there.

Every state that does not end the pathway has one open task (kind `state`), so no case can be forgotten; timers start
when a case enters the states they watch and are dropped when it leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.pathway.clocks import Clock, add_working_days, category_on, clocks, waiting_days
from scheduler.pathway.effects import CancelDueSteps, CompleteTasks, DueStep, Effect, Task, TaskKind, Timer
from scheduler.pathway.events import Event
from scheduler.pathway.facts import CategoryFrom, Episode
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import result_needed
from scheduler.vocabulary import Role, Stage, Urgency

_S = PathwayState

DueDay = Callable[[Situation], date]


@dataclass(frozen=True, slots=True)
class Duty:
    """The next thing a person does in one state."""

    role: Role
    says: str
    due_on: DueDay


@dataclass(frozen=True, slots=True)
class Watch:
    """A timer that runs while a case stands in any of these states; `restarts` when it moves between two of them."""

    timer: Timer
    states: frozenset[PathwayState]
    role: Role
    says: str
    due_on: DueDay
    key: str = ""


def _today(case: Situation) -> date:
    return case.today


def _in(key: str) -> DueDay:
    return lambda case: case.today + timedelta(days=case.protocol.days(key))


def _booked_day(case: Situation) -> date:
    return case.facts.booking.on if case.facts.booking else case.today


def _clock(case: Situation, key: str) -> Clock | None:
    read = clocks(case.facts, case.protocol, case.today, case.holidays)
    return next((clock for clock in read if clock.id == key and clock.stopped is None), None)


def response_due(case: Situation) -> date:
    """The last working day on which the referrer may hear the outcome, leaving out time the clock stood still."""
    limit = case.protocol.days("referral_response")
    clock = _clock(case, "C1")
    used = clock.days if clock else 0
    return add_working_days(case.today, max(limit - used, 0), case.holidays)


def meeting_due(case: Situation) -> date:
    """The last day for the meeting and consultation, leaving out time spent waiting for information."""
    limit = case.protocol.days(f"mdt_within.{case.urgency or Urgency.CATEGORY_1}")
    clock = _clock(case, "C2")
    used = clock.days if clock else 0
    return case.today + timedelta(days=max(limit - used, 0))


def treat_by(stage: Stage) -> DueDay:
    """The last day before the patient is overdue on this stage's list, counting what has been waited already."""

    def due(case: Situation) -> date:
        episode = _running_episode(case, stage)
        waited, category = 0, case.urgency or Urgency.CATEGORY_1
        if episode is not None:
            until = episode.closed_on or case.today
            # A patient who is listed again may be listed in another category, which this step is about to set.
            set_now = (CategoryFrom(on=until, urgency=case.urgency),) if case.urgency else ()
            categories = (*episode.categories, *set_now)
            waited = waiting_days(episode.listed_on, until, categories, episode.not_ready)
            category = category_on(categories, until)
        left = case.protocol.days(f"treat_within.{category}") - waited
        return case.today + timedelta(days=max(left, 0))

    return due


def _running_episode(case: Situation, stage: Stage) -> Episode | None:
    """The episode that goes on: the open one, or after an abandoned procedure the one that was just closed."""
    abandoned = case.facts.state in {_S.TEST_IN_PROGRESS, _S.DEFINITIVE_IN_PROGRESS}
    found = [episode for episode in case.facts.episodes if episode.stage is stage and (abandoned or episode.is_open)]
    return max(found, key=lambda episode: episode.listed_on, default=None)


def result_due(case: Situation) -> date:
    """The last working day, at the site of the test block, for entering its result."""
    return add_working_days(case.today, case.protocol.days("result_entry"), case.days_off_here)


def _rediscuss(case: Situation) -> date:
    return case.details.date("rediscuss_on") or meeting_due(case)


def _after_test(key: str) -> DueDay:
    def due(case: Situation) -> date:
        test = case.facts.last_test
        due_on = (test.on if test else case.today) + timedelta(days=case.protocol.days(key))
        return max(due_on, case.today)

    return due


def _last_review(case: Situation) -> date:
    return case.today + timedelta(days=max(case.protocol.wholes("follow_up_days")))


DUTIES: dict[PathwayState, Duty] = {
    _S.REFERRAL_RECEIVED: Duty(Role.BOOKINGS, "Check that the referral is complete and start triage.", response_due),
    _S.REFERRAL_INCOMPLETE: Duty(
        Role.BOOKINGS, "Ask the referrer for the missing items.", _in("chase_information_every")
    ),
    _S.TRIAGE: Duty(Role.CLINICIAN, "Triage the referral: accept, decline or ask for information.", response_due),
    _S.AWAITING_MDT: Duty(Role.MDT_COORDINATOR, "Put the case on the MDT agenda and record the outcome.", meeting_due),
    _S.MDT_MORE_INFO: Duty(Role.MDT_COORDINATOR, "Get what the meeting asked for.", _rediscuss),
    _S.CONSULTATION: Duty(Role.CLINICIAN, "See the patient, take consent and list for treatment.", meeting_due),
    _S.TEST_WAITING: Duty(Role.BOOKINGS, "Book the test block.", treat_by(Stage.TEST_BLOCK)),
    _S.TEST_BOOKED: Duty(Role.CLINICIAN, "Do the test block.", _booked_day),
    _S.TEST_IN_PROGRESS: Duty(Role.CLINICIAN, "Finish the test block: sign out and record the pain scores.", _today),
    _S.TEST_AWAITING_RESULT: Duty(Role.CLINICIAN, "Record the result of the test block.", result_due),
    _S.TEST_POSITIVE: Duty(Role.CLINICIAN, "Take consent for neurolysis and list the patient.", _in("decide_within")),
    _S.TEST_EQUIVOCAL: Duty(
        Role.CLINICIAN, "Decide: repeat the test block or go back to the meeting.", _in("decide_within")
    ),
    _S.TEST_NEGATIVE: Duty(
        Role.CLINICIAN, "Decide: propose another plan to the meeting or discharge.", _in("decide_within")
    ),
    _S.DEFINITIVE_WAITING: Duty(Role.BOOKINGS, "Book the neurolysis.", treat_by(Stage.DEFINITIVE)),
    _S.DEFINITIVE_BOOKED: Duty(Role.CLINICIAN, "Do the neurolysis.", _booked_day),
    _S.DEFINITIVE_IN_PROGRESS: Duty(Role.CLINICIAN, "Finish the neurolysis: sign out and record it.", _today),
    _S.FOLLOW_UP: Duty(Role.CLINICIAN, "See the follow-up reviews through, then complete follow-up.", _last_review),
    _S.REPEAT_REVIEW: Duty(Role.CLINICIAN, "Decide: repeat, propose a new plan or stop.", _in("decide_within")),
}

# The events that do what a state asks for, most usual first; its task ticks itself off with any of them.
DONE_BY: dict[PathwayState, tuple[Event, ...]] = {
    _S.REFERRAL_RECEIVED: (Event.START_TRIAGE, Event.MARK_INCOMPLETE),
    _S.REFERRAL_INCOMPLETE: (Event.INFORMATION_RECEIVED, Event.RETURN_TO_REFERRER),
    _S.TRIAGE: (Event.ACCEPT, Event.DECLINE_REFERRAL, Event.REQUEST_INFORMATION),
    _S.AWAITING_MDT: (
        Event.MDT_PROCEED_TEST,
        Event.MDT_PROCEED_DIRECT,
        Event.MDT_MORE_INFO,
        Event.MDT_NOT_SUITABLE,
    ),
    _S.MDT_MORE_INFO: (Event.INFORMATION_RECEIVED,),
    _S.CONSULTATION: (Event.LIST_FOR_TEST, Event.LIST_FOR_DEFINITIVE, Event.UNSUITABLE_AT_CONSULT),
    _S.TEST_WAITING: (Event.BOOK_TEST,),
    _S.TEST_BOOKED: (Event.START_TEST,),
    _S.TEST_IN_PROGRESS: (Event.COMPLETE_TEST, Event.ABANDON_TEST),
    _S.TEST_AWAITING_RESULT: (Event.RESULT_POSITIVE, Event.RESULT_EQUIVOCAL, Event.RESULT_NEGATIVE),
    _S.TEST_POSITIVE: (Event.LIST_FOR_DEFINITIVE, Event.PATIENT_DECLINES),
    _S.TEST_EQUIVOCAL: (Event.REPEAT_TEST, Event.MDT_RECALL),
    _S.TEST_NEGATIVE: (Event.MDT_RECALL, Event.DISCHARGE),
    _S.DEFINITIVE_WAITING: (Event.BOOK_DEFINITIVE,),
    _S.DEFINITIVE_BOOKED: (Event.START_DEFINITIVE,),
    _S.DEFINITIVE_IN_PROGRESS: (Event.COMPLETE_DEFINITIVE, Event.ABANDON_DEFINITIVE),
    _S.FOLLOW_UP: (Event.COMPLETE_FOLLOW_UP, Event.PAIN_RETURNS),
    _S.REPEAT_REVIEW: (Event.REPEAT_SAME, Event.NEW_PLAN, Event.STOP),
}

WATCHES: tuple[Watch, ...] = (
    Watch(
        Timer.RESPONSE_DUE,
        frozenset({_S.REFERRAL_RECEIVED, _S.TRIAGE}),
        Role.IR_LEAD,
        "The referrer has to hear the outcome today.",
        response_due,
    ),
    Watch(
        Timer.ADD_TO_MDT_AGENDA,
        frozenset({_S.AWAITING_MDT}),
        Role.MDT_COORDINATOR,
        "Add the case to the agenda of the next MDT meeting.",
        _today,
    ),
    Watch(
        Timer.MDT_DUE,
        frozenset({_S.AWAITING_MDT, _S.CONSULTATION}),
        Role.MDT_COORDINATOR,
        "The meeting and consultation are due today.",
        meeting_due,
    ),
    Watch(
        Timer.REDISCUSS,
        frozenset({_S.MDT_MORE_INFO}),
        Role.MDT_COORDINATOR,
        "The case is to be discussed again by today.",
        _rediscuss,
    ),
    Watch(
        Timer.TREAT_BY,
        frozenset({_S.TEST_WAITING, _S.TEST_BOOKED}),
        Role.BOOKINGS,
        "The test block is due today; from tomorrow the patient is overdue.",
        treat_by(Stage.TEST_BLOCK),
        Stage.TEST_BLOCK,
    ),
    Watch(
        Timer.TREAT_BY,
        frozenset({_S.DEFINITIVE_WAITING, _S.DEFINITIVE_BOOKED}),
        Role.BOOKINGS,
        "The neurolysis is due today; from tomorrow the patient is overdue.",
        treat_by(Stage.DEFINITIVE),
        Stage.DEFINITIVE,
    ),
    Watch(
        Timer.RESULT_DUE,
        frozenset({_S.TEST_AWAITING_RESULT}),
        Role.CLINICIAN,
        "The result of the test block has to be recorded today.",
        result_due,
    ),
    Watch(
        Timer.RESULT_AGEING,
        frozenset({_S.TEST_POSITIVE, _S.DEFINITIVE_WAITING, _S.DEFINITIVE_BOOKED}),
        Role.BOOKINGS,
        "The test result is ageing: bring the neurolysis forward if it is not booked.",
        _after_test("test_result_warns_after"),
    ),
    Watch(
        Timer.RESULT_EXPIRES,
        frozenset({_S.TEST_POSITIVE, _S.DEFINITIVE_WAITING, _S.DEFINITIVE_BOOKED}),
        Role.CLINICIAN,
        "The test result expires today: treat, or send the case back to the meeting.",
        _after_test("test_result_expires_after"),
    ),
)
# Started by one event, not by a state, and dropped with the states they belong to.
_DROPPED_WITH: dict[Timer, frozenset[PathwayState]] = {
    Timer.REOFFER_DUE: frozenset({_S.TEST_WAITING, _S.DEFINITIVE_WAITING}),
    Timer.REVIEW_READINESS: frozenset({_S.TEST_WAITING, _S.DEFINITIVE_WAITING}),
    Timer.STAGED_UNTIL: frozenset({_S.TEST_POSITIVE, _S.DEFINITIVE_WAITING}),
    Timer.FOLLOW_UP: frozenset({_S.FOLLOW_UP}),
    Timer.HOLD_EXPIRES: frozenset({_S.TEST_WAITING, _S.DEFINITIVE_WAITING}),
    Timer.VISIT_REMINDER: frozenset({_S.TEST_BOOKED, _S.DEFINITIVE_BOOKED}),
    Timer.CONFIRM_VISIT: frozenset({_S.TEST_BOOKED, _S.DEFINITIVE_BOOKED}),
}


def timer(case: Situation, name: Timer, due_on: date, *, role: Role, says: str, key: str = "") -> DueStep:
    """A due step whose key names what it is about, the day it was made and the day it falls due."""
    suffix = "/".join(part for part in (key, case.today.isoformat(), due_on.isoformat()) if part)
    return DueStep(name=name, due_on=due_on, role=role, says=says, key_suffix=suffix)


def reoffer_due(case: Situation, offer_by: date) -> DueStep:
    """The timer of the day by which a postponed patient is offered a new date."""
    says = "A new date has to be offered today: the hospital postponed the last one."
    return timer(case, Timer.REOFFER_DUE, offer_by, role=Role.BOOKINGS, says=says)


def leave(case: Situation, following: PathwayState) -> tuple[Effect, ...]:
    """Tick off what the state asked for, and drop the timers that do not run in the next one."""
    if following.ends:
        return (CompleteTasks(), CancelDueSteps())
    before = case.facts.state
    asked = (TaskKind.STATE, *((TaskKind.REDISCUSSION,) if following is _S.AWAITING_MDT else ()))
    watched = [(watch.timer, watch.states) for watch in WATCHES] + list(_DROPPED_WITH.items())
    names = tuple(dict.fromkeys(name for name, states in watched if before in states and following not in states))
    ticked: tuple[Effect, ...] = (CompleteTasks(kinds=asked),)
    return (*ticked, CancelDueSteps(names=names)) if names else ticked


def enter(case: Situation, following: PathwayState, *, opening: bool = False) -> tuple[Effect, ...]:
    """Ask for what the next state needs, and start the timers that did not run before."""
    if following.ends:
        return ()
    duty = DUTIES[following]
    task = Task(kind=TaskKind.STATE, role=duty.role, says=duty.says, due_on=duty.due_on(case))
    starting = [
        watch for watch in WATCHES if following in watch.states and (opening or case.facts.state not in watch.states)
    ]
    return (task, *_started(case, starting))


# States whose next task is due by a limit that the urgency category sets.
_BY_CATEGORY = frozenset({_S.AWAITING_MDT, _S.CONSULTATION, _S.TEST_WAITING, _S.DEFINITIVE_WAITING})
TIMED_BY_CATEGORY = (Timer.TREAT_BY, Timer.MDT_DUE)


def recategorised(case: Situation) -> tuple[Effect, ...]:
    """Move the timers and the next task that hang on the urgency category; `case` has the new one in its facts."""
    state = case.facts.state
    timers = restarted(case, TIMED_BY_CATEGORY)
    if state not in _BY_CATEGORY:
        return timers
    duty = DUTIES[state]
    task = Task(kind=TaskKind.STATE, role=duty.role, says=duty.says, due_on=duty.due_on(case))
    return (CompleteTasks(kinds=(TaskKind.STATE,)), task, *timers)


def restarted(case: Situation, names: tuple[Timer, ...]) -> tuple[Effect, ...]:
    """Set these timers anew where they run in the state the case stands in, by what is now known."""
    running = [watch for watch in WATCHES if watch.timer in names and case.facts.state in watch.states]
    if not running:
        return ()
    stopped = tuple(dict.fromkeys(watch.timer for watch in running))
    return (CancelDueSteps(names=stopped), *_started(case, running))


def _started(case: Situation, watches: Iterable[Watch]) -> tuple[DueStep, ...]:
    tested = case.facts.last_test is not None and result_needed(case.facts)
    applicable = [watch for watch in watches if tested or watch.timer not in _NEED_A_TEST]
    return tuple(
        timer(case, watch.timer, watch.due_on(case), role=watch.role, says=watch.says, key=watch.key)
        for watch in applicable
    )


# Going straight to neurolysis, or repeating it, leaves no result to expire.
_NEED_A_TEST = frozenset({Timer.RESULT_AGEING, Timer.RESULT_EXPIRES})
