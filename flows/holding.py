"""A slot is held by hand: judged by the rules that plan the lists, then taken under the guards, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from db import clinic, facts, holds, writes
from db import protocol as protocols
from db.holds import BOOK, Slot
from db.localtime import instant, local_date, timezone_of
from db.mapping import Planning, case_id, planning_about
from db.standing import Standing, stands_in
from flows.explaining import case_of
from flows.hold_asked import HeldSlot, HoldAsked
from scheduler.errors import NeurolistError, TransitionNotAllowedError
from scheduler.explain import Place, Verdict, place_at
from scheduler.pathway.machine import decide
from scheduler.pathway.validity import day, procedure_window
from scheduler.vocabulary import Stage

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author

HOLD = "hold_slot"


def hold_slot(
    session: Session,
    asked: HoldAsked,
    *,
    actor: Author,
    now: datetime,
    write_id: str | None = None,
    expected_version: int | None = None,
) -> HeldSlot:
    """Hold a slot for a waiting case; raises NeurolistError with every rule's sentence when it cannot be there."""
    done = writes.earlier(session, write_id, HOLD)
    if done is not None:
        return _answer(done)
    first, last = holds.open_for(session, asked.ref, asked.list, expected_version=expected_version)
    today = local_date(session, now)
    made = planning_about(session, asked.ref, start=max(first, today), end=max(last, today), now=now)
    stands = stands_in(session, made)
    slot, place = judged(session, stands, asked, today)
    until = holds.take(session, asked.ref, slot, actor=actor, now=now)
    held = HeldSlot(
        ref=asked.ref,
        list=slot.list,
        start=slot.start,
        radiologist=slot.radiologist,
        until=until,
        cautions=(*place.because, *_before_booking(session, made, asked.ref, slot, today)),
    )
    writes.finish(session, write_id, _as_document(held))
    return held


def judged(session: Session, stands: Standing, asked: HoldAsked, today: date) -> tuple[Slot, Place]:
    """Find the place a case may have on a list; raises NeurolistError with every rule's sentence when it has none."""
    problem = stands.problem
    case = problem.case_by_id[case_of(stands, asked.ref)]
    on = holds.date_of(session, asked.list)
    if on < case.ready_from or (case.latest is not None and on > case.latest):
        raise NeurolistError(_outside(session, asked, case.stage, on, today))
    start = None if asked.start is None else instant(on, asked.start, timezone_of(session))
    place, units = place_at(problem, stands.plan, case.id, asked.list, start=start, radiologist=asked.radiologist)
    if place.verdict is Verdict.NO or place.radiologist is None:
        raise NeurolistError(" ".join(place.because) or f"No radiologist can do list {asked.list}.")
    slot = Slot(
        list=asked.list,
        stage=case.stage,
        radiologist=place.radiologist,
        start=place.start,
        minutes=case.duration_minutes,
        recovery_minutes=case.recovery_minutes,
        equipment=case.equipment,
        units=_moved(units),
    )
    return slot, place


def _outside(session: Session, asked: HoldAsked, stage: Stage, on: date, today: date) -> str:
    """Say why the day of the list will not do, and which days would."""
    found = procedure_window(facts.case_facts(session, asked.ref), stage, protocols.protocol(session, today), today)
    return f"{day(on)} will not do for case {asked.ref}. {' '.join(found.says)} Choose another list."


def _moved(units: Mapping[tuple[str, date], tuple[str, ...]]) -> dict[tuple[str, date], str]:
    return {where: sites[0] for where, sites in units.items() if sites}


def _before_booking(session: Session, made: Planning, ref: str, slot: Slot, today: date) -> tuple[str, ...]:
    """Say what the booking itself will ask for, so that it is put right while the slot is held."""
    case = made.problem.case_by_id[case_id(ref, slot.stage)]
    held = holds.held_as(made.problem, case, holds.list_row(session, slot.list), slot.radiologist)
    known, off = replace(made.facts_of(ref), booking=held), clinic.holidays(session)
    try:
        return decide(known, BOOK[slot.stage], {}, protocol=made.frame.protocol, today=today, holidays=off).cautions
    except TransitionNotAllowedError as refusal:
        return (f"Before it can be booked: {refusal}",)


def _as_document(held: HeldSlot) -> dict[str, object]:
    return {
        "ref": held.ref,
        "list": held.list,
        "start": held.start.isoformat(),
        "radiologist": held.radiologist,
        "until": held.until.isoformat(),
        "cautions": list(held.cautions),
    }


def _answer(kept: Mapping[str, object]) -> HeldSlot:
    cautions = kept["cautions"]
    return HeldSlot(
        ref=str(kept["ref"]),
        list=str(kept["list"]),
        start=datetime.fromisoformat(str(kept["start"])),
        radiologist=str(kept["radiologist"]),
        until=datetime.fromisoformat(str(kept["until"])),
        cautions=tuple(map(str, cautions)) if isinstance(cautions, list) else (),
    )
