"""What rests on a case's facts follows them: its timers fall due when its clocks say, its preparation fits the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from db import audit, counters, due_steps, rebooking, reminders
from db.at_hand import FOLLOWED, PREPARED, AtHand, at_hand
from db.due_steps import DueStep
from db.facts import case_facts, facts_of, open_cases
from db.light import light_of, light_on
from db.localtime import local_date, start_of_day, timezone_of
from db.rediscussing import ask_for_the_meeting
from db.tables import CaseRow, DueStepRow, TaskRow
from db.words import StepState, TaskState
from scheduler.pathway.due import CaseNow, TimerKey, timers_due
from scheduler.pathway.effects import RecordComplication, ReopenEpisode, Task, TaskKind, Timer, UpdateEpisode
from scheduler.pathway.events import Event
from scheduler.pathway.machine import Step
from scheduler.pathway.preparation import PREPARATION, preparation
from scheduler.pathway.states import BOOKED, PathwayState
from scheduler.vocabulary import Stage

DAILY = "looked_after"  # the counter of the last day
OURSELVES = "neurolist"  # who ticked off a task that was done without anybody saying so
ONE_DAY = timedelta(days=1)
# Bloods and imaging may be planned for a day that only the booking's form knew, so their words are not replaced.
_REWORDED = tuple(kind.value for kind in PREPARATION if kind not in {TaskKind.BLOODS, TaskKind.IMAGING})


def concerns(step: Step) -> bool:
    """Say whether a step may move timers or what has to be prepared, beyond what it asks for itself."""
    booked = step.from_state in BOOKED or step.to_state in BOOKED
    waits = any(isinstance(effect, UpdateEpisode | ReopenEpisode | RecordComplication) for effect in step.effects)
    return (
        booked
        or waits
        or step.to_state is PathwayState.REPEAT_REVIEW
        or step.to_state.ends
        or not isinstance(step.event, Event)
    )


def looked_after_on(session: Session) -> int:
    """Give the ordinal of the last day on which every case was looked after; 0 before the first."""
    return counters.reached(session, DAILY)


def note_day(session: Session, ordinal: int) -> None:
    """Keep that every case was looked after on this day."""
    counters.reach(session, DAILY, ordinal)


def bring_in_line(session: Session, rows: Sequence[CaseRow], *, now: datetime, by: str) -> None:
    """Bring reminders, timers and preparation of these cases in line with their facts, which are read once for all."""
    bring_parts_in_line(session, reminded=rows, watched=rows, now=now, by=by)


def bring_parts_in_line(
    session: Session, *, reminded: Sequence[CaseRow], watched: Sequence[CaseRow], now: datetime, by: str
) -> None:
    """Do the same for the reminders of some cases, and for the timers and preparation of others or the same."""
    rows = list({row.id: row for row in (*reminded, *watched)}.values())
    facts, hand, light = facts_of(session, rows), at_hand(session, rows), light_of(session, now)
    reminders.follow_each(session, [(row, facts[row.id]) for row in reminded], light.protocol, hand, now=now, by=by)
    look_after_each(session, ((row, light.on(facts[row.id])) for row in watched), hand, now=now)


def look_after_each(session: Session, cases: Iterable[tuple[CaseRow, CaseNow]], hand: AtHand, *, now: datetime) -> None:
    """Bring timers and preparation in line where the clocks were read; what changes is written together."""
    for row, case in cases:
        follow_timers(session, row, case, hand, now)
        prepare(session, row, case, hand, now)
        ask_for_the_meeting(session, row, case, hand, now=now, by=OURSELVES)
        rebooking.settle(row, hand, now=now)
    session.flush()


def look_after_all(session: Session, *, now: datetime) -> int:
    """Do the same for every case that has not ended; says how many there are."""
    rows, light = open_cases(session), light_of(session, now)
    facts = facts_of(session, rows)
    look_after_each(session, ((row, light.on(facts[row.id])) for row in rows), at_hand(session, rows), now=now)
    if audit.has_changes(session):
        audit.record(session, action="look_after", entity="case", ref="all")
    return len(rows)


def follow_timers(session: Session, row: CaseRow, case: CaseNow, hand: AtHand, now: datetime) -> None:
    """Set each waiting timer to the day its clock says now, and take back the task of one that is not due after all."""
    due = timers_due(case)
    waiting = (step for step in hand.steps_of(row.ref, FOLLOWED) if step.state is StepState.WAITING)
    for step in waiting:
        on = due.get(_key(step.name, step.key))
        if on is not None and step.failures == 0:
            step.due_at = start_of_day(on, timezone_of(session))
            step.payload = {**step.payload, "due_on": on.isoformat()}
    for task in hand.tasks_of(row.id, FOLLOWED, TaskState.OPEN):
        found = [(key, on) for key, on in due.items() if key[0].value == task.kind]
        for key, on in found:
            if on is None or on > case.today:
                task.end(TaskState.CANCELLED, now=now, by=OURSELVES)
                told = {"role": task.role.value, "says": task.says}
                _set(session, row.ref, key, on or case.today + ONE_DAY, told)


def put_off(session: Session, step: DueStep, *, today: date) -> bool:
    """Look again whether a timer is due, and set it anew when its clock stands still or runs out later; says if it was.

    A holiday, a change of category or days not ready may have moved the day since the timer was set.
    """
    if step.case_ref is None or step.name not in FOLLOWED:
        return False
    due = timers_due(light_on(session, today).on(case_facts(session, step.case_ref)))
    key = _key(step.name, step.key)
    on = due.get(key, today)
    if on is not None and on <= today:
        return False
    _set(session, step.case_ref, key, on or today + ONE_DAY, step.payload)
    return True


def _set(session: Session, ref: str, key: TimerKey, on: date, told: Mapping[str, object]) -> None:
    """Set a timer for another day; its key names the case, the procedure, the day it was made and the day it is due."""
    name, stage = key
    made = local_date(session, audit.attribution(session).now)
    about = "/".join(part for part in (stage, made.isoformat(), on.isoformat()) if part)
    due_steps.set_timer(session, ref, name=name.value, about=about, due_on=on, told=told)


def is_same_timer(one: DueStepRow, other: DueStepRow) -> bool:
    """Say whether two steps are one timer of a case, set anew for another day."""
    followed = {one.name, other.name} <= set(FOLLOWED)
    return followed and _key(one.name, one.key) == _key(other.name, other.key)


def _key(name: str, key: str) -> TimerKey:
    """The name of a timer and the procedure it waits for, which stands first in what follows the name in its key."""
    about = key.rsplit(":", maxsplit=1)[-1].split("/", maxsplit=1)[0]
    return Timer(name), about if about in set(Stage) else ""


def prepare(session: Session, row: CaseRow, case: CaseNow, hand: AtHand, now: datetime) -> None:
    """Raise, reword and tick off the tasks of preparation, so that they are those that the booked day asks for.

    What a person ticked off for this booking and this day is not asked for again.
    """
    wanted = {(task.kind.value, task.about): task for task in preparation(case)}
    still = {(task.kind, task.about): task for task in hand.tasks_of(row.id, PREPARED, TaskState.OPEN)}
    for key, task in still.items():
        if key in wanted:
            _reword(task, wanted[key])
        else:
            task.end(TaskState.DONE, now=now, by=OURSELVES)
    asked = [task for key, task in wanted.items() if key not in still]
    done = _done_by_hand(row, hand) if asked else frozenset()
    session.add_all([_row(row, task, now) for task in asked if (task.kind.value, task.about, task.for_day) not in done])


def _reword(row: TaskRow, task: Task) -> None:
    if row.for_day == task.for_day and (row.kind not in _REWORDED or row.says == task.says):
        return
    row.says, row.due_on, row.role, row.for_day = task.says, task.due_on, task.role, task.for_day
    row.snoozed_until, row.snooze_reason = None, None


def _row(case: CaseRow, task: Task, now: datetime) -> TaskRow:
    return TaskRow(
        case_id=case.id,
        kind=task.kind.value,
        role=task.role,
        says=task.says,
        due_on=task.due_on,
        about=task.about,
        for_day=task.for_day,
        made_at=now,
    )


def _done_by_hand(case: CaseRow, hand: AtHand) -> frozenset[tuple[str, str, date | None]]:
    booking = hand.bookings.get(case.id)
    return frozenset(
        (task.kind, task.about, task.for_day)
        for task in hand.tasks_of(case.id, PREPARED, TaskState.DONE)
        if task.ended_by != OURSELVES and booking is not None and task.made_at >= booking.made_at
    )
