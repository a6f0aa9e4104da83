"""How long a case's record is kept, by the protocol's rule for its kind; legal holds; and the register of disposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from db import audit
from db.approvals import said
from db.facts import case_row
from db.localtime import local_date
from db.protocol import protocol
from db.tables import CaseEventRow, CaseRow, DisposalRow, LegalHoldRow, PatientIdentityRow, ProcedureRecordRow
from scheduler.errors import NotFoundError, TransitionNotAllowedError
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.validity import day

ADULT_YEARS = "retention.adult_years"
CHILD_UNTIL = "retention.child_until_age"
ADULT_FROM = "retention.adult_from_age"
AT_ONCE = 500  # cases judged with one set of questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Whether one case's record may be destroyed, and why; `refused` says each thing in the way.

    The last service is that of the patient over all their cases, as the law counts it.
    """

    ref: str
    last_service: date
    keep_until: date
    rule: str
    refused: tuple[str, ...]
    version: int

    @property
    def due(self) -> bool:
        """Whether nothing is in the way."""
        return not self.refused

    @property
    def says(self) -> str:
        """Why, in a sentence or more."""
        return " ".join(self.refused) or f"{self.rule}, so it was kept until {day(self.keep_until)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalLine:
    """One line of the register: whose record, of which period, destroyed when, by which rule and by whom."""

    name: str
    period_from: date
    period_to: date
    destroyed_on: date
    rule: str
    reason: str
    asked_by: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """A case under a legal hold: why, and who placed it when."""

    ref: str
    reason: str
    placed_name: str
    placed_on: date


def due(session: Session, today: date) -> tuple[Kept, ...]:
    """List the cases whose records may be destroyed today, by reference, each with why; nothing happens to them."""
    before = years_after(today, -protocol(session, today).whole(ADULT_YEARS))
    asked = select(CaseRow).where(col(CaseRow.destroyed_on).is_(None), col(CaseRow.closed_on) <= before)
    rows = session.exec(asked.order_by(CaseRow.ref)).all()
    some = (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))
    return tuple(kept for part in some for kept in _judged(session, part, today) if kept.due)


def judge(session: Session, ref: str, today: date) -> Kept:
    """Say whether one case's record may be destroyed today, with everything in the way."""
    row = session.exec(select(CaseRow).where(CaseRow.ref == ref)).first()
    if row is None:
        raise NotFoundError(f"No case has the reference {ref}.")
    (kept,) = _judged(session, (row,), today)
    return kept


def keep_until(born: date, first: date, last: date, rules: Protocol) -> tuple[date, str]:
    """Give the last day a record is kept, and the rule that says so in words.

    Every record is kept until some years after the last service; what began while the patient was a child also until
    an age. Whichever is later counts (Health Records Act 2001 (Vic), principle 4.2).
    """
    years, age, adult = rules.whole(ADULT_YEARS), rules.whole(CHILD_UNTIL), rules.whole(ADULT_FROM)
    until = years_after(last, years)
    if first >= years_after(born, adult):
        return until, f"The last service was on {day(last)}, and an adult's record is kept {years} years from then"
    grown = years_after(born, age)
    rule = f"a record begun in childhood is kept {years} years from then, and until the age of {age}"
    return max(until, grown), f"The last service was on {day(last)}, and {rule}"


def years_after(on: date, years: int) -> date:
    """Give the same day some years later; 29 February becomes 1 March, which keeps a record longer."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return date(on.year + years, 3, 1)


def hold(session: Session, ref: str, reason: str) -> None:
    """Put a case under a legal hold."""
    case, bound = case_row(session, ref), audit.attribution(session)
    if _hold_of(session, case.id) is not None:
        raise TransitionNotAllowedError(f"Case {ref} is under a legal hold already.")
    session.add(
        LegalHoldRow(
            case_id=case.id,
            reason=said(reason),
            placed_by=bound.author.id,
            placed_name=bound.author.name,
            placed_at=bound.now,
        )
    )
    audit.record(session, action="hold_for_law", entity="case", ref=ref)


def lift(session: Session, ref: str, reason: str) -> None:
    """Lift the legal hold of a case."""
    case, bound = case_row(session, ref), audit.attribution(session)
    row = _hold_of(session, case.id)
    if row is None:
        raise TransitionNotAllowedError(f"Case {ref} is under no legal hold.")
    row.lifted_why = said(reason)
    row.lifted_by, row.lifted_name, row.lifted_at = bound.author.id, bound.author.name, bound.now
    audit.record(session, action="lift_hold", entity="case", ref=ref)


def holds(session: Session) -> tuple[HoldLine, ...]:
    """List the cases under a legal hold, by reference."""
    asked = select(CaseRow.ref, LegalHoldRow).join(LegalHoldRow, col(LegalHoldRow.case_id) == CaseRow.id)
    rows = session.exec(asked.where(col(LegalHoldRow.lifted_at).is_(None)).order_by(CaseRow.ref)).all()
    return tuple(
        HoldLine(ref=ref, reason=row.reason, placed_name=row.placed_name, placed_on=local_date(session, row.placed_at))
        for ref, row in rows
    )


def register(session: Session) -> tuple[DisposalLine, ...]:
    """Give the register of disposals, oldest first; the look goes into the trail, so this needs a writing session."""
    rows = session.exec(select(DisposalRow).order_by(col(DisposalRow.destroyed_on), DisposalRow.name)).all()
    audit.record(session, action="read_register", entity="disposal", ref="register", facts={"lines": len(rows)})
    return tuple(
        DisposalLine(
            name=row.name,
            period_from=row.period_from,
            period_to=row.period_to,
            destroyed_on=row.destroyed_on,
            rule=row.rule,
            reason=row.reason,
            asked_by=row.asked_by,
            approved_by=row.approved_by,
        )
        for row in rows
    )


def _judged(session: Session, rows: Sequence[CaseRow], today: date) -> Iterable[Kept]:
    """Judge these cases with a fixed number of questions: each by all the cases of its patient."""
    patients = {row.patient_id for row in rows}
    every = session.exec(select(CaseRow).where(col(CaseRow.patient_id).in_(patients))).all()
    of_patient: dict[str, list[CaseRow]] = {}
    for row in every:
        of_patient.setdefault(row.patient_id, []).append(row)
    last, held = _last_services(session, every), _held(session)
    born = dict(
        session.exec(
            select(col(PatientIdentityRow.patient_id), col(PatientIdentityRow.birth_date)).where(
                col(PatientIdentityRow.patient_id).in_(patients)
            )
        ).all()
    )
    rules = protocol(session, today)
    for row in rows:
        if row.destroyed_on is not None:
            gone = f"The record of case {row.ref} was destroyed on {day(row.destroyed_on)}."
            yield Kept(
                ref=row.ref,
                last_service=row.received_on,
                keep_until=row.destroyed_on,
                rule="",
                refused=(gone,),
                version=row.version,
            )
            continue
        others = of_patient[row.patient_id]
        served = max(last[one.id] for one in others)
        until, rule = keep_until(born[row.patient_id], row.received_on, served, rules)
        yield Kept(
            ref=row.ref,
            last_service=served,
            keep_until=until,
            rule=rule,
            refused=(
                *_still_needed(row, others),
                *((f"{rule}: case {row.ref} is kept until {day(until)}.",) if today <= until else ()),
                *((f"Case {row.ref} is under a legal hold. Lift it first.",) if row.id in held else ()),
            ),
            version=row.version,
        )


def _still_needed(row: CaseRow, others: Iterable[CaseRow]) -> Iterable[str]:
    if not row.state.ends:
        yield f"Case {row.ref} is open: {row.state.label}."
    open_too = sorted(one.ref for one in others if one.id != row.id and not one.state.ends)
    if open_too:
        yield f"Another case of the same patient is open: {', '.join(open_too)}."


def _last_services(session: Session, rows: Iterable[CaseRow]) -> dict[str, date]:
    """Give the last day anything happened in each case: the last line of its history, or a later procedure."""
    found = {row.id: row.closed_on or row.state_since for row in rows}
    for table in (CaseEventRow, ProcedureRecordRow):
        last = select(col(table.case_id), func.max(col(table.on))).where(col(table.case_id).in_(found))
        for case_id, on in session.exec(last.group_by(col(table.case_id))).all():
            found[case_id] = max(found[case_id], on)
    return found


def _held(session: Session) -> frozenset[str]:
    return frozenset(session.exec(select(LegalHoldRow.case_id).where(col(LegalHoldRow.lifted_at).is_(None))).all())


def _hold_of(session: Session, case_id: str) -> LegalHoldRow | None:
    asked = select(LegalHoldRow).where(LegalHoldRow.case_id == case_id, col(LegalHoldRow.lifted_at).is_(None))
    return session.exec(asked).first()
