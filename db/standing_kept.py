"""The plan that stands, kept, and mended where cases or lists have changed, instead of read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db.mapping import Planning, mended, planning
from db.standing import Standing, stands_in
from db.touched import Touched


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStanding:
    """What stands on some dates, with what it was made of."""

    stands: Standing
    made: Planning

    @property
    def locked(self) -> frozenset[str]:
        """The lists that are locked."""
        return frozenset(row.id for row in self.made.frame.lists.values() if row.locked)

    @property
    def until(self) -> datetime | None:
        """When the first of its lists begins, which is then no longer planned."""
        return min((row.start for row in self.made.frame.lists.values()), default=None)


def keep_standing(session: Session, *, start: date, end: date, now: datetime) -> KeptStanding:
    """Read what stands on these dates, both included."""
    return _kept(session, planning(session, start=start, end=end, now=now))


def mend_standing(session: Session, before: KeptStanding, touched: Touched) -> KeptStanding:
    """Give what `keep_standing` would give now, where nothing but this has changed."""
    return _kept(session, mended(session, before.made, cases=touched.cases, lists=touched.lists))


def _kept(session: Session, made: Planning) -> KeptStanding:
    return KeptStanding(stands=stands_in(session, made), made=made)
