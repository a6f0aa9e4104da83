"""The service keeps its own memory safe: anchors, backups and drills by themselves, and an alarm when they fail."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import timedelta

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from db import anchors, audit, due_steps
from db.backups import archive
from db.keyring import every
from db.words import StepState
from flows import upkeep_jobs
from flows.drills import drills, last_good
from flows.handlers import UPKEEP_STEPS
from flows.steps import UPKEEP, run_steps, waiting_steps
from flows.sweeping import sweep
from scheduler.errors import NeurolistError, NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.command import runner
from tests.builders.memory import MORNING, a_case, read
from tests.builders.service import MovingClock, a_desk, a_service

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


@pytest.fixture
def folder(service):
    return service.database.settings.backup_folder


def work(service):
    """Do whatever upkeep is due, as its dispatcher does."""
    due = sorted(waiting_steps(service, flows=UPKEEP, limit=10), key=lambda step: UPKEEP_STEPS.index(step.name))
    return {step.name: run_steps(service, [step.id])[0].outcome for step in due}


def alarms(service):
    return [(task.kind, task.says) for task in a_desk(service).tasks() if task.kind.startswith("alarm")]


def says(service, name):
    [step] = [
        step
        for step in read(service.database, lambda session: due_steps.due(session, now=MORNING + timedelta(days=99)))
        if step.name == name
    ]
    return step.payload["says"]


def test_the_names_of_the_jobs_are_those_the_steps_are_known_by():
    assert tuple(upkeep_jobs.JOBS) == UPKEEP_STEPS


def test_the_first_sweep_sets_every_job_and_each_is_done_and_set_again(service, clock, folder):
    a_case(service.database)
    sweep(service)
    assert set(work(service)) == set(UPKEEP_STEPS)
    clock.pass_(5 * MINUTE)
    assert set(work(service)) == set(UPKEEP_STEPS)
    assert len(archive.all_in(folder)) == 1
    assert [line.good for line in drills(folder)] == [True]
    with service.database.reading() as session:
        states = due_steps.states(session)
    assert {states[name] for name in UPKEEP_STEPS} == {StepState.WAITING}


def test_a_backup_is_made_only_when_something_was_written_and_old_ones_go(service, clock, folder):
    sweep(service)
    for number in range(4):
        a_case(service.database, number)
        for _ in range(2):
            work(service)
            clock.pass_(5 * MINUTE)
    made = archive.all_in(folder)
    assert len(made) == 4
    assert says(service, "back_up") == f"Nothing was written since {made[-1].name}."


def test_the_trail_is_anchored_when_it_has_grown(service, clock):
    sweep(service)
    for number in (1, 1, 2):
        a_case(service.database, number)
        work(service)
        clock.pass_(5 * MINUTE)
    known = anchors.read(service.database.settings.anchor_file)
    assert [anchor.seq for anchor in known] == sorted({anchor.seq for anchor in known})
    assert known[-1].seq == read(service.database, audit.head)[0]
    assert a_desk(service).upkeep.verify().report.fault is None


def test_a_backup_that_fails_is_a_task_once_and_it_is_over_when_one_is_made(service, clock, monkeypatch):
    sweep(service)
    with monkeypatch.context() as broken:
        broken.setattr(archive, "pack", full)
        for _ in range(3):
            work(service)
            clock.pass_(5 * MINUTE)
        [(kind, sentence)] = alarms(service)
    assert kind == "alarm_back_up"
    assert "no space left on device" in sentence
    work(service)
    assert alarms(service) == []


def full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_backup_that_cannot_be_restored_is_a_task_and_made_again(service, clock, folder):
    sweep(service)
    work(service)
    damage(archive.newest_in(folder))
    clock.pass_(timedelta(hours=25))
    work(service)
    [(kind, sentence)] = alarms(service)
    assert (kind, "damaged or changed" in sentence) == ("alarm_drill", True)
    assert [line.good for line in drills(folder)] == [True, False]
    clock.pass_(timedelta(hours=2))
    work(service)
    assert (alarms(service), [line.good for line in drills(folder)]) == ([], [True, False, True])


def damage(path):
    """Change what a backup holds behind its manifest's back."""
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in kept.items():
            new.writestr(name, content if name == "manifest.json" else content + b"!")


def test_a_newest_backup_that_cannot_be_read_keeps_no_other_from_being_made(service, clock, folder):
    sweep(service)
    work(service)
    archive.newest_in(folder).write_bytes(b"cut")
    clock.pass_(5 * MINUTE)
    work(service)
    assert (alarms(service), len(archive.all_in(folder))) == ([], 2)


def test_no_good_drill_for_26_hours_is_an_alarm_at_the_next_minute_and_not_before(service, clock, folder):
    sweep(service)
    work(service)
    tried = last_good(folder).at
    clock.at = tried + timedelta(hours=26)
    sweep(service)
    assert alarms(service) == []
    clock.pass_(MINUTE)
    sweep(service)
    sweep(service)
    [(kind, sentence)] = alarms(service)
    assert (kind, sentence) == (
        "alarm_drill",
        "No backup was restored and found good for 26 hours. Run: neurolist drill",
    )
    work(service)
    assert alarms(service) == []


def test_with_backups_turned_off_only_the_trail_is_anchored(sqlite_database, clock):
    sqlite_database.settings = sqlite_database.settings.model_copy(update={"backup_minutes": 0})
    service = a_service(sqlite_database, source=clock)
    sweep(service)
    assert set(work(service)) == {"anchor_trail"}


def test_only_an_administrator_keeps_the_service(service):
    for act in ("back_up", "drill", "verify", "anchor", "rotate_key"):
        with pytest.raises(NotPermittedError, match="backups, audit trail and running"):
            getattr(a_desk(service, Role.IR_LEAD).upkeep, act)()


def test_after_the_key_was_changed_old_rows_hold_and_new_ones_have_the_new_key(service, tmp_path):
    a_case(service.database, 1)
    desk = a_desk(service)
    before = {key.id for key in every(service.database.settings)}
    old, new = desk.upkeep.rotate_key()
    a_case(service.database, 2)
    assert ({old.id}, old.id != new.id) == (before, True)
    assert desk.upkeep.verify().report.fault is None
    (service.home / "audit-keys" / f"{old.id}.key").rename(tmp_path / "gone.key")
    assert desk.upkeep.verify().report.fault == f"Row 1 was sealed with key {old.id}, which is not at hand."


def test_a_key_in_the_environment_is_changed_there(sqlite_database):
    settings = sqlite_database.settings
    sqlite_database.settings = type(settings)(home=settings.home, audit_key="one")
    with pytest.raises(NeurolistError, match="NEUROLIST_AUDIT_KEYS_BEFORE"):
        a_desk(a_service(sqlite_database)).upkeep.rotate_key()
    later = type(settings)(home=settings.home, audit_key="two", audit_keys_before="zero one")
    assert [key.secret for key in every(later)] == [b"two", b"zero", b"one"]


def test_the_trail_is_told_as_valid_fhir(service, tmp_path):
    ref = a_case(service.database, diagnosis="Zebra disease")
    desk = a_desk(service)
    desk.patient(ref)
    with pytest.raises(NotPermittedError):
        a_desk(service, Role.VIEWER).patient(ref)
    path = tmp_path / "trail.ndjson"
    count = desk.upkeep.export(path)
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(told) == count == desk.upkeep.verify().report.rows
    for event in told:
        AuditEvent.model_validate(event)
    shapes = [(event["subtype"][0]["code"], event["action"], event["outcome"]) for event in told]
    assert ("read_identity", "R", "0") in shapes
    assert ("see_patient", "U", "4") in shapes
    looked = next(event for event in told if event["subtype"][0]["code"] == "read_identity")
    assert looked["entity"][0]["what"]["identifier"]["value"] == ref
    assert looked["agent"][0]["who"]["identifier"]["value"] == desk.actor.id
    assert not re.search("Zebra|Family1|Given", path.read_text())


@pytest.fixture
def neurolist(service, monkeypatch, capsys):
    monkeypatch.setenv("NEUROLIST_HOME", str(service.home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("COLUMNS", "200")
    return runner(monkeypatch, capsys)


def test_backup_drill_restore_and_audit_from_the_command_line(neurolist, service, folder, tmp_path, monkeypatch):
    a_case(service.database)
    code, out, _ = neurolist("backup", "--into", tmp_path / "kept")
    file = out.splitlines()[0]
    assert (code, "keep copies of audit.key and data.key apart" in out) == (0, True)
    code, out, _ = neurolist("drill", file)
    assert (code, out.count("✓")) == (0, 6)
    code, _, errors = neurolist("drill")
    assert (code, "There is no backup to try yet. Make one: neurolist backup" in errors) == (2, True)
    code, _, errors = neurolist("restore", file, "--into", service.home, "--key", service.home / "audit.key")
    assert (code, "nothing is restored over what is there" in errors) == (1, True)
    code, out, errors = neurolist("restore", file, "--into", tmp_path / "new", "--key", service.home / "audit.key")
    assert (code, out.count("✓"), "NEUROLIST_HOME=" in errors) == (0, 6, True)
    assert neurolist("audit", "anchor")[0] == 0
    code, out, _ = neurolist("audit", "verify")
    assert (code, "anchors are on it" in out) == (0, True)
    code, _, errors = neurolist("audit", "export", "--fhir", tmp_path / "none" / "x.ndjson")
    assert (code, "could not be written: no such file or directory" in errors) == (2, True)
    assert neurolist("audit", "rotate-key")[0] == 0
    with service.database._changing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        connection.exec_driver_sql("UPDATE audit_event SET actor = 'nobody' WHERE seq = 2")
    code, out, _ = neurolist("audit", "verify")
    assert (code, out.strip()) == (1, "Row 2 of the trail was changed after it was written.")
