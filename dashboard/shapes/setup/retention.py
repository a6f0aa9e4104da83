"""Records that may be destroyed, legal holds and the register of disposals, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import case_link, day
from flows.desk import DisposalLine, HoldLine, Kept

DUE_HEADS: Final = ("Case", "Kept until", "Why")
HOLD_HEADS: Final = ("Case", "Since", "By", "Why")
REGISTER_HEADS: Final = ("Name", "From", "To", "Destroyed", "Rule", "Reason", "Proposed by", "Approved by")


def due_rows(found: Iterable[Kept]) -> Iterator[tuple[Cell | str, ...]]:
    """A row for each record that may be destroyed."""
    for kept in found:
        yield Cell(text=kept.ref, link=case_link(kept.ref)), day(kept.keep_until), kept.rule


def hold_rows(found: Iterable[HoldLine]) -> Iterator[tuple[Cell | str, ...]]:
    """A row for each case under a legal hold."""
    for line in found:
        yield Cell(text=line.ref, link=case_link(line.ref)), day(line.placed_on), line.placed_name, line.reason


def register_rows(found: Iterable[DisposalLine]) -> list[tuple[str, ...]]:
    """A row for each record that was destroyed."""
    return [
        (
            *(line.name, day(line.period_from), day(line.period_to), day(line.destroyed_on)),
            *(line.rule, line.reason, line.asked_by, line.approved_by),
        )
        for line in found
    ]
