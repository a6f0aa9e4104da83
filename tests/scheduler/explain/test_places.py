"""Where a case can go, list by list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.audit import Breach, rule_breaches
from scheduler.diary import Diary
from scheduler.errors import NotFoundError
from scheduler.explain import Place, Verdict, places_for
from scheduler.explain.changes import put_in, take_out
from scheduler.explain.judging import caused
from scheduler.explain.places import judge, spot_at
from scheduler.explain.scopes import Spot
from scheduler.explain.surroundings import Surroundings, surroundings_of
from scheduler.plan import Plan
from scheduler.problem import Follows, Pin, Previous, SchedulingProblem
from scheduler.vocabulary import Commitment, Modality, Target
from tests.builders.clinics import mixed
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
from tests.scheduler.explain.clinic import filled


def place(problem: SchedulingProblem, plan: Plan, case: str = "A", session: str = "L1") -> Place:
    (found,) = (place for place in places_for(problem, plan, case) if place.session == session)
    return found


def with_two(**facts: Any) -> SchedulingProblem:
    return a_problem(sessions=[a_suite_session(**facts)], cases=[a_case("A"), a_case("B")])


def test_an_empty_list_takes_the_case_at_its_start_and_says_that_it_opens() -> None:
    found = place(a_problem(), a_plan(waiting=["A"]))
    assert found.verdict is Verdict.YES_BUT
    assert (found.start, found.radiologist, found.minutes_left) == (at("09:00"), "R1", 30)
    assert found.because == ("It opens L1, which holds no other case, with Radiologist R1.",)


def test_a_list_in_use_with_room_is_a_plain_yes() -> None:
    found = place(with_two(), a_plan(a_booking("B"), waiting=["A"]))
    assert (found.verdict, found.start, found.because, found.minutes_left) == (Verdict.YES, at("09:30"), (), 0)


def test_the_last_minute_that_fits_does_and_the_next_does_not() -> None:
    plan = a_plan(a_booking("B"), waiting=["A"])
    problem = with_two(overtime_minutes=0)
    longer = replace(problem, cases=(a_case("A", duration_minutes=35), a_case("B")))
    assert place(problem, plan).verdict is Verdict.YES
    found = place(longer, plan)
    assert found.verdict is Verdict.NO
    assert found.rules == ("session-window",)
    assert found.because == ("Case A ends at 10:05; L1 ends at 10:00 and 0 minutes of overtime.",)
    assert found.minutes_left == -5
    assert found.cost_change == 0


def test_overtime_within_the_limit_is_a_yes_with_a_but() -> None:
    problem = replace(with_two(overtime_minutes=5), cases=(a_case("A", duration_minutes=35), a_case("B")))
    found = place(problem, a_plan(a_booking("B"), waiting=["A"]))
    assert found.verdict is Verdict.YES_BUT
    assert found.because == ("It ends 5 minutes past the list's end, as overtime.",)


def test_the_case_goes_into_the_first_gap_long_enough() -> None:
    problem = a_problem(
        suites=[a_suite(turnaround_minutes=10)],
        sessions=[a_suite_session(end="13:00")],
        cases=[a_case("A"), a_case("B"), a_case("C")],
    )
    tight = a_plan(a_booking("B", clock="09:30"), a_booking("C", clock="10:45"), waiting=["A"])
    wide = a_plan(a_booking("B", clock="09:30"), a_booking("C", clock="10:50"), waiting=["A"])
    assert place(problem, tight).start == at("11:25")
    assert place(problem, wide).start == at("10:10")


def test_the_case_waits_for_a_recovery_bay() -> None:
    cases = [a_case(key, recovery_minutes=60) for key in ("A", "B")]
    problem = a_problem(sites=[a_site(recovery_bays=1)], sessions=[a_suite_session(end="13:00")], cases=cases)
    assert place(problem, a_plan(a_booking("B"), waiting=["A"])).start == at("10:00")


def test_a_booked_case_stays_where_it_is_for_nothing() -> None:
    found = place(with_two(), a_plan(a_booking("A", clock="09:30"), a_booking("B")))
    assert (found.start, found.cost_change, found.radiologist) == (at("09:30"), 0, "R1")


def test_a_booked_case_frees_its_own_room_and_radiologist() -> None:
    two = [a_suite_session("L1"), a_suite_session("L2", suite="CT2")]
    problem = a_problem(suites=[a_suite("CT1"), a_suite("CT2")], sessions=two)
    found = place(problem, a_plan(a_booking("A")), session="L2")
    assert found.verdict is not Verdict.NO
    assert (found.radiologist, found.cost_change) == ("R1", 0)


def test_a_promised_start_is_kept_when_it_can_be() -> None:
    previous = Previous(session="L1", start=at("09:20"), radiologist=None, status=Commitment.CONFIRMED)
    problem = a_problem(cases=[a_case("A", previous=previous), a_case("B")])
    assert place(problem, a_plan(waiting=["A", "B"])).start == at("09:20")
    found = place(problem, a_plan(a_booking("B", clock="09:00"), waiting=["A"]))
    assert found.start == at("09:30")
    assert found.because == ()


@pytest.mark.parametrize(
    ("previous", "says"),
    [
        (("L1", "09:15", 0), "The patient's time was confirmed for 09:15; this moves it to 09:00."),
        (("L2", "09:00", 0), "The patient's time was confirmed for 09:00 on another list that day."),
        (("L2", "09:00", 1), "The patient's time was confirmed for 2 Feb 2027; this moves it to 1 Feb 2027."),
    ],
)
def test_moving_what_was_promised_is_said(previous: tuple[str, str, int], says: str) -> None:
    session, clock, days = previous
    told = Previous(session=session, start=at(clock, later(days)), radiologist=None, status=Commitment.CONFIRMED)
    problem = a_problem(
        suites=[a_suite("CT1"), a_suite("CT2")],
        sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2", day=later(days))],
        cases=[a_case("A", previous=told), a_case("B")],
    )
    plan = a_plan(a_booking("B", clock="09:30"), waiting=["A"])
    assert says in place(problem, plan).because


def test_a_list_nobody_does_gets_the_person_preferred_among_those_who_may() -> None:
    people = [a_radiologist("R1"), a_radiologist("R2"), a_radiologist("R3", targets=(Target.STELLATE,))]
    problem = a_problem(radiologists=people, cases=[a_case(prefer_radiologist="R2")])
    assert place(problem, a_plan(waiting=["A"])).radiologist == "R2"
    unable = replace(problem, cases=(a_case(prefer_radiologist="R3"),))
    found = place(unable, a_plan(waiting=["A"]))
    assert found.radiologist == "R1"
    assert "The radiologist is Radiologist R1, not Radiologist R3 as preferred." in found.because


def test_a_list_nobody_can_do_says_so_and_why_for_the_nearest() -> None:
    people = [a_radiologist("R1", sites=("S2",), targets=()), a_radiologist("R2", sites=("S2",))]
    found = place(a_problem(radiologists=people), a_plan(waiting=["A"]))
    assert found.verdict is Verdict.NO
    assert found.because == (
        "None of the 2 radiologists can do L1 with case A; Radiologist R2 comes closest.",
        "R2 does L1 at S1 but is credentialed at S2.",
    )


def test_the_radiologist_of_a_list_in_use_is_not_exchanged() -> None:
    problem = a_problem(
        radiologists=[a_radiologist("R1", targets=()), a_radiologist("R2")], cases=[a_case("A"), a_case("B")]
    )
    found = place(problem, a_plan(a_booking("B"), waiting=["A"]))
    assert (found.verdict, found.rules) == (Verdict.NO, ("target-skill",))


def test_a_date_past_due_is_said_in_days() -> None:
    problem = a_problem(cases=[a_case("A", due=later(-2)), a_case("B")])
    found = place(problem, a_plan(a_booking("B"), waiting=["A"]))
    assert found.because == ("This is 2 days after it is due (30 Jan 2027).",)


def test_a_pinned_case_can_only_stay() -> None:
    pin = Pin(session="L1", start=at("09:30"))
    problem = a_problem(
        sessions=[a_suite_session("L1"), a_suite_session("L2", day=later(1))], cases=[a_case("A", pinned=pin)]
    )
    found = {place.session: place for place in places_for(problem, a_plan(waiting=["A"]), "A")}
    assert (found["L1"].verdict, found["L1"].start) == (Verdict.YES_BUT, at("09:30"))
    assert found["L2"].rules == ("pinned",)


def test_moving_a_test_block_past_its_definitive_is_refused() -> None:
    cases = [a_case("A", patient="P"), a_case("B", patient="P", follows=Follows(case="A", min_days=1))]
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(1)), a_suite_session("L3", day=later(2))]
    problem = a_problem(sessions=sessions, cases=cases)
    plan = a_plan(a_booking("A"), a_booking("B", "L2", day=later(1)))
    found = place(problem, plan, session="L3")
    assert (found.verdict, found.rules) == (Verdict.NO, ("staging",))


def test_a_mobile_unit_is_brought_if_it_is_free_that_day_and_said() -> None:
    both = {"sites": [a_site("S1"), a_site("S2")], "suites": [a_suite("CT1"), a_suite("CT2", site="S2")]}
    problem = a_problem(
        **both,
        equipment=[a_unit(sites=("S1", "S2"))],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
        cases=[a_case("A", equipment=("rf_generator",)), a_case("B", equipment=("rf_generator",))],
    )
    free = place(problem, a_plan(waiting=["A", "B"]))
    assert "Equipment must be brought on 1 Feb 2027: U1 to S1." in free.because
    elsewhere = a_plan(a_booking("B", "L2"), placed=[("U1", later(0), "S2")], staff={"L2": "R2"}, waiting=["A"])
    taken = place(problem, elsewhere)
    assert (taken.verdict, taken.rules) == (Verdict.NO, ("equipment",))


def test_a_unit_that_may_go_nowhere_else_makes_way_for_one_that_may() -> None:
    both = {"sites": [a_site("S1"), a_site("S2")], "suites": [a_suite("CT1"), a_suite("CT2", site="S2")]}
    problem = a_problem(
        **both,
        equipment=[a_unit("U1", sites=("S1", "S2")), a_unit("U2", sites=("S2", "S3"))],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
        cases=[a_case("A", equipment=("rf_generator",)), a_case("B", equipment=("rf_generator",))],
    )
    plan = a_plan(a_booking("B", "L2"), placed=[("U1", later(0), "S2")], staff={"L2": "R2"}, waiting=["A"])
    assert "Equipment must be brought on 1 Feb 2027: U1 to S1, U2 to S2." in place(problem, plan).because


def test_other_drawbacks_are_said() -> None:
    problem = a_problem(
        sites=[a_site(target_minutes=30), a_site("S2")],
        radiologists=[a_radiologist(target_minutes=45)],
        cases=[a_case("A", prefer_site="S2", first_on_list=True), a_case("B")],
    )
    assert place(problem, a_plan(a_booking("B"), waiting=["A"])).because == (
        "The site is Site S1, not Site S2 as preferred.",
        "It should be first on its list, and is not.",
        "It takes Radiologist R1 to 60 minutes of cases; the aim is 45.",
        "It takes Site S1 to 60 minutes of cases; the aim is 30.",
    )


def test_coming_before_a_case_that_should_be_first_is_said() -> None:
    problem = a_problem(cases=[a_case("A"), a_case("B", first_on_list=True)])
    found = place(problem, a_plan(a_booking("B", clock="09:30"), waiting=["A"]))
    assert found.because == ("Case B should be first on the list, and would not be.",)


def test_another_radiologist_than_arranged_is_said() -> None:
    previous = Previous(session="L1", start=at("09:30"), radiologist="R2", status=Commitment.BOOKED)
    problem = a_problem(
        radiologists=[a_radiologist("R1"), a_radiologist("R2")], cases=[a_case("A", previous=previous), a_case("B")]
    )
    found = place(problem, a_plan(a_booking("B"), waiting=["A"]))
    assert found.because == ("The radiologist is Radiologist R1, not Radiologist R2 as arranged.",)


def test_a_list_out_of_the_question_says_only_that() -> None:
    problem = a_problem(
        suites=[a_suite(modalities=(Modality.ULTRASOUND,))],
        cases=[a_case("A"), a_case("B", modalities=tuple(Modality))],
    )
    full = replace(problem, cases=(a_case("A"), a_case("B", modalities=tuple(Modality), duration_minutes=60)))
    for asked in (problem, full):
        assert place(asked, a_plan(a_booking("B"), waiting=["A"])).rules == ("modality",)


def test_lists_that_can_take_the_case_come_first_and_the_cheapest_of_them_foremost() -> None:
    sessions = [
        a_suite_session("closed", closed=True),
        a_suite_session("late", day=later(7)),
        a_suite_session("soon", day=later(1)),
    ]
    ranked = places_for(a_problem(sessions=sessions), a_plan(waiting=["A"]), "A")
    assert [place.session for place in ranked] == ["soon", "late", "closed"]
    assert ranked[0].cost_change < ranked[1].cost_change


def test_a_breach_elsewhere_does_not_bar_a_list() -> None:
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(1), closed=True)]
    problem = a_problem(sessions=sessions, cases=[a_case("A"), a_case("B")])
    plan = a_plan(a_booking("B", "L2", day=later(1)), waiting=["A"])
    assert place(problem, plan).verdict is Verdict.YES_BUT


def test_a_list_in_use_without_a_radiologist_takes_no_more_cases() -> None:
    found = place(with_two(), a_plan(a_booking("B"), staff={}, waiting=["A"]))
    assert (found.verdict, found.rules, found.radiologist) == (Verdict.NO, ("one-radiologist",), None)


def test_an_unknown_case_is_an_error_that_names_it() -> None:
    with pytest.raises(NotFoundError, match="no case Z"):
        places_for(a_problem(), a_plan(waiting=["A"]), "Z")


def test_a_clinic_without_lists_has_no_place() -> None:
    assert places_for(a_problem(sessions=[]), a_plan(waiting=["A"]), "A") == ()


def test_the_case_waits_for_a_unit_to_come_free() -> None:
    problem = a_problem(
        suites=[a_suite("CT1"), a_suite("CT2")],
        equipment=[a_unit()],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        sessions=[a_suite_session("L1", end="12:00"), a_suite_session("L2", end="12:00", suite="CT2")],
        cases=[a_case(key, equipment=("rf_generator",)) for key in ("A", "B")],
    )
    plan = a_plan(a_booking("B", "L2", "09:20"), staff={"L2": "R2"}, waiting=["A"])
    assert place(problem, plan).start == at("09:50")
    assert place(problem, a_plan(a_booking("B", "L2", "09:30"), staff={"L2": "R2"}, waiting=["A"])).start == at("09:00")


@pytest.mark.parametrize("seed", range(40))
def test_no_earlier_start_would_do(seed: int) -> None:
    problem = mixed(seed)
    plan = filled(problem)
    for case in (case for case in problem.cases if case.pinned is None):
        plain = replace(problem, cases=tuple(replace(other, previous=None) for other in problem.cases))
        without = take_out(plan, case.id)
        before = rule_breaches(Diary(problem=plain, plan=without))
        around = surroundings_of(plain, without, case.id)
        for facts in plain.lists.values():
            spot, broken = judge(around, facts)
            clean = [
                start
                for start in range(facts.start, facts.latest_end, 5)
                if not caused(case.id, breaches_with(around, spot_at(around, facts, start, spot.staff)), before)
            ]
            assert (not broken) == bool(clean)
            if clean:
                assert spot.entry.start == clean[0]


def breaches_with(around: Surroundings, spot: Spot) -> tuple[Breach, ...]:
    """Find every breach of the whole plan with the booking made."""
    changed = put_in(around.problem, around.without.plan, spot)
    return rule_breaches(Diary(problem=around.problem, plan=changed))
