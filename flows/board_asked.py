"""What is asked of the board by hand, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class ActKind(StrEnum):
    """What was done on the board."""

    PLACE = "board_place"
    MOVE = "board_move"
    GIVE_BACK = "board_give_back"
    REORDER = "board_reorder"
    LOCK = "board_lock"
    RELEASE = "board_release"
    CLOSE = "board_close"
    OPEN = "board_open"
    UNDO = "board_undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A case to put on a list; where it was seen (None: waiting), and that booking's or case's version then."""

    ref: str
    list: str
    seen_on: str | None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardAct:
    """What one act did, in a sentence, with what to know; `before` and `versions` are what taking it back needs."""

    kind: ActKind
    by: str
    says: str
    ref: str = ""
    list: str = ""
    cautions: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    undoes: str = ""

    def as_document(self) -> dict[str, object]:
        """Give what is kept of it."""
        return {**asdict(self), "cautions": list(self.cautions)}


def act_from(kept: Mapping[str, object]) -> BoardAct:
    """Read an act back as it was kept."""
    known = dict(kept)
    cautions = known.pop("cautions", [])
    told = tuple(map(str, cautions)) if isinstance(cautions, list) else ()
    return BoardAct(**{**known, "kind": ActKind(str(known["kind"])), "cautions": told})  # type: ignore[arg-type]
