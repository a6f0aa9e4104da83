"""The board as pages look at it: shaped once for all who look at the same, and told to a page as what has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from threading import Lock
from typing import Final, Protocol
from uuid import uuid4

from dashboard.shapes.board import Narrowed, board_data, list_data
from dashboard.shapes.window import Window
from flows.desk import CaseSummary, ListCard

MOST_WEEKS: Final = 8
MOST_LOOKED_AT: Final = 24  # ways to look, each with its latest pictures
MOST_PICTURES: Final = 8
CHANGING: Final = ("lists", "tray", "figures")  # all else decides where things are, and is sent with the whole


class BoardReads(Protocol):
    """What a picture is made of."""

    def version(self) -> int:
        """Give a number that grows with every change."""

    def lists(self, first: date, last: date, site: str | None = None) -> tuple[ListCard, ...]:
        """List the lists of these dates."""

    def to_place(self, site: str | None = None) -> tuple[CaseSummary, ...]:
        """List the waiting cases."""

    def risks(self, first: date, last: date) -> Mapping[str, float]:
        """Say how often lists end late."""


class LookingDesk(Protocol):
    """The part of the desk that pictures need."""

    @property
    def board(self) -> BoardReads:
        """The board."""

    @property
    def zone(self) -> tzinfo:
        """The clinic's time zone."""

    def today(self) -> date:
        """Give the clinic's date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What of the board a page looks at."""

    window: Window
    site: str | None
    narrowed: Narrowed

    def as_data(self) -> dict[str, object]:
        """Give it as the page keeps it, and asks with it."""
        return {
            "start": self.window.start.isoformat(),
            "weeks": self.window.weeks,
            "site": self.site,
            "radiologist": self.narrowed.radiologist,
            "categories": list(self.narrowed.categories),
            "search": self.narrowed.search,
        }


def looking_from(asked: object) -> Looking:
    """Read what a page looks at; ValueError or TypeError when no page of ours keeps such."""
    if not isinstance(asked, Mapping):
        raise TypeError(asked)
    start, weeks, categories = asked.get("start"), asked.get("weeks"), asked.get("categories")
    site, radiologist, search = asked.get("site"), asked.get("radiologist"), asked.get("search")
    if not isinstance(weeks, int) or not 1 <= weeks <= MOST_WEEKS or not isinstance(categories, list):
        raise ValueError(asked)
    return Looking(
        window=Window(start=date.fromisoformat(str(start)), weeks=weeks),
        site=str(site) if site else None,
        narrowed=Narrowed(
            radiologist=str(radiologist) if radiologist else None,
            categories=tuple(int(category) for category in categories),
            search=str(search or ""),
        ),
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """The board as it was shaped, of what, and as of which version."""

    id: str
    version: int
    cards: Sequence[ListCard]
    waiting: Sequence[CaseSummary]
    risks: Mapping[str, float]
    data: Mapping[str, object]

    def whole(self) -> dict[str, object]:
        """Give everything a page draws."""
        return {**self.data, "version": self.version, "picture": self.id}

    def since(self, before: Picture | None) -> dict[str, object]:
        """Give what is drawn differently from an earlier picture: the lists that changed, or the whole."""
        if before is None or any(before.data[name] != self.data[name] for name in self.data if name not in CHANGING):
            return self.whole()
        old, new = _lists(before), _lists(self)
        if old.keys() != new.keys():
            return self.whole()
        changed = {name: shape for name, shape in new.items() if shape is not old[name] and shape != old[name]}
        rest = {name: self.data[name] for name in CHANGING[1:] if self.data[name] != before.data[name]}
        return {"version": self.version, "picture": self.id, "from": before.id, "lists": changed, **rest}


def _lists(picture: Picture) -> Mapping[str, object]:
    lists = picture.data["lists"]
    return lists if isinstance(lists, Mapping) else {}


@dataclass(slots=True)
class Pictures:
    """The latest pictures of each way to look."""

    kept: OrderedDict[tuple[object, ...], list[Picture]] = field(default_factory=OrderedDict)
    shaping: Lock = field(default_factory=Lock)

    def now(self, desk: LookingDesk, looking: Looking) -> Picture:
        """Give the board as it is now."""
        board, window, today = desk.board, looking.window, desk.today()
        version = board.version()  # before the lists, so that what changes while they are read is drawn again
        cards = board.lists(window.start, window.last, looking.site)
        waiting = board.to_place(looking.site)
        risks = board.risks(window.start, window.last)
        with self.shaping:
            known = self._known(looking, today, desk.zone)
            last = known[-1] if known else None
            if last and last.cards is cards and last.waiting is waiting and last.risks == risks:
                picture = Picture(last.id, max(version, last.version), cards, waiting, risks, last.data)
                known[-1] = picture
                return picture
            fresh = Picture(uuid4().hex, version, cards, waiting, risks, {})
            picture = replace(fresh, data=_shaped(fresh, looking, today, desk.zone, before=last))
            known[:] = [*known[1 - MOST_PICTURES :], picture]
            return picture

    def since(self, desk: LookingDesk, looking: Looking, seen: object) -> dict[str, object]:
        """Give what has changed since the picture of this name; the whole where that one is not kept."""
        picture = self.now(desk, looking)
        with self.shaping:
            known = self._known(looking, desk.today(), desk.zone)
            return picture.since(next((each for each in known if each.id == seen), None))

    def _known(self, looking: Looking, today: date, zone: tzinfo) -> list[Picture]:
        key = (looking, today, str(zone))
        known = self.kept.setdefault(key, [])
        self.kept.move_to_end(key)
        while len(self.kept) > MOST_LOOKED_AT:
            self.kept.popitem(last=False)
        return known


def _shaped(
    picture: Picture, looking: Looking, today: date, zone: tzinfo, *, before: Picture | None
) -> dict[str, object]:
    """Shape the board; a list of which nothing has changed keeps its shape."""
    cards_before = {card.id: card for card in before.cards} if before else {}
    shapes = _lists(before) if before else {}

    def draw(card: ListCard, *, narrowed: Narrowed, risk: float, clock: tzinfo | None) -> object:
        same = before and cards_before.get(card.id) is card and before.risks.get(card.id, 0) == risk
        return shapes[card.id] if same else list_data(card, narrowed=narrowed, risk=risk, clock=clock)

    return board_data(
        picture.cards,
        picture.waiting,
        looking.window,
        today,
        narrowed=looking.narrowed,
        risks=picture.risks,
        zone=zone,
        draw=draw,
    )


PICTURES: Final = Pictures()
