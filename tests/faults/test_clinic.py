"""A small simulated clinic, killed all the while: nothing is lost, nothing is done twice, and nobody is forgotten."""

from datetime import date

import pytest

from benchmarks.clinic.run import Orders, simulate
from benchmarks.clinic.world import World
from tests.builders.environment import given_back

# About a minute and a half; `make clinic` has more cases, and Prefect among those killed.
pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(1200)]

CASES, WEEKS = 8, 1
LEAST_KILLS = 15


@pytest.fixture(autouse=True)
def _environment_given_back():
    with given_back("NEUROLIST_HOME", "NEUROLIST_CLOCK", "NEUROLIST_DATABASE_URL"):
        yield


def test_cases_pass_through_a_clinic_whose_processes_are_killed(tmp_path):
    world = World(seed=4, cases=CASES, weeks=WEEKS, first=date(2026, 8, 3))
    verdict = simulate(
        Orders(
            world=world,
            home=tmp_path / "home",
            acts_between_kills=5,
            prefect=False,
            planning_seconds=1.0,
            tell=print,
        )
    )
    print(verdict)
    assert verdict.cases == CASES
    assert verdict.killed >= LEAST_KILLS
    assert len(verdict.ways) == 3, "some have to die at random, some before a commit and some after one"
    assert verdict.lost == ()
    assert verdict.repeated == ()
    assert verdict.silent == ()
    assert verdict.other == ()
    assert verdict.open == {}
