"""The letters that answer referrals, as the clock of the response reads them: when each was asked for, and left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, select
from sqlmodel import Session, col

from db.localtime import timezone_of
from db.tables import CaseEventRow, DeliveryRow, NoticeRow
from db.words import NoticeState
from scheduler.pathway.effects import NoticeKind
from scheduler.pathway.facts import ResponseLetter

OUTCOMES = (NoticeKind.ACCEPTED.value, NoticeKind.DECLINED.value, NoticeKind.RETURNED.value)
ANSWERS = (*OUTCOMES, NoticeKind.INFORMATION_NEEDED.value)


@dataclass(frozen=True, slots=True)
class Asked:
    """One letter of a referral's answer: the line of the history that asked for it, and how it stands."""

    kind: str
    audience: str
    state: NoticeState
    ended_at: datetime | None
    line: int


_CASE = bindparam("case_id", type_=String)
_ASKED = (
    select(
        col(NoticeRow.case_id),
        col(NoticeRow.kind),
        col(NoticeRow.audience),
        col(NoticeRow.state),
        col(NoticeRow.ended_at),
        col(DeliveryRow.event_seq),
    )
    .join(DeliveryRow, col(DeliveryRow.notice_id) == NoticeRow.id)
    .where(col(NoticeRow.kind).in_(ANSWERS), col(NoticeRow.state) != NoticeState.CANCELLED)
    .order_by(col(NoticeRow.queued_at), col(NoticeRow.number))
)
_OF_ONE = _ASKED.where(col(NoticeRow.case_id) == _CASE)


def answers_of(session: Session, case_id: str | None) -> Mapping[str, Sequence[Asked]]:
    """Give the letters that answer one referral, or every one, by case; those that were dropped are left out."""
    session.flush()
    connection, found = session.connection(), defaultdict[str, list[Asked]](list)
    rows = connection.execute(_ASKED) if case_id is None else connection.execute(_OF_ONE, {"case_id": case_id})
    for case, kind, audience, state, ended_at, line in rows:
        found[case].append(Asked(kind=kind, audience=audience, state=state, ended_at=ended_at, line=line))
    return found


def responses(session: Session, asked: Iterable[Asked], lines: Iterable[CaseEventRow]) -> tuple[ResponseLetter, ...]:
    """Say when each of these letters was asked for, by the lines of the history that stand, and when it was sent."""
    letters = tuple(asked)
    if not letters:
        return ()
    days, zone = {line.seq: line.on for line in lines}, ZoneInfo(timezone_of(session))
    return tuple(
        ResponseLetter(
            outcome=letter.kind in OUTCOMES,
            audience=letter.audience,
            asked_on=days[letter.line],
            sent_on=_sent_on(letter, zone),
        )
        for letter in letters
        if letter.line in days
    )


def _sent_on(letter: Asked, zone: ZoneInfo) -> date | None:
    if letter.state is not NoticeState.SENT or letter.ended_at is None:
        return None
    return letter.ended_at.astimezone(zone).date()
