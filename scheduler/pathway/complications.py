"""What went wrong in or after a procedure: when it is a record, and when the meeting has to see it."""

from __future__ import annotations

from datetime import timedelta

from scheduler.pathway.effects import Effect, RecordComplication, Task, TaskKind
from scheduler.pathway.facts import Scale
from scheduler.pathway.forms import NO_COMPLICATION
from scheduler.pathway.situation import Situation, needed
from scheduler.vocabulary import Role


def complication_told(case: Situation, field: str) -> str:
    """What the form says went wrong; "" when it says that nothing did."""
    told = case.details.text(field).strip()
    return "" if told.lower().rstrip(".") == NO_COMPLICATION else told


def graded(case: Situation, field: str) -> tuple[Effect, ...]:
    """Keep the complication told in this field, and ask the meeting to see a grave one."""
    told = complication_told(case, field)
    if not told:
        return ()
    scale = Scale(case.details.text("complication_scale"))
    grade = needed(case.details.whole("complication_grade"), "Give the grade in 'complication_grade'.")
    kept = RecordComplication(
        on=case.details.date("complication_on") or case.today,
        what=told,
        scale=scale,
        grade=grade,
        outcome=case.details.text("complication_outcome"),
    )
    limit = case.protocol.whole(f"complication_rediscussed_from.{scale}")
    if grade < limit or case.facts.state.ends:
        return (kept,)
    says = f"A complication of {scale.label} grade {grade}: bring the case back to the MDT meeting."
    due_on = case.today + timedelta(days=case.protocol.days("decide_within"))
    return (kept, Task(kind=TaskKind.REDISCUSSION, role=Role.MDT_COORDINATOR, says=says, due_on=due_on))
