"""Tables as files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from flows.desk import plain_cell

BYTE_ORDER_MARK: Final = "\ufeff"  # without it, some spreadsheets read letters such as é wrongly


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as CSV; an empty cell is what has no value."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _cell(value: object) -> object:
    if value is None:
        return ""
    return plain_cell(value) if isinstance(value, str) else value
