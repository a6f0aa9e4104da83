"""Letters as people ask for them: read with a line in the audit trail, and sent again with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import documents, outbox, writes
from db.outbox import Letter
from db.words import SendState
from scheduler.errors import BadInputError, NotFoundError

if TYPE_CHECKING:
    from sqlmodel import Session

LONGEST_REASON = 300  # characters; it stands at the head of a letter


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPage:
    """One letter with its text, which is None until it is first tried, and the name of the one it replaces."""

    letter: Letter
    text: str | None
    replaces: str = ""


def letter_page(session: Session, letter_id: str) -> LetterPage:
    """Give a letter as it was or will be sent; the look goes into the audit trail, so this needs a writing session."""
    letter = outbox.letter(session, outbox.id_of(session, letter_id))
    text = documents.read(session, letter.document_id).text if letter.document_id else None
    before = outbox.letter(session, letter.replaces).name if letter.replaces else ""
    return LetterPage(letter=letter, text=text, replaces=before)


def repeat_letter(
    session: Session, letter_id: str, reason: str, *, write_id: str | None, expected_version: int | None
) -> str:
    """Put a letter in the outbox again; a repeat of the same write gives the letter it made."""
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        says = f"Say why the letter is sent again, in at most {LONGEST_REASON} characters; colleagues read it there."
        raise BadInputError.of("reason", says)
    done = writes.earlier(session, write_id, "repeat_letter")
    if done is not None:
        return str(done["letter"])
    made = outbox.repeat(session, outbox.id_of(session, letter_id), reason=why, expected_version=expected_version)
    writes.finish(session, write_id, {"letter": made})
    return made


def send_state_named(state: str) -> SendState:
    """Give the state with this name; raises NotFoundError with the names there are."""
    try:
        return SendState(state)
    except ValueError:
        names = ", ".join(each.value for each in SendState)
        raise NotFoundError(f"No letter is ever '{state}'. The states are: {names}.") from None
