"""What capacity is worth is ranked, names its best date and who would do it, and says so in words."""

from __future__ import annotations

from datetime import date

from scheduler.explain.capacity import Staffing, capacity_worth
from scheduler.problem import Objective
from scheduler.vocabulary import Modality, Target
from tests.builders.planning import MONDAY, a_case, a_problem, a_radiologist, a_site, a_suite, a_suite_session, later
from tests.scheduler.explain.clinic import example


def a_waiting_clinic(**parts):
    """Build one short list on each of two dates in different weeks, for three cases that are due at once."""
    sessions = [a_suite_session("L1", end="09:30"), a_suite_session("L2", end="09:30", day=later(8))]
    cases = [a_case(name, weight=10, due=MONDAY) for name in "ABC"]
    two = {"radiologists": [a_radiologist("R1"), a_radiologist("R2")]}
    return a_problem(
        **{"sessions": sessions, "cases": cases, "suites": [a_suite("CT1"), a_suite("CT2")], **two, **parts}
    )


def test_each_kind_of_list_appears_once_a_week_and_the_best_comes_first():
    found = capacity_worth(a_waiting_clinic(), time_limit=120)
    assert found.settled
    assert [one.week for one in found.lists] == [MONDAY, date(2027, 2, 8)]
    first, second = (one.worth for one in found.lists)
    # Of the three, one is done on Monday, one on Tuesday week and one not at all; a list on Monday spares the last
    # its 28 days and those to the horizon's end.
    assert first.cases_gained == second.cases_gained == 1
    assert first.patient_days_avoided == 10 * (28 + 11)
    assert second.patient_days_avoided == 10 * (28 + 11 - 8)
    assert first.saves > second.saves > 0
    assert first.cases


def test_a_list_says_what_is_wished_for_and_what_it_saves():
    one = capacity_worth(a_waiting_clinic(), time_limit=120).lists[0]
    assert one.staffing is Staffing.FREE
    assert one.radiologist in ("R1", "R2")
    assert one.worth.says == (
        "One more CT and Fluoroscopy and Ultrasound list at Site S1 with an anaesthetist for public cases in the week "
        "of 1 Feb 2027 (best on 1 Feb 2027, 09:00 to 09:30, in CT2, which stands empty, done by the radiologists there "
        "are): "
        f"saves {one.worth.saves:,}; about 1.0 more cases booked, 390 weighted patient-days past due avoided."
    )


def test_a_list_with_an_anaesthetist_is_told_apart_where_it_is_worth_more():
    usual = [a_suite_session("L1", anaesthetist=False)]
    cases = [a_case("A", anaesthetist=True), a_case("B")]
    found = capacity_worth(a_problem(sessions=usual, cases=cases), time_limit=120)
    best, plain = found.lists
    assert (best.anaesthetist, plain.anaesthetist) == (True, False)
    assert best.worth.saves > plain.worth.at_most == 0
    assert "at Site S1 with an anaesthetist for public cases" in best.worth.says
    nobody_needs_one = capacity_worth(a_problem(sessions=usual, cases=cases[1:]), time_limit=120)
    assert [one.anaesthetist for one in nobody_needs_one.lists] == [False]


def test_where_nobody_is_free_the_words_say_that_an_extra_radiologist_is_valued():
    away = a_radiologist(unavailable=((a_suite_session().start, a_suite_session(day=later(1)).end),))
    sessions = [a_suite_session("L1", end="09:30")]
    one = capacity_worth(a_waiting_clinic(sessions=sessions, radiologists=[away]), time_limit=120).lists[0]
    assert (one.staffing, one.radiologist) == (Staffing.EXTRA, None)
    assert "done by an extra radiologist, since nobody is free" in one.worth.says


def test_what_was_not_settled_anew_says_what_it_saves_at_most():
    found = capacity_worth(a_waiting_clinic(), time_limit=120, settle=0)
    worth = found.lists[0].worth
    assert worth.saves is worth.cases_gained is worth.patient_days_avoided is None
    assert worth.as_patient_days == round(worth.at_most / 100, 1)
    assert f"saves at most {worth.at_most:,}, as much as" in worth.says


def test_where_days_past_due_cost_nothing_a_value_is_not_told_in_days():
    found = capacity_worth(a_waiting_clinic(objective=Objective(access=0)), time_limit=120, settle=0)
    assert all(one.worth.as_patient_days is None for one in found.lists)


def test_a_skill_is_told_by_the_radiologists_name():
    problem = a_problem(
        sites=[a_site("S1"), a_site("S2")], radiologists=[a_radiologist(sites=("S1",), targets=(Target.STELLATE,))]
    )
    one = capacity_worth(problem, time_limit=120).skills[0]
    assert (one.radiologist, one.target, one.technique, one.site) == ("R1", Target.COELIAC, None, None)
    assert one.worth.says.startswith("Radiologist R1 also treats: Coeliac plexus: saves ")


def test_without_lists_there_is_nothing_to_wish_for():
    found = capacity_worth(a_problem(sessions=[]), time_limit=5)
    assert (found.lists, found.skills) == ((), ())


def test_the_example_clinic_is_priced_by_site_imaging_funding_and_week_and_the_same_every_time():
    found, again = (capacity_worth(example("tiny"), time_limit=240, settle=4) for _ in range(2))
    assert (found.lists, found.skills) == (again.lists, again.skills)
    kinds = {(one.site, one.modalities, one.funding, one.week, one.anaesthetist) for one in found.lists}
    assert len(kinds) == len(found.lists)
    assert {one.site for one in found.lists} == {"S01", "S02"}
    assert {one.modalities for one in found.lists} == {(Modality.CT,), (Modality.FLUOROSCOPY, Modality.ULTRASOUND)}
    assert {one.week for one in found.lists} == {date(2027, 2, 1), date(2027, 2, 8)}
    assert sum(one.worth.saves is not None for one in (*found.lists, *found.skills)) == 4
