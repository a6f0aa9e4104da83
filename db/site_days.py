"""How the working days of sites differ from those of the State, and at which site a patient was treated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from db.tables import BookingRow, HolidayRow, ProcedureRecordRow, SuiteRow, SuiteSessionRow
from scheduler.pathway.facts import SiteDays

AS_EVERYWHERE = SiteDays()


def days_by_site(session: Session) -> Mapping[str, SiteDays]:
    """Give the sites that differ from the others, with the days off of their own and the holidays they work on."""
    off: dict[str, set[date]] = defaultdict(set)
    worked: dict[str, set[date]] = defaultdict(set)
    for row in session.exec(select(HolidayRow).where(col(HolidayRow.site_id).is_not(None))):
        (off if row.observed else worked)[str(row.site_id)].add(row.on)
    return {
        site: SiteDays(off=frozenset(off[site]), worked=frozenset(worked[site])) for site in sorted({*off, *worked})
    }


def sites_treated_at(session: Session, case_id: str | None) -> Mapping[str, str]:
    """Give the site of the latest procedure of one case, or of every one."""
    asked = (
        select(ProcedureRecordRow.case_id, SuiteRow.site_id)
        .join(BookingRow, col(BookingRow.id) == ProcedureRecordRow.booking_id)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .where(col(ProcedureRecordRow.struck_by).is_(None))
        .order_by(col(ProcedureRecordRow.number))
    )
    asked = asked if case_id is None else asked.where(ProcedureRecordRow.case_id == case_id)
    return dict(session.exec(asked).all())
