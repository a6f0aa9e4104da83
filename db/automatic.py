"""What no machine may do: change a category, readiness, list or result, or book; a transaction that did is not kept.

Timers may raise tasks, remind, give an unanswered slot back and say that something is late, and nothing more of this
kind. It is checked on the rows themselves, so that no handler can do it by another way.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from db import audit
from scheduler.errors import NeurolistError
from scheduler.pathway.booking import AGREED

# Whole tables, or the columns of one, that only a person changes.
FOR_PEOPLE: Mapping[str, frozenset[str] | None] = {
    "waitlist_episode": None,
    "category_change": None,
    "not_ready_period": None,
    "procedure_record": None,
    "reading": None,
    "consent": None,
    "mdt_item": frozenset({"recommendation"}),
    "neurolysis_case": frozenset({"urgency", "target", "technique", "laterality", "direct"}),
}


def forbid_judgement(session: Session) -> None:
    """Raise NeurolistError if this transaction has done what needs a person's judgement."""
    for where, columns in audit.touched(session).items():
        table = where.split(":")[0]
        if table in FOR_PEOPLE and _for_people(FOR_PEOPLE[table], columns):
            raise NeurolistError(f"A step tried to change {table.replace('_', ' ')}, which only a person may do.")
        if table == "booking" and columns.get("status") in {state.value for state in AGREED}:
            raise NeurolistError("A step tried to book a visit, which only a person may do.")


def _for_people(kept_for_people: frozenset[str] | None, columns: Mapping[str, object]) -> bool:
    return kept_for_people is None or not kept_for_people.isdisjoint(columns)
