"""What a suite's sheet of one day says: its lists, case by case, with names only where they may stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.identity import PatientIdentity
from db.pictures import ListCard, ListedCase
from flows.exchange.wording import counted, day, numbers_at, printed
from scheduler.pathway.booking import BookingState

WARNING_NAMED = "Contains patient information. Destroy after use."
WARNING_PLAIN = "Case references only. Destroy after use."


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOnPaper:
    """What is printed: the lists, when each case should be treated by, who the patients are (empty: no names)."""

    title: str
    lists: Sequence[ListCard]
    due: Mapping[str, date | None] = field(default_factory=dict)
    people: Mapping[str, PatientIdentity] = field(default_factory=dict)
    named: bool = True
    by: str
    at: datetime
    zone: ZoneInfo


def day_sheet(paper: DayOnPaper) -> dict[str, Any]:
    """Give the data of the sheet `day_sheet`."""
    return {
        "title": paper.title,
        "head": paper.title,
        "printed": f"{_standing(paper.lists)} Printed {printed(paper.at, paper.zone)} by {paper.by}.",
        "warning": WARNING_NAMED if paper.named else WARNING_PLAIN,
        "named": paper.named,
        "nothing": "No list runs in this suite on this day.",
        "lists": [_list(card, paper) for card in paper.lists],
    }


def _standing(cards: Sequence[ListCard]) -> str:
    if not cards:
        return ""
    published = sum(card.published for card in cards)
    if published == len(cards):
        return "Published."
    return "Not published: it may change." if not published else "Published in part: the rest may change."


def _list(card: ListCard, paper: DayOnPaper) -> dict[str, Any]:
    hours = f"{card.start.astimezone(paper.zone):%H:%M}-{card.end.astimezone(paper.zone):%H:%M}"
    closed = f"Closed: {card.closed_reason or 'no reason was given'}." if card.closed else ""
    told = (
        card.radiologist or "No radiologist yet",
        "anaesthetist attends" if card.anaesthetist else "no anaesthetist",
        f"{card.minutes_used} of {card.minutes_available} minutes, turning the suite over included",
        closed,
    )
    return {
        "title": f"{card.part} list, {hours}",
        "says": " · ".join(part for part in told if part),
        "nothing": "No case is booked on this list.",
        "cases": [_case(number, case, card.site, paper) for number, case in enumerate(card.cases, start=1)],
    }


def _case(number: int, case: ListedCase, site: str, paper: DayOnPaper) -> dict[str, str]:
    due = paper.due.get(case.ref)
    return {
        "start": f"{case.start.astimezone(paper.zone):%H:%M}",
        "order": str(number),
        "ref": case.ref,
        "procedure": procedure(case),
        "minutes": str(case.minutes),
        "urgency": str(case.urgency or "-"),
        "due": day(due) if due else "-",
        "notes": "; ".join(_notes(case, paper.people.get(case.ref))),
        **_person(paper.people.get(case.ref), site),
    }


def procedure(case: ListedCase) -> str:
    """Say what is done, where, and on which side."""
    side = f", {case.laterality.label.lower()}" if case.laterality else ""
    return f"{case.target.label}{side}: {case.stage.label.lower()}, {case.technique.label.lower()}"


def _person(person: PatientIdentity | None, site: str) -> dict[str, str]:
    if person is None:
        return {"family": "", "given": "", "numbers": "", "born": ""}
    return {
        "family": person.family_name.upper(),
        "given": person.given_names,
        "numbers": numbers_at(person.record_numbers, site),
        "born": f"{person.birth_date:%d/%m/%Y}",
    }


def _notes(case: ListedCase, person: PatientIdentity | None) -> list[str]:
    told = []
    if case.missing:
        told.append(f"{counted(case.missing, 'document')} missing")
    if case.status in {BookingState.HELD, BookingState.OFFERED}:
        told.append(f"{case.status.label.lower()}, not confirmed")
    if person is not None and person.interpreter_language:
        told.append(f"interpreter: {person.interpreter_language}")
    if person is not None and person.decision_maker:
        told.append(f"decisions with {person.decision_maker}")
    return told
