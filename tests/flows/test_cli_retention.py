"""`neurolist retention` and `approvals`: two names at two terminals, each case by itself, and the register."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from db import publishing
from scheduler.pathway.events import Event
from tests.builders.command import runner
from tests.builders.memory import CLERK, MORNING, a_case, a_clinic, a_proposal, list_for_test, step, write

LATER = MORNING + 8 * 366 * timedelta(days=1)


@pytest.fixture
def neurolist(sqlite_database, monkeypatch, capsys):
    """The command in somebody's name, at some time; eight years after one case was declined unless said."""
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    run = runner(monkeypatch, capsys)

    def ask(name, *arguments, at=LATER):
        monkeypatch.setenv("NEUROLIST_USER", name)
        monkeypatch.setenv("NEUROLIST_NOW", at.isoformat())
        return run(*arguments)

    return ask


@pytest.fixture
def ended(sqlite_database):
    ref = a_case(sqlite_database)
    step(sqlite_database, ref, Event.START_TRIAGE)
    step(sqlite_database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    return ref


def test_a_record_goes_from_due_to_the_register(neurolist, ended, tmp_path):
    code, out, _ = neurolist("kim", "retention", "due")
    assert (code, out.startswith(f"{ended}: The last service was on 24 November 2026")) == (0, True)
    assert [kept["ref"] for kept in json.loads(neurolist("kim", "retention", "due", "--json")[1])] == [ended]
    assert neurolist("kim", "retention", "propose", ended, "--reason", "Old")[0] == 0
    code, out, _ = neurolist("kim", "retention", "proposed")
    assert "kim asks: Old" in out
    code, _, err = neurolist("kim", "retention", "approve", ended)
    assert (code, "kim asked for this, so somebody else must approve it." in err) == (1, True)
    code, out, _ = neurolist("lou", "retention", "approve", ended)
    assert (code, "is destroyed" in out) == (0, True)
    assert neurolist("lou", "retention", "due")[1].strip() == "No record may be destroyed today."
    code, out, _ = neurolist("lou", "retention", "register")
    assert "Family1, Given: 24 November 2026 to 24 November 2026, destroyed" in out
    assert "Proposed by kim, approved by lou: Old" in out
    file = tmp_path / "register.csv"
    assert neurolist("lou", "retention", "register", "--csv", file)[0] == 0
    assert file.read_text().splitlines()[0].startswith("name,period_from,period_to,destroyed_on")
    assert file.stat().st_mode & 0o077 == 0
    assert neurolist("lou", "retention", "register", "--csv", file)[0] == 2
    assert neurolist("lou", "case", ended)[0] == 2
    assert neurolist("lou", "audit", "verify")[0] == 0


def test_one_refusal_keeps_no_other_case_and_holds_are_told(neurolist, ended, sqlite_database):
    still_open = a_case(sqlite_database, 2)
    code, out, err = neurolist("kim", "retention", "propose", still_open, ended, "--reason", "Old")
    assert (code, f"{ended}: proposed" in out, f"{still_open}: " in err) == (1, True, True)
    assert neurolist("kim", "retention", "decline", ended, "--reason", "No")[1].strip() == (
        f"{ended}: withdrawn. The record stays."
    )
    assert neurolist("kim", "retention", "hold", ended, "--reason", "A claim")[0] == 0
    assert "A claim" in neurolist("kim", "retention", "holds")[1]
    assert "legal hold" in neurolist("kim", "retention", "why", ended)[1]
    assert neurolist("kim", "retention", "lift", ended, "--reason", "Settled")[0] == 0
    assert neurolist("kim", "retention", "register")[1].strip() == "The register of disposals has no line yet."


def test_publishing_over_frozen_days_asks_and_another_name_approves(neurolist, sqlite_database):
    a_clinic(sqlite_database, days=7)
    ref = list_for_test(sqlite_database)
    made = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING))
    moved = a_proposal(sqlite_database, {f"{ref}-T": ("S02-6", 0, "R02")})
    assert neurolist("kim", "publish", moved, at=MORNING)[0] == 1
    code, out, _ = neurolist("kim", "publish", moved, "--reason", "The carer is away", at=MORNING)
    asked = out.split()[-1]
    assert (code, "Nothing is booked yet." in out) == (1, True)
    assert "kim asks: The carer is away" in neurolist("lou", "approvals", "list", at=MORNING)[1]
    assert neurolist("kim", "approvals", "approve", asked, at=MORNING)[0] == 1
    code, out, _ = neurolist("lou", "approvals", "approve", asked, at=MORNING)
    assert (code, out.strip()) == (0, "Approved and published: 1 moved.")
    assert neurolist("lou", "approvals", "list", at=MORNING)[1].strip() == "Nothing waits for a second person."
    assert "approved" in neurolist("lou", "approvals", "list", "--all", at=MORNING)[1]
    assert neurolist("lou", "approvals", "decline", asked, "--reason", "Late", at=MORNING)[0] == 1


def test_going_ahead_in_spite_of_the_bloods_asks_and_an_administrator_cannot_approve_it(neurolist, sqlite_database):
    a_clinic(sqlite_database)
    ref = list_for_test(sqlite_database)
    made = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING))
    there = MORNING + timedelta(days=1)
    yes = [f"{name}_checked=yes" for name in ("identity", "consent", "allergies", "anticoagulants")]
    given = [*yes, "side=bilateral", "inr=2.5", "platelets=200", "bloods_dated=2026-11-24"]
    told = [word for each in given for word in ("--set", each)]
    assert neurolist("kim", "record", ref, "start_test", *told, at=there)[0] == 1
    told += ["--set", "override_by=R01", "--set", "override_reason=Comfort care"]
    code, out, _ = neurolist("kim", "record", ref, "start_test", *told, at=there)
    assert (code, "An IR lead approves request" in out) == (1, True)
    code, out, _ = neurolist("kim", "approvals", "list", "--json", at=there)
    (line,) = json.loads(out)
    assert (line["kind"], line["reason"]) == ("go_ahead", "Comfort care")
    assert neurolist("lou", "approvals", "approve", line["id"], at=there)[0] == 1
    assert neurolist("kim", "approvals", "decline", line["id"], "--reason", "New bloods", at=there)[1].startswith(
        "It is withdrawn."
    )
