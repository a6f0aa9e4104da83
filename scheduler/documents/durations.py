"""The durations document, `neurolist-durations/1`, read against its problem: how long cases may take.

A row is for one case, or for every case of one stage, target and technique that has no row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.documents.fields import MOST_MINUTES, Reader, show, under
from scheduler.documents.problems import check_format
from scheduler.documents.text import JsonObject, parse
from scheduler.errors import BadInputError
from scheduler.vocabulary import Stage, Target, Technique

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.problem import Case, SchedulingProblem

FORMAT = "neurolist-durations/1"
MINUTES = ("min", "planned", "max")
KIND = ("stage", "target", "technique")

Kind = tuple[Stage, Target, Technique]


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationRow:
    """One row: the shortest, most likely and longest room minutes of a case, or of a kind of case."""

    of: str | Kind
    min: int
    planned: int
    max: int


def read_durations(document: str | bytes, problem: SchedulingProblem) -> dict[str, DurationRow]:
    """Read the row of each case of this problem that has one, by case id. Raises BadInputError with every fault."""
    reader = Reader(known={"case": frozenset(problem.case_by_id)})
    value = parse(document)
    found = reader.fields(value, "", ("format", "durations"))
    if not isinstance(value, JsonObject):
        raise BadInputError(tuple(reader.faults))
    reader.part(found, "", "format", lambda text, where: check_format(reader, text, where, FORMAT))
    rows = reader.part(found, "", "durations", lambda items, where: reader.rows(items, where, _Rows(reader).row))
    by_name = _each_once(reader, rows)
    chosen = {case.id: row for case in problem.cases if (row := by_name.get(case.id) or by_name.get(_kind(case)))}
    _check_booked(reader, problem.cases, chosen, rows)
    if reader.faults:
        raise BadInputError(tuple(reader.faults))
    return chosen


class _Rows:
    """Reads the rows of a durations document."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def row(self, value: object, where: str) -> DurationRow | None:
        """Read one row; None if anything is wrong with it."""
        read = self.reader
        with read.watching() as sound:
            for_case = isinstance(value, JsonObject) and "case" in value
            found = read.fields(value, where, ("case", *MINUTES) if for_case else (*KIND, *MINUTES))
            of = self._case(found, where) if for_case else self._kind(found, where)
            least, planned, most = (read.part(found, where, name, self._minutes) for name in MINUTES)
            if sound() and not least <= planned <= most:
                read.fault(where, f"{least}, {planned} and {most} minutes do not rise from min to planned to max.")
            return DurationRow(of=of, min=least, planned=planned, max=most) if sound() else None

    def _case(self, found: JsonObject, where: str) -> str:
        return self.reader.part(found, where, "case", self.reader.naming("case"))

    def _kind(self, found: JsonObject, where: str) -> Kind:
        read = self.reader
        return (
            read.part(found, where, "stage", read.one_of(Stage)),
            read.part(found, where, "target", read.one_of(Target)),
            read.part(found, where, "technique", read.one_of(Technique)),
        )

    def _minutes(self, value: object, where: str) -> int:
        return self.reader.whole(value, where, 1, MOST_MINUTES)


def _each_once(reader: Reader, rows: Iterable[DurationRow | None]) -> dict[str | Kind, DurationRow]:
    named: dict[str | Kind, DurationRow] = {}
    for place, row in enumerate(rows):
        if row is not None:
            if row.of in named:
                reader.fault(_at(place), f"{_name(row)} already has a row.")
            named[row.of] = row
    return named


def _check_booked(
    reader: Reader,
    cases: Iterable[Case],
    chosen: dict[str, DurationRow],
    rows: tuple[DurationRow | None, ...],
) -> None:
    """Refuse a kind's row for a case booked for minutes the kind never takes, as for two sides in one visit."""
    for case in cases:
        row = chosen.get(case.id)
        if row is not None and row.of != case.id and not row.min <= case.duration_minutes <= row.max:
            says = f"is booked for {case.duration_minutes} minutes, outside {row.min} to {row.max}"
            reader.fault(_at(rows.index(row)), f"Case {show(case.id)} of this kind {says}. Give it a row of its own.")


def _kind(case: Case) -> Kind:
    return case.stage, case.target, case.technique


def _name(row: DurationRow) -> str:
    return f"Case {show(row.of)}" if isinstance(row.of, str) else " / ".join(row.of)


def _at(place: int) -> str:
    return under("/durations", place)
