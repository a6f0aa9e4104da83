"""A documented CSV file becomes referrals, one a row; docs/intake.md lists the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flows.intake.csv_columns import COLUMNS, REQUIRED_COLUMNS
from flows.intake.csv_row import Row, read_row
from flows.intake.files import MOST_REFERRALS
from flows.intake.finish import finish
from flows.intake.json_text import UnreadableError, unsafe_character
from flows.intake.reading import Outcome, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """The cells of one row, and the line of the file it starts on."""

    number: int
    cells: list[str]


def read_rows(file: str, content: str, received_on: date) -> Iterator[Outcome]:
    """Give one outcome a row; a fault in the header refuses the file by raising UnreadableError."""
    lines = _lines(content)
    header = [cell.strip().lower() for cell in lines[0].cells]
    _check_header(header, lines[0].cells)
    if len(lines) == 1:
        raise UnreadableError("The file has a header and no rows.")
    if len(lines) - 1 > MOST_REFERRALS:
        raise UnreadableError(f"The file holds more than {MOST_REFERRALS:,} referrals; split it.")
    return (_outcome(file, header, line, received_on) for line in lines[1:])


def _lines(content: str) -> list[_Line]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    lines, start = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(_Line(number=start, cells=cells))
            start = reader.line_num + 1
    except csv.Error as error:
        says = f"The CSV is broken at line {max(reader.line_num, 1)}: check that every quotation mark is closed."
        raise UnreadableError(says) from error
    if not lines:
        raise UnreadableError("The file is empty.")
    return lines


def _check_header(header: list[str], written: list[str]) -> None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise UnreadableError("The columns are separated by semicolons or tabs; save the file with commas.")
    for number, name in enumerate(header, start=1):
        if name not in COLUMNS:
            shown = written[number - 1].strip()[:40] or "(blank)"
            raise UnreadableError(f'Column {number} of the header, "{shown}", is not one Neurolist reads.')
        if header.index(name) < number - 1:
            raise UnreadableError(f'The header names the column "{name}" twice.')
    if lacking := [name for name in REQUIRED_COLUMNS if name not in header]:
        raise UnreadableError(f"The header lacks the required column{'s'[: len(lacking) - 1]} {', '.join(lacking)}.")


def _outcome(file: str, header: list[str], line: _Line, received_on: date) -> Outcome:
    place = f"line {line.number}"
    if fault := _cells_fault(header, line.cells):
        return Outcome(file=file, entry=place, refusals=(Refusal(file=file, entry=place, field="", fault=fault),))
    cells = {name: cell.strip() for name, cell in zip(header, line.cells, strict=True)}
    row = Row(cells, received_on)
    referral = finish(read_row(row, f"{file}, {place}"), row, received_on)
    refusals = (Refusal(file=file, entry=place, field=where, fault=says) for where, says in row.faults)
    return Outcome(file=file, entry=place, referral=referral, refusals=tuple(refusals))


def _cells_fault(header: list[str], cells: list[str]) -> str | None:
    if len(cells) != len(header):
        return f"The row has {len(cells)} cells and the header {len(header)} columns; a comma may need quotation marks."
    character = next((found for cell in cells if (found := unsafe_character(cell))), None)
    return f"A cell holds the control character {character}; remove it." if character else None
