"""What stands on the lists, read once for each change of the board, so that a drag is answered at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from db.board_state import board_version, locked_lists
from db.mapping import ref_of
from db.standing import Standing, standing
from flows.explaining import PlaceLine, Where, where_it_can_go
from flows.risks import published_risks
from scheduler.explain import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlmodel import Session

    from db.engine import Database

MOST_KEPT: Final = 32  # pictures: a few for each window and site that people look at
T = TypeVar("T")
LOCKED: Final = "The list is locked. Release it first."
OFF_LOCKED: Final = "The case stands on a locked list. Release that list first."


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood when it was read."""

    stands: Standing
    locked: frozenset[str]


class BoardMemory:
    """The latest pictures of one database, shared by everybody who looks at the board or drags on it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._reading = Lock()

    def known(self, database: Database, what: tuple[object, ...], read: Callable[[Session], T]) -> T:
        """Give what was read since the board last changed, else read it: once, however many ask for it at one time."""
        with self._reading, database.reading() as session:
            key = (str(database.settings.url), board_version(session), *what)
            if key not in self._kept:
                self._kept[key] = read(session)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            found: T = self._kept[key]
            return found

    def where(self, database: Database, ref: str, *, today: date, last: date, now: datetime) -> Where:
        """Answer for every list until a day, from what stands now."""
        found = self.known(
            database,
            ("stands", today, last),
            lambda session: Snapshot(standing(session, start=today, end=last, now=now), locked_lists(session, now)),
        )
        free = _may_move(found.stands, ref)
        stays_on = next((case.previous for case in free.problem.cases if ref_of(case.id) == ref), None)
        where = where_it_can_go(free, ref)
        stuck = stays_on is not None and stays_on.session in found.locked
        return replace(where, places=tuple(_with_locks(line, found.locked, stuck=stuck) for line in where.places))


def risk_shares(session: Session, *, first: date, last: date, now: datetime) -> Mapping[str, float]:
    """Give on what share of days each list of these dates that has not begun would end late."""
    return {risk.list: risk.probability for risk in published_risks(session, start=first, end=last, now=now).lists}


def _may_move(stands: Standing, ref: str) -> Standing:
    """Let one case move: what pins it keeps plans from moving it, and the desk asks again when a person does."""
    cases = tuple(replace(case, pinned=None) if ref_of(case.id) == ref else case for case in stands.problem.cases)
    return replace(stands, problem=replace(stands.problem, cases=cases))


def _with_locks(line: PlaceLine, locked: frozenset[str], *, stuck: bool) -> PlaceLine:
    if stuck:
        return replace(line, verdict=Verdict.NO, because=(OFF_LOCKED,))
    if line.session in locked:
        return replace(line, verdict=Verdict.NO, because=(LOCKED,))
    return line


MEMORY: Final = BoardMemory()
