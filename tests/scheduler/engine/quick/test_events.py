"""Each event, on a clinic with free room, on one where somebody must give way, and on one where nothing can be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.audit import audit
from scheduler.engine.quick import Cancellation, ChangeKind, RadiologistAway, SuiteDown, UrgentCase, quick
from scheduler.errors import BadInputError, NeurolistError, NotFoundError
from scheduler.plan import UnitPlacement
from scheduler.vocabulary import Commitment, Target
from tests.builders.planning import a_site, a_unit
from tests.scheduler.engine.quick.clinic import (
    R1,
    R2,
    SUITES,
    Follows,
    a_case,
    a_list,
    a_problem,
    a_radiologist,
    answered,
    at,
    elective,
    kinds_of,
    later,
    pin,
    places_of,
    promised_at,
    staff_of,
    standing,
    urgent,
)

CT1_DOWN = SuiteDown(suite="CT1", start=at("08:00"), end=at("18:00"))
R1_AWAY = RadiologistAway(radiologist="R1", start=at("08:00"), end=at("18:00"))


def a_clinic(*cases, sessions, **parts):
    return a_problem(suites=SUITES, radiologists=[R1, R2], sessions=sessions, cases=list(cases), **parts)


# A suite down.


def test_a_suite_down_sends_its_cases_to_free_room_and_nobody_else_moves():
    problem = a_clinic(
        a_case("A"), a_case("B"), a_case("C"), sessions=[a_list("L1"), a_list("L2", suite="CT2"), a_list("L3", 1)]
    )
    plan = standing(problem, A=("L1", "09:00"), B=("L1", "09:30"), C=("L3", "09:20"))
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"A": ("L2", "09:00"), "B": ("L2", "09:30"), "C": ("L3", "09:20")} or places_of(
        answer.plan
    ) == {"A": ("L2", "09:30"), "B": ("L2", "09:00"), "C": ("L3", "09:20")}
    assert kinds_of(answer) == {"A": ChangeKind.MOVED, "B": ChangeKind.MOVED}
    assert answer.changes[0].says.startswith(
        "Suite CT1 is down from 08:00 on 1 Feb 2027 to 18:00 on 1 Feb 2027, so case A (category 2) moves from L1 at "
        "09:00 on 1 Feb 2027 to L2 at "
    )


def test_a_case_that_is_over_before_the_suite_goes_down_stays():
    problem = a_clinic(a_case("A"), a_case("B"), sessions=[a_list("L1"), a_list("L2", suite="CT2")])
    plan = standing(problem, A=("L1", "09:00"), B=("L1", "09:30"))
    answer = answered(problem, plan, replace(CT1_DOWN, start=at("09:32")))
    assert places_of(answer.plan) == {"A": ("L1", "09:00"), "B": ("L2", "09:00")}
    early = answered(problem, plan, replace(CT1_DOWN, start=at("09:29")))
    assert {session for session, _ in places_of(early.plan).values()} == {"L2"}


def test_a_less_urgent_case_gives_way_to_one_that_lost_its_suite():
    problem = a_clinic(
        urgent("U", duration_minutes=60),
        elective("E", duration_minutes=60),
        sessions=[a_list("L1"), a_list("L2", suite="CT2"), a_list("L9", 9)],
    )
    plan = standing(problem, U=("L1", "09:00"), E=("L2", "09:00"), staff={"L2": "R2"})
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"U": ("L2", "09:00"), "E": ("L9", "09:00")}
    says = {change.case: change.says for change in answer.changes}
    assert says["E"] == (
        "Case E (category 3, booked) gives way to case U (category 1), so it moves from L2 at 09:00 on 1 Feb 2027 to "
        "L9 at 09:00 on 10 Feb 2027."
    )


def test_a_case_that_finds_no_place_is_listed_with_its_reasons():
    problem = a_clinic(a_case("A"), sessions=[a_list("L1")])
    answer = answered(problem, standing(problem, A=("L1", "09:00")), CT1_DOWN)
    assert kinds_of(answer) == {"A": ChangeKind.LOST}
    assert answer.plan.unscheduled[0].reasons[0] in answer.changes[0].says
    assert audit(answer.problem, answer.plan).breaches == ()


def test_a_pin_to_a_closed_list_is_let_go_and_the_others_hold():
    problem = a_clinic(
        a_case("A", pinned=pin("L1", "09:00")),
        a_case("B", pinned=pin("L2", "09:30")),
        sessions=[a_list("L1"), a_list("L2", suite="CT2")],
    )
    plan = standing(problem, A=("L1", "09:00"), B=("L2", "09:30"), staff={"L2": "R2"})
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"A": ("L2", "09:00"), "B": ("L2", "09:30")}
    assert [case.pinned is None for case in answer.problem.cases] == [True, False]


def test_a_case_that_follows_a_displaced_one_stays_if_it_can():
    follows = Follows(case="T", min_days=1, max_days=8)
    problem = a_clinic(
        a_case("T", duration_minutes=60),
        a_case("D", follows=follows),
        sessions=[a_list("L1"), a_list("L2", 1), a_list("L3", 7)],
    )
    plan = standing(problem, T=("L1", "09:00"), D=("L3", "09:00"))
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"T": ("L2", "09:00"), "D": ("L3", "09:00")}


def test_a_case_that_follows_a_displaced_one_moves_with_it_and_says_so():
    follows = Follows(case="T", min_days=3, max_days=8)
    problem = a_clinic(
        a_case("T", duration_minutes=60),
        a_case("D", follows=follows),
        sessions=[a_list("L1"), a_list("L2", 3, end="09:30"), a_list("L3", 4), a_list("L4", 8)],
    )
    plan = standing(problem, T=("L1", "09:00"), D=("L2", "09:00"))
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"T": ("L3", "09:00"), "D": ("L4", "09:00")}
    assert "follows case T, which no longer comes in time before it, so it moves" in answer.changes[1].says


def test_a_pin_that_follows_a_case_without_a_place_any_more_is_let_go():
    problem = a_clinic(
        a_case("T", duration_minutes=60),
        a_case("D", follows=Follows(case="T", min_days=1), pinned=pin("L2", "09:00", later(1))),
        sessions=[a_list("L1"), a_list("L2", 1)],
    )
    plan = standing(problem, T=("L1", "09:00"), D=("L2", "09:00"))
    answer = answered(problem, plan, CT1_DOWN)
    assert kinds_of(answer)["T"] in {ChangeKind.MOVED, ChangeKind.LOST}
    assert kinds_of(answer)["D"] == ChangeKind.LOST
    assert audit(answer.problem, answer.plan).breaches == ()


def test_a_pin_that_follows_a_displaced_case_holds_where_that_finds_a_place_before_it():
    problem = a_clinic(
        a_case("T"),
        a_case("D", follows=Follows(case="T", min_days=1), pinned=pin("L3", "09:00", later(2))),
        sessions=[a_list("L1"), a_list("L2", 1), a_list("L3", 2)],
    )
    plan = standing(problem, T=("L1", "09:00"), D=("L3", "09:00"))
    answer = answered(problem, plan, CT1_DOWN)
    assert places_of(answer.plan) == {"T": ("L2", "09:00"), "D": ("L3", "09:00")}
    assert answer.problem.case_by_id["D"].pinned is not None


def test_a_suite_that_nobody_uses_then_changes_nothing():
    problem = a_clinic(a_case("A"), sessions=[a_list("L1"), a_list("L2", 1)])
    plan = standing(problem, A=("L2", "09:00"))
    answer = answered(problem, plan, CT1_DOWN)
    assert answer.changes == ()
    assert answer.plan.bookings == plan.bookings


# A radiologist away.


def test_a_list_whose_radiologist_is_away_is_taken_over_and_its_cases_keep_their_times():
    problem = a_clinic(a_case("A"), a_case("B"), sessions=[a_list("L1", radiologist="R1"), a_list("L2", suite="CT2")])
    plan = standing(problem, A=("L1", "09:05"), B=("L2", "09:00"), staff={"L2": "R2"})
    free = answered(problem, replace(plan, bookings=plan.bookings[:1], sessions=plan.sessions[:1]), R1_AWAY)
    assert staff_of(free.plan)["L1"] == "R2"
    assert places_of(free.plan)["A"] == ("L1", "09:05")
    assert free.changes[0].says == (
        "Radiologist R1 is away from 08:00 on 1 Feb 2027 to 18:00 on 1 Feb 2027, so list L1 is taken over by "
        "Radiologist R2; case A stays."
    )


def test_a_case_the_other_radiologist_cannot_do_moves_alone():
    other = a_radiologist("R2", targets=(Target.COELIAC,))
    problem = a_problem(
        suites=SUITES,
        radiologists=[R1, other],
        sessions=[a_list("L1"), a_list("L2", 2)],
        cases=[a_case("A"), a_case("S", target=Target.STELLATE)],
    )
    plan = standing(problem, A=("L1", "09:00"), S=("L1", "09:30"))
    answer = answered(problem, plan, R1_AWAY)
    assert places_of(answer.plan) == {"A": ("L1", "09:00"), "S": ("L2", "09:00")}
    assert kinds_of(answer) == {"L1": ChangeKind.STAFFED, "S": ChangeKind.MOVED}


def test_cases_move_where_nobody_can_take_the_list_over():
    problem = a_problem(suites=SUITES, sessions=[a_list("L1"), a_list("L2", 1)], cases=[a_case("A"), a_case("B")])
    plan = standing(problem, A=("L1", "09:00"), B=("L1", "09:30"))
    answer = answered(problem, plan, R1_AWAY)
    assert {session for session, _ in places_of(answer.plan).values()} == {"L2"}
    assert kinds_of(answer) == {"A": ChangeKind.MOVED, "B": ChangeKind.MOVED}


def test_a_radiologist_is_not_away_a_minute_after_coming_back():
    problem = a_problem(suites=SUITES, sessions=[a_list("L1")], cases=[a_case("A")])
    plan = standing(problem, A=("L1", "09:00"))
    assert answered(problem, plan, replace(R1_AWAY, end=at("09:00"))).changes == ()
    assert kinds_of(answered(problem, plan, replace(R1_AWAY, end=at("09:01")))) == {"A": ChangeKind.LOST}


# An urgent case.


def test_an_urgent_case_gets_the_first_free_place_and_nobody_moves():
    problem = a_clinic(a_case("A"), sessions=[a_list("L1"), a_list("L2", 1)])
    plan = standing(problem, A=("L1", "09:00"))
    answer = answered(problem, plan, UrgentCase(case=urgent("U")))
    assert places_of(answer.plan) == {"A": ("L1", "09:00"), "U": ("L1", "09:30")}
    assert [change.says for change in answer.changes] == [
        "Case U (category 1) needs a place: it gets L1 at 09:30 on 1 Feb 2027 with Radiologist R1."
    ]


def full_until_later(**facts):
    problem = a_clinic(elective("E", duration_minutes=60, **facts), sessions=[a_list("L1"), a_list("L9", 9)])
    return problem, standing(problem, E=("L1", "09:00"))


@pytest.mark.parametrize("status", [Commitment.PROPOSED, Commitment.HELD, Commitment.BOOKED])
def test_an_elective_case_gives_way_to_an_urgent_one(status):
    problem, plan = full_until_later(previous=promised_at("L1", "09:00", status))
    answer = answered(problem, plan, UrgentCase(case=urgent("U")))
    assert places_of(answer.plan) == {"U": ("L1", "09:00"), "E": ("L9", "09:00")}
    assert f"Case E (category 3, {status.value}) gives way to urgent case U (category 1)" in answer.changes[0].says


@pytest.mark.parametrize(
    "facts",
    [
        {"previous": promised_at("L1", "09:00", Commitment.CONFIRMED)},
        {"pinned": pin("L1", "09:00")},
        {"urgency": urgent("U").urgency},
    ],
    ids=["confirmed", "pinned", "as urgent"],
)
def test_nobody_confirmed_pinned_or_as_urgent_gives_way(facts):
    problem, plan = full_until_later(**facts)
    answer = answered(problem, plan, UrgentCase(case=urgent("U")))
    assert places_of(answer.plan) == {"U": ("L9", "09:00"), "E": ("L1", "09:00")}


def test_nobody_gives_way_for_less_than_it_must_save():
    problem = a_clinic(elective("E", duration_minutes=60), sessions=[a_list("L1"), a_list("L2", 1)])
    plan = standing(problem, E=("L1", "09:00"))
    answer = answered(problem, plan, UrgentCase(case=urgent("U", due=later(1))))
    assert places_of(answer.plan) == {"E": ("L1", "09:00"), "U": ("L2", "09:00")}


def test_an_urgent_case_nobody_can_take_is_left_over_with_its_reasons():
    problem = a_clinic(a_case("A"), sessions=[a_list("L1")])
    plan = standing(problem, A=("L1", "09:00"))
    answer = answered(problem, plan, UrgentCase(case=urgent("U", funding="private")))
    assert kinds_of(answer) == {"U": ChangeKind.LEFT_OVER}
    assert (
        "no place is found for it. The only list is not one that accepts its funding (private)"
        in answer.changes[0].says
    )


def test_a_waiting_case_that_becomes_urgent_is_placed():
    problem = a_clinic(elective("E", duration_minutes=60), a_case("W"), sessions=[a_list("L1"), a_list("L9", 9)])
    plan = standing(problem, E=("L1", "09:00"))
    answer = answered(problem, plan, UrgentCase(case=urgent("W")))
    assert places_of(answer.plan) == {"W": ("L1", "09:00"), "E": ("L9", "09:00")}
    assert len(answer.problem.cases) == 2


def test_a_case_in_another_room_gives_way_when_it_holds_the_only_recovery_bay():
    problem = a_clinic(
        elective("E", recovery_minutes=60),
        sites=[a_site(recovery_bays=1)],
        sessions=[a_list("L1", end="09:30"), a_list("L2", end="09:30", suite="CT2"), a_list("L9", 9)],
    )
    plan = standing(problem, E=("L1", "09:00"))
    answer = answered(problem, plan, UrgentCase(case=urgent("U", recovery_minutes=60)))
    assert places_of(answer.plan)["E"] == ("L9", "09:00")
    assert "gives way to urgent case U" in answer.changes[0].says


def test_an_urgent_case_that_is_pinned_is_refused():
    problem, plan = full_until_later()
    with pytest.raises(BadInputError, match="there is nothing to choose"):
        answered(problem, plan, UrgentCase(case=urgent("U", pinned=pin("L9", "09:00", later(9)))))


# A cancellation.


def test_a_place_that_comes_free_goes_to_the_waiting_case_it_helps_most():
    problem = a_clinic(
        a_case("A", duration_minutes=60),
        elective("W3", duration_minutes=60),
        urgent("W1", duration_minutes=60),
        sessions=[a_list("L1")],
    )
    answer = answered(problem, standing(problem, A=("L1", "09:00")), Cancellation(case="A"))
    assert places_of(answer.plan) == {"W1": ("L1", "09:00")}
    assert kinds_of(answer) == {"A": ChangeKind.CANCELLED, "W1": ChangeKind.PLACED}
    assert [offer.case for offer in answer.suggestions] == ["W1", "W3"]
    assert answer.suggestions[0].cost_change < answer.suggestions[1].cost_change < 0


def test_a_suggestion_costs_what_the_plan_with_it_costs():
    problem = a_clinic(a_case("A"), urgent("W"), sessions=[a_list("L1", end="09:30"), a_list("L3", 1, end="09:20")])
    plan = standing(problem, A=("L1", "09:00"))
    answer = answered(problem, plan, Cancellation(case="A"))
    empty = standing(answer.problem)
    assert answer.suggestions[0].cost_change == answer.plan.cost - empty.cost


def test_a_promised_case_moves_into_a_freed_place_only_for_a_clear_gain():
    def moved(weight, days):
        problem = a_clinic(
            a_case("A", duration_minutes=60),
            urgent("B", duration_minutes=60, weight=weight),
            sessions=[a_list("L1"), a_list("L2", days)],
        )
        plan = standing(problem, A=("L1", "09:00"), B=("L2", "09:00"))
        return places_of(answered(problem, plan, Cancellation(case="A")).plan)["B"][0]

    # A week late at weight 10 costs 7,350; the move to another date costs 6,000 and must save 1,000 more.
    assert moved(10, 7) == "L1"
    assert moved(10, 6) == "L2"


def test_cases_that_follow_a_cancelled_one_lose_their_places_too():
    problem = a_clinic(
        a_case("T"), a_case("D", follows=Follows(case="T", min_days=1)), sessions=[a_list("L1"), a_list("L2", 1)]
    )
    plan = standing(problem, T=("L1", "09:00"), D=("L2", "09:00"))
    answer = answered(problem, plan, Cancellation(case="T"))
    assert answer.problem.cases == ()
    assert [change.says for change in answer.changes] == [
        "Case T is cancelled, so L1 at 09:00 on 1 Feb 2027 comes free.",
        "Case D follows case T, which is cancelled, so L2 at 09:00 on 2 Feb 2027 comes free.",
    ]


def test_a_case_without_a_place_frees_none():
    problem = a_clinic(a_case("A"), sessions=[a_list("L1")])
    with pytest.raises(NeurolistError, match="Case A has no place in this plan"):
        answered(problem, standing(problem), Cancellation(case="A"))


# For all of them.


@pytest.mark.parametrize(
    "event",
    [replace(CT1_DOWN, suite="CT3"), replace(R1_AWAY, radiologist="R9"), Cancellation(case="Z")],
    ids=["suite", "radiologist", "case"],
)
def test_a_name_the_problem_does_not_know_is_refused(event):
    problem = a_clinic(a_case("A"), sessions=[a_list("L1")])
    with pytest.raises(NotFoundError, match="The problem has no"):
        answered(problem, standing(problem, A=("L1", "09:00")), event)


def test_a_plan_that_breaks_a_rule_cannot_be_kept_as_it_is():
    problem = a_clinic(a_case("A"), a_case("B"), sessions=[a_list("L1")])
    with pytest.raises(NeurolistError, match="The standing plan breaks a rule"):
        answered(problem, standing(problem, A=("L1", "09:00"), B=("L1", "09:10")), CT1_DOWN)


def test_mobile_units_stay_where_they_stand():
    unit, twin = (a_unit(name, sites=("S1", "S2")) for name in ("U1", "U2"))
    problem = a_problem(
        sites=[a_site("S1"), a_site("S2")],
        suites=SUITES,
        radiologists=[R1, R2],
        equipment=[unit, twin],
        sessions=[a_list("L1"), a_list("L2", suite="CT2")],
        cases=[a_case("A", equipment=("rf_generator",)), a_case("B")],
    )
    plan = standing(problem, A=("L1", "09:00"), B=("L1", "09:30"))
    for name in ("U1", "U2"):
        placed = replace(plan, equipment=((one := plan_unit(name)),))
        answer = answered(problem, placed, UrgentCase(case=urgent("U")))
        assert answer.plan.equipment == (one,)


def plan_unit(name):
    return UnitPlacement(unit=name, date=later(0), site="S1")


def test_the_time_limit_is_kept():
    cases = [a_case(f"C{number}", duration_minutes=20) for number in range(30)]
    problem = a_clinic(*cases, sessions=[a_list(f"L{day}", day) for day in range(10)])
    plan = standing(problem, **{f"C{n}": (f"L{n // 3}", f"09:{20 * (n % 3):02d}") for n in range(30)})
    answer = quick(problem, plan, replace(CT1_DOWN, end=at("18:00", later(4))), time_limit=1)
    assert answer.plan.seconds <= 1.1
