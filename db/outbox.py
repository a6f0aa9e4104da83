"""The outbox: every letter from the moment it is asked for until it is sent, dropped or in a person's hands.

A letter leaves by a due step. What is about to be tried is written down before anything leaves the house, so that
whoever takes over after a crash knows whether a letter may have gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, or_, select

from db import audit, due_steps
from db.audit import Author
from db.due_steps import NewStep
from db.facts import case_row
from db.localtime import local_date
from db.tables import CaseRow, DeliveryRow, NoticeRow, TaskRow
from db.words import NoticeState, SendState, TaskState
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.pathway.effects import Audience, NoticeKind
from scheduler.vocabulary import Role

SEND_STEP = "send_notice"
LETTER_TASK = "letter"
WITH_A_PERSON = frozenset({SendState.TO_POST, SendState.FAILED, SendState.UNKNOWN})
NOT_GONE = frozenset({SendState.WAITING, SendState.TO_POST, SendState.FAILED})
MAY_BE_REPEATED = WITH_A_PERSON | {SendState.SENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter and how its sending stands; nothing here names a person."""

    id: str
    case_ref: str
    number: int
    kind: NoticeKind
    audience: Audience
    state: SendState
    event_seq: int
    queued_at: datetime
    ended_at: datetime | None
    channel: str
    attempts: int
    attempted_at: datetime | None
    receipt: str
    problem: str
    document_id: str | None
    task_id: str | None
    replaces: str | None
    reason: str
    version: int

    @property
    def name(self) -> str:
        """What people call it by: the case and which of its letters it is, such as N10001-3."""
        return f"{self.case_ref}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A letter that is asked for: of which case, and which line of its history asks."""

    case: CaseRow
    kind: NoticeKind
    audience: Audience
    event_seq: int = 0
    replaces: str | None = None
    reason: str = ""


def queue(
    session: Session,
    case: CaseRow,
    *,
    kind: NoticeKind,
    audience: Audience,
    now: datetime,
    event_seq: int = 0,
    replaces: str | None = None,
    reason: str = "",
) -> str:
    """Put one letter of a case in the outbox, with the step that sends it; gives the letter's id."""
    wanted = Wanted(case=case, kind=kind, audience=audience, event_seq=event_seq, replaces=replaces, reason=reason)
    (made,) = queue_each(session, [wanted], now=now)
    return made


def queue_each(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[str]:
    """Put several letters in the outbox, written together; gives their ids."""
    numbers = _numbers(session, {one.case.id for one in wanted})
    pairs = []
    for one in wanted:
        numbers[one.case.id] += 1
        notice = NoticeRow(
            case_id=one.case.id,
            kind=one.kind.value,
            audience=one.audience.value,
            number=numbers[one.case.id],
            queued_at=now,
        )
        pairs.append((one, notice))
    session.add_all(notice for _, notice in pairs)
    session.flush()  # a letter is there before the row of its sending
    for one, notice in pairs:
        session.add(DeliveryRow(notice_id=notice.id, event_seq=one.event_seq, replaces=one.replaces, reason=one.reason))
        due_steps.add(session, _sending(notice.id, one.case.ref, now))
    return [notice.id for _, notice in pairs]


def _numbers(session: Session, cases: Collection[str]) -> dict[str, int]:
    """Give the number of the last letter of each of these cases, by id."""
    asked = select(NoticeRow.case_id, func.max(NoticeRow.number)).where(col(NoticeRow.case_id).in_(cases))
    found = dict(session.exec(asked.group_by(col(NoticeRow.case_id))).all())
    return {case: found.get(case, 0) for case in cases}


def _sending(letter_id: str, case_ref: str, now: datetime) -> NewStep:
    key = f"{case_ref}:{SEND_STEP}:{letter_id}"
    return NewStep(key=key, name=SEND_STEP, due_at=now, case_ref=case_ref, payload={"letter": letter_id})


def wake_forgotten(session: Session, *, now: datetime) -> int:
    """Give a step to every waiting letter that has none, such as those of before there was an outbox; says how many."""
    asked = (
        select(NoticeRow.id, CaseRow.ref)
        .join(CaseRow, col(CaseRow.id) == NoticeRow.case_id)
        .join(DeliveryRow, col(DeliveryRow.notice_id) == NoticeRow.id, isouter=True)
        .where(
            NoticeRow.state == NoticeState.QUEUED,
            or_(col(DeliveryRow.notice_id).is_(None), DeliveryRow.state == SendState.WAITING),
        )
    )
    steps = [_sending(letter_id, ref, now) for letter_id, ref in session.exec(asked).all()]
    return due_steps.enqueue_each(session, steps, revive=True)


# Looking

_WHOLE = (
    select(NoticeRow, DeliveryRow, CaseRow.ref)
    .join(CaseRow, col(CaseRow.id) == NoticeRow.case_id)
    .join(DeliveryRow, col(DeliveryRow.notice_id) == NoticeRow.id, isouter=True)
)
_ONE = _WHOLE.where(col(NoticeRow.id) == bindparam("letter"))


def id_of(session: Session, name: str) -> str:
    """Give the id of the letter that people call by this name, or by its id; raises NotFoundError where none is."""
    ref, _, number = name.strip().upper().rpartition("-")
    asked = select(NoticeRow.id).join(CaseRow, col(CaseRow.id) == NoticeRow.case_id).where(CaseRow.ref == ref)
    found = session.exec(asked.where(NoticeRow.number == int(number))).first() if number.isdecimal() else None
    return found if found is not None else _notice(session, name).id


def letter(session: Session, letter_id: str) -> Letter:
    """Give one letter; raises NotFoundError where there is none."""
    found = session.exec(_ONE, params={"letter": letter_id}).first()
    if found is None:
        raise _no_letter(letter_id)
    return _letter(*found)


def letters(session: Session, *, case_ref: str | None = None, state: SendState | None = None) -> tuple[Letter, ...]:
    """List letters, oldest first: all, those of one case, or those in one state."""
    asked = _WHOLE.order_by(col(NoticeRow.queued_at), col(CaseRow.ref), col(NoticeRow.number))
    if case_ref is not None:
        asked = asked.where(NoticeRow.case_id == case_row(session, case_ref).id)
    found = (_letter(notice, delivery, ref) for notice, delivery, ref in session.exec(asked))
    return tuple(one for one in found if state in {None, one.state})


# Sending


def begin(session: Session, letter_id: str, *, channel: str, document_id: str) -> Letter:
    """Write down, before anything leaves, that this letter is about to be tried on this channel."""
    delivery = _delivery(session, letter_id)
    delivery.state, delivery.channel, delivery.document_id = SendState.UNDER_WAY, channel, document_id
    delivery.attempts += 1
    delivery.attempted_at = audit.attribution(session).now
    return _told(session, letter_id, "try_letter")


def sent(session: Session, letter_id: str, *, receipt: str) -> Letter:
    """The letter has left the house; the receipt says how we know."""
    delivery = _delivery(session, letter_id)
    delivery.receipt, delivery.problem = receipt, ""
    _end(session, letter_id, SendState.SENT)
    return _told(session, letter_id, "send_letter")


def put_back(session: Session, letter_id: str, *, problem: str) -> Letter:
    """Nothing has left the house, and the letter waits for another try."""
    delivery = _delivery(session, letter_id)
    delivery.state, delivery.problem = SendState.WAITING, problem
    return _told(session, letter_id, "put_letter_back")


def drop(session: Session, letter_id: str, *, why: str) -> Letter:
    """The letter is no longer needed, and nothing has left the house."""
    _delivery(session, letter_id).problem = why
    _end(session, letter_id, SendState.DROPPED)
    return _told(session, letter_id, "drop_letter", why=why)


def give_to_person(
    session: Session, letter_id: str, state: SendState, *, says: str, problem: str = "", document_id: str | None = None
) -> Letter:
    """Nothing more happens by itself: it becomes a task of the bookings office, which ends when it is ticked off."""
    delivery, notice = _delivery(session, letter_id), _notice(session, letter_id)
    now = audit.attribution(session).now
    task = TaskRow(
        case_id=notice.case_id,
        kind=LETTER_TASK,
        role=Role.BOOKINGS,
        says=says,
        due_on=local_date(session, now),
        made_at=now,
        about=f"{session.get_one(CaseRow, notice.case_id).ref}-{notice.number}",
    )
    session.add(task)
    session.flush()
    delivery.state, delivery.problem, delivery.task_id = state, problem, task.id
    delivery.document_id = document_id or delivery.document_id
    return _told(session, letter_id, "ask_about_letter")


# What people do


def repeat(session: Session, letter_id: str, *, reason: str, expected_version: int | None = None) -> str:
    """Send a letter again as a new one that replaces it; gives the new letter's id.

    Raises NeurolistError for one that is still to go or on its way, was replaced before, or is no longer needed.
    """
    notice, delivery = _notice(session, letter_id), _delivery(session, letter_id)
    delivery.expect(expected_version)
    later = session.exec(select(DeliveryRow).where(DeliveryRow.replaces == letter_id)).first()
    if later is not None:
        raise NeurolistError(
            f"This letter was replaced by {letter(session, later.notice_id).name} before. Send that one again instead."
        )
    if delivery.state not in MAY_BE_REPEATED:
        raise NeurolistError(f"This letter is {delivery.state.label}, so there is nothing to repeat yet.")
    case = session.get_one(CaseRow, notice.case_id)
    now = audit.attribution(session).now
    _close_task(session, delivery, TaskState.CANCELLED, audit.attribution(session).author, now)
    if delivery.state in NOT_GONE:
        _end(session, letter_id, SendState.DROPPED)
    made = queue(
        session,
        case,
        kind=NoticeKind(notice.kind),
        audience=Audience(notice.audience),
        now=now,
        event_seq=delivery.event_seq,
        replaces=letter_id,
        reason=reason,
    )
    audit.record(session, action="repeat_letter", entity="case", ref=case.ref, facts={"letter": made})
    return made


def with_repeats(session: Session, letter_id: str) -> tuple[str, ...]:
    """Give a letter and those that took its place one after another, by id."""
    asked = select(DeliveryRow.notice_id).where(DeliveryRow.replaces == letter_id)
    later = session.exec(asked).first()
    return (letter_id,) if later is None else (letter_id, *with_repeats(session, later))


def settle(session: Session, task_id: str, *, actor: Author) -> None:
    """A person ticked off the task of a letter: it was posted, or has arrived; nothing to do for any other task."""
    delivery = session.exec(select(DeliveryRow).where(DeliveryRow.task_id == task_id)).first()
    if delivery is None or delivery.state not in WITH_A_PERSON:
        return
    was = "found to have arrived" if delivery.state is SendState.UNKNOWN else "posted"
    delivery.receipt = f"{was}, says {actor.name}"
    _end(session, delivery.notice_id, SendState.SENT)


def silence(session: Session, case: CaseRow, *, author: Author, now: datetime) -> None:
    """Drop every letter of a case that has not left the house, with its task and its step."""
    asked = select(NoticeRow).where(NoticeRow.case_id == case.id, NoticeRow.state == NoticeState.QUEUED)
    for notice in session.exec(asked).all():
        delivery = _delivery(session, notice.id)
        _close_task(session, delivery, TaskState.CANCELLED, author, now)
        if delivery.state in NOT_GONE:
            _end(session, notice.id, SendState.DROPPED)
    due_steps.cancel(session, refs=[case.ref], names=(SEND_STEP,), now=now)


def may_have_gone(session: Session, letter_id: str) -> bool:
    """Say whether this letter has left the house, or may have."""
    return letter(session, letter_id).state in {SendState.SENT, SendState.UNDER_WAY, SendState.UNKNOWN}


def take_back(session: Session, letter_id: str, *, author: Author, now: datetime) -> None:
    """A letter that was asked for by mistake does not go, and nobody is asked to post it."""
    _close_task(session, _delivery(session, letter_id), TaskState.CANCELLED, author, now)
    _end(session, letter_id, SendState.DROPPED)


# Inside


def _notice(session: Session, letter_id: str) -> NoticeRow:
    row = session.get(NoticeRow, letter_id)
    if row is None:
        raise _no_letter(letter_id)
    return row


def _no_letter(name: str) -> NotFoundError:
    return NotFoundError(f"No letter is called {name}. List them with: neurolist letters")


def _delivery(session: Session, letter_id: str) -> DeliveryRow:
    """Give how the sending goes; a letter of before there was an outbox begins here."""
    row = session.get(DeliveryRow, letter_id)
    if row is None:
        row = DeliveryRow(notice_id=_notice(session, letter_id).id)
        session.add(row)
        session.flush()
    return row


def _end(session: Session, letter_id: str, state: SendState) -> None:
    """A dropped letter keeps how far its sending had come, so that it goes on if the dropping is taken back."""
    notice, delivery = _notice(session, letter_id), _delivery(session, letter_id)
    delivery.state = SendState.SENT if state is SendState.SENT else delivery.state
    notice.state = NoticeState.SENT if state is SendState.SENT else NoticeState.CANCELLED
    notice.ended_at = audit.attribution(session).now
    session.flush()


def _close_task(session: Session, delivery: DeliveryRow, state: TaskState, author: Author, now: datetime) -> None:
    task = session.get(TaskRow, delivery.task_id) if delivery.task_id else None
    if task is not None and task.state is TaskState.OPEN:
        task.end(state, now=now, by=author.id)


def _told(session: Session, letter_id: str, action: str, why: str | None = None) -> Letter:
    session.flush()
    found = letter(session, letter_id)
    audit.record(session, action=action, entity="case", ref=found.case_ref, why=why, facts={"letter": letter_id})
    return found


def _letter(notice: NoticeRow, delivery: DeliveryRow | None, case_ref: str) -> Letter:
    way = delivery or DeliveryRow(notice_id=notice.id)
    return Letter(
        id=notice.id,
        case_ref=case_ref,
        number=notice.number,
        kind=NoticeKind(notice.kind),
        audience=Audience(notice.audience),
        state=_ENDED.get(notice.state, way.state),
        event_seq=way.event_seq,
        queued_at=notice.queued_at,
        ended_at=notice.ended_at,
        channel=way.channel,
        attempts=way.attempts,
        attempted_at=way.attempted_at,
        receipt=way.receipt,
        problem=way.problem,
        document_id=way.document_id,
        task_id=way.task_id,
        replaces=way.replaces,
        reason=way.reason,
        version=way.version,
    )


_ENDED = {NoticeState.SENT: SendState.SENT, NoticeState.CANCELLED: SendState.DROPPED}
