"""What has become of a plan's cases since it was made, and who saw to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, or_, select

from db.localtime import timezone_of
from db.mapping import ref_of
from db.proposals import plan_of, problem_of
from db.sqlite import writes_alone
from db.tables import BookingRow, CaseEventRow, CaseRow, ProposalRow, SuiteSessionRow
from db.tables.booking import STANDS
from db.words import ProposalStatus

Spot = tuple[str, datetime, str]


def spots_now(session: Session, refs: Collection[str]) -> dict[str, Spot]:
    """Give the list, start and radiologist of each of these cases that holds a place now."""
    asked = (
        select(CaseRow.ref, BookingRow.session_id, BookingRow.start, BookingRow.radiologist_id)
        .join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        .where(col(CaseRow.ref).in_(refs), STANDS)
    )
    return {ref: (on, start, who) for ref, on, start, who in session.exec(asked)}


def versions_now(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Give the version of each of these cases."""
    asked = select(CaseRow.ref, CaseRow.version).where(col(CaseRow.ref).in_(refs))
    return dict(session.exec(asked).all())


def hold_still(session: Session, proposal: ProposalRow) -> None:
    """Keep others from changing what a plan may touch until the transaction ends; they go on with all else.

    That is every case it places, or that stood or stands on its days, and every list of them: nobody else comes onto a
    list that is held.
    """
    if writes_alone(session):
        return
    days = col(SuiteSessionRow.on).between(proposal.start, proposal.finish)
    there = select(BookingRow.case_id).join(SuiteSessionRow).where(days, STANDS)
    placed = {ref_of(booking.case) for booking in plan_of(proposal).bookings}
    stood = {ref_of(case.id) for case in problem_of(proposal).cases if case.previous is not None}
    cases = select(CaseRow.id).where(or_(col(CaseRow.ref).in_(placed | stood), col(CaseRow.id).in_(there)))
    session.exec(cases.order_by(CaseRow.ref).with_for_update()).all()
    session.exec(select(SuiteSessionRow.id).where(days).order_by(SuiteSessionRow.id).with_for_update()).all()


def said_of(session: Session, refs: Collection[str]) -> dict[str, str]:
    """Say for each of these cases who changed it last, when, and where it stands."""
    if not refs:
        return {}
    last = select(CaseEventRow.case_id, func.max(CaseEventRow.seq).label("seq")).group_by(col(CaseEventRow.case_id))
    latest = last.subquery()
    asked = (
        select(CaseRow, CaseEventRow)
        .join(CaseEventRow, col(CaseEventRow.case_id) == CaseRow.id)
        .join(latest, (latest.c.case_id == CaseEventRow.case_id) & (latest.c.seq == CaseEventRow.seq))
        .where(col(CaseRow.ref).in_(refs))
    )
    zone = ZoneInfo(timezone_of(session))
    return {case.ref: _sentence(case, line, zone) for case, line in session.exec(asked)}


def changed_meanwhile(seen: object, found: Mapping[str, int]) -> frozenset[str]:
    """List the names whose version is another than the plan was made with."""
    before = seen if isinstance(seen, dict) else {}
    return frozenset(name for name, version in found.items() if before.get(name) != version)


def is_overtaken(session: Session, proposal: ProposalRow) -> bool:
    """Say whether cases of a plan that is ready have changed since it was made."""
    seen = proposal.versions.get("cases")
    if proposal.status is not ProposalStatus.READY or not isinstance(seen, dict):
        return False
    return bool(changed_meanwhile(seen, versions_now(session, seen.keys())))


def _sentence(case: CaseRow, line: CaseEventRow, zone: ZoneInfo) -> str:
    at = line.at.astimezone(zone)
    return f"{line.by} changed {case.ref} on {at:%-d %b} at {at:%H:%M}; it is now at “{case.state.label}”."
