"""The history of one thing: every audited act on it, from the newest back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import Session, and_, col, or_, select

from db.keeping.lines import KeptHistory, Step
from db.tables import AccountRow, AuditEventRow
from db.words import Outcome

MOST_SHOWN = 50


def history(session: Session, things: Sequence[tuple[str, str]]) -> tuple[KeptHistory, ...]:
    """Give the acts on these things, each named by its kind and id as the trail names it; refusals are left out."""
    named = (and_(AuditEventRow.entity == kind, AuditEventRow.ref == ref) for kind, ref in things)
    asked = select(AuditEventRow).where(or_(*named), AuditEventRow.outcome == Outcome.DONE)
    rows = session.exec(asked.order_by(col(AuditEventRow.seq).desc()).limit(MOST_SHOWN)).all()
    names = _names(session, {row.actor for row in rows})
    return tuple(
        KeptHistory(
            at=row.at,
            by=names.get(row.actor, row.actor),
            role=row.role,
            action=row.action,
            why=row.why,
            steps=tuple(_steps(row.before, row.after)),
        )
        for row in rows
    )


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    return dict(session.exec(select(AccountRow.id, AccountRow.name).where(col(AccountRow.id).in_(ids))).all())


def _steps(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Step]:
    """Give every column that changed, row by row; rows of claims follow from the others and are left out."""
    for row in sorted({*before, *after}):
        old, new = before.get(row), after.get(row)
        if ":" not in row or row.startswith("claim:"):
            continue
        was = old if isinstance(old, Mapping) else {}
        became = new if isinstance(new, Mapping) else {}
        for column in sorted({*was, *became}):
            if was.get(column) != became.get(column):
                yield Step(row=row, column=column, before=was.get(column), after=became.get(column))
