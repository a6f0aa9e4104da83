"""The sign-ins that are still good, and their end before their time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db import audit
from db.keeping.lines import SignInLine
from db.tables import LoginSessionRow
from scheduler.errors import NotFoundError

SHOWN = 12  # characters of a digest that name a sign-in


def sign_in_lines(session: Session, *, now: datetime, idle: timedelta, life: timedelta) -> tuple[SignInLine, ...]:
    """List the sign-ins that still let somebody in, the last used first."""
    asked = select(LoginSessionRow).where(
        col(LoginSessionRow.ended_at).is_(None),
        col(LoginSessionRow.half_open).is_(False),
        LoginSessionRow.last_seen_at >= now - idle,
        LoginSessionRow.started_at >= now - life,
    )
    return tuple(
        SignInLine(
            id=row.token_digest[:SHOWN],
            account=row.account_id,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
        )
        for row in session.exec(asked.order_by(col(LoginSessionRow.last_seen_at).desc()))
    )


def revoke(session: Session, sign_in: str, *, account: str, now: datetime) -> None:
    """End one sign-in of an account at once; its next click leads to the form."""
    asked = select(LoginSessionRow).where(
        col(LoginSessionRow.token_digest).startswith(sign_in, autoescape=True), LoginSessionRow.account_id == account
    )
    row = session.exec(asked).first() if len(sign_in) == SHOWN else None
    if row is None:
        raise NotFoundError("This sign-in is not there any more.")
    if row.ended_at is None:
        row.ended_at = now
        audit.record(session, action="revoke_sign_in", entity="account", ref=row.account_id)
