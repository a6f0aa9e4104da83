"""A patient nobody else is goes the whole way, and is then found only where patients are kept and written to."""

from __future__ import annotations

import json
import logging
import tempfile

import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard.calendars import calendar_routes
from dashboard.faults import unexpected
from dashboard.gate import Gate
from dashboard.login import login_routes
from dashboard.marking import marking_routes
from dashboard.printing import printing_routes
from dashboard.settings import ScreenSettings
from db import logs
from db.errors import MemoryFaultError
from db.log_settings import LogSettings
from db.log_words import NUMBERS, SHAPES
from flows.fault_log import keep_fault
from flows.steps import run_due_steps
from scheduler.errors import NeurolistError
from scheduler.vocabulary import Role
from tests.builders.canary import CANARY, FAMILY, NOTE, NUMBER, columns_that_hold_it, files_that_hold, found_in
from tests.builders.home_files import not_written_down
from tests.builders.stories import USUAL_WAYS

SETTINGS = ScreenSettings(hosts="neurolist.test")
LISTED = {*logs.ALWAYS, *SHAPES, *NUMBERS}
PASSWORD = "a long pass phrase"
# Who the patient is, the letters about them, and what the referrer wrote: read with a line in the trail each time.
MAY_HOLD_IT = {
    *("patient_identity.family_name", "patient_identity.given_names", "patient_identity.record_numbers"),
    *("patient_identity.ihi", "patient_identity.medicare", "patient_identity.phone", "patient_identity.email"),
    *("patient_identity.address", "patient_identity.decision_maker", "document.text", "referral.note"),
}


@pytest.fixture
def journey(shelf, tmp_path, monkeypatch, caplog):
    """The canary's journey from the referral to follow-up, with everything that is written on the way in one folder."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger=logs.OURS)  # which may have been given a level of its own
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    clinic = shelf.a_clinic()
    log = logs.LogFile(clinic.database.settings.home / "logs" / "everything.log")
    log.setFormatter(logs.formatter(LogSettings()))
    logging.getLogger().addHandler(log)
    case = clinic.an_unseen_referral(patient=CANARY, note=NOTE)
    for act in USUAL_WAYS["follow_up"]:
        act(clinic, case)
    run_due_steps(clinic.service)
    yield clinic, case
    logging.getLogger().removeHandler(log)
    log.close()


def a_client(desk):
    def door():
        return desk

    ours = [
        *login_routes(door, SETTINGS),
        *marking_routes(door, SETTINGS),
        *printing_routes(door, SETTINGS),
        *calendar_routes(door),
    ]
    app = Starlette(routes=ours, middleware=[Middleware(Gate, door=door, settings=SETTINGS)])
    client = TestClient(app, base_url="http://neurolist.test", follow_redirects=False)
    desk.add_account("pat", "Pat Doe", PASSWORD, {"*": {Role.CLINICIAN, Role.BOOKINGS}})
    client.cookies.set(SETTINGS.session_cookie, desk.sign_in("pat", PASSWORD, "127.0.0.1"))
    return client


def test_the_patient_is_found_where_patients_are_kept_and_in_no_log_metric_step_trail_file_page_or_address(
    journey, tmp_path, caplog, capfd
):
    clinic, case = journey
    desk, home = clinic.administrator.desk, clinic.database.settings.home

    # Everybody looks at everything.
    assert desk.patient(case.ref).family_name == FAMILY
    texts = [desk.letter(letter.id).text for letter in desk.letters(case.ref)]
    assert any(FAMILY in (text or "") for text in texts)
    shown = [desk.case(case.ref), desk.cases(), desk.tasks(put_off=True), desk.letters(case.ref), desk.status()]
    shown += [desk.timers(case.ref), desk.lists(case.booked_day, case.booked_day), desk.amendable(case.ref)]
    assert [found for each in shown if (found := found_in(repr(each)))] == []

    # Feeds, what a drag is told, the form and the addresses; only the sheet that asks for names may hold them.
    client = a_client(desk)
    feed = desk.feeds.make("suite", "S01-CT1")
    for path in (feed, f"/api/where?case={case.ref}&last=2027-01-01", "/login?next=/case"):
        answer = client.get(path)
        assert found_in(answer.text) + found_in(dict(answer.headers)) == [], path
    sheet = client.get(f"/print/list/{case.page.bookings[-1].session}.pdf")
    assert (sheet.status_code, found_in(dict(sheet.headers))) == (200, [])

    # Faults that carry the patient's words.
    for fault in (MemoryFaultError(f"{FAMILY} {NUMBER}"), ValueError(FAMILY)):
        try:
            raise fault
        except (NeurolistError, ValueError) as caught:
            keep_fault(caught, home)
            unexpected(caught)
            logging.getLogger("uvicorn.error").exception("Exception in the request of %s", FAMILY)

    # Everything above went through the log as it is written, each line whole.
    lines = [json.loads(line) for line in (home / "logs" / "everything.log").read_text().splitlines()]
    assert {"step_done", "sign_in_accepted", "fault", "library"} <= {line["event"] for line in lines}
    assert {line["error"] for line in lines if line["event"] in {"fault", "library"} and "error" in line} >= {
        "MemoryFaultError", "ValueError",
    }  # fmt: skip
    assert [line for line in lines if set(line) - LISTED] == []

    assert columns_that_hold_it(clinic.database) <= MAY_HOLD_IT
    assert columns_that_hold_it(clinic.database) >= {"patient_identity.family_name", "document.text", "referral.note"}
    assert found_in([record.getMessage() for record in caplog.records if record.name != "uvicorn.error"]) == []
    assert [found_in(stream) for stream in capfd.readouterr()] == [[], []]
    assert found_in(generate_latest().decode()) == []
    assert [name for name in files_that_hold(home) if not name.startswith("outbox")] == []
    assert files_that_hold(tmp_path / "temporary") == []


def test_a_whole_journey_with_its_log_writes_only_files_that_operators_are_told_of(journey):
    clinic, _ = journey
    home, desk = clinic.database.settings.home, clinic.administrator.desk
    keep_fault(ValueError(FAMILY), home)
    desk.upkeep.back_up()
    desk.upkeep.drill()
    desk.upkeep.anchor()
    assert {"logs/everything.log", "logs/faults.log"} <= {str(path.relative_to(home)) for path in home.rglob("*.log")}
    assert not_written_down(home) == []


def test_the_search_for_the_patient_finds_what_is_there(tmp_path):
    (tmp_path / "plain.log").write_text(f"x {FAMILY.upper()} y")
    (tmp_path / "neurolist.sqlite3").write_text(FAMILY)
    (tmp_path / "clean.log").write_text("N10001")
    assert files_that_hold(tmp_path) == ["plain.log"]
    assert found_in({"a": [NUMBER]}) == [NUMBER]
