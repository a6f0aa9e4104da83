"""Thirty small faults that a walk must find, each put into the running code by itself and taken out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from db import audit, cases, claims, due_steps, effects, localtime, writes
from db.tables import DueStepRow
from db.tables.base import VersionedRow
from db.words import StepState
from flows.permissions import Actor
from scheduler.pathway import clocks, duties, outcomes
from scheduler.pathway import effects as pathway
from scheduler.pathway import machine as decider
from scheduler.pathway.booking import BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness, Role


@dataclass(frozen=True, slots=True)
class Bug:
    """One fault: its name, what goes wrong, and how it is put into the code for a while."""

    name: str
    says: str
    put_in: Callable[[], Any]


BUGS: dict[str, Bug] = {}


def bug(says: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Enter a fault under the name of what makes it."""

    def enter(make: Callable[[], Any]) -> Callable[[], Any]:
        name = make.__name__.removeprefix("_")
        BUGS[name] = Bug(name, says, make)
        return make

    return enter


@contextmanager
def effect(kind: type, instead: Callable[[Any, effects.Work], None]) -> Iterator[None]:
    """Let the memory do something else for this effect."""
    right = effects.apply.dispatch(kind)
    effects.apply.register(kind, instead)
    try:
        yield
    finally:
        effects.apply.register(kind, right)


def _right(kind: type) -> Callable[[Any, effects.Work], None]:
    return effects.apply.dispatch(kind)


def _twice(kind: type) -> Any:
    right = _right(kind)

    def twice(asked: Any, work: effects.Work) -> None:
        right(asked, work)
        right(asked, work)

    return effect(kind, twice)


def _nothing(*_: Any, **__: Any) -> None:
    return None


# Effects that are forgotten, or done twice


@bug("The waiting list is not closed when a procedure begins or a case ends.")
def _episode_stays_open() -> Any:
    return effect(pathway.CloseEpisode, _nothing)


@bug("A postponement is not counted.")
def _counter_is_skipped() -> Any:
    return effect(pathway.Count, _nothing)


@bug("A postponement is counted twice.")
def _counter_counts_twice() -> Any:
    return _twice(pathway.Count)


@bug("The timer for entering the result is never set.")
def _timer_is_dropped() -> Any:
    right = _right(pathway.DueStep)

    def most(asked: pathway.DueStep, work: effects.Work) -> None:
        if asked.name is not pathway.Timer.RESULT_DUE:
            right(asked, work)

    return effect(pathway.DueStep, most)


@bug("A letter is queued twice.")
def _letter_is_doubled() -> Any:
    return _twice(pathway.Notice)


@bug("The letter to the referrer is forgotten.")
def _letter_is_forgotten() -> Any:
    right = _right(pathway.Notice)

    def most(asked: pathway.Notice, work: effects.Work) -> None:
        if asked.audience is not pathway.Audience.REFERRER:
            right(asked, work)

    return effect(pathway.Notice, most)


@bug("Letters to somebody who has died stay in the outbox.")
def _the_dead_are_written_to() -> Any:
    return effect(pathway.CancelNotices, _nothing)


@bug("The readiness on the waiting list is not changed, though the period is opened.")
def _readiness_is_not_updated() -> Any:
    right = _right(pathway.UpdateEpisode)

    def half(asked: pathway.UpdateEpisode, work: effects.Work) -> None:
        before = effects.open_episode(work)
        kept = before.readiness if before else Readiness.READY
        right(asked, work)
        if before is not None:
            before.readiness = kept

    return effect(pathway.UpdateEpisode, half)


@bug("A not-ready period does not end when the patient is ready again.")
def _not_ready_never_ends() -> Any:
    return patch.object(effects, "_end_not_ready", _nothing)


@bug("An abandoned procedure does not put the patient back on the list.")
def _abandoned_wait_is_lost() -> Any:
    return effect(pathway.ReopenEpisode, _nothing)


@bug("An abandoned procedure counts as done.")
def _abandoned_counts_as_done() -> Any:
    right = _right(pathway.FinishProcedure)
    return effect(pathway.FinishProcedure, lambda asked, work: right(replace(asked, completed=True), work))


@bug("A consent is kept twice.")
def _consent_is_doubled() -> Any:
    return _twice(pathway.RecordConsent)


@bug("A cancelled visit keeps its suite and its patient held.")
def _cancelled_visit_keeps_its_claims() -> Any:
    return patch.object(claims, "release", _nothing)


@bug("A booked slot stays a tentative one.")
def _booked_stays_held() -> Any:
    right = _right(pathway.SetBookingState)

    def held(asked: pathway.SetBookingState, work: effects.Work) -> None:
        booked = asked.state is BookingState.BOOKED
        right(replace(asked, state=BookingState.HELD) if booked else asked, work)

    return effect(pathway.SetBookingState, held)


@bug("The decision of the meeting is kept under the line before its own.")
def _decision_is_on_the_wrong_line() -> Any:
    right = _right(pathway.RecordMdtOutcome)
    return effect(pathway.RecordMdtOutcome, lambda asked, work: right(asked, replace(work, seq=work.seq - 1)))


# What the pathway asks for


@bug("Triage asks the bookings office instead of a clinician.")
def _wrong_role() -> Any:
    duty = replace(duties.DUTIES[PathwayState.TRIAGE], role=Role.BOOKINGS)
    return patch.dict(duties.DUTIES, {PathwayState.TRIAGE: duty})


@bug("The day to treat by is a day late.")
def _a_day_late() -> Any:
    def later(watch: duties.Watch) -> duties.Watch:
        return replace(watch, due_on=lambda case: watch.due_on(case) + timedelta(days=1))

    late = tuple(later(watch) if watch.timer is pathway.Timer.TREAT_BY else watch for watch in duties.WATCHES)
    return patch.object(duties, "WATCHES", late)


@bug("Public holidays count as working days.")
def _holidays_are_worked() -> Any:
    right = clocks.add_working_days
    return patch.object(duties, "add_working_days", lambda start, count, _=frozenset(): right(start, count))


@bug("Days on which the patient was not ready count as waited.")
def _not_ready_days_count() -> Any:
    return patch.object(clocks, "_covers", lambda _period, _day: False)


@bug("A case that ends leaves its tasks open.")
def _ended_case_keeps_its_tasks() -> Any:
    return _at_the_end(pathway.CompleteTasks)


@bug("A case that ends leaves its timers running.")
def _ended_case_keeps_its_timers() -> Any:
    return _at_the_end(pathway.CancelDueSteps)


def _at_the_end(forgotten: type) -> Any:
    right = decider.leave

    def leave(case: Any, following: PathwayState) -> Any:
        asked = right(case, following)
        return tuple(one for one in asked if not (following.ends and isinstance(one, forgotten)))

    return patch.object(decider, "leave", leave)


@bug("The task of the state that was left stays open.")
def _old_task_stays_open() -> Any:
    right = decider.leave
    return patch.object(
        decider,
        "leave",
        lambda case, following: tuple(
            one
            for one in right(case, following)
            if following.ends or not isinstance(one, pathway.CompleteTasks) or one.kinds == ()
        ),
    )


@bug("After a positive test the patient is ready at once, whatever gap the protocol asks for.")
def _gap_is_ignored() -> Any:
    return patch.object(outcomes.validity, "first_definitive_day", lambda _facts, _protocol: None)


@bug("Only the first follow-up review is planned.")
def _reviews_are_forgotten() -> Any:
    right = outcomes.complete_definitive

    def fewer(case: Any) -> Any:
        made = right(case)
        reviews = [one for one in made if isinstance(one, pathway.DueStep)]
        return tuple(one for one in made if one not in reviews[1:])

    return _outcome(right, fewer)


def _outcome(right: Any, instead: Any) -> Any:
    moves = {
        key: replace(move, effects=tuple(instead if one is right else one for one in move.effects))
        for key, move in decider.transition.__globals__["_BY_KEY"].items()
        if right in move.effects
    }
    return patch.dict(decider.transition.__globals__["_BY_KEY"], moves)


# History, versions, time and the machinery


@bug("The day a case came to its state is not changed when it moves.")
def _state_since_is_stale() -> Any:
    right = cases.write_line

    def stale(session: Any, case: Any, *words: Any, **more: Any) -> Any:
        since = case.state_since
        line = right(session, case, *words, **more)
        case.state_since = since
        return line

    return patch.object(cases, "write_line", stale)


@bug("A line of the history says it began in the state the case moved to.")
def _history_forgets_where_it_began() -> Any:
    right = cases.CaseEventRow
    return patch.object(
        cases, "CaseEventRow", lambda **said: right(**{**said, "from_state": said["from_state"] and said["to_state"]})
    )


@bug("Instants are dated by the day in Greenwich.")
def _dates_are_not_local() -> Any:
    def in_greenwich(_: Any, at: datetime) -> Any:
        return at.astimezone(UTC).date()

    return patch.multiple(cases, local_date=in_greenwich)


@bug("A timer falls due when the day begins in Greenwich.")
def _days_begin_in_greenwich() -> Any:
    return patch.object(due_steps, "start_of_day", lambda day, _: localtime.start_of_day(day, "UTC"))


@bug("A save from an old page is taken.")
def _old_pages_are_saved() -> Any:
    return patch.object(VersionedRow, "expect", _nothing)


@bug("A repeated write is done again.")
def _repeated_write_is_done_again() -> Any:
    right = writes.earlier

    def new_each_time(session: Any, write_id: Any, action: str) -> Any:
        return right(session, write_id and f"{write_id}-{datetime.now(UTC).timestamp()}", action)

    return _together(
        patch.object(writes, "earlier", new_each_time),
        patch.object(writes, "finish", _nothing),
        patch.object(writes, "answered", lambda *_: False),
    )


@bug("A worker that lost its lease writes all the same.")
def _lease_is_not_checked() -> Any:
    def anybody(session: Any, step: Any) -> Any:
        return session.get_one(DueStepRow, step.id)

    return patch.object(due_steps, "_held", anybody)


@bug("A step that was worked waits to be worked again.")
def _worked_step_waits_again() -> Any:
    right = due_steps.finish

    def twice(session: Any, step: Any, *, now: datetime) -> None:
        right(session, step, now=now)
        row = session.get_one(DueStepRow, step.id)
        if row.fence < 2:
            row.state, row.finished_at = StepState.WAITING, None

    return patch.object(due_steps, "finish", twice)


@bug("A case that ends drops the timers of every other case.")
def _others_lose_their_timers() -> Any:
    right = due_steps.cancel

    def all_of_them(session: Any, *, refs: Any, **more: Any) -> int:
        found = {row.case_ref for row in session.exec(due_steps.select(DueStepRow))} - {None} | {*refs}
        return int(right(session, refs=found, **more))

    return patch.object(due_steps, "cancel", all_of_them)


@bug("The trail leaves out that a case moved.")
def _trail_is_silent() -> Any:
    right = audit.record

    def most(session: Any, *, action: str, **more: Any) -> None:
        right(session, action="step" if more.get("entity") == "case" else action, **more)

    return patch.object(audit, "record", most)


@bug("Everybody may record everything.")
def _roles_are_not_asked() -> Any:
    return patch.object(Actor, "roles_at", lambda _, __: frozenset(Role))


@bug("A timer raises its task twice.")
def _timer_raises_two_tasks() -> Any:
    right = cases.raise_task

    def again(*words: Any, **more: Any) -> None:
        right(*words, **more)
        right(*words, **more)

    return patch.object(cases, "raise_task", again)


@contextmanager
def _together(*patches: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        yield
