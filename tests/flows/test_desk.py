"""The desk: roles at every act, refusals in the audit trail, every write once, plans from asking to publishing."""

import dataclasses
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from db import boards
from db.words import ProposalStatus
from flows import plan_runs
from flows.desk import Desk, event_named, open_desk
from flows.permissions import Action, Actor, allowed_roles
from flows.steps import run_plan_steps, waiting_steps
from flows.words import FlowName, StepOutcome
from scheduler.errors import (
    BadInputError,
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.pathway.booking import BookingEvent, BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.memory import TODAY, a_case, a_clinic, list_for_test, read
from tests.builders.planning import a_problem
from tests.builders.service import a_desk, a_service, an_actor

EXAMPLES = Path("examples/referrals")
SECONDS = 3.0


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database)


@pytest.fixture
def desk(service):
    return a_desk(service)


def refusals(service):
    return read(service.database, lambda session: boards.service_status(session, now=service.clock.now())).refusals


ACTS = {
    Action.LOOK: lambda desk: desk.cases(),
    Action.SEE_PATIENT: lambda desk: desk.patient("N1"),
    Action.SET_UP: lambda desk: desk.set_up(a_problem()),
    Action.IMPORT_REFERRALS: lambda desk: desk.import_referrals([]),
    Action.REQUEST_PLAN: lambda desk: desk.request_plan(),
    Action.WITHDRAW_PROPOSAL: lambda desk: desk.withdraw(a_desk(desk.service).request_plan()),
    Action.ADVANCE_BOOKING: lambda desk: desk.advance_booking("N1", BookingEvent.CONFIRM),
    Action.FINISH_TASK: lambda desk: desk.finish_task("no such task"),
    Action.RUN_STEPS: lambda desk: desk.run_due_now(),
    Action.MANAGE_ACCOUNTS: lambda desk: desk.accounts(),
    "accept": lambda desk: desk.record("N1", "accept", {}),
    "list_for_test": lambda desk: desk.record("N1", "list_for_test", {}),
    "start_test": lambda desk: desk.record("N1", "start_test", {}),
    "mdt_proceed_test": lambda desk: desk.record("N1", "mdt_proceed_test", {}),
    "duplicate_or_error": lambda desk: desk.record("N1", "duplicate_or_error", {}),
}


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("asked", ACTS)
def test_every_act_asks_for_its_role_before_anything_else(service, asked, role):
    desk = a_desk(service, role) if role else Desk(service, an_actor())
    wanted = allowed_roles(asked if isinstance(asked, Action) else event_named(asked))
    if role in wanted:
        with suppress(NotFoundError):  # allowed, and told that there is nothing of that name
            ACTS[asked](desk)
    else:
        before = refusals(service)
        with pytest.raises(NotPermittedError):
            ACTS[asked](desk)
        assert refusals(service) == before + 1


def test_nobody_acts_at_a_desk_that_was_only_opened(sqlite_database):
    with pytest.raises(NotPermittedError, match="Somebody not signed in may not look"):
        open_desk(sqlite_database.settings).cases()


# Referrals


def test_an_import_keeps_each_good_referral_and_says_why_the_others_are_refused(desk):
    report = desk.import_referrals([EXAMPLES])
    assert len(report.imported) == 5
    assert {refusal.file for refusal in report.refused} == {"one-bad.json"}
    assert {case.state for case in desk.cases()} == {PathwayState.TRIAGE, PathwayState.REFERRAL_INCOMPLETE}


def test_the_same_files_again_change_nothing(desk):
    first = desk.import_referrals([EXAMPLES])
    again = desk.import_referrals([EXAMPLES])
    assert again.imported == ()
    assert sorted(again.unchanged) == sorted(kept.ref for kept in first.imported)


def test_a_file_that_is_not_there_is_named_before_anything_is_kept(desk, tmp_path):
    shutil.copy(EXAMPLES / "referrals.csv", tmp_path)
    with pytest.raises(BadInputError, match="there is no such file"):
        desk.import_referrals([tmp_path / "referrals.csv", tmp_path / "nothing.csv"])
    assert desk.cases() == ()


# Recording


def in_triage(desk):
    ref = a_case(desk.service.database)
    desk.run_due_now()
    return ref


def test_a_recorded_step_moves_the_case_and_is_in_its_history_under_the_persons_name(desk):
    ref = in_triage(desk)
    clinician = desk.acting(an_actor(Role.CLINICIAN, name="Dr Lee"))
    assert clinician.record(ref, "accept", {}).state is PathwayState.AWAITING_MDT
    line = clinician.case(ref).history[-1]
    assert (line.event, line.by, line.role) == ("accept", "Dr Lee", "clinician")


def test_what_a_step_makes_due_today_is_done_at_once(desk):
    ref = in_triage(desk)
    desk.record(ref, "accept", {})
    assert "add_to_mdt_agenda" in [task.kind for task in desk.case(ref).tasks]


def test_a_repeated_write_changes_nothing_and_is_no_error(desk):
    ref = in_triage(desk)
    first = desk.record(ref, "accept", {}, write_id="w1")
    again = desk.record(ref, "accept", {}, write_id="w1")
    assert (first.state, first.version) == (again.state, again.version)
    assert [line.event for line in desk.case(ref).history].count("accept") == 1


def test_a_save_from_an_old_page_is_refused(desk):
    ref = in_triage(desk)
    shown = desk.case(ref).version
    desk.record(ref, "accept", {}, expected_version=shown)
    with pytest.raises(StaleVersionError):
        desk.record(ref, "patient_withdraws", _withdrawal(), expected_version=shown)
    with pytest.raises(StaleVersionError):  # though the step itself could not follow any more
        desk.record(ref, "accept", {}, expected_version=shown)
    assert desk.case(ref).summary.state is PathwayState.AWAITING_MDT


def _withdrawal():
    return {"requested_by": "patient", "requested_on": TODAY.isoformat(), "channel": "phone"}


def test_a_step_the_pathway_does_not_allow_says_what_may_follow(desk):
    ref = in_triage(desk)
    with pytest.raises(TransitionNotAllowedError, match="What may follow is"):
        desk.record(ref, "start_test", {})


def test_an_unknown_event_suggests_the_one_that_was_meant(desk):
    with pytest.raises(NotFoundError, match="Did you mean accept"):
        desk.record(in_triage(desk), "acept", {})


# Plans


@pytest.fixture
def waiting(desk):
    a_clinic(desk.service.database)
    return [list_for_test(desk.service.database, number) for number in (1, 2, 3)]


def test_what_one_more_list_is_worth_is_told_for_the_cases_that_wait(desk, waiting):
    found = desk.worth(start=TODAY, weeks=2, time_limit=120)
    assert found.settled
    assert found.bound > 0
    assert found.lists
    assert desk.proposals() == ()  # a question keeps nothing


def test_a_plan_is_made_shown_and_published_and_the_cases_are_booked(desk, waiting):
    proposal = desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS)
    page = desk.proposal(proposal)
    assert page.summary.status is ProposalStatus.READY
    assert sorted(place.ref for place in page.placed) == sorted(waiting)
    report = desk.publish(proposal, expected_version=page.summary.version)
    assert sorted(report.booked) == sorted(waiting)
    assert {desk.case(ref).summary.state for ref in waiting} == {PathwayState.TEST_BOOKED}
    assert sorted(case.ref for card in desk.lists(TODAY) for case in card.cases) == sorted(waiting)


def test_publishing_twice_books_once(desk, waiting):
    proposal = desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS)
    desk.publish(proposal, write_id="p1")
    assert desk.publish(proposal, write_id="p1").repeated
    with pytest.raises(NeurolistError, match="only a ready one can be published"):
        desk.publish(proposal)


def test_a_published_plan_sets_aside_the_proposals_it_overtakes(desk, waiting):
    older = desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS)
    later = desk.plan_now(start=TODAY.replace(year=TODAY.year + 1), weeks=1, time_limit=1)
    desk.publish(desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS))
    statuses = {one.id: one.status for one in desk.proposals()}
    assert statuses[older] is ProposalStatus.WITHDRAWN
    assert statuses[later] is ProposalStatus.READY


def test_a_plan_for_a_site_is_published_only_by_somebody_of_that_site(desk, waiting):
    proposal = desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS)
    touched = desk._sites_of(proposal)
    elsewhere = next(site for site in ("S01", "S02", "S03") if site not in touched)
    with pytest.raises(NotPermittedError, match=f"at {touched[0]}"):
        desk.acting(an_actor(Role.BOOKINGS, site=elsewhere)).publish(proposal)
    bookings = Actor(id="b", name="B", roles={site: frozenset({Role.BOOKINGS}) for site in touched})
    assert desk.acting(bookings).publish(proposal).booked


def test_a_requested_plan_waits_for_the_planner_and_is_then_ready(desk, waiting):
    proposal = desk.request_plan(start=TODAY, weeks=2, time_limit=SECONDS)
    assert desk.proposal(proposal).summary.status is ProposalStatus.QUEUED
    ids = [step.id for step in waiting_steps(desk.service, flows={FlowName.PLANNING}, limit=5)]
    assert [report.outcome for report in run_plan_steps(desk.service, ids)] == [StepOutcome.DONE]
    assert desk.proposal(proposal).summary.placed == len(waiting)


def test_asking_for_a_plan_twice_with_one_write_id_asks_once(desk, waiting):
    first = desk.request_plan(start=TODAY, write_id="r1")
    assert desk.request_plan(start=TODAY, write_id="r1") == first
    assert len(desk.proposals()) == 1


def test_ordinary_work_does_not_touch_a_requested_plan(desk, waiting):
    proposal = desk.request_plan(start=TODAY)
    desk.run_due_now()
    assert desk.proposal(proposal).summary.status is ProposalStatus.QUEUED


def test_a_planning_run_that_is_stopped_leaves_a_failed_proposal_behind(desk, waiting, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_runs, "solve_by_size", stopped)
    with pytest.raises(KeyboardInterrupt):
        desk.plan_now(start=TODAY)
    (summary,) = desk.proposals()
    assert (summary.status, summary.failure) == (
        ProposalStatus.FAILED,
        "The planning run was stopped before it had a plan.",
    )


def test_a_plan_that_breaks_a_rule_is_never_offered(desk, waiting, monkeypatch):
    honest = plan_runs.solve_by_size

    def wrong(problem, **options):
        plan = honest(problem, **options)
        return dataclasses.replace(plan, bookings=(*plan.bookings, plan.bookings[0]))

    monkeypatch.setattr(plan_runs, "solve_by_size", wrong)
    proposal = desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS)
    summary = desk.proposal(proposal).summary
    assert summary.status is ProposalStatus.FAILED
    assert "breaks" in summary.failure
    with pytest.raises(NeurolistError):
        desk.publish(proposal)


def test_a_booking_moves_on_when_the_patient_confirms(desk, waiting):
    desk.publish(desk.plan_now(start=TODAY, weeks=2, time_limit=SECONDS))
    desk.advance_booking(waiting[0], BookingEvent.CONFIRM)
    assert desk.case(waiting[0]).bookings[-1].status is BookingState.CONFIRMED


# At the door


def test_somebody_signs_in_acts_under_their_roles_and_signs_out(desk):
    desk.add_account("kim", "Kim Roe", "a long password", {"S01": {Role.BOOKINGS}})
    token = desk.sign_in("kim", "a long password", "127.0.0.1")
    person = desk.person(token)
    assert (person.name, person.roles) == ("Kim Roe", {"S01": frozenset({Role.BOOKINGS})})
    desk.sign_out(token)
    assert desk.person(token) is None


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk):
    desk.add_account("kim", "Kim Roe", "a long password", {"*": {Role.VIEWER}})
    answers = []
    for name in ("kim", "nobody"):
        with pytest.raises(NotPermittedError) as refusal:
            desk.sign_in(name, "wrong password", "127.0.0.1")
        answers.append(str(refusal.value))
    assert answers[0] == answers[1]
