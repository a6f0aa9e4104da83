"""A mistaken step is taken back: the case stands where it stood, both lines stay, what is lost becomes a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from db import agendas, audit, effects, outbox, retaking, traces, watching, writes
from db.audit import Author
from db.cases import Applied, answer_of, write_line
from db.effects import Work
from db.facts import REVERSAL, case_facts, case_row, standing_lines
from db.giving_back import give_back
from db.light import light_on
from db.localtime import local_date, timezone_of
from db.tables import (
    BookingRow,
    CaseEventRow,
    CaseRow,
    CaseTraceRow,
    DueStepRow,
    MdtItemRow,
    NoticeRow,
    NotReadyPeriodRow,
    TaskRow,
    WaitlistEpisodeRow,
)
from db.tables.base import Row
from db.tables.pathway import CorrectableRow
from db.words import NoticeState, StepState, TaskState
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import effects as pathway
from scheduler.pathway.booking import TENTATIVE, BookingState
from scheduler.pathway.duties import DUTIES, restarted
from scheduler.pathway.preparation import PREPARATION
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import WAITING, PathwayState
from scheduler.vocabulary import Readiness, Role

ACTION = "reverse"
MISTAKE = "entered_in_error"
# A booked visit whose slot is gone is waited for again.
WITHOUT_A_SLOT = {
    PathwayState.TEST_BOOKED: PathwayState.TEST_WAITING,
    PathwayState.DEFINITIVE_BOOKED: PathwayState.DEFINITIVE_WAITING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What taking back the last step of a case would do, for a second look before it is done.

    `lost` names what cannot be put back, `letters` those already sent, which a correcting letter follows.
    """

    ref: str
    seq: int
    event: str
    on: date
    by: str
    to_state: PathwayState
    lost: tuple[str, ...]
    letters: tuple[str, ...]
    version: int


def reversal_of(session: Session, ref: str, *, now: datetime) -> Reversal:
    """Say what taking back the last step of a case would do; raises TransitionNotAllowedError where it cannot."""
    case = case_row(session, ref)
    line, trace = _last(session, case)
    given = _given_away(session, trace)
    lost = None if given is None or retaking.still_free(session, case, given, now=now) else given
    back = PathwayState(line.from_state or case.state)
    return Reversal(
        ref=ref,
        seq=line.seq,
        event=line.event,
        on=line.on,
        by=line.by,
        to_state=WITHOUT_A_SLOT.get(back, back) if lost else back,
        lost=(_slot_words(session, lost),) if lost else (),
        letters=tuple(f"{one.kind} to {one.audience}" for one in _letters(session, trace) if _went_out(session, one)),
        version=case.version,
    )


# A case's way between meetings is no step of it: what came before may still be taken back.
BESIDE = frozenset({REVERSAL, agendas.CARRIED, agendas.REDISCUSS})


def reverse(
    session: Session,
    ref: str,
    *,
    reason: str,
    actor: Author,
    now: datetime,
    expected_version: int,
    not_ready: bool = False,
    write_id: str | None = None,
) -> Applied:
    """Take back the last step of a case, as it was shown at `expected_version`.

    The days since the mistake count as waited, unless `not_ready` says that the patient could not have come.
    """
    done = writes.earlier(session, write_id, ACTION)
    if done is not None:
        return answer_of(done)
    case = case_row(session, ref, lock=True)
    case.expect(expected_version)
    mistake, trace = _last(session, case)
    given = _given_away(session, trace)
    again = given is not None and retaking.still_free(session, case, given, now=now)
    lost = None if again else given
    back = PathwayState(mistake.from_state or case.state)
    to_state = WITHOUT_A_SLOT.get(back, back) if lost else back
    told = {"takes_back": mistake.seq, "event": mistake.event, "reason": reason}
    told |= {"not_put_back" if lost else "taken_again": _slot_words(session, given)} if given else {}
    line = write_line(session, case, REVERSAL, to_state, actor=actor, now=now, details=told)
    work = Work(session=session, case=case, author=actor, now=now, today=local_date(session, now), seq=line.seq)
    if given is not None and again:
        retaking.take_again(session, case, given, trace.changed["booking"][given.id])
    _undo(work, trace, mistake, to_state)
    _put_right(work, mistake, back, lost, not_ready=not_ready)
    agendas.bring_back(session, case, actor=actor)
    watching.bring_in_line(session, [case], now=now, by=actor.id)
    audit.record(session, action=ACTION, entity="case", ref=ref, why=reason)
    answer = {"ref": ref, "state": case.state, "seq": line.seq, "version": case.version}
    writes.finish(session, write_id, answer)
    return answer_of(answer, repeated=False)


def _last(session: Session, case: CaseRow) -> tuple[CaseEventRow, CaseTraceRow]:
    """The last line that stands, and what it wrote."""
    asked = select(CaseEventRow).where(CaseEventRow.case_id == case.id).order_by(col(CaseEventRow.seq))
    lines = [row for row in standing_lines(session.exec(asked).all()) if row.event not in BESIDE]
    trace = traces.trace_of(session, case, lines[-1].seq) if lines else None
    if trace is None:
        what = lines[-1].event if lines else "nothing"
        raise TransitionNotAllowedError(
            f"The last thing recorded of case {case.ref} is '{what}', which cannot be taken back. "
            "Record what is true now, or correct a single field (neurolist correct)."
        )
    return lines[-1], trace


def _rows(session: Session, trace: CaseTraceRow, table: str) -> list[Row]:
    found = [session.get(traces.ROWS[table], id_) for name, id_ in trace.made if name == table]
    return [row for row in found if row is not None]


def _letters(session: Session, trace: CaseTraceRow) -> list[NoticeRow]:
    return [row for row in _rows(session, trace, "notice") if isinstance(row, NoticeRow)]


def _went_out(session: Session, notice: NoticeRow) -> bool:
    return any(outbox.may_have_gone(session, name) for name in outbox.with_repeats(session, notice.id))


def _given_away(session: Session, trace: CaseTraceRow) -> BookingRow | None:
    """The booking whose slot the mistake gave back: it is taken again if nobody else has had it since."""
    for id_, before in trace.changed.get("booking", {}).items():
        booking = session.get(BookingRow, id_)
        if booking is not None and booking.ended_at is not None and "ended_at" in before:
            return booking
    return None


def _slot_words(session: Session, booking: BookingRow) -> str:
    start = booking.start.astimezone(ZoneInfo(timezone_of(session)))
    return f"the slot of {start:%-d %B %Y, %H:%M} on list {booking.session_id}"


def _undo(work: Work, trace: CaseTraceRow, mistake: CaseEventRow, to_state: PathwayState) -> None:
    for table, id_ in trace.made:
        row = work.session.get(traces.ROWS[table], id_)
        if row is not None:
            _strike_out(work, row)
    _free_slot(work, to_state)
    work.session.flush()  # an episode opened by mistake is closed before the one it replaced is open again
    # Timers first, those it had brought back before those it had ended: what one of the former has raised or was set
    # anew as goes before what stood there is open again.
    for table, rows in sorted(trace.changed.items(), key=lambda told: told[0] != DueStepRow.__tablename__):
        for id_, before in sorted(rows.items(), key=lambda told: told[1].get("state") == StepState.WAITING):
            row = work.session.get(traces.ROWS[table], id_)
            if row is not None and not (isinstance(row, BookingRow) and row.ended_at is not None):
                _restore(work, row, before, to_state, mistake)
    work.session.flush()
    _ask_once(work, trace)


def _ask_once(work: Work, trace: CaseTraceRow) -> None:
    """End what taking back a later step asked for in the place of a duty that is open again now."""
    state, again = pathway.TaskKind.STATE.value, trace.changed.get(TaskRow.__tablename__, {})
    asked = select(TaskRow).where(
        TaskRow.case_id == work.case.id, TaskRow.kind == state, TaskRow.state == TaskState.OPEN
    )
    duties = work.session.exec(asked).all()
    if any(task.id in again for task in duties):
        for task in duties:
            if task.id not in again:
                task.end(TaskState.CANCELLED, now=work.now, by=work.author.id)


def _restore(work: Work, row: Row, before: Mapping[str, object], to_state: PathwayState, mistake: CaseEventRow) -> None:
    if isinstance(row, DueStepRow):
        was = before.get("state")
        if row.state is StepState.CANCELLED and was == StepState.WAITING:
            row.state, row.finished_at, row.owner, row.lease_until = StepState.WAITING, None, None, None
        elif row.state in {StepState.WAITING, StepState.DONE} and was in {StepState.CANCELLED, StepState.DONE}:
            _drop(work, row)  # the mistake had brought the timer back
            traces.put_back(row, before)
        return
    if isinstance(row, CaseRow):
        _restore_case(row, before, to_state, mistake)
        return
    traces.put_back(row, before)


def _restore_case(case: CaseRow, before: Mapping[str, object], to_state: PathwayState, mistake: CaseEventRow) -> None:
    """The new line of history has set the state; where it is the old one, the case has stood there all along."""
    by_history = {"state", "state_since", "closed_on"}
    traces.put_back(case, {name: value for name, value in before.items() if name not in by_history})
    if before.get("state") == to_state.value:
        traces.put_back(case, {"state_since": before.get("state_since", mistake.on.isoformat())})


def _strike_out(work: Work, row: Row) -> None:
    """Let a row that the mistake made count no longer; nothing is deleted but what only repeats the history."""
    if isinstance(row, TaskRow) and row.state is TaskState.OPEN:
        row.end(TaskState.CANCELLED, now=work.now, by=work.author.id)
    elif isinstance(row, DueStepRow):
        _drop(work, row)
    elif isinstance(row, NoticeRow):
        _recall(work, row)
    elif isinstance(row, MdtItemRow):
        _forget_decision(work, row)
    elif isinstance(row, CorrectableRow):
        row.struck_by = work.seq
    if isinstance(row, WaitlistEpisodeRow):
        row.closed_on, row.closed_reason = row.closed_on or work.today, row.closed_reason or MISTAKE


def _drop(work: Work, step: DueStepRow) -> None:
    """Drop a timer that the mistake set, those it was set anew as, and the task it has raised since."""
    asked = select(DueStepRow).where(
        DueStepRow.case_ref == step.case_ref,
        DueStepRow.name == step.name,
        DueStepRow.state == StepState.WAITING,
        col(DueStepRow.created_at) >= step.created_at,
    )
    for other in work.session.exec(asked).all():
        if other is step or watching.is_same_timer(other, step):
            other.state, other.finished_at = StepState.CANCELLED, work.now
    raised = select(TaskRow).where(
        TaskRow.case_id == work.case.id, TaskRow.kind == step.name, TaskRow.state == TaskState.OPEN
    )
    for task in work.session.exec(raised):
        if task.says == step.payload.get("says"):
            task.end(TaskState.CANCELLED, now=work.now, by=work.author.id)


def _recall(work: Work, notice: NoticeRow) -> None:
    """Stop a letter and its repeats that have not gone out; where one of them has, a correcting letter follows."""
    sent = outbox.with_repeats(work.session, notice.id)
    gone = [name for name in sent if outbox.may_have_gone(work.session, name)]
    for name in set(sent) - set(gone):
        if work.session.get_one(NoticeRow, name).state is NoticeState.QUEUED:
            outbox.take_back(work.session, name, author=work.author, now=work.now)
    if gone:
        audience = pathway.Audience(notice.audience)
        effects.apply_each([([pathway.Notice(kind=pathway.NoticeKind.CORRECTION, audience=audience)], work)])


def _forget_decision(work: Work, item: MdtItemRow) -> None:
    if item.supplied:
        work.session.delete(item)
    else:
        item.outcome = item.recommendation = None


def _free_slot(work: Work, to_state: PathwayState) -> None:
    """End a slot that is held for a listing made by mistake: nobody waits for a visit where the case stands now."""
    booking = effects.standing_booking(work.session, work.case.id)
    if booking is not None and booking.status in TENTATIVE and to_state not in WAITING:
        cancelled = BookingState.CANCELLED_HOSPITAL
        give_back(work.session, work.case, booking, cancelled, now=work.now, by=work.author.id, reason=MISTAKE)


def _put_right(
    work: Work, mistake: CaseEventRow, back: PathwayState, lost: BookingRow | None, *, not_ready: bool
) -> None:
    """Ask for what could not be put back, and let the days in error count as not ready where a person says so."""
    episode = effects.open_episode(work)
    if not_ready and episode is not None and mistake.on < work.today:
        away = Readiness.NOT_READY_CLINICAL
        period = NotReadyPeriodRow(episode_id=episode.id, readiness=away, since=mistake.on, until=work.today)
        work.session.add(period)
        work.session.flush()
    case = light_on(work.session, work.today).situation(case_facts(work.session, work.case.ref))
    wanted: list[pathway.Effect] = []
    if not_ready:
        wanted += restarted(case, (pathway.Timer.TREAT_BY,))
    if lost is not None:
        wanted += _slot_tasks(work, case, lost)
        if back in WITHOUT_A_SLOT:
            duty = DUTIES[work.case.state]
            state = pathway.TaskKind.STATE
            wanted.append(pathway.CompleteTasks(kinds=(state, *PREPARATION)))
            wanted.append(pathway.Task(kind=state, role=duty.role, says=duty.says, due_on=duty.due_on(case)))
    effects.apply_each([(wanted, work)])


def _slot_tasks(work: Work, case: Situation, lost: BookingRow) -> list[pathway.Effect]:
    words = _slot_words(work.session, lost)
    says = f"A mistake gave back {words}: tell the patient, and hold it again if it is free, or another."
    due_on = work.today + timedelta(days=case.protocol.days("decide_within"))
    return [pathway.Task(kind=pathway.TaskKind.CORRECTION, role=Role.BOOKINGS, says=says, due_on=due_on)]
