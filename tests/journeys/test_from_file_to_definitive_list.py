"""Two referrals, one from a FHIR bundle and one from a CSV row, go all the way by commands alone, on both engines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.settings import MemorySettings

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
NEUROLIST = Path(sys.executable).with_name("neurolist")
EXAMPLES = ROOT / "examples"
MELBOURNE = ZoneInfo("Australia/Melbourne")
RECEIVED = "2026-11-18T09:00:00+11:00"
SIGN_IN = {
    "identity_checked": "yes",
    "consent_checked": "yes",
    "allergies_checked": "yes",
    "anticoagulants_checked": "yes",
    "inr": "1.1",
    "platelets": "210",
    "bloods_dated": "2026-11-20",
}
QUORUM = "interventional_radiology,palliative_care,pain_anaesthesia,treating_oncology"


@dataclass
class Terminal:
    """A terminal on one installation, at one moment."""

    settings: MemorySettings
    now: str = RECEIVED

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "NEUROLIST_HOME": str(self.settings.home), "NEUROLIST_NOW": self.now}
        environment["NEUROLIST_USER"] = "tester"
        if self.settings.database_url is not None:
            environment["NEUROLIST_DATABASE_URL"] = self.settings.database_url.get_secret_value()
        return subprocess.run(
            [NEUROLIST, *words], env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def must(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def data(self, *words: str) -> Any:
        return json.loads(self.must(*words, "--json"))

    def record(self, ref: str, event: str, **fields: str) -> str:
        given = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
        return self.must("record", ref, event, *given)

    def plan_and_publish(self) -> Any:
        proposal = self.data("plan", "--weeks", "6", "--time-limit", "5")["summary"]["id"]
        return self.data("publish", proposal)

    def standing(self, ref: str) -> Any:
        """The booking of a case that still stands: the last one made."""
        return self.data("case", ref)["case"]["bookings"][-1]


@pytest.fixture(params=("sqlite", "postgresql"))
def terminal(request: pytest.FixtureRequest, fresh: Callable[[str], MemorySettings]) -> Terminal:
    return Terminal(fresh(request.param))


def local(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(MELBOURNE)


def test_from_a_referral_file_to_a_published_definitive_list(terminal: Terminal) -> None:
    terminal.must("clinic", str(EXAMPLES / "clinic.json"))
    bundle = terminal.data("import", str(EXAMPLES / "referrals" / "coeliac-bundle.json"))
    rows = terminal.data("import", str(EXAMPLES / "referrals" / "referrals.csv"))
    from_fhir, from_csv = bundle["imported"][0]["ref"], rows["imported"][0]["ref"]
    assert (bundle["refused"], rows["refused"]) == ([], [])
    assert rows["imported"][1]["missing"] == ["R2", "R3", "R5"]
    sides = {from_fhir: "bilateral", from_csv: "left"}

    again = terminal.data("import", str(EXAMPLES / "referrals" / "referrals.csv"))
    assert (again["imported"], len(again["unchanged"])) == ([], 3)

    for ref in sides:
        terminal.record(ref, "accept")
        terminal.record(ref, "mdt_proceed_test", attended=QUORUM)
        terminal.record(ref, "list_for_test", seen_on="2026-11-18", consent_on="2026-11-18")
    booked = terminal.plan_and_publish()
    assert sorted(booked["booked"]) == sorted(sides)
    tests = {ref: local(terminal.standing(ref)["start"]) for ref in sides}

    for ref, start in tests.items():
        terminal.now = start.isoformat()
        terminal.record(ref, "start_test", side=sides[ref], **SIGN_IN)
        terminal.record(
            ref,
            "complete_test",
            signed_out="yes",
            baseline_rest="8",
            baseline_movement="8",
            readings="15min=3,1h=2,4h=2",
            agent="lignocaine",
            volume_ml="10",
        )
        refused = terminal.run("record", ref, "result_negative")
        assert refused.returncode == 1
        assert "75%" in refused.stderr
        assert "Test positive" in terminal.record(ref, "result_positive")
        terminal.record(ref, "list_for_definitive", consent_on=start.date().isoformat())

    booked = terminal.plan_and_publish()
    assert sorted(booked["booked"]) == sorted(sides)
    for ref, test_start in tests.items():
        page = terminal.data("case", ref)["case"]
        assert page["summary"]["state"] == "definitive_booked"
        start = local(page["bookings"][-1]["start"])
        assert start.date() > test_start.date()
    lists = terminal.data("lists", "--from", "2026-11-24", "--to", "2027-01-15")
    held = {case["ref"] for each in lists for case in each["cases"]}
    assert held >= set(sides)


def test_the_history_of_a_case_tells_who_and_when(terminal: Terminal) -> None:
    ref = terminal.data("import", str(EXAMPLES / "referrals" / "coeliac-bundle.json"))["imported"][0]["ref"]
    terminal.record(ref, "accept")
    history = terminal.data("case", ref)["case"]["history"]
    assert [line["event"] for line in history] == ["referral_received", "start_triage", "accept"]
    assert history[-1]["by"] == "tester"
    assert local(history[-1]["at"]).date() == date(2026, 11, 18)
