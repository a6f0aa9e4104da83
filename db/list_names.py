"""Lists by the names of their suites and sites."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from db.tables import SiteRow, SuiteRow, SuiteSessionRow


def list_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Name the suite and site of each of these lists, such as CT 1, Northern Hospital."""
    asked = (
        select(SuiteSessionRow.id, SuiteRow.name, SiteRow.name)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
        .where(col(SuiteSessionRow.id).in_(ids))
    )
    return {name: f"{suite}, {site}" for name, suite, site in session.exec(asked)}
