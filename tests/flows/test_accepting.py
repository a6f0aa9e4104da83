"""A plan is published whole or in part, follows what others changed, and keeps the frozen days unless two agree."""

from contextlib import suppress
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from sqlmodel import select

from db import clinic, overtaken, proposals, publishing
from db.engine import open_database
from db.tables import AuditEventRow
from db.words import ProposalStatus
from flows import accepting, plan_runs
from flows.accepting import Acceptance, NothingToApproveError, frozen_changes
from flows.hold_asked import HoldAsked
from flows.narrowing import pins_from
from flows.steps import run_plan_steps, waiting_steps
from flows.words import FlowName, StepOutcome
from scheduler.errors import (
    BadInputError,
    FrozenDaysError,
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    PlanOvertakenError,
    StaleVersionError,
)
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, step, write
from tests.builders.service import a_desk, a_service, an_actor, publish_as_two

LEFT = {"requested_by": "patient", "requested_on": TODAY, "channel": "phone"}


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database))


@pytest.fixture
def refs(desk):
    """Three cases that wait, and lists on seven mornings at two sites."""
    a_clinic(desk.service.database, days=7)
    return [list_for_test(desk.service.database, number) for number in (1, 2, 3)]


def propose(desk, places):
    return a_proposal(desk.service.database, {f"{ref}-T": spot for ref, spot in places.items()})


def booked(desk):
    zone = desk.zone
    return {case.ref: (card.id, f"{case.start.astimezone(zone):%H:%M}") for card in desk.lists() for case in card.cases}


def acts(desk):
    asked = select(AuditEventRow.action, AuditEventRow.why)
    return read(desk.service.database, lambda session: session.exec(asked).all())


# Following what others changed.


def test_what_somebody_else_changed_stays_as_they_left_it_and_the_rest_is_published(desk, refs):
    one, two, three = refs
    made = propose(desk, {one: ("S01-5", 0, "R01"), two: ("S01-5", 60, "R01"), three: ("S02-5", 0, "R02")})
    desk.hold(HoldAsked(ref=one, list="S02-6"))
    step(desk.service.database, two, Event.PATIENT_WITHDRAWS, **LEFT)
    report = desk.publish(made)
    assert (report.booked, report.kept) == ((three,), (one,))
    assert {one.ref for one in report.left_alone} == {one, two}
    assert "Pat Doe changed" in next(told.says for told in report.left_alone if told.ref == one)
    assert booked(desk)[one][0] == "S02-6"
    assert "rebase_proposal" in {action for action, _ in acts(desk)}


def test_a_place_that_somebody_else_took_is_not_given_twice(desk, refs):
    one, two, _ = refs
    made = propose(desk, {one: ("S01-5", 0, "R01")})
    desk.hold(HoldAsked(ref=two, list="S01-5"))
    report = desk.publish(made)
    assert report.booked == ()
    assert [told.ref for told in report.left_alone] == [one]
    assert "no longer goes beside" in report.left_alone[0].says


def holds_another_list(desk, two):
    desk.hold(HoldAsked(ref=two, list="S02-6"))


def closes_its_list(desk, _):
    write(desk.service.database, lambda session: clinic.close_list(session, "S02-5", reason="No nurse"))


def takes_its_radiologist_away(desk):
    start, end = MORNING + timedelta(days=4), MORNING + timedelta(days=6)
    write(desk.service.database, lambda session: clinic.add_leave(session, "R02", start=start, end=end))


@pytest.fixture
def laid(monkeypatch):
    """How often a plan is laid and over what; `once` is done as soon as it was laid for the first time."""
    lay, seen = accepting.whole, Laying()

    def whole(session, proposal, *, now, before=None):
        found = lay(session, proposal, now=now, before=before)
        seen.over.append(before)
        if before is None:
            seen.once()
        return found

    monkeypatch.setattr(accepting, "whole", whole)
    return seen


class Laying:
    def __init__(self):
        self.over, self.once = [], lambda: None


@pytest.fixture
def overtaken_plan(desk, refs):
    """A plan of two cases that has to be laid over a third one's new place."""
    made = propose(desk, {refs[0]: ("S01-5", 0, "R01"), refs[1]: ("S02-5", 0, "R02")})
    desk.hold(HoldAsked(ref=refs[2], list="S01-6"))
    return made


@pytest.mark.parametrize("act", [holds_another_list, closes_its_list])
def test_what_changes_once_the_plan_is_laid_is_read_again_while_others_wait(desk, refs, laid, overtaken_plan, act):
    laid.once = lambda: act(desk, refs[1])
    report = desk.publish(overtaken_plan)
    assert report.booked == (refs[0],)
    assert [left.ref for left in report.left_alone] == [refs[1]]
    assert [before is None for before in laid.over] == [True, False]


def test_what_makes_the_plan_unlawful_once_it_is_laid_is_found_while_others_wait(desk, laid, overtaken_plan):
    laid.once = lambda: takes_its_radiologist_away(desk)
    with pytest.raises(NeurolistError, match="R02 does S02-5 but is unavailable"):
        desk.publish(overtaken_plan)
    assert len(booked(desk)) == 1


def test_what_was_laid_is_published_as_it_is_where_nothing_has_changed_since(desk, refs, laid, overtaken_plan):
    assert desk.publish(overtaken_plan).booked == tuple(refs[:2])
    assert laid.over == [None]


def test_a_case_that_came_onto_a_list_of_the_plan_is_seen_and_one_held_elsewhere_is_not_in_the_way(desk, refs):
    one, two, _ = refs
    database = desk.service.database

    def published(made):
        write(database, lambda session: publishing.publish(session, made, actor=CLERK, now=MORNING))

    short = a_proposal(database, {f"{one}-T": ("S01-3", 0, "R01")}, days=4)
    desk.hold(HoldAsked(ref=two, list="S02-3"))
    with pytest.raises(PlanOvertakenError, match=two):
        published(short)
    assert set(booked(desk)) == {two}
    desk.release_slot(two, reason="Another day")
    short = a_proposal(database, {f"{one}-T": ("S01-3", 0, "R01")}, days=4)
    desk.hold(HoldAsked(ref=two, list="S02-6"))
    published(short)
    assert {ref: place[0] for ref, place in booked(desk).items()} == {one: "S01-3", two: "S02-6"}


def test_people_go_on_with_other_cases_while_a_plan_is_laid_a_last_time(postgresql_database):
    database = postgresql_database
    desk = a_desk(a_service(database))
    a_clinic(database, days=7)
    one, two = (list_for_test(database, number) for number in (1, 2))
    made = a_proposal(database, {f"{one}-T": ("S01-3", 0, "R01")}, days=4)
    started, done = Signal(), Signal()

    def holds_the_planned_one():
        started.set()
        with suppress(NeurolistError):
            a_desk(a_service(database)).hold(HoldAsked(ref=one, list="S02-6"))
        done.set()

    other = Thread(target=holds_the_planned_one)
    with database.writing(CLERK, MORNING) as session:
        overtaken.hold_still(session, proposals.proposal_row(session, made))
        desk.hold(HoldAsked(ref=two, list="S02-6"))
        other.start()
        started.wait()
        assert not done.wait(0.5)
    other.join()
    assert set(booked(desk)) == {one, two}


def test_asking_for_an_approval_writes_nothing_and_keeps_nobody_waiting(desk, refs):
    made = propose(desk, {refs[0]: ("S01-5", 0, "R01")})
    before = len(acts(desk))
    with desk.service.database.writing(CLERK, MORNING), pytest.raises(NothingToApproveError):
        frozen_changes(desk.service, Acceptance(proposal=made))
    assert len(acts(desk)) == before


@pytest.mark.timeout(120)
def test_a_plan_is_published_while_somebody_else_never_stops_changing_its_cases(database):
    desk = a_desk(a_service(database))
    a_clinic(database, days=7)
    refs = [list_for_test(database, number) for number in (1, 2, 3)]
    made = propose(desk, {refs[0]: ("S01-5", 0, "R01"), refs[1]: ("S02-5", 0, "R02")})
    other = open_database(database.settings)
    over = Signal()

    def never_stops():
        their = a_desk(a_service(other))
        while not over.is_set():
            with suppress(NeurolistError):  # once the plan has booked the case, nothing can be held for it
                their.hold(HoldAsked(ref=refs[1], list="S02-6"))
                their.release_slot(refs[1], reason="Another day")

    somebody = Thread(target=never_stops)
    somebody.start()
    try:
        report = desk.publish(made)
    finally:
        over.set()
        somebody.join()
        other.close()
    assert refs[0] in report.booked
    assert {*report.booked, *(left.ref for left in report.left_alone)} == set(refs[:2])


def test_a_form_that_was_shown_an_older_plan_is_refused(desk, refs):
    made = propose(desk, {refs[0]: ("S01-5", 0, "R01")})
    with pytest.raises(StaleVersionError):
        desk.publish(made, expected_version=0)
    assert booked(desk) == {}


# Taking a part.


def test_one_case_is_taken_and_the_rest_of_the_plan_stays_ready(desk, refs):
    one, two, _ = refs
    made = propose(desk, {one: ("S01-5", 0, "R01"), two: ("S02-5", 0, "R02")})
    report = desk.publish(made, cases=[one], write_id="w1")
    assert report.booked == (one,)
    assert desk.publish(made, cases=[one], write_id="w1").repeated
    assert desk.proposal(made).summary.status is ProposalStatus.READY
    part = desk.proposal_line(report.proposal_id)
    assert (part.part_of, part.status, part.placed) == (made, ProposalStatus.PUBLISHED, 1)
    shown = {place.ref: place.changes for place in desk.proposal(made).placed}
    assert shown == {one: False, two: True}
    assert desk.publish(made).booked == (two,)
    assert set(booked(desk)) == {one, two}


def test_a_case_that_takes_anothers_place_cannot_be_taken_alone(desk, refs):
    one, two, _ = refs
    desk.publish(propose(desk, {one: ("S01-5", 0, "R01")}))
    made = propose(desk, {one: ("S02-5", 0, "R02"), two: ("S01-5", 0, "R01")})
    answer = desk.alone(made, [two])
    assert (answer.possible, answer.along) == (False, (one,))
    assert "This cannot be taken alone." in answer.says
    with pytest.raises(NeurolistError, match=f"Take {one} along"):
        desk.publish(made, cases=[two])
    assert desk.alone(made, [one]).possible
    report = desk.publish(made, cases=[two, one])
    assert (report.booked, report.moved) == ((two,), (one,))


def test_nothing_and_what_is_done_already_cannot_be_taken(desk, refs):
    made = propose(desk, {refs[0]: ("S01-5", 0, "R01")})
    with pytest.raises(BadInputError, match="Nothing is chosen"):
        desk.publish(made, cases=[])
    with pytest.raises(NeurolistError, match="nothing left to change"):
        desk.publish(made, cases=[refs[1]])


def test_a_part_needs_the_role_at_its_own_sites_alone(desk, refs):
    one, two, _ = refs
    made = propose(desk, {one: ("S01-5", 0, "R01"), two: ("S02-5", 0, "R02")})
    clerk = desk.acting(an_actor(Role.BOOKINGS, site="S01"))
    with pytest.raises(NotPermittedError, match="at S02"):
        clerk.publish(made)
    with pytest.raises(NotPermittedError):
        clerk.publish(made, cases=[two])
    assert clerk.publish(made, cases=[one]).booked == (one,)


# The frozen days.


@pytest.mark.parametrize(("ahead", "frozen"), [(3, True), (4, False)])
def test_a_visit_within_the_frozen_days_moves_only_when_a_second_person_approves(desk, refs, ahead, frozen):
    one = refs[0]
    desk.publish(propose(desk, {one: (f"S01-{ahead}", 0, "R01")}))
    made = propose(desk, {one: ("S02-6", 0, "R02")})
    (place,) = desk.proposal(made).placed
    assert place.frozen is frozen
    if not frozen:
        assert desk.publish(made).moved == (one,)
        return
    for reason in ("", "The patient's carer is away"):
        with pytest.raises(FrozenDaysError, match=one) as refusal:
            desk.publish(made, reason=reason)
        assert refusal.value.refs == (one,)
    assert publish_as_two(desk, made, reason="The patient's carer is away") == "Approved and published: 1 moved."
    assert ("publish", "The patient's carer is away") in acts(desk)


def test_a_new_place_on_a_frozen_day_needs_nobody_and_a_move_into_one_does(desk, refs):
    one, two, _ = refs
    assert desk.publish(propose(desk, {one: ("S01-1", 0, "R01"), two: ("S01-6", 0, "R01")})).booked
    made = propose(desk, {one: ("S01-1", 0, "R01"), two: ("S01-1", 60, "R01")})
    with pytest.raises(FrozenDaysError, match=two):
        desk.publish(made)


def test_the_last_frozen_day_is_that_of_the_protocol(desk, refs):
    assert desk.frozen_until() == TODAY + timedelta(days=3)


# Asking again, for some sites, and ending a run.


def test_kept_cases_stay_where_a_plan_had_them_when_it_is_run_again(desk, refs):
    one, two, _ = refs
    first = propose(desk, {one: ("S01-6", 30, "R02")})
    again = desk.request_plan(TODAY, weeks=2, time_limit=20, sites=["S02"], keep_from=first, keep=[one])
    with pytest.raises(NotFoundError, match=f"has no place for {two}"):
        read(desk.service.database, lambda session: pins_from(session, first, [two]))
    steps = waiting_steps(desk.service, flows={FlowName.PLANNING}, limit=5)
    run_plan_steps(desk.service, [one.id for one in steps])
    placed = {place.ref: place for place in desk.proposal(again).placed}
    assert (placed[one].session, placed[one].radiologist) == ("S01-6", "Radiologist R02")
    assert {place.site_name for ref, place in placed.items() if ref != one} == {"Site 2"}


def test_a_run_that_somebody_ended_stops_without_a_plan_and_without_a_fault(desk, refs, monkeypatch):
    monkeypatch.setattr(plan_runs, "TELL_EVERY_SECONDS", 0.0)
    made = desk.request_plan(TODAY, weeks=2, time_limit=30)
    honest = plan_runs.solve_by_size
    stopped = []

    def ended_meanwhile(problem, *, should_stop, **how):
        desk.withdraw(made, reason="Asked for the wrong weeks")
        stopped.append(should_stop())
        return honest(problem, should_stop=should_stop, **{**how, "time_limit": 1})

    monkeypatch.setattr(plan_runs, "solve_by_size", ended_meanwhile)
    steps = waiting_steps(desk.service, flows={FlowName.PLANNING}, limit=5)
    assert [report.outcome for report in run_plan_steps(desk.service, [one.id for one in steps])] == [StepOutcome.DONE]
    assert stopped == [True]
    summary = desk.proposal_line(made)
    assert (summary.status, summary.failure) == (ProposalStatus.WITHDRAWN, "Asked for the wrong weeks")
    assert waiting_steps(desk.service, flows={FlowName.PLANNING}, limit=5) == ()
