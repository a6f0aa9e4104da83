"""The planning problem says what the memory holds: who waits, from when, until when, and what stays where it is."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlmodel import select

from db import audit, clinic, publishing
from db.clinic import NewList
from db.mapping import planning, ref_of
from db.tables import CaseRow
from scheduler.documents.problems import read_problem, write_problem
from scheduler.pathway.events import Event
from scheduler.vocabulary import Commitment, Modality, Technique, Urgency
from tests.builders.memory import (
    CLERK,
    MORNING,
    TODAY,
    a_clinic,
    a_proposal,
    list_for_test,
    read,
    step,
    write,
)

DAY = timedelta(days=1)


def plan(database, **options):
    options = {"start": TODAY, "end": TODAY + 14 * DAY, "now": MORNING, **options}
    return read(database, lambda session: planning(session, **options))


def publish(database, places):
    proposal = a_proposal(database, places)
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))


@pytest.fixture
def waiting(database):
    a_clinic(database)
    return list_for_test(database)


def the_case(database, ref, **options):
    return plan(database, **options).problem.case_by_id[f"{ref}-T"]


def test_a_waiting_case_carries_its_protocol_times_and_its_due_day(database, waiting):
    case = the_case(database, waiting)
    assert (case.technique, case.duration_minutes, case.recovery_minutes) == (Technique.LOCAL_ANAESTHETIC, 45, 120)
    assert (case.urgency, case.weight, case.due) == (Urgency.CATEGORY_1, 10, TODAY + 30 * DAY)
    assert Modality.CT in case.modalities
    assert case.previous is None
    assert ref_of(case.id) == waiting


def test_travel_is_reckoned_from_the_patients_suburb(database, waiting):
    assert the_case(database, waiting).travel_km == {"S01": 2, "S02": 18}


def test_the_problem_survives_being_written_and_read(database, waiting):
    problem = plan(database).problem
    assert read_problem(write_problem(problem)) == problem


def test_only_lists_of_these_dates_that_have_not_begun_are_planned(database, waiting):
    assert [one.id for one in plan(database, end=TODAY + DAY).problem.sessions] == ["S01-1", "S02-1"]
    begun = MORNING + timedelta(hours=23, minutes=30)  # 08:30 tomorrow, to the minute
    assert plan(database, now=begun, end=TODAY + DAY).problem.sessions == ()


def test_a_booked_case_keeps_its_earlier_place_as_previous(database, waiting):
    publish(database, {f"{waiting}-T": ("S01-1", 0, "R01")})
    case = the_case(database, waiting)
    assert (case.previous.session, case.previous.radiologist, case.previous.status) == (
        "S01-1",
        "R01",
        Commitment.BOOKED,
    )
    assert case.pinned is None


@pytest.mark.parametrize(("ahead", "pinned"), [(0, False), (1, True)])
def test_the_freeze_pins_up_to_and_including_its_last_day(database, waiting, ahead, pinned):
    publish(database, {f"{waiting}-T": ("S01-1", 0, "R01")})
    case = the_case(database, waiting, freeze_until=TODAY + ahead * DAY)
    assert (case.pinned is not None) is pinned


def test_nothing_new_is_planned_inside_the_freeze(database, waiting):
    assert the_case(database, waiting, freeze_until=TODAY + 2 * DAY).ready_from == TODAY + 3 * DAY


def test_a_booked_case_on_a_closed_list_loses_its_pin(database, waiting):
    publish(database, {f"{waiting}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: clinic.close_list(session, "S01-1", reason="Scanner fault"))
    made = plan(database, freeze_until=TODAY + 2 * DAY)
    assert made.problem.case_by_id[f"{waiting}-T"].pinned is None
    assert made.problem.lists["S01-1"].session.closed


def test_a_suite_out_of_service_closes_its_lists(database, waiting):
    start, end = MORNING + DAY, MORNING + DAY + timedelta(hours=1)
    write(database, lambda session: clinic.add_maintenance(session, start=start, end=end, suite="S01-CT1"))
    lists = plan(database).problem.lists
    assert (lists["S01-1"].session.closed, lists["S02-1"].session.closed) == (True, False)


def test_leave_becomes_unavailable_time(database, waiting):
    start, end = MORNING + DAY, MORNING + 2 * DAY
    write(database, lambda session: clinic.add_leave(session, "R01", start=start, end=end))
    assert plan(database).problem.radiologist_by_id["R01"].unavailable == ((start, end),)


def test_a_unit_out_of_service_is_not_planned_with(database, waiting):
    start, end = MORNING + DAY, MORNING + 2 * DAY
    write(database, lambda session: clinic.add_maintenance(session, start=start, end=end, unit="rf-1"))
    assert list(plan(database).problem.unit_by_id) == ["rf-2"]


def test_a_patient_on_a_blood_thinner_waits_until_it_can_be_stopped(database):
    a_clinic(database)
    ref = list_for_test(database, medicines=("Warfarin 5 mg",))
    assert the_case(database, ref).ready_from == TODAY + 6 * DAY


def test_a_booked_patient_who_already_stops_a_blood_thinner_may_keep_the_booked_day(database):
    a_clinic(database)
    ref, on = list_for_test(database, medicines=("Warfarin 5 mg",)), TODAY + 7 * DAY
    later = NewList(id="S01-9", suite="S01-CT1", on=on, start=time(9), end=time(13), funding=("public",))
    write(database, lambda session: clinic.add_lists(session, [later]))
    publish(database, {f"{ref}-T": ("S01-9", 0, "R01")})
    assert the_case(database, ref, now=MORNING + 3 * DAY).ready_from == on


def test_a_patient_who_is_not_ready_is_left_out_with_the_reason(database):
    a_clinic(database)
    ref = list_for_test(database)
    step(database, ref, Event.MDT_RECALL, change="New imaging")
    made = plan(database)
    assert made.problem.cases == ()
    assert made.left_out == ()  # it waits for the meeting, not for a list


def test_a_case_whose_referral_has_run_out_is_left_out_with_the_reason(database, waiting):
    def run_out(session):
        session.exec(select(CaseRow)).one().referral_valid_until = TODAY - DAY
        audit.record(session, action="test", entity="case", ref=waiting)

    write(database, run_out)
    [left] = plan(database).left_out
    assert left.case == f"{waiting}-T"
    assert "referral" in " ".join(left.reasons).lower()


def test_the_versions_read_are_those_of_the_rows(database, waiting):
    made = plan(database)
    version = read(database, lambda session: session.exec(select(CaseRow.version)).one())
    assert made.versions["cases"] == {waiting: version}
    assert made.versions["lists"]["S01-1"] == 1


def test_a_case_booked_beyond_the_horizon_is_not_touched(database, waiting):
    publish(database, {f"{waiting}-T": ("S01-3", 0, "R01")})
    made = plan(database, end=TODAY + 2 * DAY)
    assert (made.problem.cases, made.left_out) == ((), ())
