"""A FHIR document becomes entries: the resources of a Bundle, or the one resource a file holds."""

from __future__ import annotations

from dataclasses import dataclass

from flows.intake.element import Json, child, text
from flows.intake.library import Entry

# The kinds that carry whole resources; a history or a server's answer says what happened, not what is asked for.
BUNDLE_TYPES = frozenset({"document", "message", "transaction", "batch", "searchset", "collection"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The entries of one document, and (place, field, sentence) for each part that holds no resource."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()


def open_document(file: str, document: Json) -> Opened:
    """Take a document apart; nothing in the entries has been checked yet."""
    if text(document, "resourceType") != "Bundle":
        entry = Entry(file=file, place=_name(document) or "the file", resource=document)
        return Opened(entries=(entry,))
    if fault := _bundle_fault(document):
        return Opened(faults=(("Bundle", *fault),))
    return _open_entries(file, document)


def _bundle_fault(bundle: Json) -> tuple[str, str] | None:
    kind, entries = text(bundle, "type"), bundle.get("entry")
    if kind not in BUNDLE_TYPES:
        known = ", ".join(sorted(BUNDLE_TYPES))
        return "type", f'A Bundle of the type "{kind[:40]}" carries no referrals; send one of the type {known}.'
    if entries is None or entries == []:
        return "entry", "The Bundle is empty."
    if not isinstance(entries, list):
        return "entry", "This must be a list."
    return None


def _open_entries(file: str, bundle: Json) -> Opened:
    found: list[Entry] = []
    faults: list[tuple[str, str, str]] = []
    listed = bundle.get("entry")
    for number, wrapped in enumerate(listed if isinstance(listed, list) else [], start=1):
        each = wrapped if isinstance(wrapped, dict) else {}
        resource = child(each, "resource")
        if fault := _entry_fault(each, resource):
            faults.append((f"entry {number}", *fault))
            continue
        place = f"entry {number} ({_name(resource) or 'no kind'})"
        full_url = text(each, "fullUrl")
        found.append(Entry(file=file, place=place, resource=resource, full_url=full_url, bundled=True))
    return Opened(entries=tuple(found), faults=tuple(faults))


def _entry_fault(entry: Json, resource: Json) -> tuple[str, str] | None:
    if kind := text(entry, "resourceType"):
        return "resource", f'Holds a {kind[:40]} by itself; a Bundle entry holds it under the name "resource".'
    if not resource:
        return "resource", "Holds no resource."
    if text(resource, "resourceType") == "Bundle":
        return "resource", "Holds a Bundle inside the Bundle; send it as a file of its own."
    return None


def _name(resource: Json) -> str:
    kind, name = text(resource, "resourceType"), text(resource, "id")
    return f"{kind[:40]}/{name[:64]}" if kind and name else kind[:40]
