"""What the command line prints about scenarios and how they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from flows.show import console, day, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.study_pictures import Comparison, ScenarioLine, StudyLine

FULL = 100
FIGURES = ("Cases", "In time", "Late", "Left over", "Moved", "Over-time", "Fullest", "Emptiest", "Cost today")


def print_scenarios(scenarios: Sequence[ScenarioLine]) -> None:
    """Print each scenario with what it changes."""
    screen = console()
    if not scenarios:
        screen.print("No scenario yet. Make one: neurolist scenario new NAME")
    for line in scenarios:
        screen.print(f"[bold]{escape(line.name)}[/]")
        for change in line.changes:
            screen.print(f"  {change.place}. {escape(change.says)}")
        if not line.changes:
            screen.print("  Nothing is changed yet.")


def print_comparison(found: Comparison) -> None:
    """Print scenarios side by side, one in a row, and how to adopt one."""
    screen = console()
    screen.print(f"[bold]{day(found.start)} to {day(found.end)}[/]")
    shown = table("Scenario", *FIGURES, "Study")
    for study in found.studies:
        shown.add_row(escape(study.name), *_figures(study, found), study.id)
    screen.print(shown)
    for study in found.studies:
        for says in study.outside:
            screen.print(f"{escape(study.name)}: outside these weeks, so without effect: {escape(says)}")
        if study.failure:
            screen.print(f"{escape(study.name)} could not be worked out: {escape(study.failure)}")
    screen.print("Adopt one: neurolist scenario adopt STUDY")


def _figures(study: StudyLine, found: Comparison) -> tuple[str, ...]:
    figures = study.figures
    if figures is None:
        return ("-",) * len(FIGURES)
    share = f" ({FULL * figures.in_time / figures.cases:.0f} %)" if figures.cases else ""
    return (
        str(figures.cases),
        f"{figures.in_time}{share}",
        str(figures.late),
        str(figures.left_over),
        str(figures.moved),
        f"{figures.overtime_minutes} min",
        "-" if figures.busiest is None else f"{figures.busiest} %",
        "-" if figures.quietest is None else f"{figures.quietest} %",
        f"{found.cost_of(study):,}",
    )
