"""What stands on the lists, read once for each change of the board, so that a drag is answered at once."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from db.board_state import board_version, locked_lists
from db.mapping import ref_of
from db.standing import Standing, standing
from flows.explaining import PlaceLine, Where, where_it_can_go
from flows.risks import published_risks
from scheduler.explain import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from db.engine import Database
    from flows.service import Service

MOST_KEPT: Final = 6  # windows that people look at, of the newest version
LOCKED: Final = "The list is locked. Release it first."
OFF_LOCKED: Final = "The case stands on a locked list. Release that list first."


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stood when it was read."""

    stands: Standing
    locked: frozenset[str]


class BoardMemory:
    """The latest snapshots of one database, shared by everybody who drags."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Snapshot] = OrderedDict()
        self._reading = Lock()
        self._risks: tuple[tuple[object, ...], Mapping[str, float]] = ((), {})
        self._simulating = Lock()

    def where(self, database: Database, ref: str, *, today: date, last: date, now: datetime) -> Where:
        """Answer for every list until a day, from what stands now."""
        found = self._now(database, today=today, last=last, now=now)
        free = _may_move(found.stands, ref)
        stays_on = next((case.previous for case in free.problem.cases if ref_of(case.id) == ref), None)
        where = where_it_can_go(free, ref)
        stuck = stays_on is not None and stays_on.session in found.locked
        return replace(where, places=tuple(_with_locks(line, found.locked, stuck=stuck) for line in where.places))

    def risks(self, session: Session, service: Service, *, first: date, last: date) -> Mapping[str, float]:
        """Give on what share of days each list of these dates would end late, worked out once for each change."""
        known = (str(service.database.settings.url), board_version(session), service.clock.today(), first, last)
        with self._simulating:
            if self._risks[0] != known:
                found = published_risks(session, start=first, end=last, now=service.clock.now())
                self._risks = (known, {risk.list: risk.probability for risk in found.lists})
            return self._risks[1]

    def _now(self, database: Database, *, today: date, last: date, now: datetime) -> Snapshot:
        with self._reading, database.reading() as session:
            known = (str(database.settings.url), board_version(session), today, last)
            if known not in self._kept:
                stands = standing(session, start=today, end=last, now=now)
                self._kept[known] = Snapshot(stands, locked_lists(session, now))
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
            return self._kept[known]


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
