"""A place that came free and who fits it, in words and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.sheet import Sheet, SheetGroup, SheetRow
from dashboard.shapes.words import count, moment, short_day

if TYPE_CHECKING:
    from flows.desk import FreedPlace, Standby

HEADS: Final = ("Case", "Would start", "Treat by", "What it saves", "To know first")
HOLD, OFFER = "hold", "offer"


def freed_words(place: FreedPlace, zone: ZoneInfo) -> str:
    """Which place came free."""
    when = moment(place.start, zone)
    return f"{place.ref} left {place.minutes} minutes free: {when}, {place.where}."


def nobody_words(place: FreedPlace) -> str:
    """Why nobody is offered the place."""
    if place.closed:
        return place.closed
    if not place.others:
        return "Nobody else waits for a place, so it stays free. Propose a plan once somebody does."
    waiting = count(place.others, "waiting case")
    return f"Of {waiting}, none fits it as things stand. Choose New plan on the Proposal page to use the time."


def standby_sheet(place: FreedPlace, zone: ZoneInfo) -> Sheet:
    """One row for each case that fits, the one who gains most first."""
    rows = tuple(_standby(case, zone) for case in place.standby)
    return Sheet(caption="Who fits, the most useful first", heads=HEADS, groups=(SheetGroup(rows=rows),), acts=True)


def _standby(case: Standby, zone: ZoneInfo) -> SheetRow:
    late = case.start.astimezone(zone).date() > case.due
    saves = f"{-case.cost_change:,} of the plan's cost" if case.cost_change < 0 else "nothing"
    far = f"{case.km} km from home. " if case.km is not None else ""
    return SheetRow(
        id=case.ref,
        acts=((HOLD, "Hold"), (OFFER, "Hold and offer")),
        cells=(
            Cell(text=case.ref, category=case.urgency, look="nowrap"),
            Cell(text=f"{case.start.astimezone(zone):%H:%M}, {case.minutes} min", look="nowrap"),
            Cell(text=short_day(case.due) + (" (late)" if late else ""), look="over nowrap" if late else "nowrap"),
            Cell(text=saves),
            Cell(text=f"{far}{' '.join(case.because)}".strip() or "Nothing stands in the way."),
        ),
    )
