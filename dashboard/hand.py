"""What somebody does by hand on the board: read from the page, asked of the desk, answered in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from flows.desk import Drop, LogEvent, logs
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.desk import BoardAct

UNREADABLE: Final = "The page sent something the board does not know. Reload the page and try again."


class HandDesk(Protocol):
    """The part of the desk that the board's gestures need."""

    @property
    def board(self) -> BoardDesk:
        """The board."""


class BoardDesk(Protocol):
    """What may be done on the board."""

    def place(self, drop: Drop, *, write_id: str | None = None) -> BoardAct:
        """Hold or move a case."""

    def give_back(self, ref: str, *, seen_on: str, version: int | None = None, write_id: str | None = None) -> BoardAct:
        """Take a held case off its list."""

    def undo(self, act_id: str, *, write_id: str | None = None) -> BoardAct:
        """Take one's own last act back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the desk answered: one sentence, what to know besides, and whether it was a refusal."""

    text: str
    detail: str = ""
    refused: bool = False


def answered(work: Callable[[], BoardAct]) -> Answer:
    """Do one act and tell what came of it."""
    try:
        act = work()
    except NeurolistError as refusal:
        return Answer(text=str(refusal), refused=True)
    return Answer(text=act.says, detail=" ".join(act.cautions))


def handle(desk: HandDesk, wanted: Mapping[str, object]) -> Answer:
    """Do what a gesture asks for; what a page claims is checked again at the desk."""
    known: dict[object, Callable[[HandDesk, Mapping[str, object]], BoardAct]] = {
        "place": _place,
        "give_back": _give_back,
        "undo": _undo,
    }
    work = known.get(wanted.get("kind"))
    if work is None:
        return unreadable()
    try:
        return answered(lambda: work(desk, wanted))
    except (KeyError, TypeError, ValueError):
        return unreadable()


def unreadable() -> Answer:
    """Refuse what no page of ours sends; the log is told, since somebody may be trying what is possible."""
    logs.tell(LogEvent.REQUEST_REFUSED, reason="unreadable", status=400)
    return Answer(text=UNREADABLE, refused=True)


def _place(desk: HandDesk, wanted: Mapping[str, object]) -> BoardAct:
    seen_on = wanted.get("seen_on")
    drop = Drop(
        ref=_text(wanted, "ref"),
        list=_text(wanted, "list"),
        seen_on=str(seen_on) if seen_on else None,
        version=_version(wanted),
    )
    return desk.board.place(drop, write_id=_text(wanted, "write"))


def _give_back(desk: HandDesk, wanted: Mapping[str, object]) -> BoardAct:
    return desk.board.give_back(
        _text(wanted, "ref"),
        seen_on=_text(wanted, "seen_on"),
        version=_version(wanted),
        write_id=_text(wanted, "write"),
    )


def _undo(desk: HandDesk, wanted: Mapping[str, object]) -> BoardAct:
    act, write_id = _text(wanted, "act"), _text(wanted, "write")
    return desk.board.undo(act, write_id=write_id)


def _text(wanted: Mapping[str, object], name: str) -> str:
    value = wanted[name]
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value


def _version(wanted: Mapping[str, object]) -> int:
    value = wanted["version"]
    if not isinstance(value, int):
        raise TypeError("version")
    return value
