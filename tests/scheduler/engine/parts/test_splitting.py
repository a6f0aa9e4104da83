"""A problem in parts: each part a problem of its own, each case in one of them, and what they share divided."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.audit import audit, rule_breaches
from scheduler.diary import Diary
from scheduler.documents import read_plan, read_problem, write_plan, write_problem
from scheduler.engine import EngineFaultError, solve
from scheduler.engine.parts import Splitter, join
from scheduler.engine.places import possible_places
from scheduler.plan import Plan, PlanStatus, UnitPlacement
from scheduler.problem import Follows, Pin, Previous
from scheduler.vocabulary import Commitment
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)

EXAMPLES = Path("examples/problems")


@pytest.fixture(scope="module", params=["small", "metro"])
def example(request):
    return read_problem((EXAMPLES / f"{request.param}.json").read_bytes())


@pytest.fixture(scope="module")
def small():
    return read_problem((EXAMPLES / "small.json").read_bytes())


@pytest.fixture(scope="module")
def planned(example):
    """A plan of the whole, not a good one."""
    return solve(example, time_limit=5, workers=2)


def splitter(problem, seed=0):
    return Splitter(problem, possible_places(problem), seed=seed)


def two_sites(cases, *, sessions=(), equipment=(), radiologists=None, **facts):
    """A clinic whose two sites make two parts: list A at S1 and list B at S2 on Monday, C and D on Wednesday."""
    lists = [
        a_suite_session("A"),
        a_suite_session("B", suite="CT2"),
        a_suite_session("C", day=later(2)),
        a_suite_session("D", suite="CT2", day=later(2)),
    ]
    return a_problem(
        sites=[a_site("S1"), a_site("S2")],
        suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
        radiologists=radiologists or [a_radiologist("R1", sites=("S1",)), a_radiologist("R2", sites=("S2",))],
        sessions=[*lists, *sessions],
        cases=cases,
        equipment=list(equipment),
        **facts,
    )


def by_site(split):
    """Give the parts by their site."""
    return {next(f.site.id for f in part.problem.lists.values() if not f.session.closed): part for part in split.parts}


STAFF = {"A": "R1", "B": "R2", "C": "R1", "D": "R2"}


def staffed_plan(*bookings, **facts):
    used = {booking.session: STAFF[booking.session] for booking in bookings}
    return a_plan(*bookings, staff=used, **facts)


@pytest.mark.parametrize("count", [2, 3])
def test_each_part_is_a_problem_of_its_own_and_each_case_and_list_in_one(example, count):
    parts = splitter(example).split(count).parts
    assert len(parts) == count
    for part in parts:
        assert read_problem(write_problem(part.problem)) == part.problem
    assert sorted(case.id for part in parts for case in part.problem.cases) == sorted(example.case_by_id)
    open_ = [session.id for part in parts for session in part.problem.sessions if not session.closed]
    assert sorted(open_) == sorted(example.lists)
    units = Counter(unit.id for part in parts for unit in part.problem.equipment)
    assert units == dict.fromkeys(example.unit_by_id, 1)


def test_plans_of_the_parts_are_together_a_plan_of_the_whole(example):
    divider = splitter(example)
    split = divider.split(3)
    plans = [solve(part.problem, time_limit=3, workers=2) for part in split.parts]
    joined = join(example, divider.places, plans, kept=split.kept, seconds=1.5)
    assert audit(example, joined).sound
    assert len(joined.bookings) == sum(len(plan.bookings) for plan in plans) > 0
    assert joined.cost <= sum(plan.cost for plan in plans)
    assert (joined.status, joined.bound, joined.seconds) == (PlanStatus.FEASIBLE, 0, 1.5)


@pytest.mark.parametrize("seed", range(4))
def test_every_booking_stays_possible_when_the_borders_change(example, planned, seed):
    divider = splitter(example, seed=seed)
    for count in (2, 3, 2):
        split = divider.split(count, planned)
        begins = [part.begin for part in split.parts]
        assert sorted(row.case for plan in begins for row in plan.bookings) == sorted(b.case for b in planned.bookings)
        for part in split.parts:
            assert rule_breaches(Diary(problem=part.problem, plan=part.begin)) == ()
            assert read_plan(write_plan(part.begin), part.problem) == part.begin
        joined = join(example, divider.places, begins, kept=split.kept)
        assert joined.cost == planned.cost


def test_borders_run_elsewhere_the_next_time():
    example = read_problem((EXAMPLES / "metro.json").read_bytes())
    divider = splitter(example)
    groups = [
        {frozenset(f.site.id for f in part.problem.lists.values()) for part in divider.split(2).parts} for _ in "12"
    ]
    assert groups[0] != groups[1]


def test_the_same_seed_splits_the_same_way(small):
    assert splitter(small, seed=3).split(2) == splitter(small, seed=3).split(2)


def test_cases_that_hang_together_go_to_one_part(example):
    for part in splitter(example).split(3).parts:
        here = {case.id for case in part.problem.cases}
        patients = {case.patient for case in part.problem.cases}
        assert all(case.id in here for case in example.cases if case.patient in patients)


def test_a_case_goes_where_there_is_room_for_it():
    long = [a_case(f"A{number}", duration_minutes=60) for number in range(4)]
    parts = splitter(two_sites(long)).split(2).parts
    assert [len(part.problem.cases) for part in parts] == [2, 2]


def test_a_case_goes_where_a_list_takes_it():
    cases = [a_case("PRIVATE", funding="private"), a_case("PUBLIC")]
    lists = [a_suite_session("P", suite="CT2", day=later(1), funding=("private",))]
    parts = by_site(splitter(two_sites(cases, sessions=lists)).split(2))
    assert "PRIVATE" in parts["S2"].problem.case_by_id


def test_a_pinned_case_goes_with_its_list():
    cases = [a_case("A", pinned=Pin(session="D", start=at("09:00", later(2)))), a_case("B")]
    parts = by_site(splitter(two_sites(cases)).split(2))
    assert "A" in parts["S2"].problem.case_by_id


def test_a_staged_pair_booked_in_two_parts_keeps_its_gap():
    cases = [a_case("FIRST", patient="P"), a_case("SECOND", patient="P", follows=Follows(case="FIRST", min_days=2))]
    problem = two_sites(cases)
    plan = staffed_plan(a_booking("FIRST", "A"), a_booking("SECOND", "D", day=later(2)))
    parts = by_site(splitter(problem).split(2, plan))
    first, second = parts["S1"].problem.case_by_id["FIRST"], parts["S2"].problem.case_by_id["SECOND"]
    assert first.pinned == Pin(session="A", start=at("09:00"))
    assert second.follows is None
    assert second.pinned is None
    assert {later(0), later(1)} <= set(second.unavailable)
    assert later(2) not in second.unavailable


def test_a_waiting_case_keeps_clear_of_its_patients_bookings_elsewhere():
    cases = [a_case(name, patient="P") for name in ("ONE", "TWO", "THREE")]
    plan = staffed_plan(a_booking("ONE", "A"), a_booking("TWO", "D", day=later(2)))
    parts = by_site(splitter(two_sites(cases)).split(2, plan))
    assert parts["S1"].problem.case_by_id["ONE"].pinned is not None
    assert parts["S2"].problem.case_by_id["TWO"].pinned is not None
    waiting = parts["S1"].problem.case_by_id["THREE"]
    assert waiting.pinned is None
    assert waiting.unavailable == (later(2),)


def test_a_waiting_case_goes_with_the_booked_case_it_follows():
    cases = [a_case("FIRST", patient="P"), a_case("SECOND", patient="P", follows=Follows(case="FIRST", min_days=2))]
    parts = by_site(splitter(two_sites(cases)).split(2, staffed_plan(a_booking("FIRST", "B"))))
    assert set(parts["S2"].problem.case_by_id) == {"FIRST", "SECOND"}
    assert parts["S2"].problem.case_by_id["FIRST"].pinned is None


def test_an_earlier_list_in_another_part_is_known_there_but_closed():
    before = Previous(session="A", start=at("09:00"), radiologist="R1", status=Commitment.BOOKED)
    problem = two_sites([a_case("MOVED", previous=before), a_case("OTHER")])
    plan = staffed_plan(a_booking("MOVED", "D", day=later(2)), a_booking("OTHER", "A"))
    there = by_site(splitter(problem).split(2, plan))["S2"].problem
    assert there.lists["A"].session.closed
    assert there.radiologist_by_id["R1"].sites == ()
    assert read_problem(write_problem(there)) == there


def test_a_mobile_unit_goes_where_it_is_needed():
    unit = a_unit("U", kind="cryo_console", sites=("S1", "S2"))
    cases = [a_case("COLD", equipment=("cryo_console",), modalities=("ultrasound",)), a_case("OTHER")]
    problem = replace(
        two_sites(cases, equipment=[unit]), suites=(a_suite("CT1", modalities=("ct",)), a_suite("CT2", site="S2"))
    )
    parts = by_site(splitter(problem).split(2))
    assert [unit.id for unit in parts["S2"].problem.equipment] == ["U"]
    assert "COLD" in parts["S2"].problem.case_by_id


def test_a_mobile_unit_two_parts_use_stays_where_the_plan_has_it():
    unit = a_unit("U", kind="cryo_console", sites=("S1", "S2"))
    cases = [a_case("X", equipment=("cryo_console",)), a_case("Y", equipment=("cryo_console",)), a_case("Z")]
    problem = two_sites(cases, equipment=[unit])
    placed = (("U", later(0), "S1"), ("U", later(2), "S2"))
    plan = staffed_plan(a_booking("X", "A"), a_booking("Y", "D", day=later(2)), placed=placed)
    divider = splitter(problem)
    split = divider.split(2, plan)
    assert split.kept == tuple(UnitPlacement(unit=u, date=day, site=site) for u, day, site in placed)
    for part in split.parts:
        assert part.problem.equipment == ()
        assert all(case.pinned is not None and case.equipment == () for case in part.problem.cases if case.id != "Z")
    joined = join(problem, divider.places, [solve(part.problem, time_limit=2) for part in split.parts], kept=split.kept)
    assert len(joined.bookings) == 3


def test_target_minutes_are_shared_by_the_lists_expected():
    both = [a_radiologist("R1", target_minutes=100)]
    problem = two_sites([a_case("A1"), a_case("B1")], radiologists=both)
    plan = a_plan(a_booking("A1", "A"), a_booking("B1", "D", day=later(2)), staff={"A": "R1", "D": "R1"})
    parts = by_site(splitter(problem).split(2, plan))
    assert [part.problem.radiologist_by_id["R1"].target_minutes for part in parts.values()] == [50, 50]


def test_a_join_of_plans_that_do_not_go_together_is_refused():
    one = [a_radiologist("R1", max_sessions_per_day=1)]
    problem = two_sites([a_case("A1"), a_case("B1")], radiologists=one)
    plans = [a_plan(a_booking("A1", "A")), a_plan(a_booking("B1", "B"))]
    with pytest.raises(EngineFaultError, match="do not go together: radiologist-travel"):
        join(problem, possible_places(problem), plans)


def test_a_joined_plan_gives_every_case_left_out_its_reasons():
    problem = two_sites([a_case("A1"), a_case("NEVER", funding="other")])
    joined = join(problem, possible_places(problem), [staffed_plan(a_booking("A1", "A")), Plan()], bound=1)
    assert [waiting.case for waiting in joined.unscheduled] == ["NEVER"]
    assert joined.unscheduled[0].reasons
    assert joined.bound == 1
