"""What may follow on a case, by what sort of thing it is, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import listed
from flows.desk import Entry, NextStep, ReadinessEvent
from scheduler.vocabulary import Role

STEP_HEADS: Final = ("Step", "Why")
WHO_HEADS: Final = ("Step", "Recorded by")


def groups_of(steps: Iterable[NextStep], held: frozenset[Role]) -> tuple[tuple[str, tuple[NextStep, ...]], ...]:
    """The steps that this person may record today: of the pathway, of readiness, and what is only written down."""
    found = [step for step in steps if step.allowed and _mine(step, held)]
    groups = (
        ("Next steps", [step for step in found if not isinstance(step.event, Entry | ReadinessEvent)]),
        ("Readiness", [step for step in found if isinstance(step.event, ReadinessEvent)]),
        ("Write down", [step for step in found if isinstance(step.event, Entry)]),
    )
    return tuple((heading, tuple(kept)) for heading, kept in groups if kept)


def steps_for_others(steps: Iterable[NextStep], held: frozenset[Role]) -> list[list[Cell | str]]:
    """The allowed steps that other roles record, each with those roles."""
    return [
        [step.label, Cell(text=roles_words(step.roles), look="quiet")]
        for step in steps
        if step.allowed and not _mine(step, held)
    ]


def steps_not_possible(steps: Iterable[NextStep]) -> list[list[Cell | str]]:
    """The steps that must wait, each with the first thing in its way."""
    return [[step.label, Cell(text=step.why_not or "", look="quiet")] for step in steps if not step.allowed]


def roles_words(roles: frozenset[Role]) -> str:
    """Roles in their usual order."""
    return listed(tuple(role.label for role in Role if role in roles)) or "nobody: it happens by itself"


def _mine(step: NextStep, held: frozenset[Role]) -> bool:
    return bool(step.roles & held)
