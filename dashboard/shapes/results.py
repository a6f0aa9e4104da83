"""What treatment came to: procedures, follow-up reviews, complications, and the other cases of the same patient."""

from __future__ import annotations

from typing import Final

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import case_link, count, day, short_day, upper
from flows.desk import CasePage

PROCEDURE_HEADS: Final = ("Procedure", "On", "What", "Result")
REVIEW_HEADS: Final = ("Review", "Due", "How it stands", "#Pain", "#Opioid, mg")
COMPLICATION_HEADS: Final = ("On", "Complication", "Grade", "Outcome")
OTHER_HEADS: Final = ("Case", "Target", "Stands at", "What was done")


def procedure_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each procedure that was started."""
    return [
        [
            done.stage.label,
            Cell(text=day(done.on), look="nowrap"),
            ", ".join((done.target.label, done.technique.label.lower(), done.laterality.label.lower())),
            upper(done.result.value) if done.result else "" if done.completed else "not completed",
        ]
        for done in page.facts.procedures
    ]


def review_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each planned review after neurolysis."""
    return [
        [
            count(point.point, "day"),
            Cell(text=short_day(point.due_on), look="nowrap"),
            Cell(text=point.state.value, look="nl-over" if point.state.value in {"missed", "due"} else "quiet"),
            str(point.review.pain_score) if point.review else "",
            str(point.review.opioid_dose_mg) if point.review else "",
        ]
        for point in page.reviews
    ]


def complication_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each complication."""
    return [
        [Cell(text=day(one.on), look="nowrap"), one.what, f"{one.scale.label} {one.grade}", one.outcome]
        for one in page.facts.complications
    ]


def other_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each other case of the same patient."""
    return [
        [
            Cell(text=other.ref, link=case_link(other.ref), look="nowrap"),
            other.target.label if other.target else "",
            f"{other.state.label}{', linked' if other.linked else ''}",
            ", ".join(f"{done.stage.label} {short_day(done.on)}" for done in other.procedures) or "nothing",
        ]
        for other in page.facts.other_cases
    ]
