"""Wrong sign-ins make the next try wait, longer each time, and never for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db.tables import LoginAttemptRow, LoginSessionRow

REMEMBERED = timedelta(days=1)
KNOWN_FOR = timedelta(days=90)  # a place somebody signed in from counts as theirs for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many wrong tries are free, how long the next one then waits, and how long it may wait at most."""

    free: int
    wait: timedelta
    most: timedelta

    def until(self, tries: Sequence[datetime]) -> datetime | None:
        """Give when the next try is heard; each further run of wrong ones doubles the wait."""
        if len(tries) < self.free:
            return None
        doubled = min(len(tries) // self.free - 1, 10)
        return tries[-1] + min(self.wait * (1 << doubled), self.most)


# One name tried from one place: somebody who mistypes, or a guesser who sits there.
PAIR = Patience(free=5, wait=timedelta(minutes=15), most=timedelta(hours=4))
# One place that tries many names. A hospital may have one address, so a good many mistypes are free.
PLACE = Patience(free=50, wait=timedelta(minutes=1), most=timedelta(minutes=15))
# One name tried from many places. It does not count where its owner signed in before: strangers lock nobody out.
NAME = Patience(free=25, wait=timedelta(minutes=5), most=timedelta(hours=1))


def wait_until(
    session: Session, *, name: str, place: str, account: str | None, now: datetime, signed_in: bool = False
) -> datetime:
    """Give when a try of this name from this place is heard: a time gone by when at once.

    Who is `signed_in` and is asked again waits for wrong tries of that place alone: strangers make them wait nowhere.
    """
    tried = session.exec(
        select(LoginAttemptRow)
        .where(
            (LoginAttemptRow.name_digest == name) | (LoginAttemptRow.address_digest == place),
            col(LoginAttemptRow.at) > now - REMEMBERED,
        )
        .order_by(col(LoginAttemptRow.at))
    ).all()
    pair = [one.at for one in tried if one.name_digest == name and one.address_digest == place]
    waits = [PAIR.until(pair), PLACE.until([one.at for one in tried if place and one.address_digest == place])]
    if not signed_in and not _is_known(session, account, place, now):
        waits.append(NAME.until([one.at for one in tried if one.name_digest == name]))
    return max((wait for wait in waits if wait is not None), default=now)


def note_wrong(session: Session, *, name: str, place: str, now: datetime) -> None:
    """Keep a wrong try; those older than a day are forgotten."""
    for old in session.exec(select(LoginAttemptRow).where(col(LoginAttemptRow.at) <= now - REMEMBERED).limit(100)):
        session.delete(old)
    session.add(LoginAttemptRow(name_digest=name, address_digest=place, at=now))


def forget(session: Session, *, name: str, place: str) -> None:
    """Forget the wrong tries of a name from a place where it has now been right."""
    asked = select(LoginAttemptRow).where(LoginAttemptRow.name_digest == name, LoginAttemptRow.address_digest == place)
    for tried in session.exec(asked):
        session.delete(tried)


def _is_known(session: Session, account: str | None, place: str, now: datetime) -> bool:
    asked = select(LoginSessionRow.token_digest).where(
        LoginSessionRow.account_id == account,
        LoginSessionRow.address_digest == place,
        col(LoginSessionRow.half_open).is_(False),
        col(LoginSessionRow.started_at) > now - KNOWN_FOR,
    )
    return bool(account and place) and session.exec(asked.limit(1)).first() is not None
