"""Cases as an agenda sees them: each item with its case, its facts and what sets its place."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from db.facts import facts_of
from db.tables import CaseRow, MdtItemRow
from scheduler.pathway.clocks import clocks
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.meetings.agenda import AgendaCase
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Urgency


@dataclass(frozen=True, slots=True)
class Seat:
    """One item of an agenda with its case."""

    item: MdtItemRow
    case: CaseRow
    facts: CaseFacts
    place: AgendaCase

    @property
    def waits(self) -> bool:
        """Whether the meeting has still to say something about it."""
        return is_open(self.item) and self.case.state is PathwayState.AWAITING_MDT


def is_open(item: MdtItemRow) -> bool:
    """Whether an item has no outcome and was not carried."""
    return item.outcome is None and not item.carried


def seats(
    session: Session, items: Sequence[MdtItemRow], *, each: int, rules: Protocol, today: date, days_off: Set[date]
) -> list[Seat]:
    """Give these items with their cases; `each` is the minutes a case takes unless its item says otherwise."""
    rows = session.exec(select(CaseRow).where(col(CaseRow.id).in_({item.case_id for item in items}))).all()
    facts, case_of = facts_of(session, rows), {row.id: row for row in rows}

    def seat(item: MdtItemRow) -> Seat:
        case = case_of[item.case_id]
        read = clocks(facts[case.id], rules, today, days_off)
        due_on = next((clock.due_on for clock in read if clock.id == "C2" and clock.stopped is None), None)
        place = AgendaCase(
            ref=case.ref,
            urgency=Urgency(case.urgency) if case.urgency else None,
            due_on=due_on,
            received_on=case.received_on,
            minutes=item.minutes or each,
        )
        return Seat(item, case, facts[case.id], place)

    return [seat(item) for item in items]
