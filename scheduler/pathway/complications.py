"""What went wrong in or after a procedure, and when that is a record."""

from __future__ import annotations

from scheduler.pathway.effects import Effect, RecordComplication
from scheduler.pathway.facts import Scale
from scheduler.pathway.forms import NO_COMPLICATION
from scheduler.pathway.situation import Situation, needed


def complication_told(case: Situation, field: str) -> str:
    """What the form says went wrong; "" when it says that nothing did."""
    told = case.details.text(field).strip()
    return "" if told.lower().rstrip(".") == NO_COMPLICATION else told


def graded(case: Situation, field: str) -> tuple[Effect, ...]:
    """Keep the complication told in this field; a grave one is a reason for the meeting to see the case again."""
    told = complication_told(case, field)
    if not told:
        return ()
    scale = Scale(case.details.text("complication_scale"))
    grade = needed(case.details.whole("complication_grade"), "Give the grade in 'complication_grade'.")
    return (
        RecordComplication(
            on=case.details.date("complication_on") or case.today,
            what=told,
            scale=scale,
            grade=grade,
            outcome=case.details.text("complication_outcome"),
        ),
    )
