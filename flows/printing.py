"""Sheets at the desk: a suite's lists of a day and a meeting's agenda as PDF; who printed what is told to the trail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from db import audit, boards
from db.identity import PatientIdentity, who_is
from flows.exchange.agenda_sheet import agenda_sheet
from flows.exchange.day_sheet import DayOnPaper, day_sheet
from flows.exchange.typeset import Standard, typeset
from flows.exchange.wording import full_day
from flows.permissions import Action
from scheduler.errors import BadInputError, NotFoundError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.pictures import ListCard, SuiteLine
    from flows.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document to print or keep: its file name and the PDF."""

    name: str
    pdf: bytes


class Printing:
    """Everything a person may print, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def suite_day(self, suite: str, on: date, *, names: bool = True, standard: Standard = Standard.PLAIN) -> Sheet:
        """Print every list of a suite on one day; raises NotFoundError when the suite is not known.

        With names it is a read of who the patients are: their role is asked for, and each is written in the trail.
        """
        place = self._suite(suite)
        cards = self.desk._look(
            lambda session: boards.lists(session, start=on, end=on, now=self.desk.service.clock.now(), site=place.site)
        )
        here = [card for card in cards if card.suite == suite]
        title = f"{place.site_name}, {place.name}: {full_day(on)}"
        return self._sheet(here, title, f"{suite}-{on}", place.site, names=names, standard=standard)

    def one_list(self, list_id: str, *, names: bool = True, standard: Standard = Standard.PLAIN) -> Sheet:
        """Print one list; raises NotFoundError when there is none of this id."""
        card = self.desk._look(lambda session: boards.list_card(session, list_id, now=self.desk.service.clock.now()))
        title = f"{card.site_name}, {card.suite_name}: {full_day(card.date)}, {card.part.lower()}"
        return self._sheet([card], title, list_id, card.site, names=names, standard=standard)

    def agenda(self, on: date, *, standard: Standard = Standard.PLAIN) -> Sheet:
        """Print the agenda of a meeting; it holds references and no names."""
        page = self.desk.mdt.agenda(on)
        now = self.desk.service.clock.now()
        data = agenda_sheet(page, by=self.desk.actor.name, at=now, zone=self.desk.zone)
        self._note(self.desk._permitted(Action.LOOK, "mdt_meeting", on.isoformat()), "mdt_meeting", on.isoformat())
        return Sheet(name=f"mdt-agenda-{on}.pdf", pdf=typeset("agenda_sheet", data, at=now, standard=standard))

    # Inside

    def _suite(self, suite: str) -> SuiteLine:
        known = self.desk._look(boards.suites)
        found = next((line for line in known if line.id == suite), None)
        if found is None:
            names = ", ".join(line.id for line in known) or "none yet"
            raise NotFoundError(f"No suite has the id '{suite}'. The suites are: {names}.")
        return found

    def _sheet(
        self, cards: Sequence[ListCard], title: str, ref: str, site: str, *, names: bool, standard: Standard
    ) -> Sheet:
        refs = [case.ref for card in cards for case in card.cases]
        now = self.desk.service.clock.now()
        known = self.desk._look(lambda session: boards.case_summaries(session, now=now, refs=refs))
        paper = DayOnPaper(
            title=title,
            lists=cards,
            due={case.ref: case.due_on for case in known},
            people=self._people(refs, ref, site, names=names),
            named=names,
            by=self.desk.actor.name,
            at=now,
            zone=self.desk.zone,
        )
        pdf = typeset("day_sheet", day_sheet(paper), at=now, standard=standard)
        return Sheet(name=f"{as_file_name(ref)}.pdf", pdf=pdf)

    def _people(self, refs: Sequence[str], ref: str, site: str, *, names: bool) -> dict[str, PatientIdentity]:
        """Read who the patients are, and tell the trail that a sheet was printed."""
        asked = Action.SEE_PATIENT if names else Action.LOOK
        author = self.desk._permitted(asked, "list", ref, sites=(site,))

        def read(session: Session) -> dict[str, PatientIdentity]:
            audit.record(session, action="print", entity="list", ref=ref)
            return {each: who_is(session, each) for each in refs} if names else {}

        return self.desk._write(author, read)

    def _note(self, author: Author, entity: str, ref: str) -> None:
        self.desk._write(author, lambda session: audit.record(session, action="print", entity=entity, ref=ref))


def as_file_name(ref: str) -> str:
    """Name a file after an id that may hold anything: letters, digits, hyphens and underscores, so it leads nowhere."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", ref)


def standard_named(word: str) -> Standard:
    """Give the kind of PDF of this name; raises BadInputError with the names there are."""
    try:
        return Standard(word)
    except ValueError:
        kinds = ", ".join(f"{each.value} ({each.label})" for each in Standard)
        raise BadInputError.of("standard", f"'{word}' is no kind of PDF. Choose one of: {kinds}.") from None
