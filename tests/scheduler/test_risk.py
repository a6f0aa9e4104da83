"""How likely a list is to overrun, and how long to plan for a chosen risk."""

from __future__ import annotations

import random

import pytest

from scheduler.risk import Overrun, Recorded, Spread, overrun, overruns, spare_minutes
from tests.builders.planning import a_booking, a_case, a_plan, a_problem, a_suite, a_suite_session

BLOCK = Spread(min=20, planned=30, max=60)
LONG = Spread(min=60, planned=90, max=150)
FIXED = Spread(min=30, planned=30, max=30)

LISTS = {
    "one short case": ([BLOCK], 35, 0),
    "four short cases": ([BLOCK] * 4, 150, 10),
    "a tight morning": ([BLOCK, LONG, BLOCK], 180, 10),
    "a mixed afternoon": ([LONG, BLOCK, LONG], 240, 15),
    "room to spare": ([BLOCK, BLOCK], 150, 5),
    "too full": ([LONG, LONG], 150, 10),
}


def simulated(spreads: list[Spread], session: float, turnaround: float, days: int, seed: int) -> tuple[float, float]:
    """Run the list day by day in plain Python, by the published formula alone."""
    rng, late, minutes = random.Random(seed), 0, 0.0
    for _ in range(days):
        total = turnaround * (len(spreads) - 1)
        for spread in spreads:
            width = spread.max - spread.min
            mean = (spread.min + 4 * spread.planned + spread.max) / 6
            alpha = 6 * (mean - spread.min) / width
            total += spread.min + width * rng.betavariate(alpha, 6 - alpha)
        late += total > session
        minutes += max(0.0, total - session)
    return late / days, minutes / days


@pytest.mark.parametrize("name", sorted(LISTS))
def test_the_risk_is_within_three_points_of_ten_thousand_other_days(name: str) -> None:
    spreads, session, turnaround = LISTS[name]
    late, minutes = simulated(spreads, session, turnaround, days=10_000, seed=7)
    found = overrun(spreads, session, turnaround, seed=1)
    assert found.probability == pytest.approx(late, abs=0.03)
    assert found.expected_minutes == pytest.approx(minutes, abs=1)


def test_lists_said_to_overrun_one_day_in_five_do_so() -> None:
    rng = random.Random(3)
    said, happened = [], []
    while len(said) < 100:
        spreads = [rng.choice([BLOCK, LONG]) for _ in range(rng.randint(1, 5))]
        session = sum(spread.mean for spread in spreads) * rng.uniform(0.9, 1.2)
        found = overrun(spreads, session, seed=len(said), runs=2_000)
        if 0.15 < found.probability < 0.25:
            said.append(found.probability)
            happened.append(simulated(spreads, session, 0, days=100, seed=len(said))[0])
    assert sum(happened) / 100 == pytest.approx(sum(said) / 100, abs=0.03)


def test_the_same_seed_gives_the_same_answer_and_another_hardly_differs() -> None:
    once, again, other = (overrun([BLOCK] * 4, 150, seed=seed) for seed in (5, 5, 6))
    assert once == again
    assert once != other
    assert once.probability == pytest.approx(other.probability, abs=0.03)


def test_a_list_that_fits_to_the_minute_does_not_overrun_and_a_minute_less_does() -> None:
    assert overrun([FIXED, FIXED], 70, 10) == Overrun(probability=0, expected_minutes=0)
    assert overrun([FIXED, FIXED], 69, 10) == Overrun(probability=1, expected_minutes=1)


def test_an_empty_list_does_not_overrun() -> None:
    assert overrun([], 240, 10) == Overrun(probability=0, expected_minutes=0)


def test_a_case_does_not_start_before_its_booked_time() -> None:
    assert overrun([FIXED, FIXED], 70, booked_starts=[0, 45]).expected_minutes == 5
    assert overrun([FIXED, FIXED], 70, booked_starts=[0, 40]).expected_minutes == 0


@pytest.mark.parametrize("faults", [{"runs": 0}, {"booked_starts": [0]}])
def test_a_simulation_of_nothing_is_refused(faults: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"simulated days|booked starts"):
        overrun([BLOCK, BLOCK], 100, **faults)


@pytest.mark.parametrize("minutes", [(0, 10, 20), (30, 20, 40), (10, 50, 40)])
def test_a_spread_out_of_order_is_refused(minutes: tuple[int, int, int]) -> None:
    shortest, planned, longest = minutes
    with pytest.raises(ValueError, match="out of order"):
        Spread(min=shortest, planned=planned, max=longest)


@pytest.mark.parametrize("spread", [BLOCK, LONG])
@pytest.mark.parametrize("cases", [1, 2, 4])
@pytest.mark.parametrize("risk", [0.05, 0.2, 0.5])
def test_a_list_that_keeps_its_spare_minutes_keeps_to_the_risk_and_five_less_would_not(
    spread: Spread, cases: int, risk: float
) -> None:
    spreads, planned = [spread] * cases, spread.planned * cases
    spare = spare_minutes(spreads, [0] * cases, planned, risk=risk)
    late, _ = simulated(spreads, planned + spare, 0, days=10_000, seed=11)
    tighter, _ = simulated(spreads, planned + spare - 5, 0, days=10_000, seed=11)
    assert spare % 5 == 0
    assert late <= risk + 0.03
    assert tighter >= risk - 0.03


def test_the_more_cases_share_a_list_the_less_each_needs_to_spare() -> None:
    needed = [spare_minutes([LONG] * cases, [0] * cases, 90 * cases, risk=0.05) / cases for cases in (1, 2, 4, 8)]
    assert needed == sorted(needed, reverse=True)
    assert needed[-1] < needed[0]


def test_gaps_between_booked_starts_take_up_what_came_before_them() -> None:
    close = spare_minutes([BLOCK, BLOCK], [0, 30], 60, risk=0.2)
    apart = spare_minutes([BLOCK, BLOCK], [0, 60], 90, risk=0.2)
    assert apart == spare_minutes([BLOCK], [0], 30, risk=0.2) < close


def test_cases_that_always_take_as_long_need_nothing_to_spare() -> None:
    assert spare_minutes([FIXED] * 3, [0, 30, 60], 90, risk=0.01) == 0


def test_cases_booked_for_longer_than_they_ever_take_may_end_past_the_lists_end() -> None:
    assert spare_minutes([FIXED], [0], 45, risk=0.01) == -15


@pytest.mark.parametrize("risk", [0, 1, 20])
def test_a_risk_that_is_no_share_is_refused(risk: float) -> None:
    with pytest.raises(ValueError, match=r"Give 0\.2 for 20 %"):
        spare_minutes([BLOCK], [0], 30, risk=risk)


def test_recorded_minutes_are_drawn_as_often_as_they_were_recorded() -> None:
    recorded = Recorded(minutes=(30, 30, 30, 60))
    assert overrun([recorded], 59).probability == pytest.approx(1 / 4, abs=0.02)
    assert overrun([recorded, recorded], 119).probability == pytest.approx(1 / 16, abs=0.01)
    assert overrun([recorded], 60) == Overrun(probability=0, expected_minutes=0)


@pytest.mark.parametrize("minutes", [(), (30, 0)])
def test_recorded_minutes_that_are_none_are_refused(minutes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        Recorded(minutes=minutes)


def test_two_sides_of_one_patient_take_twice_as_long() -> None:
    assert BLOCK.times(2) == Spread(min=40, planned=60, max=120)


def test_a_plans_lists_are_simulated_at_their_booked_times() -> None:
    problem = a_problem(
        suites=[a_suite(turnaround_minutes=10)], sessions=[a_suite_session()], cases=[a_case("A"), a_case("B")]
    )
    plan = a_plan(a_booking("A", clock="09:00"), a_booking("B", clock="09:35"))
    found = overruns(problem, plan, {})
    assert found == {"L1": Overrun(probability=1, expected_minutes=10)}
    assert overruns(problem, plan, {"A": BLOCK})["L1"].expected_minutes > 10
    assert overruns(problem, a_plan(), {}) == {}
