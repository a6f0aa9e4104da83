"""The cases to place in order of need, and those booked, in rows that can be acted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dashboard.shapes.board import due_level, due_words
from dashboard.shapes.markup import Cell, Figure
from dashboard.shapes.sheet import Sheet, SheetGroup, SheetRow
from dashboard.shapes.words import code, count, item_words, listed, moment, short_day, upper
from flows.desk import CaseSummary

if TYPE_CHECKING:
    from flows.desk import FirstPlace

TO_PLACE_HEADS: Final = ("Case", "Procedure", "Treat by", "Waited", "Missing", "To know", "Best list as things stand")
BOOKED_HEADS: Final = ("Case", "Procedure", "Booked for", "Site", "Treat by", "Missing")
PLACE, REMIND, CANCEL, BACKFILL = "place", "remind", "cancel", "backfill"
NOT_YET: Final = "Being looked for"
LOOK_OF: Final = {"over": "over nowrap", "soon": "soon nowrap", "later": "nowrap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the page is narrowed to: categories (all when none is chosen), words, and missing documents only."""

    categories: tuple[int, ...] = ()
    text: str = ""
    lacking: bool = False

    def keeps(self, case: CaseSummary) -> bool:
        """Say whether a case is shown."""
        if self.categories and case.urgency not in self.categories:
            return False
        return (not self.lacking or bool(case.missing)) and self.text.strip().lower() in words_of(case)


def words_of(case: CaseSummary) -> str:
    """The words a case is found by: its reference, procedure, site and what is missing."""
    target = case.target.label if case.target else ""
    technique = case.technique.label if case.technique else ""
    stage = case.stage.label if case.stage else ""
    missing = " ".join(item_words(item) for item in case.missing)
    return f"{case.ref} {target} {technique} {stage} {case.site or ''} {missing}".lower()


def in_order_of_need(cases: Sequence[CaseSummary]) -> tuple[CaseSummary, ...]:
    """The most overdue first, then by due date, the more urgent first on one day."""
    return tuple(sorted(cases, key=lambda case: (case.due_on or date.max, case.urgency or 9, case.ref)))


def worklist_figures(cases: Sequence[CaseSummary], today: date) -> tuple[Figure, ...]:
    """The numbers over the cases to place."""
    levels = [due_level(case.due_on, today) for case in cases]
    over, soon = levels.count("over"), levels.count("soon")
    first = sum(case.urgency == 1 for case in cases)
    lacking = sum(bool(case.missing) for case in cases)
    return (
        Figure(label="To place", value=str(len(cases))),
        Figure(label="Category 1 to place", value=str(first), level="over" if first else "plain"),
        Figure(label="Overdue", value=str(over), level="over" if over else "plain"),
        Figure(label="Due in 14 days", value=str(soon), level="soon" if soon else "plain"),
        Figure(label="Missing documents", value=str(lacking), level="soon" if lacking else "plain"),
    )


def to_place_sheet(
    cases: Sequence[CaseSummary], places: Mapping[str, FirstPlace], today: date, zone: ZoneInfo
) -> Sheet:
    """One row for each case to place."""
    rows = tuple(_waiting(case, places.get(case.ref), today, zone) for case in cases)
    return Sheet(caption="Cases to place", heads=TO_PLACE_HEADS, groups=(SheetGroup(rows=rows),), acts=True)


def _waiting(case: CaseSummary, place: FirstPlace | None, today: date, zone: ZoneInfo) -> SheetRow:
    acts = [(PLACE, "Place")]
    if case.missing:
        acts.append((REMIND, "Remind"))
    return SheetRow(
        id=case.ref,
        acts=tuple(acts),
        cells=(
            Cell(text=case.ref, opens=True, category=case.urgency or 0, look="nowrap"),
            Cell(text=_procedure(case)),
            _due(case, today),
            Cell(text=_waited(case), look="nowrap"),
            Cell(text=missing_words(case), look="over" if case.missing else "quiet"),
            Cell(text=" ".join(alert_words(case))),
            best_cell(place, case, zone),
        ),
    )


def best_cell(place: FirstPlace | None, case: CaseSummary, zone: ZoneInfo) -> Cell:
    """The best list for a case, late ones stressed; why there is none; or that it is still being looked for."""
    if place is None:
        return Cell(text=NOT_YET, look="quiet")
    if place.start is None:
        return Cell(text=place.says, look="over")
    late = case.due_on is not None and place.start.astimezone(zone).date() > case.due_on
    text = f"{moment(place.start, zone)}, {place.where}"
    return Cell(text=f"{text} (late)" if late else text, look="over" if late else "")


def booked_sheet(cases: Sequence[CaseSummary], sites: Mapping[str, str], today: date, zone: ZoneInfo) -> Sheet:
    """One row for each case that holds a place, the next first."""
    rows = tuple(_booked(case, sites, today, zone) for case in cases)
    return Sheet(caption="Booked, held and offered", heads=BOOKED_HEADS, groups=(SheetGroup(rows=rows),), acts=True)


def _booked(case: CaseSummary, sites: Mapping[str, str], today: date, zone: ZoneInfo) -> SheetRow:
    held = not case.state.value.endswith("_booked")
    booked = moment(case.booked_for, zone) if case.booked_for else ""
    return SheetRow(
        id=case.ref,
        acts=() if held else ((CANCEL, "Cancel"),),
        cells=(
            Cell(text=case.ref, opens=True, category=case.urgency or 0, look="nowrap"),
            Cell(text=_procedure(case)),
            Cell(text=f"{booked} (held)" if held else booked, look="soon nowrap" if held else "nowrap"),
            Cell(text=sites.get(case.site or "", case.site or "")),
            _due(case, today),
            Cell(text=missing_words(case), look="over" if case.missing else "quiet"),
        ),
    )


def booked_in_order(cases: Sequence[CaseSummary], site: str | None) -> tuple[CaseSummary, ...]:
    """The cases that hold a place, at one site or all, the next first."""
    held = [case for case in cases if case.booked_for is not None and site in {None, case.site}]
    return tuple(sorted(held, key=lambda case: (str(case.booked_for), case.ref)))


def missing_words(case: CaseSummary) -> str:
    """What has not come yet."""
    return upper(listed(tuple(item_words(item) for item in case.missing))) or "Nothing"


def alert_words(case: CaseSummary) -> tuple[str, ...]:
    """What else to know about a case, but for the due date, which has a column of its own."""
    return tuple(alert.says for alert in case.alerts if alert.kind.value not in {"overdue", "due_soon"})[:2]


def _procedure(case: CaseSummary) -> str:
    minutes = f", {case.minutes} min" if case.minutes else ""
    return f"{code(case.target, case.stage)}{minutes}"


def _waited(case: CaseSummary) -> str:
    return f"{case.days} of {count(case.limit, 'day')}" if case.limit is not None else count(case.days, "day")


def _due(case: CaseSummary, today: date) -> Cell:
    if case.due_on is None:
        return Cell(text="no due date", look="quiet")
    return Cell(
        text=f"{short_day(case.due_on)} ({due_words(case.due_on, today)})",
        look=LOOK_OF[due_level(case.due_on, today)],
    )
