"""Scenarios side by side: one row for each figure, differences from the first scenario stressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.proposal import gap_words, goal_words
from dashboard.shapes.words import moment, safe
from flows.desk import GOALS, Comparison, StudyLine, StudyStatus

FULL: Final = 100
NOTHING: Final = "—"
STATUS_WORDS: Final = {
    StudyStatus.QUEUED: "waiting to be worked out",
    StudyStatus.RUNNING: "being worked out",
    StudyStatus.READY: "ready",
    StudyStatus.FAILED: "could not be worked out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of every scenario, in order; None where a scenario has none. `unit` stands after the number."""

    name: str
    values: tuple[int | None, ...]
    unit: str = ""


def choice_words(comparison: Comparison, zone: ZoneInfo) -> str:
    """One comparison in the list to choose from."""
    names = " · ".join(study.name for study in comparison.studies)
    return f"{names}, asked for {moment(comparison.asked_at, zone)} by {comparison.asked_by}"


def working_words(comparison: Comparison) -> str:
    """How far a comparison has come, in a sentence."""
    ready = sum(study.status is StudyStatus.READY for study in comparison.studies)
    states = "; ".join(f"{study.name}: {STATUS_WORDS[study.status]}" for study in comparison.studies)
    return f"{ready} of {len(comparison.studies)} scenarios are ready. {states}. You can go on working meanwhile."


def rows_of(comparison: Comparison) -> tuple[Row, ...]:
    """The figures that people compare by, the most important first."""
    return (
        _row(comparison, "Cases", lambda study: study.figures.cases if study.figures else None),
        _row(comparison, "Treated in time", lambda study: study.figures.in_time if study.figures else None),
        _row(comparison, "Share treated in time", _share_in_time, unit="%"),
        _row(comparison, "Booked past the due date", lambda study: study.figures.late if study.figures else None),
        _row(comparison, "Left over", lambda study: study.figures.left_over if study.figures else None),
        *_new_demand(comparison),
        _row(comparison, "Patients moved", lambda study: study.figures.moved if study.figures else None),
        _row(comparison, "Over-time", lambda study: study.figures.overtime_minutes if study.figures else None, "min"),
        _row(comparison, "Fullest radiologist, of target", lambda s: s.figures.busiest if s.figures else None, "%"),
        _row(comparison, "Emptiest radiologist, of target", lambda s: s.figures.quietest if s.figures else None, "%"),
        _row(comparison, "Cost at today's prices", comparison.cost_of),
    )


def goal_rows(comparison: Comparison) -> tuple[Row, ...]:
    """The cost of each goal at today's prices, the dearest first; a goal that costs nothing anywhere is left out."""

    def row(goal: str) -> Row:
        return _row(comparison, goal_words(goal), lambda study: _goal_cost(study, goal, comparison.prices))

    found = [row(goal.name) for goal in GOALS]
    return tuple(sorted((one for one in found if any(one.values)), key=lambda one: -max(v or 0 for v in one.values)))


def _row(comparison: Comparison, name: str, value: Callable[[StudyLine], int | None], unit: str = "") -> Row:
    return Row(name=name, values=tuple(value(study) for study in comparison.studies), unit=unit)


def _new_demand(comparison: Comparison) -> tuple[Row, ...]:
    if not any(study.invented for study in comparison.studies):
        return ()
    return (
        _row(comparison, "New demand: cases", lambda study: study.invented),
        _row(comparison, "New demand: booked", lambda study: study.invented_booked if study.figures else None),
    )


def _share_in_time(study: StudyLine) -> int | None:
    figures = study.figures
    return round(FULL * figures.in_time / figures.cases) if figures and figures.cases else None


def _goal_cost(study: StudyLine, goal: str, prices: Mapping[str, int]) -> int | None:
    return study.figures.amounts.get(goal, 0) * prices.get(goal, 0) if study.figures else None


def comparison_table(comparison: Comparison) -> str:
    """The scenarios as columns; what differs from the first is bold, with the difference."""
    heads = "".join(f'<th scope="col" class="number">{safe(study.name)}</th>' for study in comparison.studies)
    body = "".join(_line(row) for row in rows_of(comparison)) + _gaps(comparison) + _goals(comparison)
    return (
        '<div class="nl-sheet"><table class="nl-table nl-compare"><caption>Side by side: '
        '<span class="nl-quiet">bold where it differs from the first</span></caption>'
        f'<thead><tr><th scope="col">Figure</th>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _goals(comparison: Comparison) -> str:
    lines = "".join(_line(row) for row in goal_rows(comparison))
    width = len(comparison.studies) + 1
    return lines and f'<tr class="cut"><td colspan="{width}">Cost by goal, at today\'s prices</td></tr>{lines}'


def _line(row: Row) -> str:
    first = row.values[0]
    cells = "".join(_cell(value, None if at == 0 else first, row.unit) for at, value in enumerate(row.values))
    return f'<tr><th scope="row">{safe(row.name)}</th>{cells}</tr>'


def _cell(value: int | None, first: int | None, unit: str) -> str:
    if value is None:
        return f'<td class="number quiet">{NOTHING}</td>'
    shown = f"{value:,} {unit}".strip()
    if first is None or value == first:
        return f'<td class="number">{safe(shown)}</td>'
    return f'<td class="number"><strong>{safe(shown)}</strong> <span class="nl-of">({value - first:+,})</span></td>'


def _gaps(comparison: Comparison) -> str:
    cells = "".join(f'<td class="number">{safe(_gap(study))}</td>' for study in comparison.studies)
    return f'<tr><th scope="row">How near the best plan</th>{cells}</tr>'


def _gap(study: StudyLine) -> str:
    figures = study.figures
    if figures is None:
        return NOTHING
    if not figures.cost:
        return "nothing to improve"
    return gap_words(figures.cost, figures.bound) if figures.bound else "not proven in the time"


def csv_heads(comparison: Comparison) -> tuple[str, ...]:
    """The heads of the table as a file."""
    return ("Figure", "Unit", *(study.name for study in comparison.studies))


def csv_rows(comparison: Comparison) -> list[list[object]]:
    """The table as a file."""
    goals = [Row(name=f"Cost: {row.name}", values=row.values) for row in goal_rows(comparison)]
    return [[row.name, row.unit, *row.values] for row in (*rows_of(comparison), *goals)]


def notes_of(study: StudyLine) -> tuple[str, ...]:
    """What to know of one scenario beside its figures."""
    notes = [] if study.changes else ["Nothing is changed."]
    notes.extend(says for says in study.changes if says not in study.outside)
    notes.extend(f"Outside these weeks, so without effect: {says}" for says in study.outside)
    if study.status is StudyStatus.FAILED:
        notes.append(f"It could not be worked out: {study.failure or 'no reason was given.'}")
    return tuple(notes)


def notes(study: StudyLine) -> str:
    """A scenario's name with what to know of it, as page markup."""
    return f'<p class="nl-study"><strong>{safe(study.name)}</strong></p>{points(notes_of(study))}'


def points(says: Iterable[str]) -> str:
    """Sentences one under the other."""
    return f'<ul class="nl-points">{"".join(f"<li>{safe(each)}</li>" for each in says)}</ul>'
