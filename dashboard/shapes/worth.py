"""What one more list or skill is worth, as rows with the date it was worked out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import moment, short_day
from flows.desk import StudyStatus, WorthLine, WorthReport

SHOWN: Final = 8
WORKING: Final = frozenset({StudyStatus.QUEUED, StudyStatus.RUNNING})
LIST_HEADS: Final = ("One more list", "Week of", "#Saves", "#Cases", "#Days avoided")
SKILL_HEADS: Final = ("One more skill", "#Saves", "#Cases", "#Days avoided")
CSV_HEADS: Final = (
    "What",
    "Week of",
    "Saves (cost units)",
    "Saves at most (cost units)",
    "Cases booked more",
    "Weighted patient-days past due avoided",
)


def working(report: WorthReport) -> bool:
    """Say whether a new answer is being worked out."""
    return report.status in WORKING


def standing_words(report: WorthReport | None, zone: ZoneInfo) -> str:
    """When the answer is from, for which weeks, and whether it is certain."""
    if report is None or report.answered_at is None or report.start is None or report.end is None:
        return "It has not been worked out yet; that takes the planner about half a minute."
    weeks = f"{short_day(report.start)} to {short_day(report.end)}"
    sure = "" if report.settled else " The time was too short for sure figures, so they are ceilings."
    return f"Worked out {moment(report.answered_at, zone)} for {weeks}.{sure}"


def asked_words(report: WorthReport, zone: ZoneInfo) -> str:
    """How the latest asking stands."""
    asked = f"asked for {moment(report.asked_at, zone)} by {report.asked_by}"
    if report.status is StudyStatus.FAILED:
        return f"The latest answer, {asked}, could not be worked out: {report.failure or 'no reason was given.'}"
    return f"A new answer, {asked}, is being worked out. You can go on working meanwhile."


def worthwhile(lines: Iterable[WorthLine]) -> tuple[WorthLine, ...]:
    """Those that save anything, or may."""
    return tuple(line for line in lines if (line.at_most if line.saves is None else line.saves))


def list_rows(lines: Iterable[WorthLine]) -> list[list[Cell | str]]:
    """The best lists to add."""
    return [
        [line.what, short_day(line.when) if line.when else "", *_figures(line)] for line in worthwhile(lines)[:SHOWN]
    ]


def skill_rows(lines: Iterable[WorthLine]) -> list[list[Cell | str]]:
    """The best skills to learn."""
    return [[line.what, *_figures(line)] for line in worthwhile(lines)[:SHOWN]]


def _figures(line: WorthLine) -> tuple[str, str, str]:
    if line.saves is None or line.cases is None or line.days is None:
        return f"at most {line.at_most:,}", "—", "—"
    return f"{line.saves:,}", f"{line.cases:+.1f}", f"{line.days:,.0f}"


def csv_rows(report: WorthReport) -> list[list[object]]:
    """Every list and skill, for a spreadsheet."""
    return [
        [line.what, line.when.isoformat() if line.when else None, line.saves, line.at_most, line.cases, line.days]
        for line in (*report.lists, *report.skills)
    ]
