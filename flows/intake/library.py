"""Every resource of the files named in one command, and how references between them are followed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flows.intake.element import Json, child, children, text
from flows.intake.structure import structure_faults

# The elements by which a report, a medicine or a cover says which patient it is about.
PATIENT_ELEMENTS = ("subject", "patient", "beneficiary")


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One resource and where it stood: `label` is what people call it, `holder` the resource it is contained in."""

    file: str
    place: str
    resource: Json = field(repr=False)
    full_url: str = ""
    bundled: bool = False
    holder: Entry | None = None

    @property
    def kind(self) -> str:
        """The kind of resource."""
        return text(self.resource, "resourceType")

    @property
    def label(self) -> str:
        """The resource's own name, such as Patient/17."""
        name = text(self.resource, "id")
        if self.holder:
            return f"#{name}"
        return f"{self.kind}/{name}" if name else self.kind

    @property
    def about(self) -> Json:
        """The reference to the patient this resource is about; empty when it names none."""
        return next((child(self.resource, name) for name in PATIENT_ELEMENTS if child(self.resource, name)), {})

    @cached_property
    def content(self) -> str:
        """All the resource says, written one way, so that the same resource in two files is known for the same."""
        return json.dumps(self.resource, sort_keys=True)

    @cached_property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """What in this resource is not FHIR R4. A contained resource is checked with its holder."""
        return () if self.holder else structure_faults(self.resource)


# Entries of one name, by file and content: a copy of a resource beside itself is no second resource.
Shelf = dict[tuple[str, str], Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Where a reference leads: an entry, or a sentence that says why it leads nowhere.

    `broken` tells a reference that can never be right from one whose resource was only not sent.
    """

    entry: Entry | None = None
    why_not: str = ""
    broken: bool = False


class Library:
    """The entries of all files, found by full URL, by name and by identifier."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_url: defaultdict[str, Shelf] = defaultdict(dict)
        self._by_name: defaultdict[str, Shelf] = defaultdict(dict)
        self._by_identifier: defaultdict[tuple[str, str], Shelf] = defaultdict(dict)
        for entry in self.entries:
            self._shelve(entry)

    def _shelve(self, entry: Entry) -> None:
        copy = (entry.file, entry.content)
        if entry.full_url:
            self._by_url[entry.full_url].setdefault(copy, entry)
        if text(entry.resource, "id"):
            self._by_name[entry.label].setdefault(copy, entry)
        for each in children(entry.resource, "identifier"):
            if text(each, "value"):
                self._by_identifier[text(each, "system"), text(each, "value")].setdefault(copy, entry)

    def find(self, reference: Json, near: Entry) -> Answer:
        """Follow a reference made in `near`: inside it, then in its file, then in the other files."""
        literal = text(reference, "reference").split("/_history/")[0]
        if literal.startswith("#"):
            return self._contained(literal, near)
        if literal:
            return _only(self._named(literal), near, literal)
        identifier = child(reference, "identifier")
        if text(identifier, "value"):
            found = self._by_identifier.get((text(identifier, "system"), text(identifier, "value")), {}).values()
            wanted = text(reference, "type")
            return _only([entry for entry in found if wanted in {"", entry.kind}], near, "an identifier")
        return Answer(why_not="Names no resource.")

    def about(self, patient: Entry) -> tuple[Entry, ...]:
        """List the entries that say they are about this patient, in the order of the files."""
        return tuple(self._subjects.get(patient.content, ()))

    def reached(self, origin: Entry) -> tuple[Entry, ...]:
        """List what travels with a referral: all it refers to, step by step, and all that is about its patient."""
        subject = self.find(child(origin.resource, "subject"), origin).entry
        waiting = [origin, *(self.about(subject) if subject else ())]
        found: dict[Entry, None] = {}
        while waiting:
            entry = waiting.pop()
            if entry in found or (entry.kind == origin.kind and entry is not origin):
                continue
            found[entry] = None
            answers = (self.find(reference, entry) for reference in references(entry.resource))
            waiting.extend(answer.entry for answer in answers if answer.entry and not answer.entry.holder)
        return tuple(found)

    @cached_property
    def _subjects(self) -> dict[str, list[Entry]]:
        subjects: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.about and (patient := self.find(entry.about, entry).entry):
                subjects[patient.content].append(entry)
        return subjects

    def _contained(self, literal: str, near: Entry) -> Answer:
        holder = near.holder or near
        if literal == "#":
            return Answer(entry=holder)
        for number, each in enumerate(children(holder.resource, "contained")):
            if text(each, "id") == literal[1:]:
                place = f"{holder.place} contained[{number}]"
                return Answer(entry=Entry(file=holder.file, place=place, resource=each, holder=holder))
        return Answer(why_not=f"Refers to {literal}, but the resource contains nothing of that name.", broken=True)

    def _named(self, literal: str) -> list[Entry]:
        if literal in self._by_url:
            return list(self._by_url[literal].values())
        if literal.startswith("urn:"):
            return []
        if "://" not in literal:
            return list(self._by_name.get(literal, {}).values())
        # A file that holds a single resource does not say which server it came from.
        name = "/".join(literal.rsplit("/", 2)[-2:])
        return [entry for entry in self._by_name.get(name, {}).values() if not entry.full_url]


def references(resource: Json) -> Iterator[Json]:
    """Give every reference a resource makes, at any depth."""
    waiting: list[object] = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if isinstance(value.get("reference"), str) or child(value, "identifier"):
                yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _only(found: list[Entry], near: Entry, name: str) -> Answer:
    nearest = [entry for entry in found if entry.file == near.file] or found
    if not nearest:
        return Answer(why_not=f"Refers to {name}, which is not in the files given; import it together with this one.")
    if any(entry.content != nearest[0].content for entry in nearest[1:]):
        says = f"Refers to {name}, and the files hold two different resources of that name."
        return Answer(why_not=says, broken=True)
    return Answer(entry=nearest[0])
