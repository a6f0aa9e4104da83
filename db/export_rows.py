"""What an export without names begins with: each case with its patient's birth date and sex, and its days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from db.tables import CaseRow, PatientIdentityRow, ProcedureRecordRow, WaitlistEpisodeRow
from scheduler.vocabulary import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToExport:
    """One case as it is kept; nothing of this leaves the house before it is made safe."""

    case: str
    patient: str
    birth_date: date
    sex: str
    target: str
    technique: str
    side: str
    urgency: str
    funding: str
    cancer: bool
    state: str
    days: Mapping[str, date] = field(default_factory=dict)


def cases_to_export(session: Session) -> tuple[CaseToExport, ...]:
    """List every case; free text is not among it."""
    days = _days(session)
    asked = select(CaseRow, PatientIdentityRow).join(
        PatientIdentityRow, col(PatientIdentityRow.patient_id) == CaseRow.patient_id
    )
    return tuple(
        CaseToExport(
            case=row.id,
            patient=row.patient_id,
            birth_date=who.birth_date,
            sex=who.sex,
            target=row.target or "",
            technique=row.technique or "",
            side=row.laterality or "",
            urgency=str(row.urgency or ""),
            funding=row.funding,
            cancer=row.cancer,
            state=row.state,
            days={"received": row.received_on, **days[row.id], **({"ended": row.closed_on} if row.closed_on else {})},
        )
        for row, who in session.exec(asked)
    )


def _days(session: Session) -> Mapping[str, dict[str, date]]:
    """Give the first day each case was listed and treated for each stage."""
    found: defaultdict[str, dict[str, date]] = defaultdict(dict)
    for episode in session.exec(select(WaitlistEpisodeRow)):
        _earliest(found[episode.case_id], f"listed_{_word(episode.stage)}", episode.listed_on)
    for done in session.exec(select(ProcedureRecordRow).where(ProcedureRecordRow.completed)):
        _earliest(found[done.case_id], f"done_{_word(done.stage)}", done.on)
    return found


def _earliest(days: dict[str, date], name: str, on: date) -> None:
    days[name] = min(on, days.get(name, on))


def _word(stage: Stage) -> str:
    return "test" if stage is Stage.TEST_BLOCK else "neurolysis"
