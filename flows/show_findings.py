"""What the command line prints of a case's treatment: other cases, procedures, complications, reviews, the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from flows.show import console, day, table

if TYPE_CHECKING:
    from flows.desk import CasePage
    from scheduler.pathway.facts import OtherCase, ProcedureDone


def print_findings(page: CasePage) -> None:
    """Print what was done and found, in this case and in the patient's others; nothing when there is nothing."""
    _print_other_cases(page)
    _print_procedures(page)
    _print_reviews(page)


def _print_other_cases(page: CasePage) -> None:
    for other in page.facts.other_cases:
        link = "Linked case" if other.linked else "Other case of this patient"
        target = other.target.label if other.target else "no target yet"
        ended = f", ended {day(other.ended_on)}" if other.ended_on else ""
        console().print(f"[bold]{link} {other.ref}[/]: {target}; {other.state.label}{ended}{_decision(other)}")
        for done in other.procedures:
            console().print(f"  {procedure_words(done)}")


def _decision(other: OtherCase) -> str:
    if other.mdt is None:
        return ""
    return f"; MDT {day(other.mdt.on)}: {other.mdt.recommendation.value.replace('_', ' ')}"


def procedure_words(done: ProcedureDone) -> str:
    """Say in a line what was done, when, and what it showed."""
    side = done.laterality.label.lower()
    result = f"; result {done.result.value}" if done.result else ""
    whole = "" if done.completed else "; not completed"
    return f"{day(done.on)}  {done.technique.label}, {done.target.label}, {side}{result}{whole}"


def _print_procedures(page: CasePage) -> None:
    if page.facts.procedures:
        console().print("\nProcedures", style="italic")
    for done in page.facts.procedures:
        console().print(procedure_words(done))
    for one in page.facts.complications:
        grade = f"{one.scale.label} grade {one.grade}"
        outcome = f"; {escape(one.outcome)}" if one.outcome else ""
        console().print(f"{day(one.on)}  Complication, {grade}: {escape(one.what)}{outcome}")


def _print_reviews(page: CasePage) -> None:
    if not page.reviews:
        return
    shown = table("Review", "Due", "", "Held", "Pain", "Opioid mg/day", title="\nFollow-up")
    for point in page.reviews:
        held = point.review
        shown.add_row(
            f"day {point.point}",
            day(point.due_on),
            point.state.value,
            day(held.on) if held else "-",
            str(held.pain_score) if held else "-",
            str(held.opioid_dose_mg) if held else "-",
        )
    console().print(shown)
    if page.outcome is not None:
        console().print(escape(page.outcome.says))
