"""A referral is stored once, with its patient, its case and what happens next, in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from db import audit, due_steps, effects, writes
from db.audit import Author
from db.cases import write_line
from db.clinic import holidays
from db.effects import Work
from db.exact import same
from db.facts import case_row, facts_of
from db.giving_back import tick_off
from db.identity import patient_for, referrer_for
from db.incoming import IncomingItem, IncomingReferral
from db.localtime import local_date
from db.other_cases import earlier_cases
from db.places import place_of
from db.protocol import protocol
from db.tables import CaseItemRow, CaseLinkRow, CaseRow, CounterRow, ReferralRow
from scheduler.pathway.effects import TaskKind
from scheduler.pathway.fields import Details
from scheduler.pathway.items import AGEING_ITEMS, REQUIRED_ITEMS
from scheduler.pathway.machine import opening_effects
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target, Technique

RECEIVED = "referral_received"
RETURN = "return"
RECEIVE_STEP = "receive_referral"
FIRST_CASE = 10_001
DEEP = "deep_or_ga"  # the sedation level that always needs an anaesthetist


class Result(StrEnum):
    """What became of a referral that was handed in."""

    STORED = "stored"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of one referral, its case, and what the person who handed it in should know."""

    result: Result
    case_ref: str
    cautions: tuple[str, ...] = ()


def store(
    session: Session,
    incoming: IncomingReferral,
    *,
    actor: Author,
    now: datetime,
    valid_until: date | None = None,
) -> Stored:
    """Keep one referral; the same key again changes nothing and gives the same case.

    The case starts as received, with its first task, its response timer and a due step that looks at it.
    """
    known = session.exec(
        select(CaseRow.ref)
        .join(ReferralRow)
        .where(same(session, ReferralRow, "key_blind", key=incoming.key), ReferralRow.id == CaseRow.referral_id)
    ).first()
    if known is not None:
        return Stored(result=Result.UNCHANGED, case_ref=known)
    place = place_of(incoming.patient.postcode)
    patient = patient_for(session, incoming.patient, home=(place.lat, place.lon) if place else None)
    referral = _referral(incoming, patient, referrer_for(session, incoming.referrer), now)
    session.add(referral)
    session.flush()
    case = _case(session, incoming, referral, valid_until)
    session.add(case)
    session.flush()
    session.add_all([_item(case.id, item) for item in _latest(incoming.items)])
    write_line(session, case, RECEIVED, case.state, actor=actor, now=now, details={}, opened_on=incoming.received_on)
    cautions = _link(session, case)
    _open(session, case, actor, now)
    audit.record(session, action="store_referral", entity="case", ref=case.ref)
    return Stored(result=Result.STORED, case_ref=case.ref, cautions=cautions)


def store_return(
    session: Session, ref: str, answers: Details, *, actor: Author, now: datetime, write_id: str | None = None
) -> Stored:
    """Open a new case for the patient of one that has ended, linked to it, with what is known from before.

    Documents keep their dates, so that those too old by now are asked for again.
    """
    done = writes.earlier(session, write_id, RETURN)
    if done is not None:
        return Stored(result=Result.UNCHANGED, case_ref=str(done["ref"]))
    before = case_row(session, ref, lock=True)
    today = local_date(session, now)
    referral = _again(session, before, answers, today, now)
    session.add(referral)
    session.flush()
    case = CaseRow(
        ref=_next_ref(session),
        patient_id=before.patient_id,
        referral_id=referral.id,
        state=PathwayState.REFERRAL_RECEIVED,
        state_since=today,
        received_on=today,
        target=referral.target,
        technique=referral.technique,
        laterality=referral.laterality,
        urgency=referral.urgency,
        funding=before.funding,
        cancer=before.cancer,
        anaesthetist=before.anaesthetist,
        creatinine_clearance=before.creatinine_clearance,
        allowed_sites=before.allowed_sites,
        preferred_site=before.preferred_site,
        referral_valid_until=answers.date("referral_valid_until"),
    )
    session.add(case)
    session.flush()
    session.add_all(_items_again(session, before, case))
    details = {"reason": answers.text("reason"), "returns_from": ref}
    write_line(session, case, RECEIVED, case.state, actor=actor, now=now, details=details, opened_on=today)
    cautions = _link(session, case)
    tick_off(session, [before.id], [TaskKind.REDISCUSSION], now=now, by=actor.id)
    _open(session, case, actor, now)
    audit.record(session, action=RETURN, entity="case", ref=case.ref, why=answers.text("reason"))
    writes.finish(session, write_id, {"ref": case.ref})
    return Stored(result=Result.STORED, case_ref=case.ref, cautions=cautions)


def _again(session: Session, before: CaseRow, answers: Details, today: date, now: datetime) -> ReferralRow:
    """The referral of the earlier case, as it is today."""
    old = session.get_one(ReferralRow, before.referral_id)
    asked = select(func.count()).select_from(CaseLinkRow).where(CaseLinkRow.earlier_id == before.id)
    key = f"{RETURN}:{before.ref}:{session.exec(asked).one() + 1}"
    side, technique, urgency = (answers.text(name) for name in ("laterality", "technique", "urgency"))
    target = Target(answers.text("target")) if answers.text("target") else before.target or old.target
    return ReferralRow(
        key=key,
        content_digest=hashlib.sha256(key.encode()).hexdigest(),
        patient_id=before.patient_id,
        referrer_id=old.referrer_id,
        received_on=today,
        stored_at=now,
        target=target,
        technique=Technique(technique) if technique else before.technique,
        laterality=Laterality(side) if side else before.laterality,
        urgency=int(urgency) if urgency else before.urgency,
        funding=before.funding,
        stage=old.stage,
        cancer=before.cancer,
        diagnosis=old.diagnosis,
        pain_site=old.pain_site,
        medicines=list(old.medicines),
        allergies=old.allergies,
        devices=old.devices,
        sedation=old.sedation,
        missing=[],
        source=f"return from {before.ref}",
    )


def _items_again(session: Session, before: CaseRow, case: CaseRow) -> list[CaseItemRow]:
    """What every referral must come with, as far as the earlier case has it and says how old it is."""
    asked = select(CaseItemRow).where(CaseItemRow.case_id == before.id, col(CaseItemRow.key).in_(REQUIRED_ITEMS))
    known = [row for row in session.exec(asked) if row.received and row.struck_by is None]
    return [
        CaseItemRow(
            case_id=case.id, key=row.key, received=True, dated=row.dated, title=row.title, reference=row.reference
        )
        for row in known
        if row.dated is not None or row.key not in AGEING_ITEMS
    ]


def _link(session: Session, case: CaseRow) -> tuple[str, ...]:
    """Link the case to the patient's ended ones; say which others are known, and warn of one of the same target."""
    others = earlier_cases(session, case.patient_id, case)
    ended = [other for other in others if other.state.ends and other.state is not PathwayState.ENTERED_IN_ERROR]
    session.add_all([CaseLinkRow(case_id=case.id, earlier_id=other.id) for other in ended])
    known = [f"The patient was here before: {', '.join(other.ref for other in ended)}."] if ended else []
    twins = [other.ref for other in others if not other.state.ends and other.target is case.target]
    warned = [f"The patient has another case of the same target under way: {', '.join(twins)}."] if twins else []
    return (*known, *warned)


def _open(session: Session, case: CaseRow, actor: Author, now: datetime) -> None:
    today = local_date(session, now)
    facts = facts_of(session, [case])[case.id]
    work = Work(session=session, case=case, author=actor, now=now, today=today, seq=case.last_event)
    effects.apply_each([(opening_effects(facts, protocol(session, today), today, holidays(session)), work)])
    due_steps.enqueue(
        session, key=f"{case.ref}:{RECEIVE_STEP}", name=RECEIVE_STEP, due_at=now, case_ref=case.ref, payload={}
    )


def _next_ref(session: Session) -> str:
    counter = session.exec(select(CounterRow).where(CounterRow.name == "case").with_for_update()).first()
    if counter is None:
        counter = CounterRow(name="case", last=FIRST_CASE - 1)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"N{counter.last}"


def _referral(incoming: IncomingReferral, patient: str, referrer: str, now: datetime) -> ReferralRow:
    return ReferralRow(
        key=incoming.key,
        content_digest=hashlib.sha256(repr(incoming).encode()).hexdigest(),
        patient_id=patient,
        referrer_id=referrer,
        received_on=incoming.received_on,
        written_on=incoming.written_on,
        stored_at=now,
        target=incoming.target,
        technique=incoming.technique,
        laterality=incoming.laterality,
        urgency=incoming.urgency.value if incoming.urgency else None,
        funding=incoming.funding,
        stage=incoming.stage,
        cancer=incoming.cancer,
        diagnosis=incoming.diagnosis,
        pain_site=incoming.pain_site,
        pain_score=incoming.pain_score,
        opioid_dose_mg=incoming.opioid_dose_mg,
        medicines=list(incoming.medicines),
        allergies=incoming.allergies,
        devices=incoming.devices,
        sedation=incoming.sedation,
        note=incoming.note,
        missing=list(incoming.missing),
        source=incoming.source,
    )


def _case(session: Session, incoming: IncomingReferral, referral: ReferralRow, valid_until: date | None) -> CaseRow:
    return CaseRow(
        ref=_next_ref(session),
        patient_id=referral.patient_id,
        referral_id=referral.id,
        state=PathwayState.REFERRAL_RECEIVED,
        state_since=incoming.received_on,
        received_on=incoming.received_on,
        target=incoming.target,
        technique=incoming.technique,
        laterality=incoming.laterality,
        urgency=incoming.urgency.value if incoming.urgency else None,
        funding=incoming.funding,
        cancer=incoming.cancer,
        anaesthetist=True if incoming.sedation == DEEP else None,
        referral_valid_until=valid_until,
    )


def _latest(items: tuple[IncomingItem, ...]) -> list[IncomingItem]:
    """Of several items under one key, such as two scans, the latest counts."""
    chosen: dict[str, IncomingItem] = {}
    for item in sorted(items, key=lambda item: item.dated or date.min):
        chosen[item.key] = item
    return list(chosen.values())


def _item(case_id: str, item: IncomingItem) -> CaseItemRow:
    return CaseItemRow(
        case_id=case_id, key=item.key, received=True, dated=item.dated, title=item.title, reference=item.reference
    )
