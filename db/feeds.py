"""Calendar feeds: addresses nobody can guess, each for one radiologist or one suite, until somebody ends it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from db import audit, writes
from db.tables import AccountRow, CalendarFeedRow, RadiologistRow, SiteRow, SuiteRow
from scheduler.errors import NotFoundError

TOKEN_BYTES = 32  # 256 bits: guessing is hopeless however many ask


class FeedKind(StrEnum):
    """Whose calendar a feed gives."""

    RADIOLOGIST = "radiologist"
    SUITE = "suite"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """One feed: whose calendar it is, who made it when, and when it ended."""

    id: str
    kind: FeedKind
    subject: str
    name: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    version: int


def subjects(session: Session) -> tuple[tuple[FeedKind, str, str], ...]:
    """List whose calendars there can be: kind, id and name."""
    suites = session.exec(
        select(SuiteRow, SiteRow)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .order_by(SiteRow.name, SuiteRow.name)
    ).all()
    return (
        *(
            (FeedKind.RADIOLOGIST, row.id, row.name)
            for row in session.exec(select(RadiologistRow).order_by(RadiologistRow.name))
        ),
        *((FeedKind.SUITE, suite.id, f"{site.name}, {suite.name}") for suite, site in suites),
    )


def add(session: Session, kind: FeedKind, subject: str, *, by: str, now: datetime, write_id: str | None = None) -> str:
    """Make a feed and give its token, which is not kept; a repeated write gives none ("")."""
    if writes.earlier(session, write_id, "make_feed") is not None:
        return ""
    known = {each: name for which, each, name in subjects(session) if which is kind}
    if subject not in known:
        raise NotFoundError(f"No {kind.value} has the id '{subject}'. There are: {', '.join(known) or 'none yet'}.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = CalendarFeedRow(
        radiologist_id=subject if kind is FeedKind.RADIOLOGIST else None,
        suite_id=subject if kind is FeedKind.SUITE else None,
        token_digest=_digest(token),
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, action="make_feed", entity=kind.value, ref=subject)
    writes.finish(session, write_id, {"feed": row.id})
    return token


def feeds(session: Session) -> tuple[FeedLine, ...]:
    """List the feeds, those that still answer first, the newest of them first."""
    names = {(kind, each): name for kind, each, name in subjects(session)}
    people = dict(session.exec(select(AccountRow.id, AccountRow.name)).all())
    rows = session.exec(select(CalendarFeedRow).order_by(col(CalendarFeedRow.made_at).desc())).all()
    lines = [_line(row, names, people) for row in rows]
    return tuple(sorted(lines, key=lambda line: line.ended_at is not None))


def end(session: Session, feed_id: str, *, by: str, now: datetime, expected_version: int | None = None) -> None:
    """Let a feed answer no more; nothing happens to one that has ended."""
    row = session.get(CalendarFeedRow, feed_id)
    if row is None:
        raise NotFoundError(f"No calendar feed has the id {feed_id}.")
    if row.ended_at is not None:
        return
    row.expect(expected_version)
    row.ended_at, row.ended_by = now, by
    audit.record(session, action="end_feed", entity=_kind(row).value, ref=_subject(row))


def feed_of(session: Session, token: str) -> tuple[FeedKind, str, str] | None:
    """Give the kind, id and name of the calendar behind a token; None when it is unknown or has ended."""
    row = session.exec(select(CalendarFeedRow).where(CalendarFeedRow.token_digest == _digest(token))).first()
    if row is None or row.ended_at is not None:
        return None
    kind, subject = _kind(row), _subject(row)
    name = next(name for which, each, name in subjects(session) if (which, each) == (kind, subject))
    return kind, subject, name


def _line(row: CalendarFeedRow, names: dict[tuple[FeedKind, str], str], people: dict[str, str]) -> FeedLine:
    kind, subject = _kind(row), _subject(row)
    return FeedLine(
        id=row.id,
        kind=kind,
        subject=subject,
        name=names[kind, subject],
        made_by=people.get(row.made_by, row.made_by),
        made_at=row.made_at,
        ended_at=row.ended_at,
        version=row.version,
    )


def _kind(row: CalendarFeedRow) -> FeedKind:
    return FeedKind.SUITE if row.radiologist_id is None else FeedKind.RADIOLOGIST


def _subject(row: CalendarFeedRow) -> str:
    return row.radiologist_id or row.suite_id or ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
