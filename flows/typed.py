"""Details typed as KEY=VALUE, and the sentence that says which fields an event asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scheduler.errors import BadInputError
from scheduler.pathway.fields import Field, FieldType

if TYPE_CHECKING:
    from flows.desk import Desk

EXAMPLES = {
    FieldType.TEXT: "words in quotes",
    FieldType.DATE: "2026-12-01",
    FieldType.INTEGER: "3",
    FieldType.NUMBER: "1.5",
    FieldType.BOOLEAN: "yes",
    FieldType.ITEMS: "R1,R4",
    FieldType.DATED_ITEMS: "R1=2026-12-01,R4",
    FieldType.READINGS: "15min=3,1h=2",
}


def typed_details(desk: Desk, ref: str, event: str, fields: Sequence[str]) -> dict[str, object]:
    """Read KEY=VALUE pairs for an event of a case; raises BadInputError that lists the fields when they do not fit."""
    from flows.happened import event_named  # small commands show fields without loading the database

    happened = event_named(event)
    given = dict(_pair(text) for text in fields)
    step = next((step for step in desk.next_steps(ref) if step.event is happened), None)
    if step is None:
        return given  # the pathway's own refusal names what may follow
    return _checked(happened.value, step.label, step.fields, given)


def form_answers(name: str, label: str, asked: Sequence[Field], fields: Sequence[str]) -> dict[str, object]:
    """Read KEY=VALUE pairs for a form that belongs to no event; raises BadInputError that lists its fields."""
    return _checked(name, label, asked, dict(_pair(text) for text in fields))


def _checked(name: str, label: str, asked: Sequence[Field], given: dict[str, object]) -> dict[str, object]:
    missing = [field.key for field in asked if field.required and not given.get(field.key)]
    unknown = sorted(set(given) - {field.key for field in asked})
    if missing or unknown:
        raise BadInputError.of(name, _advice(label, asked, missing, unknown))
    return given


def _pair(text: str) -> tuple[str, object]:
    key, found, value = text.partition("=")
    if not found or not key.strip():
        says = f'"{text}" is not KEY=VALUE; write it like reason="moved interstate".'
        raise BadInputError.of("--set", says)
    return key.strip(), value


def _advice(label: str, fields: Sequence[Field], missing: Sequence[str], unknown: Sequence[str]) -> str:
    faults = [f"{', '.join(missing)} missing"] if missing else []
    faults += [f"{', '.join(unknown)} not asked for"] if unknown else []
    asked = "\n".join(f"  {field_line(field)}" for field in fields) or "  none"
    return f"{'; '.join(faults)}. The fields of “{label}”, each given with --set KEY=VALUE, are:\n{asked}"


def field_line(field: Field) -> str:
    """Describe one field: its key, an example of its value, what it is, and whether it is needed."""
    value = "|".join(choice.value for choice in field.choices) or EXAMPLES.get(field.type, "value")
    needed = "needed" if field.required else "may be left out"
    return f"{field.key}={value}  {field.label} ({needed})" + (f". {field.help}" if field.help else "")
