"""What the board shows, read once, and after each change mended where it changed, so that a drag is answered at once.

The audit trail says which rows every change touched. What a change touched is read again and nothing else; what cannot
be told apart, such as a protocol or a holiday, makes everything be read again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from db import audit, boards
from db.list_names import list_names
from db.mapping import ref_of
from db.room_times import room_times
from db.standing_kept import KeptStanding, keep_standing, mend_standing
from db.touched import EVERYTHING, NOTHING, Touched, touched_since
from flows.explaining import PlaceLine, Where, where_it_can_go
from flows.first_places import Found, first_places
from flows.risks import published_risks
from scheduler.explain import Verdict
from scheduler.explain.excerpt import with_cases

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlmodel import Session

    from db.engine import Database
    from db.pictures import CaseSummary, ListCard
    from db.room_times import RoomTimes
    from db.standing import Standing
    from flows.first_places import FirstPlace

MOST_KEPT: Final = 32  # pictures: a few for each window and site that people look at
MOST_CHANGES: Final = 64  # remembered; a picture that lags behind by more is read again
T = TypeVar("T")
LOCKED: Final = "The list is locked. Release it first."
OFF_LOCKED: Final = "The case stands on a locked list. Release that list first."
Risks = dict[str, tuple[float, "datetime"]]


@dataclass(slots=True)
class Picture(Generic[T]):
    """Something read, with the steps of the trail it knows of, and the instant after which it is another picture."""

    shows: T
    step: int
    until: datetime | None = None


@dataclass(slots=True)
class Stands:
    """What stands, with the answers that were worked out from it so far."""

    kept: KeptStanding
    where: dict[str, Where] = field(default_factory=dict)
    first: dict[str, FirstPlace] = field(default_factory=dict)


class BoardMemory:
    """The latest pictures of each database, shared by everybody who looks at the board or drags on it."""

    def __init__(self) -> None:
        self._trails: dict[str, Trail] = {}
        self._pictures: OrderedDict[tuple[object, ...], Picture[Any]] = OrderedDict()
        self._reading = Lock()
        self._finding = Lock()

    def version(self, database: Database) -> int:
        """Give a number that grows whenever something the board shows may have changed, in whichever process."""
        with self._reading, database.reading() as session:
            return self._trail(database).follow(session).changed

    def lists(
        self, database: Database, *, first: date, last: date, site: str | None, now: datetime, today: date
    ) -> tuple[ListCard, ...]:
        """Give the lists of these dates with their cases."""
        return self._known(
            database,
            ("lists", first, last, site, today),
            lambda session: boards.lists(session, start=first, end=last, now=now, site=site),
            lambda session, before, touched: (
                boards.lists_mended(session, before, touched.lists, start=first, end=last, now=now, site=site)
                if touched.lists
                else before
            ),
        )

    def to_place(self, database: Database, *, site: str | None, now: datetime, today: date) -> tuple[CaseSummary, ...]:
        """Give the waiting cases without a place."""
        return self._known(
            database,
            ("to place", site, today),
            lambda session: boards.to_place(session, now=now, site=site),
            lambda session, before, touched: (
                boards.to_place_mended(session, before, touched.cases, now=now, site=site) if touched.cases else before
            ),
        )

    def risks(self, database: Database, *, first: date, last: date, now: datetime, today: date) -> Mapping[str, float]:
        """Say of each list of these days that holds cases on what share of days it would end late."""

        def told(session: Session, times: RoomTimes, only: Collection[str] | None = None) -> Risks:
            found = published_risks(session, start=first, end=last, now=now, only=only, times=times).lists
            return {risk.list: (risk.probability, risk.start) for risk in found}

        def read(session: Session) -> Shares:
            times = room_times(session, today)
            return Shares(told(session, times), times)

        def mend(session: Session, before: Shares, touched: Touched) -> Shares:
            if touched.timed:
                return read(session)
            if not touched.lists:
                return before
            kept = {name: risk for name, risk in before.of.items() if name not in touched.lists}
            return Shares({**kept, **told(session, before.times, touched.lists)}, before.times)

        return self._known(database, ("risks", first, last, today), read, mend, now).shares

    def where(self, database: Database, ref: str, *, today: date, last: date, now: datetime) -> Where:
        """Answer for every list until a day, from what stands now."""
        stands = self._stands(database, today, last, now)
        found = stands.where.get(ref)
        if found is None:
            found = stands.where[ref] = _where(stands.kept, ref)
        return found

    def first_places(
        self, database: Database, refs: Sequence[str], *, start: date, end: date, now: datetime, **limits: Any
    ) -> Mapping[str, FirstPlace]:
        """Give the best list of these cases as far as the time goes; see `flows.first_places`."""
        stands = self._stands(database, start, end, now)

        def name(list_id: str) -> str:
            with database.reading() as session:
                return list_names(session, [list_id])[list_id]

        with self._finding:
            return first_places(Found(stands.kept.stands, name, stands.first), refs, **limits)

    def _stands(self, database: Database, start: date, end: date, now: datetime) -> Stands:
        return self._known(
            database,
            ("stands", start, end),
            lambda session: Stands(keep_standing(session, start=start, end=end, now=now)),
            lambda session, before, touched: Stands(mend_standing(session, before.kept, touched)),
            now,
        )

    def _known(
        self,
        database: Database,
        what: tuple[object, ...],
        read: Callable[[Session], T],
        mend: Callable[[Session, T, Touched], T],
        now: datetime | None = None,
    ) -> T:
        """Give a picture as it is now: once made or mended, however many ask for it at one time."""
        with self._reading, database.reading() as session:
            trail = self._trail(database).follow(session)
            key = (trail, *what)
            picture: Picture[T] | None = self._pictures.get(key)
            if picture is None or (picture.until and now and picture.until <= now):
                picture = Picture(read(session), trail.step)
            elif picture.step != trail.step:
                touched = trail.since(picture.step)
                shows = picture.shows
                if touched:
                    shows = read(session) if touched.everything else mend(session, shows, touched)
                picture = Picture(shows, trail.step, picture.until)
            if now is not None:
                picture.until = _until(picture.shows)
            self._pictures[key] = picture
            self._pictures.move_to_end(key)
            while len(self._pictures) > MOST_KEPT:
                self._pictures.popitem(last=False)
            return picture.shows

    def _trail(self, database: Database) -> Trail:
        return self._trails.setdefault(str(database.settings.url), Trail())


@dataclass(slots=True, eq=False)
class Trail:
    """How far the audit trail of one database has been followed, and what its latest events changed."""

    seq: int = -1
    seal: str = ""
    step: int = 0
    changed: int = 0
    latest: tuple[Touched, ...] = ()

    def follow(self, session: Session) -> Trail:
        """Read what was told since."""
        seq, seal = audit.head(session)
        if (seq, seal) != (self.seq, self.seal):
            touched = self._touched(session, seq)
            self.latest = (*self.latest[1 - MOST_CHANGES :], touched)
            self.seq, self.seal, self.step = seq, seal, self.step + 1
            if touched:
                self.changed = max(self.changed + 1, seq)
        return self

    def since(self, step: int) -> Touched:
        """Tell what has changed after a step of the trail."""
        missed = self.step - step
        return reduce(or_, self.latest[-missed:], NOTHING) if missed <= len(self.latest) else EVERYTHING

    def _touched(self, session: Session, seq: int) -> Touched:
        """A trail that is not the one followed so far, as after a restore, changes everything."""
        if self.seq < 0 or seq < self.seq or audit.seal_of(session, self.seq) != self.seal:
            return EVERYTHING
        return touched_since(session, self.seq)


class Shares:
    """How often lists end late, each with its start: a list that has begun is no longer asked about."""

    def __init__(self, of: Risks, times: RoomTimes) -> None:
        self.of, self.times = of, times
        self.shares: Mapping[str, float] = {name: share for name, (share, _) in of.items()}


def _until(shown: object) -> datetime | None:
    if isinstance(shown, Stands):
        return shown.kept.until
    return min((start for _, start in shown.of.values()), default=None) if isinstance(shown, Shares) else None


def _where(kept: KeptStanding, ref: str) -> Where:
    free = may_move(kept.stands, ref)
    stays_on = next((case.previous for case in free.problem.cases if ref_of(case.id) == ref), None)
    where = where_it_can_go(free, ref)
    locked = kept.locked
    stuck = stays_on is not None and stays_on.session in locked
    return replace(where, places=tuple(_with_locks(line, locked, stuck=stuck) for line in where.places))


def may_move(stands: Standing, ref: str) -> Standing:
    """Let one case move: what pins it keeps plans from moving it, and the desk asks again when a person does."""
    problem = stands.problem
    if not any(case.pinned and ref_of(case.id) == ref for case in problem.cases):
        return stands
    cases = (replace(case, pinned=None) if ref_of(case.id) == ref else case for case in problem.cases)
    return replace(stands, problem=with_cases(problem, *cases))


def _with_locks(line: PlaceLine, locked: frozenset[str], *, stuck: bool) -> PlaceLine:
    if stuck:
        return replace(line, verdict=Verdict.NO, because=(OFF_LOCKED,))
    if line.session in locked:
        return replace(line, verdict=Verdict.NO, because=(LOCKED,))
    return line


MEMORY: Final = BoardMemory()
