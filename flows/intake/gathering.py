"""The reading of one referral: references followed, faults and remarks gathered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from flows.intake.dates import NotADateError, fhir_day
from flows.intake.draft import Findings
from flows.intake.element import Json, first_text
from flows.intake.library import Answer, Entry, Library


class Gathering(Findings):
    """Findings about the referral `origin`, with the library its references lead into."""

    def __init__(self, library: Library, origin: Entry, received_on: date, zone: ZoneInfo) -> None:
        super().__init__()
        self.library = library
        self.origin = origin
        self.received_on = received_on
        self.zone = zone

    def field(self, entry: Entry, path: str) -> str:
        """Name an element as the refusal shows it: bare for the referral itself, with the resource's name otherwise."""
        return path if entry is self.origin else f"{entry.label}.{path}"

    def day(self, entry: Entry, path: str, written: str) -> date | None:
        """Read a date; None when it is absent or names only a month or a year. A false one is a fault."""
        try:
            return fhir_day(written, self.zone)
        except NotADateError:
            self.wrong(self.field(entry, path), "This is not a day in any calendar.")
            return None

    def follow(self, near: Entry, path: str, reference: Json, kinds: Collection[str]) -> Entry | None:
        """Follow a reference that may lead nowhere; what was named and not sent becomes a remark."""
        answer = self.library.find(reference, near)
        if answer.entry is None:
            self._not_sent(near, path, reference, answer)
            return None
        return self.take(answer.entry, self.field(near, path), kinds)

    def take(self, entry: Entry, where: str, kinds: Collection[str]) -> Entry | None:
        """Take a resource to read from: its kind must fit and its structure must hold."""
        if entry.kind not in kinds:
            self.wrong(where, f"Leads to {_a(entry.kind)}; it must lead to {_a(' or '.join(sorted(kinds)))}.")
            return None
        for path, says in entry.faults:
            self.wrong(self.field(entry, path), says)
        return None if entry.faults else entry

    def _not_sent(self, near: Entry, path: str, reference: Json, answer: Answer) -> None:
        name = first_text(reference, "display", "reference")
        if answer.broken:
            self.wrong(self.field(near, path), answer.why_not)
        elif name:
            self.remark(f"Named but not sent ({path}): {name}")


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "AEIO" else f"a {kind}"
