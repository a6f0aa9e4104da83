"""The table of public holidays: dates that a person confirms, and days on which one site differs from the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, counters
from db.clinic import add_holiday
from db.keeping.places import site_ids
from db.pictures import HolidayLine
from db.tables import HolidayRow, SiteRow, TaskRow
from db.words import TaskState
from scheduler.errors import BadInputError, NotFoundError
from scheduler.vocabulary import Role

CONFIRM = "confirm_holidays"  # the kind of the task
SEEDED = "holidays"  # the counter of the last year that was filled in


def holiday_lines(session: Session, first: date, last: date) -> tuple[HolidayLine, ...]:
    """List the holidays of these dates, both included, with what differs at one site after what holds at all."""
    asked = select(HolidayRow).where(col(HolidayRow.on).between(first, last))
    rows = sorted(session.exec(asked), key=lambda row: (row.on, row.site_id or ""))
    return tuple(
        HolidayLine(
            on=row.on,
            name=row.name,
            site=row.site_id,
            observed=row.observed,
            confirmed=row.confirmed,
            version=row.version,
        )
        for row in rows
    )


def add(session: Session, on: date, name: str, *, site: str | None, observed: bool) -> None:
    """Add a holiday that a person vouches for, or with `observed` False say that one site works on one."""
    if site is not None and session.get(SiteRow, site) is None:
        known = ", ".join(site_ids(session)) or "none yet"
        raise NotFoundError(f"No site has the id {site}. The sites are: {known}.")
    if not observed and site is None:
        raise BadInputError.of(
            "works", "say with --site which site works on that day, or remove the holiday for all of them."
        )
    if _find(session, on, site) is not None:
        where = f"at {site}" if site else "for every site"
        raise BadInputError.of("on", f"{on} is in the table {where} already. Remove it first to change its name.")
    add_holiday(session, on, name, site=site, confirmed=True, observed=observed)


def confirm(session: Session, on: date, *, site: str | None, expected_version: int | None = None) -> None:
    """Say that a person has checked a date; nothing changes for one that was confirmed before."""
    row = _found(session, on, site)
    row.expect(expected_version)
    row.confirmed = True
    audit.record(session, action="confirm_holiday", entity="holiday", ref=on.isoformat())


def confirm_year(session: Session, year: int) -> int:
    """Confirm every date of a year that was not yet; says how many."""
    asked = select(HolidayRow).where(
        col(HolidayRow.on).between(date(year, 1, 1), date(year, 12, 31)), col(HolidayRow.confirmed).is_(False)
    )
    rows = session.exec(asked).all()
    for row in rows:
        row.confirmed = True
    if rows:
        audit.record(session, action="confirm_holidays", entity="holiday", ref=str(year))
    return len(rows)


def remove(session: Session, on: date, *, site: str | None, expected_version: int | None = None) -> None:
    """Take a date out of the table; a year that was filled in once does not bring it back."""
    row = _found(session, on, site)
    row.expect(expected_version)
    session.delete(row)
    audit.record(session, action="remove_holiday", entity="holiday", ref=on.isoformat())


def seeded_until(session: Session) -> int:
    """Give the last year whose holidays were filled in; 0 before the first."""
    return counters.reached(session, SEEDED)


def seed(session: Session, days: Mapping[date, str], *, last_year: int, today: date) -> int:
    """Fill in computed holidays of the years that were not filled in before; says how many.

    Those still to come are predictions until a person confirms them. A date that somebody entered stays as it is.
    """
    before = seeded_until(session)
    new = [on for on in days if before < on.year <= last_year and _find(session, on, None) is None]
    counters.reach(session, SEEDED, last_year)
    for on in new:
        session.add(HolidayRow(on=on, name=days[on], confirmed=on < today))
    if new:
        audit.record(session, action="seed_holidays", entity="holiday", ref=f"to {last_year}", facts={"days": len(new)})
    return len(new)


def ask_to_confirm(session: Session, *, today: date, until: date, now: datetime) -> bool:
    """Keep one open task for an administrator while a holiday up to this day is unconfirmed; says whether there is."""
    asked = select(HolidayRow).where(col(HolidayRow.on).between(today, until), col(HolidayRow.confirmed).is_(False))
    days = sorted({row.on for row in session.exec(asked)})
    task = session.exec(select(TaskRow).where(TaskRow.kind == CONFIRM, TaskRow.state == TaskState.OPEN)).first()
    if not days:
        if task is not None:
            task.end(TaskState.DONE, now=now, by="neurolist")
            audit.record(session, action="finish_task", entity="task", ref=task.id)
        return False
    says = f"Confirm the public holidays that are only predicted: {', '.join(_day(on) for on in days)}."
    if task is None:
        session.add(TaskRow(kind=CONFIRM, role=Role.ADMINISTRATOR, says=says, due_on=days[0], made_at=now))
        audit.record(session, action="raise_task", entity="task", ref=CONFIRM)
    elif task.says != says:
        task.says, task.due_on = says, days[0]
        audit.record(session, action="change_task", entity="task", ref=task.id)
    return True


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"


def _find(session: Session, on: date, site: str | None) -> HolidayRow | None:
    place = col(HolidayRow.site_id).is_(None) if site is None else HolidayRow.site_id == site
    return session.exec(select(HolidayRow).where(HolidayRow.on == on, place)).first()


def _found(session: Session, on: date, site: str | None) -> HolidayRow:
    row = _find(session, on, site)
    if row is None:
        where = f" at {site}" if site else ""
        raise NotFoundError(f"{_day(on)} is not in the table of public holidays{where}. See: neurolist holidays")
    return row
