"""The demonstration's past letters: written from the case as it stood that day and kept as sent; none leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import due_steps, outbox
from db.due_steps import DueStep
from db.words import SendState
from flows.outbox.letters import NotWordedError, OvertakenError
from flows.outbox.sending import letter_of, write_down
from flows.outbox.settings import OutboxSettings
from flows.service import Service

if TYPE_CHECKING:
    from sqlmodel import Session

CHANNEL = "demonstration"
RECEIPT = "kept in the demonstration; nothing left the house"


def keep_letter(session: Session, step: DueStep, service: Service) -> None:
    """Write and keep one letter of the past, unless the case has overtaken it."""
    letter = outbox.letter(session, letter_of(step))
    if letter.state is SendState.WAITING:
        _keep(session, letter, service)
    due_steps.finish(session, step, now=service.clock.now())


def _keep(session: Session, letter: outbox.Letter, service: Service) -> None:
    try:
        document, _ = write_down(session, letter, service, OutboxSettings())
    except (OvertakenError, NotWordedError) as why:
        outbox.drop(session, letter.id, why=str(why))
        return
    outbox.begin(session, letter.id, channel=CHANNEL, document_id=document)
    outbox.sent(session, letter.id, receipt=RECEIPT)
