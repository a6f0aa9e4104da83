"""Rows of figures as a table that reads alike on the screen and in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.contest import Row

COLUMNS = (
    ("problem", 14),
    ("entrant", 19),
    ("cost", 10),
    ("bound", 10),
    ("gap", 8),
    ("booked", 10),
    ("seconds", 9),
    ("memory MB", 9),
    ("remark", 0),
)
LEFT = {"problem", "entrant", "remark"}
NOTHING = "-"


def heading() -> str:
    """Give the table's first two lines."""
    names = _line([name for name, _ in COLUMNS])
    rule = "|".join("-" * (width + 1) + ("-" if name in LEFT else ":") for name, width in COLUMNS)
    return f"{names}\n|{rule}|"


def line(row: Row, bound: int | None) -> str:
    """Give a row's line; the gap is measured against `bound`, the highest anybody proved for the problem."""
    return _line(
        [
            row.problem,
            row.entrant,
            NOTHING if row.cost is None else f"{row.cost:,}",
            NOTHING if row.bound is None else f"{row.bound:,}",
            show_gap(gap_of(row, bound)),
            NOTHING if row.cost is None else f"{row.booked}/{row.total}",
            f"{row.seconds:.1f}",
            f"{row.memory_mb:,.0f}",
            _remark(row),
        ]
    )


def _line(cells: list[str]) -> str:
    padded = (
        cell.ljust(width) if name in LEFT else cell.rjust(width)
        for (name, width), cell in zip(COLUMNS, cells, strict=True)
    )
    return "| " + " | ".join(padded) + " |"


def _remark(row: Row) -> str:
    broken = f"not a plan: it breaks {', '.join(row.breaks)}" if row.breaks else ""
    return "; ".join(filter(None, (broken, row.remark)))


def best_bound(rows: Iterable[Row], problem: str) -> int | None:
    """Give the highest bound anybody proved for a problem."""
    return max((row.bound for row in rows if row.problem == problem and row.bound is not None), default=None)


def gap_of(row: Row, bound: int | None) -> float | None:
    """Give how far a legal plan's cost is above the bound, as a share of it; None where either is missing."""
    if row.cost is None or row.breaks or not bound:
        return 0.0 if row.legal and row.cost == bound else None
    return (row.cost - bound) / bound


def show_gap(gap: float | None) -> str:
    """Show a gap as people read it."""
    return NOTHING if gap is None else f"{gap:.1%}"
