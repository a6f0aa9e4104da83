"""A record goes whole: who the patient was and everything clinical; the trail and the register stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from db import approvals, boards, destroying, documents, publishing, retention
from db.approvals import Asking
from db.audit import Author
from db.emergencies import open_for
from db.errors import MemoryFaultError
from db.export_rows import cases_to_export
from db.facts import case_row
from db.tables import METADATA, AuditEventRow, CaseEventRow, CaseRow, DocumentRow, MdtItemRow
from db.words import ApprovalKind, DocumentKind
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.pathway.events import Event
from tests.builders.memory import (
    CLERK,
    MORNING,
    TODAY,
    a_case,
    a_clinic,
    a_patient,
    a_proposal,
    list_for_test,
    read,
    step,
    write,
)

DAY = timedelta(days=1)
LATER, LATER_ON = MORNING + 8 * 366 * DAY, TODAY + 8 * 366 * DAY
LEAD = Author(id="lead", name="A Lead", role="ir_lead")
TELLING = ("Quillfeather", "Zebedee", "000001", "0355509876", "Hopetoun", "SECRET", "Ropivacaine", "5.25")
SIGN_IN = {
    **dict.fromkeys(("identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked"), True),
    "side": "bilateral",
    "inr": 1.0,
    "platelets": 200,
    "bloods_dated": TODAY,
}
MINUTES = """Multidisciplinary team meeting, 24 November 2026, 12:30

Attended
  Interventional radiology: R One

Cases
  {one}  Proceed to test block
      Coeliac plexus, bilateral, chemical; category 1; cancer
      Reason: SECRET pain
that goes on

in another paragraph
  {two}  Decline
      No plan; category 2; no cancer
      Reason: Other words

Not discussed
  {one}  carried to 1 December 2026: SECRET delay
  {two}  not carried: Other delay

Made from the record by A Clerk on 24 November 2026 at 13:00.
"""


def who():
    return a_patient(1, family_name="Quillfeather", given_names="Zebedee", phone="+610355509876", suburb="Hopetoun")


def a_whole_record(database):
    """A case from its referral to its end: booked, tested, with letters, minutes, notes, and an emergency reading."""
    a_clinic(database)
    changes = {"patient": who(), "diagnosis": "SECRET diagnosis", "note": "SECRET note"}
    ref = list_for_test(database, **changes)
    made = a_proposal(database, {f"{ref}-T": ("S01-1", 0, "R01")})
    assert write(database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING)).booked == (ref,)
    there = MORNING + DAY
    step(database, ref, Event.START_TEST, now=there, **SIGN_IN)
    done = {"baseline_rest": 8, "baseline_movement": 8, "readings": "15min=8,1h=8,4h=8", "agent": "Ropivacaine"}
    step(database, ref, Event.COMPLETE_TEST, now=there, signed_out=True, volume_ml=5.25, **done)
    step(database, ref, Event.RESULT_NEGATIVE, now=there)
    step(database, ref, Event.DISCHARGE, now=there, note="SECRET reason")
    write(database, lambda session: _papers(session, ref))
    return ref, made


def _papers(session, ref):
    first = documents.keep(session, kind=DocumentKind.LETTER, title="Letter", text="SECRET one", case_ref=ref)
    documents.keep(
        session, kind=DocumentKind.LETTER, title="Letter", text="SECRET two", case_ref=ref, replaces=first.id
    )
    open_for(
        session,
        ref,
        "SECRET emergency of somebody",
        reader=LEAD,
        now=MORNING,
        lasts=timedelta(hours=1),
        look_at_by=TODAY,
    )


def propose(database, ref, *, at=LATER):
    def work(session):
        version = session.exec(select(CaseRow.version).where(CaseRow.ref == ref)).one()
        asking = Asking(kind=ApprovalKind.DESTROY, says="x", reason="Old", version=version, payload={}, ref=ref)
        return approvals.ask(session, asking)

    return write(database, work, now=at)


def destroy(database, ref):
    asked = propose(database, ref)

    def work(session):
        agreed = approvals.approve(session, asked)
        kept = retention.judge(session, ref, LATER_ON)
        assert kept.due, kept.says
        gone = destroying.destroy(session, kept, reason=agreed.reason, asked_by=agreed.asker.name, on=LATER_ON)
        approvals.done(session, asked)
        return gone

    return write(database, work, now=LATER, author=LEAD)


def everything(database):
    """Every row of every table as text, by the table's name."""
    found = {}
    with database.reading() as session:
        for name, table in METADATA.tables.items():
            rows = session.connection().execute(table.select()).all()
            found[name] = " ".join(str(tuple(row)) for row in rows)
    return found


def test_nothing_of_the_patient_is_left_anywhere_but_the_name_in_the_register(database):
    ref, made = a_whole_record(database)
    before = everything(database)
    assert all(any(word in rows for rows in before.values()) for word in TELLING)
    gone = destroy(database, ref)
    after = everything(database)
    left = {(name, word) for name, rows in after.items() for word in TELLING if word in rows}
    trail = {(name, word) for name, word in left if name == "audit_event"}
    assert left - trail == {("disposal", "Quillfeather"), ("disposal", "Zebedee")}
    assert {word for _, word in trail} <= {"Ropivacaine", "5.25"}  # what a procedure was done with, never who or why
    assert gone.rows["document"] == 2
    assert gone.rows["case_event"] > 5
    assert {"procedure_record", "reading", "note", "task", "emergency_reading", "case_trace"} <= set(gone.rows)
    assert made


def test_the_trail_still_verifies_and_tells_of_it_without_repeating_what_went(database):
    ref, _ = a_whole_record(database)
    last = database.verify_trail().rows
    destroy(database, ref)
    report = database.verify_trail()
    assert report.fault is None
    asked = select(AuditEventRow).where(AuditEventRow.seq > last).order_by(AuditEventRow.seq)
    told = read(database, lambda session: session.exec(asked).all())
    assert [row.action for row in told] == ["ask_destroy", "enter_register", "approve_destroy"]
    assert [row.actor for row in told] == ["clerk", "lead", "lead"]
    words = str([(row.before, row.after) for row in told])
    assert not any(word in words for word in TELLING)
    assert "kept back" in words


def test_the_register_says_whose_record_of_which_period_went_when_and_by_whom(database):
    ref, _ = a_whole_record(database)
    destroy(database, ref)
    (line,) = write(database, retention.register, now=LATER)
    assert (line.name, line.period_from, line.period_to) == ("Quillfeather, Zebedee", TODAY, TODAY + DAY)
    assert (line.destroyed_on, line.asked_by, line.approved_by) == (LATER_ON, "A Clerk", "A Lead")
    assert (line.reason, "7 years" in line.rule) == ("Old", True)


def test_a_case_that_is_gone_says_so_and_lists_and_exports_of_the_past_are_still_drawn(database):
    ref, made = a_whole_record(database)
    destroy(database, ref)
    with pytest.raises(NotFoundError, match=f"The record of case {ref} was destroyed on"):
        read(database, lambda session: case_row(session, ref))
    cards = read(
        database, lambda session: boards.lists(session, start=TODAY, end=TODAY + 3 * DAY, now=LATER, site=None)
    )
    assert len(cards) == 6
    assert read(database, lambda session: boards.case_summaries(session, now=LATER, states=None)) == ()
    assert read(database, lambda session: boards.proposal_page(session, made, now=LATER)).placed == ()
    assert read(database, lambda session: boards.stages(session, now=LATER, site=None))
    assert read(database, lambda session: list(cases_to_export(session))) == []
    assert read(database, lambda session: retention.due(session, LATER_ON)) == ()
    assert "was destroyed" in read(database, lambda session: retention.judge(session, ref, LATER_ON)).says


def test_who_a_patient_is_stays_as_long_as_another_case_of_theirs_does(database):
    refs = []
    for number in (1, 2):
        ref = a_case(database, number, patient=who())
        step(database, ref, Event.START_TRIAGE)
        step(database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
        refs.append(ref)
    destroy(database, refs[0])
    assert "Quillfeather" in everything(database)["patient_identity"]
    destroy(database, refs[1])
    assert "Quillfeather" not in everything(database)["patient_identity"]
    assert len(write(database, retention.register, now=LATER)) == 2


def test_minutes_lose_what_they_say_of_the_case_and_keep_the_rest(database):
    one, _ = a_whole_record(database)
    two = a_case(database, 2)

    def meet(session):
        asked = select(MdtItemRow.meeting_id).where(MdtItemRow.case_id == case_row(session, one).id)
        meeting = session.exec(asked).one()
        text_of = MINUTES.format(one=one, two=two)
        kept = documents.keep(session, kind=DocumentKind.MINUTES, title="Minutes", text=text_of, meeting_id=meeting)
        return kept.id

    kept = write(database, meet)
    destroy(database, one)
    found = write(database, lambda session: documents.read(session, kept)).text  # which holds it against its digest
    assert "SECRET" not in found
    assert "another paragraph" not in found
    assert found.count(f"  {one}  Record destroyed on") == 2
    assert "Reason: Other words" in found
    assert "not carried: Other delay" in found
    assert found.endswith("Made from the record by A Clerk on 24 November 2026 at 13:00.\n")


def _raw(database, statement, **values):
    with database._changing() as connection:
        connection.execute(text(statement), values)
        connection.rollback()


@pytest.mark.parametrize("table", ["case_event", "document"])
def test_the_database_lets_a_history_go_only_between_approval_and_done_and_of_that_case_alone(database, table):
    ref, _ = a_whole_record(database)
    other = a_case(database, 2)
    write(
        database,
        lambda session: documents.keep(session, kind=DocumentKind.LETTER, title="Letter", text="Kept", case_ref=other),
    )
    ids = dict(read(database, lambda session: session.exec(select(CaseRow.ref, CaseRow.id)).all()))
    asked = propose(database, ref)
    remove = f"DELETE FROM {table} WHERE case_id = :id"
    with pytest.raises(DBAPIError, match=f"{table}_no_delete"):
        _raw(database, remove, id=ids[ref])

    def take(session, which):
        approvals.approve(session, asked)
        for row in session.exec(select({"case_event": CaseEventRow, "document": DocumentRow}[table])):
            if row.case_id == ids[which]:
                session.delete(row)
        session.flush()

    with pytest.raises(MemoryFaultError):
        write(database, lambda session: take(session, other), now=LATER, author=LEAD)
    write(database, lambda session: _close(session, asked), now=LATER, author=LEAD)
    with pytest.raises(DBAPIError, match=f"{table}_no_delete"):
        _raw(database, remove, id=ids[ref])


def _close(session, asked):
    approvals.approve(session, asked)
    approvals.done(session, asked)


@pytest.mark.parametrize("state", ["approved", "declined"])
def test_the_database_refuses_a_decision_by_whoever_asked(database, state):
    ref = a_case(database)
    asked = propose(database, ref)
    change = "UPDATE approval SET state = :state, decided_by = :by WHERE id = :id"
    for by in ("clerk", None):
        with pytest.raises(IntegrityError, match="another_person"):
            _raw(database, change, state=state, by=by, id=asked)
    _raw(database, change, state=state, by="lead", id=asked)


def test_every_table_that_hangs_on_a_case_is_destroyed_or_named_as_staying():
    hanging = {
        table.name
        for table in METADATA.tables.values()
        if any(key.column.table.name == "neurolysis_case" for key in table.foreign_keys)
    }
    assert hanging - destroying.STAYS >= {"case_event", "document", "note", "notice", "task", "consent", "legal_hold"}
    times_alone = {"booking", "waitlist_episode", "approval"}
    assert hanging & destroying.STAYS == times_alone


def test_on_sqlite_the_file_holds_no_byte_of_it(sqlite_database):
    ref, _ = a_whole_record(sqlite_database)
    path = sqlite_database.settings.home / "neurolist.sqlite3"
    files = sorted(sqlite_database.settings.home.glob("neurolist.sqlite3*")) or [path]
    sqlite_database.close()
    assert any(b"0355509876" in file.read_bytes() for file in files if file.exists())
    destroy(sqlite_database, ref)
    sqlite_database.close()
    left = [
        file.name
        for file in sqlite_database.settings.home.glob("neurolist.sqlite3*")
        if b"0355509876" in file.read_bytes()
    ]
    assert left == []


def test_on_postgresql_a_role_that_may_only_add_is_told_who_can(postgresql_database):
    ref, _ = a_whole_record(postgresql_database)
    role = "neurolist_adds"
    with postgresql_database._changing() as connection:
        for statement in (f"DROP ROLE IF EXISTS {role}", f"CREATE ROLE {role}"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
    kept = read(postgresql_database, lambda session: retention.judge(session, ref, LATER_ON))

    def work(session):
        session.connection().exec_driver_sql(f"SET LOCAL ROLE {role}")
        destroying.destroy(session, kept, reason="Old", asked_by="A Clerk", on=LATER_ON)

    with pytest.raises(NeurolistError, match="role that owns the tables"):
        write(postgresql_database, work, now=LATER, author=LEAD)
    with postgresql_database._changing() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")


def test_minutes_without_the_case_are_left_as_they_are():
    assert destroying.without_case(MINUTES.format(one="N10001", two="N10002"), "N1000", date(2034, 1, 1)) == (
        MINUTES.format(one="N10001", two="N10002")
    )
