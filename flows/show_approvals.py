"""What the command line prints about second persons, and about records that may be destroyed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from db.retention import DisposalLine
from flows.show import local
from flows.spreadsheet import plain_cell
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from db.approvals import ApprovalLine
    from db.retention import HoldLine, Kept

NOBODY_ASKS = "Nothing waits for a second person."
NOTHING_DUE = "No record may be destroyed today."
EMPTY_REGISTER = "The register of disposals has no line yet."


def approval_lines(found: Sequence[ApprovalLine], zone: ZoneInfo) -> list[str]:
    """Two lines for each request: what it is about, then who asks, why, and how it stands."""
    return [text for line in found for text in _approval(line, zone)] or [NOBODY_ASKS]


def _approval(line: ApprovalLine, zone: ZoneInfo) -> Iterable[str]:
    yield f"{line.id}  {line.about}: {line.says}"
    asks = f"{line.asked_name} asks: {line.reason}"
    if line.decided_at is not None:
        why = f" {line.decision}" if line.decision else ""
        yield f"  {asks} ({line.state.value} {local(line.decided_at, zone)} {line.decided_name}.{why})"
    elif line.lapsed:
        yield f"  {asks} ({line.lapsed})"
    else:
        yield f"  {asks} (until {local(line.expires_at, zone)})"


def due_lines(found: Sequence[Kept]) -> list[str]:
    """One line for each record that may be destroyed, with why."""
    return [f"{kept.ref}: {kept.says}" for kept in found] or [NOTHING_DUE]


def hold_lines(found: Sequence[HoldLine]) -> list[str]:
    """One line for each case under a legal hold."""
    return [f"{line.ref}: {line.reason} ({line.placed_name}, {day(line.placed_on)})" for line in found] or [
        "No case is under a legal hold."
    ]


def register_lines(found: Sequence[DisposalLine]) -> list[str]:
    """One line for each record that was destroyed: whose, of which period, when, and by whom."""
    return [
        f"{line.name}: {day(line.period_from)} to {day(line.period_to)}, destroyed {day(line.destroyed_on)}. "
        f"{line.rule} Proposed by {line.asked_by}, approved by {line.approved_by}: {line.reason}"
        for line in found
    ] or [EMPTY_REGISTER]


def register_csv(found: Sequence[DisposalLine]) -> str:
    """The register as CSV: a heading and a line each, with nothing in it that a spreadsheet would work out."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow([one.name for one in fields(DisposalLine)])
    rows.writerows([[plain_cell(str(value)) for value in astuple(line)] for line in found])
    return written.getvalue()
