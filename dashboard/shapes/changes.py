"""What a proposed plan would change, list by list, to be taken whole, by list or by case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.sheet import Sheet, SheetGroup, SheetRow
from dashboard.shapes.words import code, count, moment, short_day
from flows.desk import LeftOver, ProposalPage, ProposalSummary, ProposedPlace, PublishReport

HEADS: Final = ("Case", "Procedure", "Start", "Due", "What changes", "To know")
NEEDS_REASON: Final = "On frozen days: needs a reason and a second person."


def changes_sheet(page: ProposalPage, ticked: Collection[str], zone: ZoneInfo, *, ticks: bool) -> Sheet:
    """Every change, under the list it is for, the lists in order of time; then those who would lose their place."""
    by_list: dict[str, list[ProposedPlace]] = defaultdict(list)
    for place in sorted(page.placed, key=lambda place: (place.start, place.ref)):
        if place.changes:
            by_list[place.session].append(place)
    groups = tuple(_list(places, zone, ticks=ticks) for places in by_list.values())
    losing = tuple(_losing(case, zone, ticks=ticks) for case in page.losing)
    lost = SheetGroup(
        title="Would lose their place", note=count(len(losing), "case"), tick="Take all that lose a place", rows=losing
    )
    return Sheet(
        caption="What would change" if page.summary.published_at is None else "What it changed",
        heads=HEADS,
        groups=(*groups, lost) if losing else groups,
        ticks=ticks,
        ticked=ticked,
    )


def _list(places: list[ProposedPlace], zone: ZoneInfo, *, ticks: bool) -> SheetGroup:
    first = places[0]
    day = short_day(first.start.astimezone(zone).date())
    title = f"{day}, {first.suite_name}, {first.site_name}"
    return SheetGroup(
        title=title,
        note=f"{first.radiologist or 'nobody yet'}, {count(len(places), 'change')}",
        tick=f"Take list {title}",
        rows=tuple(_place(place, zone, ticks=ticks) for place in places),
    )


def _place(place: ProposedPlace, zone: ZoneInfo, *, ticks: bool) -> SheetRow:
    local = place.start.astimezone(zone)
    late = local.date() > place.due
    due = f"{short_day(place.due)} (late)" if late else short_day(place.due)
    return SheetRow(
        id=place.ref,
        tick=f"Take {place.ref}" if ticks and not place.meanwhile else "",
        cells=(
            Cell(text=place.ref, opens=True, category=place.urgency, look="nowrap"),
            Cell(text=code(place.target, place.stage), look="nowrap"),
            Cell(text=f"{local:%H:%M}"),
            Cell(text=due, look="over nowrap" if late else "nowrap"),
            Cell(text=change_words(place, zone), look="soon" if place.before_start else ""),
            Cell(text=note_words(place), look="soon"),
        ),
    )


def _losing(case: LeftOver, zone: ZoneInfo, *, ticks: bool) -> SheetRow:
    was = f"from {moment(case.before_start, zone)}, {case.before_where}" if case.before_start else ""
    return SheetRow(
        id=case.ref,
        tick=f"Take {case.ref}" if ticks and not case.meanwhile else "",
        cells=(
            Cell(text=case.ref, opens=True, category=case.urgency or 0, look="nowrap"),
            Cell(text=code(case.target, case.stage), look="nowrap"),
            Cell(text=""),
            Cell(text=short_day(case.due) if case.due else "", look="nowrap"),
            Cell(text=f"Postponed {was}. {' '.join(case.reasons)}", look="over"),
            Cell(text=note_words(case), look="soon"),
        ),
    )


def change_words(place: ProposedPlace, zone: ZoneInfo) -> str:
    """What happens to one case: a first place, a move and from where, or another radiologist."""
    if place.before_start is None:
        return "New"
    if place.handed_over:
        return f"Done by {place.radiologist or 'nobody yet'} instead of {place.before_radiologist}"
    where = "" if place.before_session == place.session else f", {place.before_where}"
    return f"Moves from {moment(place.before_start, zone)}{where}"


def note_words(change: ProposedPlace | LeftOver) -> str:
    """What to know before a change is taken."""
    if change.meanwhile:
        return f"Stays as it is: {change.meanwhile}"
    return NEEDS_REASON if change.frozen else ""


def frozen_refs(page: ProposalPage, ticked: Collection[str] | None) -> tuple[str, ...]:
    """List the changes, or those of them that are ticked, that need a second person."""
    every: tuple[ProposedPlace | LeftOver, ...] = (*(one for one in page.placed if one.changes), *page.losing)
    return tuple(one.ref for one in every if one.frozen and not one.meanwhile and (ticked is None or one.ref in ticked))


def takeable(page: ProposalPage) -> tuple[str, ...]:
    """List every change that can still be taken."""
    every: tuple[ProposedPlace | LeftOver, ...] = (*(one for one in page.placed if one.changes), *page.losing)
    return tuple(one.ref for one in every if not one.meanwhile)


def published_words(report: PublishReport) -> str:
    """What publishing came to, with everybody who was left as they were and why."""
    done = [
        (len(report.booked), "booked"),
        (len(report.moved), "moved"),
        (len(report.cancelled), "postponed"),
    ]
    counts = ", ".join(f"{count(number, 'case')} {what}" for number, what in done if number) or "nothing changed"
    left = [f"{one.ref} was not changed. {one.says}" for one in (*report.left_alone, *report.not_booked)]
    return " ".join([f"Published: {counts}. The lists on the board show the bookings.", *left])


def run_facts(summary: ProposalSummary, seconds: float) -> tuple[tuple[str, str], ...]:
    """How far a run has come: seconds, the best plan so far, how far it can be from the best, and who is placed."""
    limit = f" of about {summary.time_limit:.0f}" if summary.time_limit else ""
    if summary.started_at is None:
        return (("Waiting for the planner for", f"{max(0, seconds):.0f} s"),)
    facts = [("Working for", f"{max(0, seconds):.0f}{limit} s")]
    told = summary.progress
    cost, bound = _whole(told, "cost"), _whole(told, "bound")
    if told:
        facts.append(("Cases placed", f"{_whole(told, 'booked')} of {_whole(told, 'total')}"))
        facts.append(("Cost of the best plan so far", f"{cost:,}"))
        gap = f"{max(0.0, 100 * (cost - bound) / cost):.1f}%" if cost else "0%"
        facts.append(("At most this far from the best", gap if bound else "not known yet"))
    return tuple(facts)


def run_share(summary: ProposalSummary, seconds: float) -> float:
    """How much of a run's time has passed, from 0 to 1."""
    return min(1.0, max(0.0, seconds / summary.time_limit)) if summary.time_limit else 0.0


def _whole(told: Iterable[str], name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else None
    return value if isinstance(value, int) else 0
