"""`neurolist mdt` from the command line: what people read, and the code it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.command import runner

BUNDLE = Path("examples/referrals/coeliac-bundle.json")
SITTING = (
    "interventional_radiology=Dr I",
    "palliative_care=Dr P",
    "pain_anaesthesia=Dr A",
    "treating_oncology=Dr O",
)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEUROLIST_HOME", str(tmp_path))
    monkeypatch.setenv("NEUROLIST_USER", "Pat")
    monkeypatch.setenv("NEUROLIST_NOW", "2026-11-18T09:00:00+11:00")
    return runner(monkeypatch, capsys)


def test_a_meeting_is_run_from_the_command_line(run, monkeypatch):
    assert "No MDT meeting is in the calendar. Add one" in run("mdt")[1]
    run("import", BUNDLE)
    run("record", "N10001", "accept")
    code, out, _ = run("mdt", "series", "2026-11-25", "--until", "2026-12-09", "--place", "Room 2")
    assert (code, out) == (0, "Added 3 MDT meetings. On the next agenda now: N10001.\n")
    assert "0 of 60 min" in run("mdt")[1]
    out = run("mdt", "agenda", "2026-11-25")[1]
    assert "1. N10001  Coeliac plexus, cancer  10 min" in out
    assert "No quorum yet: Interventional radiology" in out
    monkeypatch.setenv("NEUROLIST_NOW", "2026-11-25T13:00:00+11:00")
    code, _, err = run("mdt", "outcome", "2026-11-25", "N10001", "proceed_test")
    assert (code, "Nobody is noted as attending" in err) == (1, True)
    assert (
        "The meeting has its quorum." in run("mdt", "attend", "2026-11-25", *SITTING, "--observer", "radiology=Dr R")[1]
    )
    code, _, err = run("mdt", "finish", "2026-11-25")
    assert (code, "N10001 without an outcome" in err) == (1, True)
    out = run("mdt", "outcome", "2026-11-25", "N10001", "proceed_test")[1]
    assert out == "N10001: Test block first. It is now: Consultation. Nothing is left: finish the meeting.\n"
    assert "1 decided, 0 carried" in run("mdt", "finish", "2026-11-25")[1]
    assert "Palliative care: Dr P" in run("mdt", "minutes", "2026-11-25")[1]
    page = json.loads(run("mdt", "agenda", "2026-11-25", "--json")[1])
    assert (page["meeting"]["state"], page["lines"][0]["outcome"]) == ("held", "proceed_test")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("mdt", "agenda", "soon"), 2, "is not a date"),
        (("mdt", "agenda", "2026-12-02"), 2, "No MDT meeting is in the calendar"),
        (("mdt", "add", "2026-11-17"), 2, "has passed"),
        (("mdt", "add", "2026-12-02", "--at", "noon"), 2, "is not a time"),
        (("mdt", "add", "2026-12-02", "--each", "5"), 2, "are fewer than the 10"),
        (("mdt", "attend", "2026-12-02", "Dr Lee"), 2, "is not DISCIPLINE=NAME"),
        (("mdt", "attend", "2026-12-02", "cooking=Dr Lee"), 2, "No discipline is called cooking"),
        (("mdt", "series", "2026-12-02", "--until", "2026-11-30"), 2, "comes before the first"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_a_sentence(run, arguments, code, says):
    ended, _, err = run(*arguments)
    assert (ended, says in " ".join(err.replace("│", "").split())) == (code, True)


def test_a_form_without_its_fields_is_shown(run, monkeypatch):
    run("import", BUNDLE)
    run("record", "N10001", "accept")
    run("mdt", "add", "2026-11-18")
    code, _, err = run("mdt", "outcome", "2026-11-18", "N10001", "alternative_therapy")
    assert code == 2
    assert "reason, alternative missing. The fields of “Another therapy instead”" in err
    assert "attended=" in err
    assert run("mdt", "cancel", "2026-11-18", "--reason", "Strike")[1].startswith(
        "N10001 goes on no meeting yet: a task."
    )
