"""What every handler of a due step is given, and what most timers do: become a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from db import cases, facts, watching
from db.due_steps import DueStep
from scheduler.errors import TransitionNotAllowedError
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a step is worked: the instant, and the local date."""

    now: datetime
    today: date


Handler = Callable[["Session", DueStep, Moment], None]


def case_of(step: DueStep) -> str:
    """Give the case a step is about; one that names none is refused."""
    if step.case_ref is None:
        raise TransitionNotAllowedError(f"The step '{step.name}' names no case, so there is nothing to work on.")
    return step.case_ref


def raise_task(session: Session, step: DueStep, at: Moment) -> None:
    """Give the people named by the timer the task it was set for, unless its day has moved since."""
    ref = case_of(step)
    if facts.case_row(session, ref).state.ends:
        raise TransitionNotAllowedError("The case has ended, so there is nothing left to do.")
    if watching.put_off(session, step, today=at.today):
        return
    cases.raise_task(
        session,
        ref,
        kind=step.name,
        role=Role(str(step.payload["role"])),
        says=str(step.payload["says"]),
        due_on=date.fromisoformat(str(step.payload["due_on"])),
        now=at.now,
    )
