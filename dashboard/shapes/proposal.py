"""A proposed plan in words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell, Figure
from dashboard.shapes.words import case_link, code, count, day, moment, short_day, upper
from flows.desk import GOALS, LeftOver, ProposalPage, ProposalStatus, ProposalSummary, ProposedPlace

WORKING: Final = frozenset({ProposalStatus.QUEUED, ProposalStatus.RUNNING})
STATUS_WORDS: Final = {
    ProposalStatus.QUEUED: "waiting to be worked out",
    ProposalStatus.RUNNING: "being worked out",
    ProposalStatus.READY: "ready",
    ProposalStatus.FAILED: "could not be worked out",
    ProposalStatus.PUBLISHED: "published",
    ProposalStatus.WITHDRAWN: "withdrawn",
}

CHOICE_WORDS: Final = {
    ProposalStatus.QUEUED: "waits",
    ProposalStatus.RUNNING: "at work",
    ProposalStatus.FAILED: "failed",
}

PLACED_HEADS: Final = ("Case", "Procedure", "Category", "When", "Where", "Radiologist", "Due", "Was")
LEFT_HEADS: Final = ("Case", "Procedure", "Category", "Due", "Why it is left over")
COST_HEADS: Final = ("Goal", "#Before", "#With the plan", "#Cost before", "#Cost with it", "#Change")
GOAL_OF: Final = {goal.name: goal for goal in GOALS}


def still_working(summary: ProposalSummary) -> bool:
    """Say whether the plan is still being worked out."""
    return summary.status in WORKING


def work_sentence(summary: ProposalSummary) -> str:
    """How the plan stands, in a sentence."""
    weeks = f"from {short_day(summary.start)} to {short_day(summary.end)}"
    if summary.status is ProposalStatus.FAILED:
        return f"The plan {weeks} could not be worked out: {summary.failure or 'the planning process gave no reason.'}"
    if still_working(summary):
        return f"The plan {weeks} is {STATUS_WORDS[summary.status]}. You can go on working; nothing is booked yet."
    return f"The plan {weeks} is {STATUS_WORDS[summary.status]}: {placed_words(summary)}."


def placed_words(summary: ProposalSummary) -> str:
    """What the plan does, in counts."""
    return f"{count(summary.placed, 'case')} placed, {summary.moved} of them moved, {summary.left_over} left over"


def choice_words(summary: ProposalSummary, zone: ZoneInfo) -> str:
    """One proposal in the list to choose from: how it stands, its weeks, and who asked for it when."""
    weeks = f"{short_day(summary.start)} to {short_day(summary.end)}"
    what = "Part taken" if summary.part_of else upper(CHOICE_WORDS.get(summary.status, STATUS_WORDS[summary.status]))
    return f"{what}: {weeks}, asked for {moment(summary.asked_at, zone)} by {summary.asked_by}"


def place_of(wanted: str | None, known: list[str]) -> int:
    """Where the proposal that the address names stands among the known ones; else the first."""
    return known.index(wanted) if wanted in known else 0


def proposal_figures(page: ProposalPage) -> tuple[Figure, ...]:
    """The numbers over a proposal: what changes, what is left over, and what that costs."""
    summary = page.summary
    figures = [
        Figure(label="New", value=str(len(new_places(page)))),
        Figure(label="Moved", value=str(len(page.moved)), level="soon" if page.moved else "plain"),
        Figure(label="Unchanged", value=str(len(kept_places(page)))),
        Figure(label="Left over", value=str(summary.left_over), level="over" if summary.left_over else "plain"),
    ]
    handed_over = [place for place in page.placed if place.handed_over]
    if handed_over:
        figures.insert(2, Figure(label="Other radiologist", value=str(len(handed_over)), level="soon"))
    if page.losing:
        figures.insert(2, Figure(label="Lose their place", value=str(len(page.losing)), level="over"))
    if summary.cost is not None:
        figures.append(Figure(label="Cost", value=f"{summary.cost:,}"))
    if summary.cost and summary.bound:
        figures.append(Figure(label="At most", value=gap_words(summary.cost, summary.bound)))
    return tuple(figures)


def new_places(page: ProposalPage) -> tuple[ProposedPlace, ...]:
    """The cases that had no place before."""
    return tuple(place for place in page.placed if place.before_start is None)


def kept_places(page: ProposalPage) -> tuple[ProposedPlace, ...]:
    """The cases that stay where they are."""
    return tuple(place for place in page.placed if not place.changes)


def changed_places(page: ProposalPage) -> tuple[ProposedPlace, ...]:
    """What publishing the plan would change: new and moved cases, and those another radiologist would do."""
    other = tuple(place for place in page.placed if place.changes and place.before_start is not None)
    return new_places(page) + other


def gap_words(cost: int, bound: int) -> str:
    """How far the plan can be from the best one, in per cent of its own cost."""
    return f"{max(0.0, 100 * (cost - bound) / cost):.0f}% from the best"


def placed_rows(placed: tuple[ProposedPlace, ...], zone: ZoneInfo) -> list[list[Cell | str]]:
    """One row for each placed case, in order of time; a moved case says where it was."""
    return [placed_row(place, zone) for place in sorted(placed, key=lambda place: (place.start, place.ref))]


def placed_row(place: ProposedPlace, zone: ZoneInfo) -> list[Cell | str]:
    """One placed case; a date after the due date is stressed."""
    late = place.start.astimezone(zone).date() > place.due
    when = moment(place.start, zone)
    before = moment(place.before_start, zone) if place.moved and place.before_start else ""
    return [
        Cell(text=place.ref, link=case_link(place.ref)),
        code(place.target, place.stage),
        Cell(text="", category=place.urgency),
        Cell(text=f"{when} (late)", look="nl-over nowrap") if late else Cell(text=when, look="nowrap"),
        f"{place.suite_name}, {place.site_name}",
        place.radiologist or "nobody yet",
        Cell(text=short_day(place.due), look="nowrap"),
        Cell(text=before, look="nl-soon nowrap"),
    ]


def left_rows(left: tuple[LeftOver, ...]) -> list[list[Cell | str]]:
    """One row for each case without a place, the first due first."""
    return [
        [
            Cell(text=case.ref, link=case_link(case.ref)),
            code(case.target, case.stage),
            Cell(text="", category=case.urgency or 0),
            Cell(text=short_day(case.due) if case.due else "", look="nowrap"),
            " ".join(case.reasons),
        ]
        for case in sorted(left, key=lambda case: (case.due or date.max, case.ref))
    ]


def cost_rows(terms: Mapping[str, int], before: Mapping[str, int], prices: Mapping[str, int]) -> list[list[Cell | str]]:
    """One row for each goal that costs something, the dearest first: how much of it before and after, and its cost."""
    named = {goal for goal in (*terms, *before) if terms.get(goal) or before.get(goal)}
    costs = sorted(((terms.get(goal, 0) * prices.get(goal, 1), goal) for goal in named), reverse=True)
    rows = [_cost_row(goal, before.get(goal, 0), terms.get(goal, 0), prices.get(goal, 1)) for _, goal in costs]
    if not rows:
        return []
    was, now = (sum(amounts.get(goal, 0) * prices.get(goal, 1) for goal in named) for amounts in (before, terms))
    return [*rows, [Cell(text="Altogether", look="nl-strong"), "", "", f"{was:,}", f"{now:,}", _change(now - was)]]


def _cost_row(goal: str, before: int, after: int, price: int) -> list[Cell | str]:
    return [
        goal_words(goal),
        Cell(text=f"{before:,} {unit_words(goal)}", look="nl-unit"),
        Cell(text=f"{after:,} {unit_words(goal)}", look="nl-unit"),
        f"{before * price:,}",
        f"{after * price:,}",
        _change((after - before) * price),
    ]


def _change(cost: int) -> Cell:
    """Less cost is better: the sign is written, so colour is never the only sign."""
    text = f"{cost:+,}".replace("-", "\u2212") if cost else "0"
    return Cell(text=text, look="nl-fine" if cost < 0 else "nl-over" if cost > 0 else "")


def unit_words(goal: str) -> str:
    """What an amount of a goal is counted in."""
    known = GOAL_OF.get(goal)
    return known.unit if known else ""


def goal_words(goal: str) -> str:
    """What a goal asks for, as the rulebook says it; a goal of an older plan by its key."""
    known = GOAL_OF.get(goal)
    return known.says.partition(":")[0] if known else goal.replace("_", " ").capitalize()


def window_words(summary: ProposalSummary) -> str:
    """The days a plan covers."""
    return f"{day(summary.start)} to {day(summary.end)}"


def standing_words(summary: ProposalSummary, zone: ZoneInfo) -> str:
    """Whether the plan is still only a proposal."""
    if summary.published_at is not None:
        by = f" by {summary.published_by}" if summary.published_by else ""
        return f"Published {moment(summary.published_at, zone)}{by}."
    return {
        ProposalStatus.READY: "Nothing is booked until it is published.",
        ProposalStatus.WITHDRAWN: "Withdrawn: it can no longer be published.",
    }.get(summary.status, "")
