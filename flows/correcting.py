"""Mistakes are put right here: a step taken back, a value corrected; and a patient whose case has ended comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from db import amendments, facts, referrals, reversals
from db.audit import Author
from flows.service import Service
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.returning import check_return

if TYPE_CHECKING:
    from sqlmodel import Session


def take_back(
    service: Service,
    ref: str,
    reason: str,
    *,
    author: Author,
    expected_version: int,
    not_ready: bool,
    write_id: str | None,
) -> None:
    """Take back the last step of a case as it was shown."""
    now = service.clock.now()
    service.database.write(
        lambda session: reversals.reverse(
            session,
            ref,
            reason=given(reason),
            actor=author,
            now=now,
            expected_version=expected_version,
            not_ready=not_ready,
            write_id=write_id,
        ),
        author=author,
        now=now,
    )


def correct(
    service: Service,
    ref: str,
    key: str,
    value: object,
    reason: str,
    *,
    author: Author,
    expected_version: int,
    write_id: str | None,
) -> None:
    """Correct one recorded value of a case as it was shown."""
    now = service.clock.now()
    service.database.write(
        lambda session: amendments.amend(
            session,
            ref,
            key,
            value,
            reason=given(reason),
            actor=author,
            now=now,
            expected_version=expected_version,
            write_id=write_id,
        ),
        author=author,
        now=now,
    )


def come_back(
    service: Service, ref: str, details: Mapping[str, object], *, author: Author, write_id: str | None
) -> referrals.Stored:
    """Open a new case, linked to one that has ended."""
    now, today = service.clock.now(), service.clock.today()

    def store(session: Session) -> referrals.Stored:
        answers = check_return(facts.case_facts(session, ref), details, today=today)
        return referrals.store_return(session, ref, answers, actor=author, now=now, write_id=write_id)

    return service.database.write(store, author=author, now=now)


def given(reason: str) -> str:
    """Give the reason as it is kept; raises TransitionNotAllowedError when there is none."""
    if not reason.strip():
        raise TransitionNotAllowedError("A correction needs a reason: say what was wrong.")
    return reason.strip()
