"""Scenarios are made, worked out side by side by the planner's process, compared and adopted through the desk."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from db import clinic, publishing
from db.words import StudyStatus
from flows.steps import run_plan_steps, waiting_steps
from flows.words import FlowName, StepOutcome
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, NotPermittedError, StaleVersionError
from scheduler.scenario import AddList, CloseList, Demand, Leave, Price
from scheduler.vocabulary import Role, Stage, Target, Technique, Urgency
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_list, a_proposal, list_for_test, write
from tests.builders.service import a_desk, a_service, publish_as_two

TOMORROW = TODAY + timedelta(days=1)
TEST_BLOCKS = {
    "stage": Stage.TEST_BLOCK,
    "target": Target.COELIAC,
    "technique": Technique.LOCAL_ANAESTHETIC,
    "urgency": Urgency.CATEGORY_1,
    "funding": "public",
}


def an_extra_list(**facts):
    usual = {"suite": "S01-CT1", "on": TOMORROW, "start": time(13), "end": time(17), "funding": ("public",)}
    return AddList(**{**usual, **facts})


@pytest.fixture
def service(database):
    return a_service(database)


@pytest.fixture
def lead(service):
    return a_desk(service, Role.IR_LEAD).scenarios


@pytest.fixture
def clerk(service):
    return a_desk(service, Role.BOOKINGS).scenarios


def a_scenario(desk, *changes, name="More room"):
    made = desk.make(name)
    for change in changes:
        desk.add(made, change)
    return made


def work_out(service):
    """Let the planner's process work out every study that waits."""
    ids = [step.id for step in waiting_steps(service, flows={FlowName.STUDIES}, limit=10)]
    return [report.outcome for report in run_plan_steps(service, ids)]


def compared(desk, service, *chosen, **asked):
    made = desk.compare(chosen, **{"weeks": 1, "time_limit": 1, **asked})
    work_out(service)
    return desk.comparison(made)


def test_two_scenarios_are_worked_out_apart_and_compared_with_the_clinic_as_it_stands(service, lead):
    a_clinic(service.database, days=1)  # two lists of 240 minutes tomorrow; 45 minutes and 15 between cases: four each
    for number in range(1, 6):
        list_for_test(service.database, number)
    closed = a_scenario(lead, CloseList(list="S01-1"), name="One list less")
    busier = a_scenario(lead, Demand(count=4, on=TOMORROW, **TEST_BLOCKS), name="Four more")
    asked = lead.compare([None, closed, busier], weeks=1, time_limit=1)
    assert [study.status for study in lead.comparison(asked).studies] == [StudyStatus.QUEUED] * 3
    assert work_out(service) == [StepOutcome.DONE] * 3
    stands, less, more = lead.comparison(asked).studies
    assert stands.name == "As things stand"
    assert (stands.figures.cases, stands.figures.booked, stands.figures.in_time) == (5, 5, 5)
    assert (less.figures.booked, less.figures.left_over) == (4, 1)
    assert (more.figures.cases, more.figures.booked, more.invented) == (9, 8, 4)
    assert more.invented_booked >= 3
    assert less.changes == ("Close the list in CT 1, Site 1, on 25 November 2026 from 08:30 to 12:30.",)


def test_what_lies_outside_the_weeks_compared_is_named_and_changes_nothing(service, lead):
    a_clinic(service.database, days=1)
    far = a_scenario(lead, an_extra_list(on=TODAY + timedelta(days=60)))
    stands, other = compared(lead, service, None, far).studies
    assert other.outside == other.changes
    assert other.figures == stands.figures


def test_a_scenario_of_prices_is_adopted_as_a_proposal_that_can_be_published(service, clerk):
    a_clinic(service.database, days=1)
    ref = list_for_test(service.database)
    gentle = a_scenario(clerk, Price(goal="waiting", each=50))
    study = compared(clerk, service, None, gentle).studies[1]
    assert (study.prices["waiting"], clerk.adopting(study.id)) == (50, ())
    proposal = clerk.adopt(study.id, expected_version=study.version)
    page = clerk.desk.proposal(proposal)
    assert ([place.ref for place in page.placed], page.prices["waiting"]) == ([ref], 50)
    clerk.desk.publish(proposal)
    assert clerk.desk.case(ref).summary.booked_for is not None


def test_a_scenario_that_adds_a_list_is_adopted_only_by_those_who_may_set_up_and_say_so(service, clerk, lead):
    a_clinic(service.database, days=0)
    ref = list_for_test(service.database)
    wider, other = a_scenario(lead, an_extra_list()), lead.make("Nothing")
    with pytest.raises(BadInputError, match="No list lies ahead"):
        lead.compare([wider, other])
    write(service.database, lambda session: clinic.add_lists(session, [a_list(1, "S02")]))
    study = compared(lead, service, None, wider).studies[1]
    with pytest.raises(NeurolistError, match=r"Add a list in CT 1, Site 1.*Set-up first"):
        lead.adopt(study.id)
    with pytest.raises(NotPermittedError, match="set up sites and lists"):
        clerk.adopt(study.id, make_changes=True)
    proposal = lead.adopt(study.id, make_changes=True, write_id="once")
    assert lead.adopt(study.id, make_changes=True, write_id="once") == proposal
    assert an_extra_list().id in {card.id for card in lead.desk.lists()}
    assert [place.ref for place in lead.desk.proposal(proposal).placed] == [ref]
    lead.desk.publish(proposal)
    assert lead.comparison(lead.comparisons()[0].id).studies[1].proposal == proposal


def test_leave_that_is_adopted_moves_what_is_booked_with_the_radiologist(service, lead):
    a_clinic(service.database, days=2)
    ref = list_for_test(service.database)
    before = a_proposal(service.database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(service.database, lambda session: publishing.publish(session, before, actor=CLERK, now=MORNING))
    away = a_scenario(lead, Leave(radiologist="R01", first=TOMORROW, last=TOMORROW))
    study = compared(lead, service, None, away).studies[1]
    assert study.figures.booked == 1
    publish_as_two(lead.desk, lead.adopt(study.id, make_changes=True), reason="R01 is away")
    assert {card.radiologist_id for card in lead.desk.lists() if card.cases} == {"R02"}


def test_a_plan_that_no_longer_fits_is_not_adopted(service, lead):
    a_clinic(service.database, days=1)
    first = list_for_test(service.database)
    study = compared(lead, service, None, a_scenario(lead, Price(goal="waiting", each=6))).studies[1]
    for name in ("S01-1", "S02-1"):
        write(service.database, lambda session, name=name: clinic.close_list(session, name, reason="strike"))
    with pytest.raises(NeurolistError, match="no longer fits"):
        lead.adopt(study.id)
    assert lead.desk.case(first).summary.booked_for is None
    assert lead.desk.proposals() == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (an_extra_list(suite="S09"), "No suite is called S09"),
        (an_extra_list(start=time(12), end=time(16)), "has a list from 08:30 to 12:30"),
        (an_extra_list(end=time(13)), "not after it starts"),
        (an_extra_list(on=TODAY - timedelta(days=1)), "has passed"),
        (an_extra_list(funding=()), "one kind at least"),
        (an_extra_list(radiologist="R77"), "No radiologist is called R77"),
        (CloseList(list="S01-99"), "No list is called S01-99"),
        (Leave(radiologist="R01", first=TOMORROW, last=TODAY), "Swap the two"),
        (Demand(count=0, on=TOMORROW, **TEST_BLOCKS), "Add 1 to 200 cases"),
        (Demand(count=1, on=TOMORROW, **{**TEST_BLOCKS, "technique": Technique.CRYO}), "protocol table"),
        (Price(goal="beauty", each=1), "No goal is called beauty"),
        (Price(goal="waiting", each=-1), "between 0 and"),
    ],
)
def test_a_change_the_clinic_could_not_make_is_refused_in_a_sentence(service, lead, change, says):
    a_clinic(service.database, days=1)
    made = lead.make("Wrong")
    with pytest.raises(BadInputError, match=says):
        lead.add(made, change)
    assert lead.one("wrong").changes == ()


def test_names_are_told_apart_versions_are_checked_and_repeats_do_nothing(service, lead):
    a_clinic(service.database, days=1)
    made = lead.make("More  room", write_id="a")
    assert lead.make("More room", write_id="a") == made
    with pytest.raises(BadInputError, match="already"):
        lead.make("more room")
    shown = lead.one(made)
    lead.add(made, an_extra_list(), expected_version=shown.version, write_id="b")
    lead.add(made, an_extra_list(), expected_version=shown.version, write_id="b")
    with pytest.raises(StaleVersionError):
        lead.remove(made, 1, expected_version=shown.version)
    with pytest.raises(BadInputError, match="has this change already"):
        lead.add(made, an_extra_list())
    copy = lead.make("A copy", copy_of=made)
    lead.remove(made, 1)
    assert ([line.changes for line in lead.all() if line.id == made], len(lead.one(copy).changes)) == ([()], 1)
    lead.drop(copy)
    with pytest.raises(NotFoundError, match="No scenario is called"):
        lead.one(copy)


def test_two_to_four_different_scenarios_are_compared_and_a_repeat_asks_once(service, lead):
    a_clinic(service.database, days=1)
    made = lead.make("Same")
    for wrong in ([None], [made, made], [None, made, "x"]):
        with pytest.raises(NeurolistError):
            lead.compare(wrong)
    first = lead.compare([None, made], time_limit=1, write_id="c")
    assert lead.compare([None, made], time_limit=1, write_id="c") == first
    assert len(waiting_steps(service, flows={FlowName.STUDIES}, limit=10)) == 2


def test_a_viewer_may_look_and_may_change_nothing(service):
    viewer = a_desk(service, Role.VIEWER).scenarios
    assert (viewer.all(), viewer.comparisons(), viewer.worth()) == ((), (), None)
    for act in (lambda: viewer.make("Mine"), lambda: viewer.compare([None, "x"]), viewer.ask_worth):
        with pytest.raises(NotPermittedError, match="Ask someone with one of these roles"):
            act()


def test_the_worth_of_one_more_list_is_worked_out_by_the_planner_and_kept_with_its_date(service, clerk):
    a_clinic(service.database, days=1)
    for number in range(1, 11):
        list_for_test(service.database, number)
    asked = clerk.ask_worth(weeks=1)
    assert clerk.ask_worth(weeks=1) == asked
    assert (clerk.worth().status, clerk.worth().answered_at) == (StudyStatus.QUEUED, None)
    assert work_out(service) == [StepOutcome.DONE]
    report = clerk.worth()
    assert (report.status, report.answered_at, report.start) == (StudyStatus.READY, MORNING, TOMORROW)
    assert report.lists[0].at_most > 0
    assert report.lists[0].what.startswith("CT at Site")
