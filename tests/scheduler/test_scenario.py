"""A problem with the changes of a scenario made to it."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from db.protocol import SEED
from scheduler.documents.changes import read_changes, write_changes
from scheduler.pathway.protocols import protocol_from_json
from scheduler.problem import Pin
from scheduler.scenario import AddList, CloseList, Demand, Leave, Price, with_changes
from scheduler.vocabulary import Stage, Target, Technique, Urgency
from tests.builders.planning import MONDAY, a_case, a_problem, a_suite_session, at, later

PROTOCOL = protocol_from_json(Path(SEED).read_bytes())
WEIGHTS = {Urgency.CATEGORY_1: 10, Urgency.CATEGORY_2: 3, Urgency.CATEGORY_3: 1}
DEMAND = Demand(
    count=2,
    stage=Stage.TEST_BLOCK,
    target=Target.COELIAC,
    technique=Technique.LOCAL_ANAESTHETIC,
    urgency=Urgency.CATEGORY_1,
    funding="public",
    on=MONDAY,
)
ADDED = AddList(suite="CT1", on=MONDAY, start=time(13), end=time(17), funding=("public",))


def changed(problem, *changes):
    return with_changes(problem, changes, PROTOCOL, WEIGHTS)


def test_without_changes_nothing_changes():
    assert changed(a_problem()).problem == a_problem()


def test_an_added_list_is_there_at_its_local_time_and_one_outside_the_dates_is_named():
    far = AddList(suite="CT1", on=later(90), start=time(13), end=time(17), funding=("public",))
    found = changed(a_problem(), ADDED, far)
    assert [(one.id, one.start, one.end) for one in found.problem.sessions[1:]] == [
        ("CT1-20270201-1300", at("13:00"), at("17:00"))
    ]
    assert found.outside == (far,)


def test_a_closed_list_holds_nobodys_place():
    pinned = a_case(pinned=Pin(session="L1", start=at("09:00"), radiologist="R1"))
    found = changed(a_problem(cases=[pinned]), CloseList(list="L1")).problem
    assert found.lists["L1"].session.closed
    assert found.case_by_id["A"].pinned is None


def test_on_leave_a_radiologist_is_away_from_midnight_to_midnight_and_off_the_lists_of_those_days():
    sessions = [a_suite_session(radiologist="R1"), a_suite_session("L2", day=later(1), radiologist="R1")]
    found = changed(a_problem(sessions=sessions), Leave(radiologist="R1", first=MONDAY, last=MONDAY)).problem
    assert found.radiologist_by_id["R1"].unavailable == ((at("00:00"), at("00:00", later(1))),)
    assert [one.radiologist for one in found.sessions] == [None, "R1"]


def test_new_cases_take_the_minutes_of_the_protocol_and_are_due_by_its_limit():
    found = changed(a_problem(), DEMAND)
    needs = PROTOCOL.procedure(Target.COELIAC, Technique.LOCAL_ANAESTHETIC, Stage.TEST_BLOCK)
    first, second = (found.problem.case_by_id[name] for name in sorted(found.invented))
    assert (first.duration_minutes, first.weight, first.modalities) == (needs.planned_minutes, 10, needs.modalities)
    assert (first.due - MONDAY).days == PROTOCOL.days("treat_within.1")
    assert first.patient != second.patient


def test_a_price_changes_one_goal_alone():
    found = changed(a_problem(), Price(goal="overtime", each=99)).problem.objective
    assert (found.overtime, found.access) == (99, a_problem().objective.access)


def test_changes_are_written_and_read_back():
    every = (ADDED, CloseList(list="L1"), Leave(radiologist="R1", first=date(2027, 2, 1), last=MONDAY), DEMAND)
    every = (*every, Price(goal="access", each=1))
    assert read_changes(write_changes(every)) == every
