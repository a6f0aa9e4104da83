"""A case moves: its state, its history and everything the step asks for, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db import audit, effects, watching, writes
from db.audit import Author, CaseAct
from db.effects import Work
from db.facts import case_row
from db.localtime import local_date
from db.tables import CaseEventRow, CaseRow, TaskRow
from db.traces import Trace, keep, traced
from scheduler.errors import StaleVersionError
from scheduler.pathway import effects as pathway
from scheduler.pathway.machine import Step
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role

MOVED = "booking_moved"
# What a reminder is made of: after one of these, reminders are looked at anew.
FOLLOWED = frozenset(
    {
        pathway.SetBookingState,
        pathway.CancelBooking,
        pathway.RecordConsent,
        pathway.RecordMdtOutcome,
        pathway.RenewReferral,
        pathway.OpenEpisode,
        pathway.CloseEpisode,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step of a case that was decided on, with what was filled in for it."""

    case: CaseRow
    step: Step
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """A step that was carried out: its line of the history, what it wrote, and what has to follow the new facts."""

    case: CaseRow
    line: CaseEventRow
    trace: Trace
    reminded: bool
    watched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Where a case stands after a step; `repeated` says that this write had been done before."""

    ref: str
    state: PathwayState
    seq: int
    version: int
    repeated: bool = False


def apply_step(
    session: Session,
    case_ref: str,
    step: Step,
    details: Mapping[str, object],
    *,
    actor: Author,
    now: datetime,
    write_id: str | None = None,
    expected_version: int | None = None,
) -> Applied:
    """Move a case as the pathway decided: state, history, effects and audit together.

    Raises StaleVersionError if the case changed since it was shown or decided on; a repeated `write_id` changes nothing
    and is given the first answer.
    """
    done = writes.earlier(session, write_id, "apply_step")
    if done is not None:
        return answer_of(done)
    case = case_row(session, case_ref, lock=True)
    case.expect(expected_version)
    if case.state is not step.from_state:
        raise StaleVersionError(
            f"Case {case_ref} has moved on to '{case.state.label}' since this was decided. Look at it again."
        )
    (done_now,) = _carry_out(session, [Move(case=case, step=step, details=details)], actor=actor, now=now)
    _follow(session, [done_now], actor=actor, now=now)
    line = done_now.line
    audit.record(session, action=step.event.value, entity="case", ref=case_ref, why=line.why)
    applied = Applied(ref=case_ref, state=case.state, seq=line.seq, version=case.version)
    writes.finish(session, write_id, {"ref": case_ref, "state": case.state, "seq": line.seq, "version": case.version})
    return applied


def apply_steps(session: Session, moves: Sequence[Move], *, actor: Author, now: datetime) -> None:
    """Move many cases that are held and were just decided on, as `apply_step` moves one.

    The trail tells of each case what its step changed. What follows from the facts is worked out for all of them
    together, and told with the act that moved them all.
    """
    done = _carry_out(session, moves, actor=actor, now=now)
    audit.record_each(
        session,
        [
            CaseAct(action=move.step.event.value, ref=move.case.ref, case_id=move.case.id, why=one.line.why)
            for move, one in zip(moves, done, strict=True)
        ],
    )
    _follow(session, done, actor=actor, now=now)


def _carry_out(session: Session, moves: Sequence[Move], *, actor: Author, now: datetime) -> list[_Done]:
    """Write the line of each history and do what the steps ask for themselves."""
    today, urgencies = local_date(session, now), [move.case.urgency for move in moves]
    traces = [(move.case, Trace()) for move in moves]
    steps = []
    with traced(session, traces):
        for move in moves:
            case, step = move.case, move.step
            line = write_line(
                session, case, step.event.value, step.to_state, actor=actor, now=now, details=move.details
            )
            work = Work(session=session, case=case, author=actor, now=now, today=today, seq=line.seq)
            steps.append((move, line, work))
        effects.apply_each([(move.step.effects, work) for move, _, work in steps])
    return [
        _Done(
            case=move.case,
            line=line,
            trace=trace,
            reminded=not FOLLOWED.isdisjoint(type(effect) for effect in move.step.effects),
            watched=watching.concerns(move.step) or move.case.urgency != urgency,
        )
        for (move, line, _), (_, trace), urgency in zip(steps, traces, urgencies, strict=True)
    ]


def _follow(session: Session, done: Sequence[_Done], *, actor: Author, now: datetime) -> None:
    """Bring reminders, timers and preparation in line with the new facts, and keep what each step wrote."""
    concerned = [one for one in done if one.reminded or one.watched]
    if concerned:
        reminded, watched = [one.case for one in done if one.reminded], [one.case for one in done if one.watched]
        with traced(session, [(one.case, one.trace) for one in concerned]):
            watching.bring_parts_in_line(session, reminded=reminded, watched=watched, now=now, by=actor.id)
    for one in done:
        keep(session, one.case, one.line.seq, one.trace)


def write_line(
    session: Session,
    case: CaseRow,
    event: str,
    to_state: PathwayState,
    *,
    actor: Author,
    now: datetime,
    details: Mapping[str, object],
    opened_on: date | None = None,
) -> CaseEventRow:
    """Add one line to a case's history and put the case in its new state; `opened_on` dates the very first line."""
    today = opened_on or local_date(session, now)
    given = audit.plain_map(details)
    line = CaseEventRow(
        case_id=case.id,
        seq=case.last_event + 1,
        event=event,
        from_state=None if opened_on else case.state.value,
        to_state=to_state,
        at=now,
        on=today,
        by=actor.name,
        role=actor.role,
        why=str(given.get("reason") or audit.attribution(session).why),
        details=given,
    )
    session.add(line)
    case.last_event = line.seq
    if case.state is not to_state:
        case.state, case.state_since = to_state, today
    case.closed_on = today if to_state.ends else None
    return line


def raise_task(
    session: Session, case_ref: str, *, kind: str, role: Role, says: str, due_on: date, now: datetime
) -> None:
    """Give people of a role something to do for a case, as a timer does when it falls due."""
    case = case_row(session, case_ref)
    session.add(TaskRow(case_id=case.id, kind=kind, role=role, says=says, due_on=due_on, made_at=now))
    audit.record(session, action="raise_task", entity="case", ref=case_ref, facts={"kind": kind})


def answer_of(kept: Mapping[str, object], *, repeated: bool = True) -> Applied:
    """Give the answer of a write as it was kept; `repeated` unless it was done just now."""
    return Applied(
        ref=str(kept["ref"]),
        state=PathwayState(str(kept["state"])),
        seq=int(str(kept["seq"])),
        version=int(str(kept["version"])),
        repeated=repeated,
    )
