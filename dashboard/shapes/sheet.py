"""A table whose rows can be ticked and acted on, as the sheet component draws it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from dashboard.shapes.markup import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row: its cells, the words of its tick box (none without one), and what can be done with it."""

    id: str
    cells: tuple[Cell, ...]
    tick: str = ""
    acts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGroup:
    """Rows under one heading, ticked together by a box of their own; without a title, rows alone."""

    rows: tuple[SheetRow, ...]
    title: str = ""
    note: str = ""
    tick: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole table."""

    caption: str
    heads: Sequence[str]
    groups: tuple[SheetGroup, ...]
    ticks: bool = False
    acts: bool = False
    ticked: Collection[str] = field(default_factory=tuple)


def sheet_data(sheet: Sheet) -> dict[str, object]:
    """Write a sheet as the component reads it; a tick of a row that is gone is dropped."""
    known = {row.id for group in sheet.groups for row in group.rows if row.tick}
    return {
        "caption": sheet.caption,
        "heads": list(sheet.heads),
        "ticks": sheet.ticks,
        "acts": sheet.acts,
        "ticked": sorted(set(sheet.ticked) & known),
        "groups": [
            {"title": group.title, "note": group.note, "tick": group.tick, "rows": [_row(row) for row in group.rows]}
            for group in sheet.groups
            if group.rows
        ],
    }


def _row(row: SheetRow) -> dict[str, object]:
    return {
        "id": row.id,
        "tick": row.tick,
        "cells": [_cell(cell) for cell in row.cells],
        "acts": [{"id": act, "label": label} for act, label in row.acts],
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {"text": cell.text, "look": cell.look, "opens": cell.opens, "category": cell.category}
