"""How long procedures take in the room: as recorded here once there are enough of a kind, else as in the protocol.

A procedure's room minutes run from the instant its start was recorded to the instant its completion was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlmodel import Session, col, select

from db.mapping import ref_of
from db.protocol import protocol as protocol_in_force
from db.tables import BookingRow, CaseEventRow, CaseRow, ProcedureRecordRow, SuiteSessionRow
from scheduler.errors import NotFoundError
from scheduler.pathway.events import Event
from scheduler.pathway.protocols import ProcedureProtocol, Protocol
from scheduler.problem import MINUTES_PER_STEP, SchedulingProblem
from scheduler.risk import Duration, Recorded, Spread
from scheduler.vocabulary import Laterality, Stage, Target, Technique

ENOUGH = "local_medians_after"  # the protocol value that says how many procedures of a kind are enough
BEGINS = (Event.START_TEST, Event.START_DEFINITIVE)
COMPLETES = {Event.START_TEST: Event.COMPLETE_TEST, Event.START_DEFINITIVE: Event.COMPLETE_DEFINITIVE}
LOOKED_AT = [event.value for event in (*BEGINS, *COMPLETES.values())]
ONE_MINUTE = timedelta(minutes=1)

Kind = tuple[Stage, Target, Technique, bool]  # the last says whether both sides are done, one after the other


class Source(StrEnum):
    """Where it is known from how long a procedure takes."""

    RECORDED = "recorded procedures"
    PROTOCOL = "the protocol"
    BOOKED = "booked minutes alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTime:
    """How long one procedure may take, and where that is known from."""

    duration: Duration
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTimes:
    """What is known of room times on one day; `recorded` holds the minutes of every kind done here."""

    protocol: Protocol
    recorded: Mapping[Kind, tuple[int, ...]]

    def of(self, stage: Stage, target: Target, technique: Technique, laterality: Laterality | None) -> RoomTime | None:
        """Say how long such a procedure may take; None where neither the records nor the protocol tell."""
        row = _row(self.protocol, stage, target, technique)
        both = _both_sides(row, laterality)
        minutes = self.recorded.get((stage, target, technique, both), ())
        if minutes and len(minutes) >= self.protocol.whole(ENOUGH):
            return RoomTime(duration=Recorded(minutes=minutes), source=Source.RECORDED)
        if row is None:
            return None
        spread = Spread(min=row.minimum_minutes, planned=row.planned_minutes, max=row.maximum_minutes)
        return RoomTime(duration=spread.times(2) if both else spread, source=Source.PROTOCOL)


def room_times(session: Session, today: date) -> RoomTimes:
    """Read the protocol in force and the minutes of every completed procedure."""
    protocol = protocol_in_force(session, today)
    found: dict[Kind, list[int]] = defaultdict(list)
    for record, minutes in _completed(session):
        row = _row(protocol, record.stage, record.target, record.technique)
        both = _both_sides(row, record.laterality)
        found[record.stage, record.target, record.technique, both].append(minutes)
    return RoomTimes(protocol=protocol, recorded={kind: tuple(sorted(minutes)) for kind, minutes in found.items()})


def durations_of(session: Session, problem: SchedulingProblem, today: date) -> dict[str, Duration]:
    """Say how long the cases of a planning problem may take, by their ids in it."""
    times = room_times(session, today)
    refs = {ref_of(case.id) for case in problem.cases}
    sides = {row.ref: row.laterality for row in session.exec(select(CaseRow).where(col(CaseRow.ref).in_(refs)))}
    known = {
        case.id: times.of(case.stage, case.target, case.technique, sides.get(ref_of(case.id))) for case in problem.cases
    }
    return {case: found.duration for case, found in known.items() if found is not None}


def _row(protocol: Protocol, stage: Stage, target: Target, technique: Technique) -> ProcedureProtocol | None:
    try:
        return protocol.procedure(target, technique, stage)
    except NotFoundError:
        return None


def _both_sides(row: ProcedureProtocol | None, laterality: Laterality | None) -> bool:
    return row is not None and row.per_side and laterality is Laterality.BILATERAL


def _completed(session: Session) -> Iterator[tuple[ProcedureRecordRow, int]]:
    """Give every completed procedure whose time in the room can be told, with its minutes."""
    lengths = dict(_list_lengths(session))
    lines = _lines_by_case(session)
    counted = select(ProcedureRecordRow).where(col(ProcedureRecordRow.struck_by).is_(None))
    asked = counted.order_by(ProcedureRecordRow.case_id, col(ProcedureRecordRow.number))
    for record in session.exec(asked):
        minutes = lines.get((record.case_id, record.number))
        longest = lengths.get(record.booking_id or "", timedelta.max)
        # Both steps typed in one after the other, or the second long after the list, tell nothing of the room.
        if record.completed and minutes is not None and MINUTES_PER_STEP * ONE_MINUTE <= minutes <= longest:
            yield record, round(minutes / ONE_MINUTE)


def _list_lengths(session: Session) -> Iterable[tuple[str, timedelta]]:
    asked = select(BookingRow.id, SuiteSessionRow.start, SuiteSessionRow.end).join(
        SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id
    )
    return ((booking, end - start) for booking, start, end in session.exec(asked))


def _lines_by_case(session: Session) -> dict[tuple[str, int], timedelta]:
    """Give the time from start to completion of each case's procedures, by case and number; starts make the numbers."""
    asked = select(CaseEventRow).where(col(CaseEventRow.event).in_(LOOKED_AT))
    by_case: dict[str, list[CaseEventRow]] = defaultdict(list)
    for line in session.exec(asked.order_by(col(CaseEventRow.case_id), col(CaseEventRow.seq))):
        by_case[line.case_id].append(line)
    found = {}
    for case, lines in by_case.items():
        number = 0
        for begun, ended in pairwise([*lines, None]):
            if begun is not None and begun.event in BEGINS:
                number += 1
                if ended is not None and ended.event == COMPLETES[Event(begun.event)]:
                    found[case, number] = ended.at - begun.at
    return found
