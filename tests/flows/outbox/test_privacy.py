"""A patient's name stands in the letter and in the identity table, and nowhere else a letter passes by."""

import logging

import pytest
from sqlalchemy import select

from db.incoming import IncomingReferrer
from db.outbox import SEND_STEP
from db.tables import METADATA
from flows.dispatcher import about, tags_for
from flows.fault_log import keep_fault
from flows.outbox import letters as writing
from flows.steps import STAGES, run_due_steps, waiting_steps
from scheduler.vocabulary import Role
from tests.builders.letters import PATIENT, an_accepted_case
from tests.builders.mail_server import a_mail_server
from tests.builders.memory import a_patient, read
from tests.builders.service import a_desk, a_service

CANARY = "Zyxwv"
WHO = a_patient(
    1,
    family_name=f"{CANARY}son",
    given_names=f"{CANARY}a",
    **(PATIENT | {"email": f"{CANARY}@example.net", "address": f"1 {CANARY} Street"}),
)
DOCTOR = IncomingReferrer(name=f"Dr {CANARY}", provider_number="2426621B", email=f"dr-{CANARY}@example.org")
MAY_KNOW = {("patient_identity", "*"), ("practitioner_identity", "*"), ("document", "text")}


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database)


def places(database):
    """Every table and column in which the canary's name stands."""
    found = set()
    for table in METADATA.sorted_tables:
        rows = read(database, lambda session, table=table: session.execute(select(table)).mappings().all())
        found |= {(table.name, column) for row in rows for column, value in row.items() if CANARY in str(value)}
    return {(table, "*" if table.endswith("_identity") else column) for table, column in found}


def test_the_name_is_in_the_letter_and_in_no_other_table(service):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)
    run_due_steps(service)
    assert places(service.database) == MAY_KNOW
    letters = list((service.home / "outbox").iterdir())
    assert len(letters) == 2
    assert all(CANARY in path.read_text() for path in letters)
    assert not any(CANARY in path.name for path in letters)


def test_reading_and_repeating_a_letter_spreads_the_name_no_further(service, caplog):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)
    desk = a_desk(service, Role.ADMINISTRATOR)
    with caplog.at_level(logging.DEBUG):
        desk.send_letters()
        for letter in desk.letters():
            assert CANARY in (desk.letter(letter.id).text or "")
            desk.repeat_letter(letter.id, "A page was missing")
    assert places(service.database) == MAY_KNOW
    assert CANARY not in caplog.text
    assert CANARY not in f"{desk.letters()}{desk.tasks()}"


def test_prefect_hears_references_only(service):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)
    waiting = [step for step in waiting_steps(service, flows=STAGES, limit=100) if step.name == SEND_STEP]
    assert len(waiting) == 2
    assert CANARY not in f"{waiting}{tags_for(waiting)}{about(waiting)}"
    reports = run_due_steps(service, names=(SEND_STEP,))
    assert CANARY not in f"{reports}{[str(report) for report in reports]}"


@pytest.mark.parametrize(
    "how",
    [{"to_rcpt": f"550 <{CANARY}@example.net> is nobody"}, {"breaks_before_answer": True}, {"to_letter": "451 later"}],
    ids=["refused", "unknown", "later"],
)
def test_a_mail_server_that_repeats_the_address_spreads_it_nowhere(service, monkeypatch, how, caplog):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)
    with a_mail_server(**how) as server:
        for name, value in {
            "OUTBOX": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "clinic@example.org",
        }.items():
            monkeypatch.setenv(f"NEUROLIST_{name}", value)
        with caplog.at_level(logging.DEBUG):
            run_due_steps(service, names=(SEND_STEP,), patiently=True)
    assert places(service.database) == MAY_KNOW
    assert CANARY not in caplog.text


def test_a_fault_in_the_wording_tells_its_kind_and_not_the_name(service, monkeypatch, tmp_path):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)

    def broken(told, **_):
        raise ValueError(f"cannot write to {told.who.family_name}")

    monkeypatch.setattr(writing, "write_letter", broken)
    monkeypatch.setattr("flows.outbox.sending.write_letter", broken)
    reports = run_due_steps(service, names=(SEND_STEP,))
    assert CANARY not in f"{reports}"
    assert places(service.database) == MAY_KNOW - {("document", "text")}
    with pytest.raises(ValueError, match="cannot write") as fault:
        broken(type("Told", (), {"who": WHO}))
    assert CANARY not in keep_fault(fault.value, tmp_path).read_text()


def test_the_name_is_on_no_other_file_of_the_home(service):
    an_accepted_case(service.database, patient=WHO, referrer=DOCTOR)
    run_due_steps(service)
    kept = {path for path in service.home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()}
    beside = {path.name for path in kept if path.parent.name != "outbox" and "sqlite3" not in path.name}
    assert beside == set()
