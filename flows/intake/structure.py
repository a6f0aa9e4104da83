"""A resource is held against the FHIR R4 structure, and every departure becomes a field and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.intake.element import Json, children, text

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_FAULTS = 12
SAID = {
    "missing": "This is required and not there.",
    "extra_forbidden": "FHIR R4 has no such element here; check the spelling and the capital letters.",
    "string_type": "This must be a text.",
    "list_type": "This must be a list.",
    "dict_type": "This must be an object.",
    "int_type": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "string_pattern_mismatch": "This holds characters FHIR does not allow here.",
}


def structure_faults(resource: Json) -> tuple[tuple[str, str], ...]:
    """List (field, sentence) for everything in a resource that is not FHIR R4; empty when it holds."""
    if fault := _kind_fault(resource):
        return (("resourceType", fault),)
    for number, contained in enumerate(children(resource, "contained")):
        if fault := _kind_fault(contained):
            return ((f"contained[{number}].resourceType", fault),)
    return _model_faults(resource) or _unheeded(resource)


def _kind_fault(resource: Json) -> str | None:
    kind = text(resource, "resourceType")
    if not kind:
        return "This is not a FHIR resource: it does not say its resourceType."
    return None if _is_resource(kind) else f'"{kind[:40]}" is not a FHIR R4 resource.'


def _is_resource(kind: str) -> bool:
    """Say whether FHIR R4 has a resource of this name; its data types have names too, and are none."""
    from fhir.resources.R4B import get_fhir_model_class
    from fhir.resources.R4B.resource import Resource

    try:
        return kind not in {"Resource", "DomainResource"} and issubclass(get_fhir_model_class(kind), Resource)
    except (LookupError, ValueError):
        return False


def _model_faults(resource: Json) -> tuple[tuple[str, str], ...]:
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(text(resource, "resourceType")).model_validate(dict(resource))
    except ValidationError as error:
        found = dict.fromkeys((_field(each), _sentence(each)) for each in error.errors(include_url=False))
        return tuple(found)[:MOST_FAULTS]
    # The reader of primitive extensions trips over shapes it does not expect, each in its own way.
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError):
        return (("resource", "This is not shaped like a FHIR R4 resource."),)
    return ()


def _field(error: ErrorDetails) -> str:
    path = ""
    for step in error["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "resource"


def _sentence(error: ErrorDetails) -> str:
    kind, message = error["type"], error["msg"]
    if "date" in kind or "date" in message.lower() or "instant" in message.lower():
        return "This is not a date or time FHIR knows: write 2026-11-16, or a time with its offset from UTC."
    return SAID.get(kind, "This does not have the form FHIR R4 gives it.")


def _unheeded(resource: Json) -> tuple[tuple[str, str], ...]:
    """Refuse what FHIR forbids a reader to pass over: it may turn the meaning round."""
    if children(resource, "modifierExtension"):
        return (("modifierExtension", "This changes the meaning in a way Neurolist does not know; send it without."),)
    if text(resource, "implicitRules"):
        return (("implicitRules", "This binds the reader to rules Neurolist does not know; send it without."),)
    return ()
