"""Documents are kept as they were, told to the trail when read, and never changed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from db import documents
from db.errors import MemoryFaultError
from db.meetings import NewMeeting, add_meeting
from db.tables import AuditEventRow
from db.words import DocumentKind
from scheduler.errors import BadInputError, NotFoundError, StaleVersionError
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, read, write


def a_letter(database, ref, words="Dear Given Family1, you are on our list.", **changes):
    def work(session):
        return documents.keep(
            session, kind=DocumentKind.LETTER, title="Referral accepted", text=words, case_ref=ref, **changes
        )

    return write(database, work)


def trail(database, action):
    asked = select(AuditEventRow).where(AuditEventRow.action == action).order_by(AuditEventRow.seq)
    return read(database, lambda session: session.exec(asked).all())


def test_a_letter_is_kept_whole_with_who_made_it_and_when(database):
    ref = a_case(database)
    kept = a_letter(database, ref)
    found = write(database, lambda session: documents.read(session, kept.id))
    assert found.text == "Dear Given Family1, you are on our list."
    assert (found.line.case_ref, found.line.version) == (ref, 1)
    assert (found.line.made_at, found.line.made_by) == (MORNING, CLERK.name)
    assert read(database, lambda session: documents.of_case(session, ref)) == (found.line,)


def test_minutes_belong_to_a_meeting(database):
    def work(session):
        meeting = add_meeting(session, NewMeeting(on=TODAY))
        kept = documents.keep(
            session, kind=DocumentKind.MINUTES, title="Minutes", text="Present: three.", meeting_id=meeting.id
        )
        return kept, documents.of_meeting(session, meeting.id)

    kept, listed = write(database, work)
    assert listed == (kept,)
    assert kept.case_ref is None


def test_each_look_at_a_letter_is_told_to_the_trail(database):
    ref = a_case(database)
    kept = a_letter(database, ref)
    for _ in range(2):
        write(database, lambda session: documents.read(session, kept.id))
    looks = trail(database, "read_document")
    assert [(look.actor, look.ref, look.after["facts"]) for look in looks] == [
        (CLERK.id, ref, {"document": kept.id})
    ] * 2


def test_the_trail_holds_the_digest_and_not_the_words(database):
    ref = a_case(database)
    kept = a_letter(database, ref)
    (event,) = trail(database, "keep_document")
    told = event.after[f"document:{kept.id}"]
    assert told["digest"] == kept.digest
    assert told["text"] == "kept back"
    assert "Family1" not in str(event.after)


def test_the_next_version_replaces_the_one_before_and_the_first_stays(database):
    ref = a_case(database)
    first = a_letter(database, ref)
    second = a_letter(database, ref, "Corrected.", replaces=first.id)
    assert (second.version, second.replaces) == (2, first.id)
    assert write(database, lambda session: documents.read(session, first.id)).text.startswith("Dear")
    with pytest.raises(StaleVersionError, match=second.id):
        a_letter(database, ref, "Corrected otherwise.", replaces=first.id)


def test_an_empty_document_is_refused(database):
    with pytest.raises(BadInputError, match="needs a text"):
        a_letter(database, a_case(database), "  \n")


def test_a_document_that_is_not_there_is_said_so(database):
    with pytest.raises(NotFoundError, match="No document has the id nothing"):
        write(database, lambda session: documents.read(session, "nothing"))


@pytest.mark.parametrize("statement", ["UPDATE document SET text = 'other'", "DELETE FROM document"])
def test_the_database_itself_lets_nobody_change_a_document(database, statement):
    a_letter(database, a_case(database))
    with pytest.raises(DBAPIError, match="document_no_"), database._changing() as connection:
        connection.execute(text(statement))


def test_a_text_changed_with_the_guard_away_is_found_when_it_is_read(sqlite_database):
    kept = a_letter(sqlite_database, a_case(sqlite_database))
    with sqlite_database._changing() as connection:
        connection.execute(text("DROP TRIGGER document_no_update"))
        connection.execute(text("UPDATE document SET text = 'You are not on our list.'"))
    with pytest.raises(MemoryFaultError, match="no longer fits its digest"):
        write(sqlite_database, lambda session: documents.read(session, kept.id))
