"""Why a case is not booked, the fewest reasons that leave no list, and ways to make room."""

from __future__ import annotations

from itertools import combinations

import pytest

from scheduler.audit import audit, rule_breaches
from scheduler.diary import Diary, Entry
from scheduler.engine.run import EngineFaultError
from scheduler.explain import why, why_not
from scheduler.explain.changes import put_in, take_out
from scheduler.explain.judging import caused
from scheduler.explain.resolving import has_a_place
from scheduler.explain.scopes import Spot
from scheduler.explain.surroundings import Surroundings, surroundings_of
from scheduler.explain.units import placing_for
from scheduler.plan import Plan
from scheduler.problem import Follows, ListFacts, SchedulingProblem
from tests.builders.clinics import hand_made, mixed
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    at,
    later,
)
from tests.scheduler.explain.clinic import example, filled


def every_way_in(problem: SchedulingProblem, plan: Plan, case: str) -> set[frozenset[str]]:
    """Try every list, start and radiologist against the whole audit."""
    around = surroundings_of(problem, plan, case)
    without = take_out(plan, case)
    before = rule_breaches(Diary(problem=problem, plan=without))
    longest = max(facts.latest_end - facts.start for facts in problem.lists.values())
    found = set()
    for facts in problem.lists.values():
        for start in range(facts.start - 5, facts.start + longest + 5, 5):
            for spot in spots(around, facts, start):
                after = rule_breaches(Diary(problem=problem, plan=put_in(problem, without, spot)))
                found.add(frozenset(breach.rule for breach in caused(case, after, before)))
    return found


def spots(around: Surroundings, facts: ListFacts, start: int) -> list[Spot]:
    entry = Entry(case=around.case, list=facts, start=start)
    named = around.without.staff.get(facts.id)
    staff = [named] if named else [(person.id,) for person in around.problem.radiologists]
    return [Spot(entry=entry, staff=people, placing=placing_for(around, entry)) for people in staff]


def leave_nothing(rules: tuple[str, ...], ways: set[frozenset[str]]) -> bool:
    return all(not broken.isdisjoint(rules) for broken in ways)


CLINICS = {**hand_made(), **{f"mixed {seed}": mixed(seed) for seed in range(25)}}


@pytest.mark.parametrize("name", sorted(CLINICS))
def test_the_reasons_are_the_fewest_that_leave_no_place_at_all(name: str) -> None:
    problem = CLINICS[name]
    plan = filled(problem)
    for case in (waiting.case for waiting in plan.unscheduled):
        if problem.case_by_id[case].pinned is not None:
            continue  # such a plan breaks a rule already
        ways = every_way_in(problem, plan, case)
        found = why_not(problem, plan, case)
        rules = sorted(set().union(*ways))
        assert (found.smallest == ()) == (frozenset() in ways)
        if found.smallest:
            assert leave_nothing(found.smallest, ways)
            smaller = combinations(rules, len(found.smallest) - 1)
            assert not any(leave_nothing(some, ways) for some in smaller)
        assert set(found.excluded) <= set(rules)


# As posted to the solver, this rule counts a list's minutes, which takes the list's hours for granted.
COUNTS_ON = {"session-window": {"suite-no-overlap"}}


@pytest.mark.parametrize("name", sorted(CLINICS))
def test_the_solver_finds_a_place_once_any_one_reason_is_dropped(name: str) -> None:
    problem = CLINICS[name]
    plan = filled(problem)
    for case in (waiting.case for waiting in plan.unscheduled):
        if problem.case_by_id[case].pinned is not None:
            continue
        around = surroundings_of(problem, plan, case)
        smallest = set(why_not(problem, plan, case).smallest)
        for rule in smallest:
            assert has_a_place(around, smallest - {rule} - COUNTS_ON.get(rule, set())), (case, rule, smallest)
        assert not smallest or not has_a_place(around, smallest)


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_every_unbooked_example_case_is_explained_and_every_way_passes_the_audit(name: str) -> None:
    problem = example(name)
    plan = filled(problem)
    for case in [waiting.case for waiting in plan.unscheduled]:
        found = why_not(problem, plan, case)
        assert found.says.startswith(f"Case {case} ")
        for way in found.ways:
            assert audit(way.problem, way.plan).sound
            assert way.plan.cost - plan.cost == way.cost_change
            assert case in {booking.case for booking in way.plan.bookings}
        assert [way.cost_change for way in found.ways] == sorted(way.cost_change for way in found.ways)


def test_a_case_that_fits_is_said_to_fit_and_where() -> None:
    found = why_not(a_problem(), a_plan(waiting=["A"]), "A")
    assert (found.smallest, found.ways) == ((), ())
    assert found.says == (
        "Case A fits as things stand, on 1 list; best on L1 at 09:00 on 1 Feb 2027 with Radiologist R1. "
        "The plan's cost would fall by 10,300."
    )


def test_a_case_cheaper_left_out_is_said_to_be() -> None:
    problem = a_problem(cases=[a_case("A", weight=0)])
    found = why_not(problem, a_plan(waiting=["A"]), "A")
    assert found.says.endswith("The plan's cost would rise by 200, so leaving it out is cheaper.")


def test_each_rule_counts_the_lists_it_rules_out() -> None:
    sessions = [
        a_suite_session("L1"),
        a_suite_session("L2", day=later(1), funding=("private",)),
        a_suite_session("L3", day=later(2), funding=("private",), anaesthetist=False),
        a_suite_session("L4", day=later(3), anaesthetist=False),
    ]
    problem = a_problem(sessions=sessions, cases=[a_case("A", anaesthetist=True, ready_from=later(1))])
    found = why_not(problem, a_plan(waiting=["A"]), "A")
    assert found.excluded == {"anaesthetist": 2, "funding": 2, "date-window": 1}
    assert found.smallest == ("date-window", "funding", "anaesthetist")
    assert found.says == (
        "Case A cannot go on any of the 4 lists as things stand. Outside its dates: 1 list; does not take its funding: "
        "2 lists; no anaesthetist, whom it needs: 2 lists. Some lists count more than once."
    )


def test_a_full_list_needs_two_rules_to_be_full() -> None:
    problem = a_problem(cases=[a_case("A"), a_case("B", duration_minutes=60)])
    found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
    assert found.smallest == ("session-window", "suite-no-overlap")
    assert found.says == "Case A cannot go on the 1 list there is as things stand. No room left: 1 list."


def test_overtime_makes_room_to_the_minute() -> None:
    problem = a_problem(cases=[a_case("A"), a_case("B", duration_minutes=60)])
    found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
    (way,) = (way for way in found.ways if "overtime" in way.says)
    assert way.says == "Allow 30 minutes of overtime on L1 on 1 Feb 2027."
    assert way.problem.sessions[0].overtime_minutes == 30
    assert way.plan.bookings[-1].start == at("10:00")


def test_overtime_of_more_than_an_hour_is_not_offered() -> None:
    for minutes, offered in ((60, True), (65, False)):
        problem = a_problem(cases=[a_case("A", duration_minutes=minutes), a_case("B", duration_minutes=60)])
        found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
        assert any("overtime" in way.says for way in found.ways) is offered


def test_a_less_urgent_case_is_moved_with_the_days_it_moves() -> None:
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(7))]
    cases = [a_case("A", latest=later(1), weight=10), a_case("B", duration_minutes=60)]
    problem = a_problem(sessions=sessions, cases=cases)
    found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
    (way,) = (way for way in found.ways if way.says.startswith("Move"))
    assert way.says == "Move case B (category 2) from L1 to L2 on 8 Feb 2027, 7 days later."
    assert way.problem is problem
    assert {booking.case: booking.session for booking in way.plan.bookings} == {"A": "L1", "B": "L2"}


def test_one_list_more_is_opened_in_an_empty_suite_at_its_usual_hours() -> None:
    sites = [a_site("S1"), a_site("S2")]
    suites = [a_suite("CT1"), a_suite("CT2", site="S2")]
    sessions = [a_suite_session("L1"), a_suite_session("L2", "13:00", "15:00", suite="CT2", day=later(1))]
    problem = a_problem(
        sites=sites,
        suites=suites,
        sessions=sessions,
        cases=[a_case("A", latest=later(0)), a_case("B", duration_minutes=60)],
    )
    found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
    (way,) = (way for way in found.ways if way.says.startswith("Open"))
    assert way.says == (
        "Open one more CT list at Site S2 (CT2) in the week of 1 Feb 2027: on 1 Feb 2027, from 13:00 to 15:00."
    )
    assert way.problem.sessions[-1].start == at("13:00")
    assert audit(way.problem, way.plan).sound


@pytest.mark.parametrize(
    ("session", "case", "says"),
    [
        ({"closed": True}, {}, "Open L1 on 1 Feb 2027, which is closed."),
        ({"max_cases": 0}, {}, "Allow 1 case instead of 0 on L1 on 1 Feb 2027."),
        ({"funding": ("private",)}, {}, "Let L1 on 1 Feb 2027 take public cases too."),
        ({"anaesthetist": False}, {"anaesthetist": True}, "Find an anaesthetist for L1 on 1 Feb 2027."),
        ({}, {"unavailable": (later(0),)}, "Ask whether the patient can come on 1 Feb 2027 after all, to L1."),
    ],
)
def test_the_one_rule_in_the_way_may_give_way(session: dict[str, object], case: dict[str, object], says: str) -> None:
    problem = a_problem(sessions=[a_suite_session(**session)], cases=[a_case(latest=later(0), **case)])
    found = why_not(problem, a_plan(waiting=["A"]), "A")
    assert says in [way.says for way in found.ways]


def test_a_rule_that_is_not_alone_in_the_way_is_not_offered() -> None:
    problem = a_problem(sessions=[a_suite_session(closed=True, funding=("private",))], cases=[a_case(latest=later(0))])
    assert why_not(problem, a_plan(waiting=["A"]), "A").ways == ()


def test_a_case_waiting_for_another_is_offered_with_it() -> None:
    cases = [a_case("A"), a_case("B", follows=Follows(case="A", min_days=7))]
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(7))]
    problem = a_problem(sessions=sessions, cases=cases)
    found = why_not(problem, a_plan(waiting=["A", "B"]), "B")
    assert found.says == "Case B is not booked because case A, which it follows, is not."
    assert [way.says for way in found.ways] == [
        "Book case A, which comes first, on L1 on 1 Feb 2027, and then this one on L2."
    ]


def test_where_no_one_can_treat_it_no_way_is_offered() -> None:
    problem = a_problem(radiologists=[a_radiologist(targets=())])
    found = why_not(problem, a_plan(waiting=["A"]), "A")
    assert (found.smallest, found.ways) == (("target-skill",), ())


def test_a_clinic_without_lists_says_so() -> None:
    found = why_not(a_problem(sessions=[]), a_plan(waiting=["A"]), "A")
    assert found.says == "Case A is not booked: there are no lists."
    assert (found.excluded, found.ways) == ({}, ())


def test_a_plan_that_breaks_rules_already_is_explained_without_the_solver() -> None:
    problem = a_problem(cases=[a_case("A"), a_case("B", duration_minutes=60, funding="private")])
    found = why_not(problem, a_plan(a_booking("B"), waiting=["A"]), "A")
    assert found.smallest == ("session-window", "suite-no-overlap")
    assert all("private" not in way.says for way in found.ways)


def test_an_explanation_the_solver_contradicts_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "has_a_place", lambda *_: True)
    problem = a_problem(cases=[a_case("A", funding="private")])
    with pytest.raises(EngineFaultError, match="finds case A a place although funding leave none"):
        why_not(problem, a_plan(waiting=["A"]), "A")


def test_the_same_question_gets_the_same_answer() -> None:
    problem = example("tiny")
    plan = filled(problem)
    case = plan.unscheduled[0].case
    once, again = (why_not(problem, plan, case) for _ in range(2))
    assert once == again
