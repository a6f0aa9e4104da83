"""The other cases of the same patients: which there are, which are linked, and what was done in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, or_, select

from db.tables import CaseLinkRow, CaseRow, MdtItemRow, ProcedureRecordRow


@dataclass(frozen=True, slots=True)
class Others:
    """Every case of some patients who have more than one, with procedures and meetings by case, and linked pairs."""

    by_patient: Mapping[str, Sequence[CaseRow]]
    procedures: Mapping[str, Sequence[ProcedureRecordRow]]
    meetings: Mapping[str, Sequence[MdtItemRow]]
    links: Collection[frozenset[str]]


def others_of(session: Session, cases: Sequence[CaseRow]) -> Others:
    """Read what else there is about the patients of these cases; for most of them that is nothing, in one query."""
    returning = select(CaseRow.patient_id).group_by(CaseRow.patient_id).having(func.count() > 1)
    asked = select(CaseRow).order_by(col(CaseRow.received_on), CaseRow.ref)
    theirs = CaseRow.patient_id == cases[0].patient_id if len(cases) == 1 else col(CaseRow.patient_id).in_(returning)
    grouped: dict[str, list[CaseRow]] = defaultdict(list)
    for row in session.exec(asked.where(theirs)):
        grouped[row.patient_id].append(row)
    by_patient = {patient: rows for patient, rows in grouped.items() if len(rows) > 1}
    ids = [row.id for rows in by_patient.values() for row in rows]
    if not ids:
        return Others({}, {}, {}, frozenset())
    done = select(ProcedureRecordRow).where(
        col(ProcedureRecordRow.case_id).in_(ids), col(ProcedureRecordRow.struck_by).is_(None)
    )
    met = select(MdtItemRow).where(col(MdtItemRow.case_id).in_(ids)).order_by(col(MdtItemRow.event_seq))
    linked = select(CaseLinkRow).where(or_(col(CaseLinkRow.case_id).in_(ids), col(CaseLinkRow.earlier_id).in_(ids)))
    procedures: dict[str, list[ProcedureRecordRow]] = defaultdict(list)
    for procedure in session.exec(done.order_by(col(ProcedureRecordRow.number))):
        procedures[procedure.case_id].append(procedure)
    meetings: dict[str, list[MdtItemRow]] = defaultdict(list)
    for item in session.exec(met):
        meetings[item.case_id].append(item)
    links = frozenset(frozenset({row.case_id, row.earlier_id}) for row in session.exec(linked))
    return Others(by_patient, procedures, meetings, links)


def earlier_cases(session: Session, patient_id: str, before: CaseRow) -> tuple[CaseRow, ...]:
    """List the other cases of a patient, oldest first."""
    asked = select(CaseRow).where(CaseRow.patient_id == patient_id, CaseRow.id != before.id)
    return tuple(session.exec(asked.order_by(col(CaseRow.received_on), CaseRow.ref)))
