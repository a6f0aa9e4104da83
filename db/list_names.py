"""Lists with their suites and sites, and by their names; and what radiologists are called."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from db.tables import RadiologistRow, SiteRow, SuiteRow, SuiteSessionRow


def lists_asked(
    start: date, end: date, *, site: str | None, only: Collection[str] | None
) -> Select[SuiteSessionRow, SuiteRow, SiteRow]:
    """Ask for the lists of these dates, both included, with suite and site; those of one site, or `only` some."""
    asked = (
        select(SuiteSessionRow, SuiteRow, SiteRow)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .where(col(SuiteSessionRow.on).between(start, end))
    )
    asked = asked if site is None else asked.where(SiteRow.id == site)
    return asked if only is None else asked.where(col(SuiteSessionRow.id).in_(only))


def list_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Name the suite and site of each of these lists, such as CT 1, Northern Hospital."""
    asked = (
        select(SuiteSessionRow.id, SuiteRow.name, SiteRow.name)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .where(col(SuiteSessionRow.id).in_(ids))
    )
    return {name: f"{suite}, {site}" for name, suite, site in session.exec(asked)}


def radiologist_names(session: Session) -> dict[str, str]:
    """Name every radiologist."""
    return dict(session.exec(select(RadiologistRow.id, RadiologistRow.name)).all())
