"""Random walks on both engines, a handful of the faults they must find, and the same walks in other time zones.

`make walks` lets 2,000 machines walk on each engine, and `make walks-bugs` looks for every fault.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest

from db import cases
from scripts.walks import walking
from scripts.walks.__main__ import Tally
from scripts.walks.bugs import BUGS, Bug
from scripts.walks.clinic import BEGINNINGS, places
from scripts.walks.digests import digest
from scripts.walks.hunting import StaleFaultError, hunt
from scripts.walks.page import Page, Run
from scripts.walks.rows import Reader
from scripts.walks.walking import walk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
ROOT = Path(__file__).resolve().parents[2]
MACHINES = {"sqlite": 16, "postgresql": 5}  # of 40 steps each, so that all of it ends within two minutes
STEPS = 40
ZONES = ("UTC", "Australia/Melbourne", "America/New_York")
SOME_FAULTS = (
    "letter_is_doubled",
    "old_task_stays_open",
    "readiness_is_not_updated",
    "cancelled_visit_keeps_its_claims",
    "lease_is_not_checked",
    "mistaken_letter_goes",
)


@pytest.fixture(scope="session")
def lite():
    """A place for memories on SQLite."""
    with places("sqlite") as place:
        yield place


@pytest.fixture(scope="session")
def post(postgres_server):
    """A place for memories on PostgreSQL."""
    with places("postgresql", postgres_server) as place:
        yield place


@pytest.mark.parametrize("engine", MACHINES)
def test_nothing_that_must_always_be_true_breaks_on_a_random_walk(engine, request):
    place = request.getfixturevalue({"sqlite": "lite", "postgresql": "post"}[engine])
    tally = Tally()
    for seed in range(MACHINES[engine]):
        tally.add(walk(place, seed, STEPS))
    assert [f"seed {found.seed}: {found.says}" for found in tally.broken] == []
    assert tally.steps == MACHINES[engine] * STEPS
    assert tally.outcomes["done"] > tally.steps // 3
    assert tally.outcomes["refused"] > tally.steps // 20
    assert len(tally.taken) > 20  # kinds of step, so that the walks do go somewhere


@pytest.mark.parametrize("name", SOME_FAULTS)
def test_a_fault_put_into_the_code_is_found(lite, name):
    found, _ = hunt(lite, BUGS[name], steps=STEPS)
    assert found is not None


def test_a_fault_that_no_longer_fits_the_code_does_not_count_as_found(lite):
    stale = Bug("stale", "It takes other arguments.", lambda: patch.object(cases, "write_line", lambda: None))
    with pytest.raises(StaleFaultError, match="stale no longer fits the code"):
        hunt(lite, stale, steps=STEPS)


def test_more_than_forty_faults_are_known():
    assert len(BUGS) > 40
    assert set(SOME_FAULTS) <= set(BUGS)


def test_what_was_run_on_one_state_of_the_code_is_added_up_on_a_page(tmp_path):
    for first, failures in ((0, 0), (10, 1)):
        page = Page.read(tmp_path)
        page.runs.append(
            Run(
                engine="sqlite",
                first=first,
                machines=10,
                steps=400,
                outcomes={"done": 300, "refused": 100},
                kinds=40 + first,
                failures=failures,
                seconds=9,
            )
        )
        page.write(tmp_path)
    page.faults["sqlite"] = {"letter_is_doubled": "`letters_go_once` after 7 steps", "counter_is_skipped": ""}
    page.write(tmp_path)
    text = (tmp_path / "walks.md").read_text(encoding="utf-8")
    assert "| sqlite | 20 | 0 to 19 | 800 | 600 | 200 | 0 | 50 | 1 |" in text
    assert "1 of the 2 that were put in were found." in text
    assert Page.read(tmp_path) == page


def test_what_was_run_on_another_state_of_the_code_is_left_behind(tmp_path):
    Page(code="2026-01-05 09:00", faults={"sqlite": {"letter_is_doubled": ""}}).write(tmp_path)
    assert Page.read(tmp_path).faults == {}


def test_walks_begin_before_the_clocks_change_before_holidays_and_before_a_leap_day():
    days = {day.isoformat() for day in BEGINNINGS}
    assert {"2026-04-02", "2026-10-01", "2027-03-22", "2028-02-24"} <= days


def test_a_walk_that_keeps_what_it_has_read_ends_as_one_that_reads_everything_anew(lite):
    kept = walk(lite, 5, 25)
    with patch.object(walking, "quickly", lambda _: nullcontext()):
        anew = walk(lite, 5, 25)
    assert digest([kept]) == digest([anew])


def test_a_database_that_is_filled_again_holds_what_it_held_when_it_was_made(post):
    def rows():
        with post.memory() as memory:
            reader = Reader(memory.settings)
            found = reader.now()
            reader.close()
        return found.tables, len(found.told)

    first = rows()
    walked = walk(post, 5, 10)
    assert walked.rows.tables != first[0]
    assert rows() == first


def test_a_walk_told_again_takes_the_same_steps(lite):
    once, again = (walk(lite, 5, 20) for _ in range(2))
    assert [str(act) for act in once.acts] == [str(act) for act in again.acts]
    assert once.outcomes == again.outcomes


def test_the_same_walks_end_in_the_same_place_whatever_the_time_zone_of_the_process():
    assert len({_digest(zone) for zone in ZONES}) == 1


def _digest(zone: str) -> str:
    asked = ["--digest", "--engine", "sqlite", "--machines", "3", "--steps", "30"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.walks", *asked],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
        timeout=1500,
    )
    return done.stdout.strip()
