"""No file is read or written at a place that an id, a backup or a referral names."""

from __future__ import annotations

import json
import zipfile
from datetime import time, timedelta

import pytest

from db import clinic
from db.backups.making import back_up
from db.backups.restoring import restore
from db.engine import open_database
from db.settings import MemorySettings
from flows.printing import as_file_name
from scheduler.problem import Suite
from scheduler.vocabulary import Funding, Modality
from tests.builders.command import runner
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_clinic, write

TOMORROW = TODAY + timedelta(days=1)
LEADING_ELSEWHERE = ("../../out", "/out", "..\\out", "a/../../out", "..", 'a"; x', "a\r\nb")


def everything_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("ref", LEADING_ELSEWHERE)
def test_a_file_named_after_an_id_lies_in_its_folder(ref, tmp_path):
    named = tmp_path / f"{as_file_name(ref)}.pdf"
    assert named.resolve().parent == tmp_path
    assert as_file_name(ref).isascii()
    assert not {'"', "\r", "\n", "\\", "/"} & set(as_file_name(ref))


def test_an_ordinary_id_is_the_files_name_as_it_is():
    assert as_file_name("S01-CT1-2026-11-25") == "S01-CT1-2026-11-25"


def a_suite_that_leads_elsewhere(database, suite):
    """A clinic may also come from a file, whose ids are whatever it says."""
    a_clinic(database)

    def work(session):
        clinic.add_suite(session, Suite(id=suite, site="S01", modalities=(Modality.CT,), turnaround_minutes=15))
        funding = tuple(payer.value for payer in Funding)
        kept = {"start": time(8, 30), "end": time(12, 30), "funding": funding, "anaesthetist": True}
        clinic.add_lists(session, [clinic.NewList(id=f"{suite}/../list", suite=suite, on=TOMORROW, **kept)])

    write(database, work)


@pytest.mark.parametrize("suite", ["../../out", "/out"])
def test_a_sheet_of_a_suite_whose_id_leads_elsewhere_is_written_where_it_was_asked_for(
    suite, fresh, monkeypatch, capsys, tmp_path
):
    settings = fresh("sqlite")
    database = open_database(settings)
    a_suite_that_leads_elsewhere(database, suite)
    database.close()
    monkeypatch.setenv("NEUROLIST_HOME", str(settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", f"{TODAY}T09:00:00+11:00")
    neurolist, into = runner(monkeypatch, capsys), tmp_path / "asked" / "for"
    into.mkdir(parents=True)
    for words in (("day", suite, TOMORROW), ("list", f"{suite}/../list")):
        assert neurolist("print", *words, "--into", into)[0] == 0
    assert [path.suffix for path in into.iterdir()] == [".pdf", ".pdf"]
    assert everything_below(tmp_path / "asked") == ["for", *sorted(f"for/{path.name}" for path in into.iterdir())]


def a_backup_that_names(database, member):
    """A good backup but for the name that its content has in it."""
    backup = back_up(database, database.settings.backup_folder, now=MORNING).path
    with zipfile.ZipFile(backup) as old:
        told = json.loads(old.read("manifest.json"))
        content = old.read(told["payload"])
    with zipfile.ZipFile(backup, "w") as new:
        new.writestr("manifest.json", json.dumps({**told, "payload": member}))
        new.writestr(member, content)
        new.writestr(f"{member}.second", b"left behind")
    return backup


@pytest.mark.parametrize("absolute", [False, True])
def test_a_backup_whose_content_names_another_place_is_restored_into_the_new_home_alone(
    sqlite_database, tmp_path, absolute
):
    a_case(sqlite_database)
    outside = tmp_path / "outside"
    backup = a_backup_that_names(sqlite_database, str(outside) if absolute else "../../../outside")
    before = everything_below(tmp_path)
    found = restore(
        backup,
        MemorySettings(home=tmp_path / "anew" / "home"),
        author=CLERK,
        now=MORNING,
        keys=[sqlite_database.settings.home / "audit.key"],
        opening=sorted(sqlite_database.settings.home.glob("data.key")),
    )
    assert found.failed == []
    assert not outside.exists()
    made = set(everything_below(tmp_path)) - set(before)
    assert {name.split("/")[0] for name in made} == {"anew"}
    assert not [name for name in made if name.endswith(".second")]
