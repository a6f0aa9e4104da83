"""`neurolist scenario` from the command line: what people read, and the code it ends with."""

from __future__ import annotations

import json

import pytest

from tests.builders.command import runner


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEUROLIST_HOME", str(tmp_path))
    monkeypatch.setenv("NEUROLIST_USER", "Pat")
    monkeypatch.setenv("NEUROLIST_NOW", "2026-11-18T09:00:00+11:00")
    return runner(monkeypatch, capsys)


def test_a_scenario_is_made_compared_and_adopted_from_the_command_line(run):
    run("clinic", "examples/clinic.json")
    assert "No scenario yet. Make one" in run("scenario")[1]
    assert run("scenario", "new", "Busy")[0] == 0
    out = run("scenario", "demand", "Busy", "2", "coeliac", "2026-11-20", "--category", "1")[1]
    assert "1. 2 more cases of category 1: Coeliac plexus, test block, Public, listed on 20 November 2026." in out
    assert "“Lists end on time” is priced at 40 instead of 10" in run("scenario", "price", "Busy", "overtime", "40")[1]
    code, _, err = run("scenario", "leave", "Busy", "R77", "2026-11-20")
    assert (code, err) == (2, "✗ radiologist: No radiologist is called R77. Choose one of the clinic's.\n")
    found = json.loads(run("scenario", "compare", "-", "Busy", "--time-limit", "1", "--json")[1])
    assert [study["figures"]["booked"] for study in found["studies"]] == [0, 2]
    out = run("scenario", "adopt", found["studies"][1]["id"])[1]
    assert out.startswith("Adopted as proposal ")
    run("scenario", "drop", "busy")
    assert "No scenario yet" in run("scenario")[1]
