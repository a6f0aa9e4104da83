"""The lists and waiting cases as the board draws them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta, tzinfo
from types import MappingProxyType
from typing import Final, Protocol

from dashboard.shapes.case import missing_words
from dashboard.shapes.markup import Figure
from dashboard.shapes.window import Window
from dashboard.shapes.words import code, count, day
from flows.desk import TENTATIVE, BookingState, CaseSummary, ListCard, ListedCase

FULL_PERCENT: Final = 80  # a list this full has no room for an ordinary case
RISK_SHOWN: Final = 0.2  # share of days; a list that ends late less often is not worth a word on the board
MOVABLE: Final = frozenset({*TENTATIVE, BookingState.BOOKED, BookingState.CONFIRMED})
HINT: Final = "Drag a case to a list, or focus it and press M: every list then says whether it can take the case."
NONE_LOOKED_FOR: Final = "No case to place is among those you look for. Clear the search or the category."
PART_CODES: Final = {"Morning": "AM", "Afternoon": "PM", "All-day": "Day"}
SOON: Final = timedelta(days=14)
LONGEST_WINDOW_WITH_CARDS: Final = 2  # weeks; beyond that the question is "where is room", not "which case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What the person looks for: lists of one radiologist, and cases of some categories or with some text."""

    radiologist: str | None = None
    categories: tuple[int, ...] = ()
    search: str = ""

    def keeps_list(self, card: ListCard) -> bool:
        """Say whether a list is shown."""
        return self.radiologist is None or card.radiologist_id == self.radiologist

    def keeps_case(self, *, ref: str, urgency: int | None, words: str) -> bool:
        """Say whether a case is looked for."""
        wanted = self.search.strip().lower()
        found = wanted in ref.lower() or wanted in words.lower()
        return found and (not self.categories or urgency in self.categories)


EVERYTHING: Final = Narrowed()


class Drawing(Protocol):
    """How one list is shaped."""

    def __call__(self, card: ListCard, *, narrowed: Narrowed, risk: float, clock: tzinfo | None) -> object:
        """Shape one list."""


def board_data(
    cards: Sequence[ListCard],
    waiting: Sequence[CaseSummary],
    window: Window,
    today: date,
    *,
    narrowed: Narrowed = EVERYTHING,
    risks: Mapping[str, float] = MappingProxyType({}),
    zone: tzinfo = UTC,
    draw: Drawing | None = None,
) -> dict[str, object]:
    """Everything the board component draws, ready for JSON; `risks` are shares of days on which a list ends late.

    `draw` shapes one list, where some are shaped already.
    """
    drawing = draw or list_data
    shown = [card for card in cards if narrowed.keeps_list(card)]
    open_days = {card.date for card in shown}
    clock = zone if window.weeks == 1 else None  # only one week leaves room for the time beside each case
    return {
        "density": "cards" if shows_cases(window) else "load",
        "hint": HINT,
        "last": window.last.isoformat(),
        "caption": f"Lists from {day(window.start)} to {day(window.last)}, by site, suite and day",
        "days": [day_data(on, today) for on in window.days(open_days)],
        "sites": sites_data(shown),
        "lists": {card.id: drawing(card, narrowed=narrowed, risk=risks.get(card.id, 0), clock=clock) for card in shown},
        "figures": [asdict(figure) for figure in board_figures(cards, waiting, today)],
        "tray": tray_data(waiting, today, narrowed),
        "nothing": "There are no lists in these weeks. Show more weeks, another site, or ask the site to open a list.",
    }


def day_data(shown: date, today: date) -> dict[str, object]:
    """One day's column head."""
    return {
        "date": shown.isoformat(),
        "name": f"{shown:%a} {shown.day}",
        "month": f"{shown:%b}",
        "today": shown == today,
    }


def sites_data(cards: Iterable[ListCard]) -> list[dict[str, object]]:
    """Sites with their suites, each with its lists in order of time."""
    sites: dict[str, dict[str, list[ListCard]]] = defaultdict(lambda: defaultdict(list))
    for card in sorted(cards, key=lambda card: (card.site_name, card.suite_name, card.start)):
        sites[card.site_name][card.suite_name].append(card)
    return [
        {
            "name": site,
            "suites": [{"name": suite, "lists": [card.id for card in found]} for suite, found in suites.items()],
        }
        for site, suites in sites.items()
    ]


def list_data(
    card: ListCard, *, narrowed: Narrowed = EVERYTHING, risk: float = 0, clock: tzinfo | None = None
) -> dict[str, object]:
    """One list with its cases in order; with a time zone each says when it starts."""
    percent = fill_percent([card])
    signs = (("CLOSED", card.closed), ("LOCKED", card.locked), ("PUBL", card.published))
    return {
        "id": card.id,
        "date": card.date.isoformat(),
        "part": PART_CODES.get(card.part, card.part),
        "radiologist": card.radiologist.rpartition(" ")[2] if card.radiologist else "nobody yet",
        "tags": [tag for tag, shown in signs if shown],
        "risk": f"Ends late on {risk:.0%} of days" if risk >= RISK_SHOWN else "",
        "percent": percent,
        "level": level_of(percent),
        "closed": card.closed,
        "count_says": "closed" if card.closed else count(len(card.cases), "case"),
        "says": list_sentence(card, risk),
        "cases": [chip_data(listed, card, narrowed=narrowed, clock=clock) for listed in card.cases],
    }


def list_sentence(card: ListCard, risk: float = 0) -> str:
    """One list in a sentence: what a tooltip and a screen reader say."""
    who = f"with {card.radiologist}" if card.radiologist else "without a radiologist"
    used = f"{card.minutes_used} of {card.minutes_available} minutes used"
    state = "closed, " if card.closed else "published, " if card.published else ""
    locked = "locked, " if card.locked else ""
    late = f", likely to end late on {risk:.0%} of days" if risk >= RISK_SHOWN else ""
    return (
        f"{card.part} list, {card.suite_name}, {card.site_name}, {day(card.date)}, {who}: "
        f"{state}{locked}{count(len(card.cases), 'case')}, {used}{late}"
    )


def chip_data(
    listed: ListedCase, card: ListCard, *, narrowed: Narrowed = EVERYTHING, clock: tzinfo | None = None
) -> dict[str, object]:
    """One booked case on its list."""
    words = f"{code(listed.target, listed.stage)} {listed.target.label}"
    return {
        "on": card.id,
        "version": listed.version,
        "moves": listed.status in MOVABLE,
        "held": listed.status in TENTATIVE,
        "dim": not narrowed.keeps_case(ref=listed.ref, urgency=listed.urgency, words=words),
        "time": f"{listed.start.astimezone(clock):%H:%M}" if clock else "",
        "ref": listed.ref,
        "category": listed.urgency,
        "what": code(listed.target, listed.stage),
        "minutes": listed.minutes,
        "missing": listed.missing > 0,
        "due": "",
        "due_level": "",
        "says": listed_sentence(listed),
    }


def listed_sentence(listed: ListedCase) -> str:
    """One booked case in a sentence."""
    side = f", {listed.laterality.label.lower()}" if listed.laterality else ""
    lacks = f", {count(listed.missing, 'document')} missing" if listed.missing else ""
    stands = f", {listed.status.label.lower()}"
    return f"{listed.target.label}{side}, {listed.stage.label.lower()}, {listed.minutes} minutes{stands}{lacks}"


def tray_data(waiting: Sequence[CaseSummary], today: date, narrowed: Narrowed = EVERYTHING) -> dict[str, object]:
    """The cases that are ready and have no place yet, the longest overdue first."""
    looked_for = [
        case for case in waiting if narrowed.keeps_case(ref=case.ref, urgency=case.urgency, words=_names(case))
    ]
    in_order = sorted(looked_for, key=lambda case: (case.due_on or date.max, case.ref))
    of_all = f" of {len(waiting)}" if len(in_order) < len(waiting) else ""
    return {
        "title": "To place",
        "says": f"{len(in_order)}{of_all} {'case' if len(waiting) == 1 else 'cases'}, by due date",
        "nothing": NONE_LOOKED_FOR if waiting else "Every case that is ready has its place.",
        "cases": [waiting_data(case, today) for case in in_order],
    }


def _names(case: CaseSummary) -> str:
    return f"{code(case.target, case.stage)} {case.target.label if case.target else ''}"


def waiting_data(case: CaseSummary, today: date) -> dict[str, object]:
    """One waiting case with the days to its due date."""
    return {
        "on": "",
        "version": case.version,
        "moves": True,
        "ref": case.ref,
        "category": case.urgency,
        "what": code(case.target, case.stage),
        "minutes": case.minutes,
        "missing": bool(case.missing),
        "due": due_words(case.due_on, today),
        "due_level": due_level(case.due_on, today),
        "says": waiting_sentence(case),
    }


def waiting_sentence(case: CaseSummary) -> str:
    """One waiting case in a sentence."""
    target = case.target.label if case.target else "No target yet"
    due = f", due {day(case.due_on)}" if case.due_on else ""
    lacks = f", missing {missing_words(case)}" if case.missing else ""
    return f"{target}, {case.stage.label.lower() if case.stage else 'not listed'}{due}{lacks}"


def due_words(due_on: date | None, today: date) -> str:
    """Days left, or days over: the due date itself is 0 days left and not over."""
    if due_on is None:
        return ""
    left = (due_on - today).days
    return f"{left} d" if left >= 0 else f"{-left} d over"


def due_level(due_on: date | None, today: date) -> str:
    """Whether a due date is over, soon (within 14 days) or later."""
    if due_on is None:
        return "later"
    if due_on < today:
        return "over"
    return "soon" if due_on <= today + SOON else "later"


def fill_percent(cards: Sequence[ListCard]) -> int:
    """How much of the open list time is used, in whole per cent; over 100 runs over time."""
    available = sum(card.minutes_available for card in cards)
    return round(100 * sum(card.minutes_used for card in cards) / available) if available else 0


def level_of(percent: int) -> str:
    """Whether a list has room, is as good as full, or runs over time."""
    return "over" if percent > 100 else "full" if percent >= FULL_PERCENT else "part"


def board_figures(cards: Sequence[ListCard], waiting: Sequence[CaseSummary], today: date) -> tuple[Figure, ...]:
    """The numbers over the board."""
    levels = [due_level(case.due_on, today) for case in waiting]
    over, soon = levels.count("over"), levels.count("soon")
    listed_missing = sum(case.missing > 0 for card in cards for case in card.cases)
    missing = listed_missing + sum(bool(case.missing) for case in waiting)
    used = fill_percent([card for card in cards if not card.closed])
    return (
        Figure(label="To place", value=str(len(waiting))),
        Figure(label="Overdue", value=str(over), level="over" if over else "plain"),
        Figure(label="Due in 14 days", value=str(soon), level="soon" if soon else "plain"),
        Figure(label="List time used", value=f"{used}%"),
        Figure(label="Missing documents", value=str(missing)),
    )


def shows_cases(window: Window) -> bool:
    """Say whether the lists of this window are drawn with their cases."""
    return window.weeks <= LONGEST_WINDOW_WITH_CARDS


def key_words(window: Window) -> str:
    """What the signs on the board mean."""
    lists = "" if shows_cases(window) else "Bar and per cent: list time used, hatched when over time. "
    return (
        f"{lists}Digit and shape: urgency category. “test”: test block; otherwise definitive neurolysis. "
        "“!”: documents missing. Dashed edge: held, not booked. Last number: minutes. "
        "Arrow keys move between cases and lists, Enter opens, M picks a case up."
    )
