"""Pictures of the memory say what is there, with a few queries however much it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import boards, publishing
from db.words import ProposalStatus
from scheduler.errors import NotFoundError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Readiness, Stage
from tests.builders.memory import (
    CLERK,
    MORNING,
    TODAY,
    a_case,
    a_clinic,
    a_proposal,
    list_for_test,
    read,
    write,
)
from tests.builders.questions import counted


def summaries(database, **options):
    return read(database, lambda session: boards.case_summaries(session, now=MORNING, **options))


def test_a_new_case_is_summed_up_with_its_response_clock(database):
    ref = a_case(database)
    [case] = summaries(database)
    assert (case.ref, case.state, case.days, case.limit) == (ref, PathwayState.REFERRAL_RECEIVED, 0, 8)
    assert (case.overdue, case.missing, case.stage, case.booked_for) == (False, (), None, None)
    assert case.open_tasks == 1


def test_missing_items_are_named(database):
    a_case(database, items=())
    assert summaries(database)[0].missing == ("R1", "R2", "R3", "R4", "R5", "R6", "R7")


def test_a_listed_case_shows_its_wait_and_minutes(database):
    list_for_test(database)
    [case] = summaries(database)
    assert (case.stage, case.readiness, case.minutes) == (Stage.TEST_BLOCK, Readiness.READY, 45)
    assert (case.limit, case.due_on) == (30, TODAY + timedelta(days=30))


def test_cases_to_place_are_those_that_wait_without_a_booking(database):
    a_clinic(database)
    waiting, booked, _ = list_for_test(database, 1), list_for_test(database, 2), a_case(database, 3)
    proposal = a_proposal(database, {f"{booked}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    found = read(database, lambda session: boards.to_place(session, now=MORNING))
    assert [case.ref for case in found] == [waiting]


def test_the_stages_hold_every_open_case_once(database):
    refs = {a_case(database, 1), list_for_test(database, 2)}
    columns = read(database, lambda session: boards.stages(session, now=MORNING))
    assert [column.state for column in columns] == [state for state in PathwayState if not state.ends]
    assert {case.ref for column in columns for case in column.cases} == refs
    assert columns[0].median_days == 0
    assert columns[1].median_days is None


def test_the_stages_of_a_site_hold_those_booked_there_and_those_that_may_be(database):
    a_clinic(database)
    anywhere, booked = list_for_test(database, 1), list_for_test(database, 2)
    proposal = a_proposal(database, {f"{booked}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    found = {
        site: {
            case.ref
            for column in read(database, lambda session, site=site: boards.stages(session, now=MORNING, site=site))
            for case in column.cases
        }
        for site in ("S01", "S02")
    }
    assert found == {"S01": {anywhere, booked}, "S02": {anywhere}}


def test_a_case_page_tells_the_whole_story(database):
    a_clinic(database)
    ref = list_for_test(database)
    proposal = a_proposal(database, {f"{ref}-T": ("S01-1", 15, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    page = read(database, lambda session: boards.case_page(session, ref, now=MORNING))
    assert [line.event for line in page.history][:2] == ["referral_received", "start_triage"]
    assert page.history[-1].to_state is PathwayState.TEST_BOOKED
    assert page.history[-1].by == "A Clerk"
    [booking] = page.bookings
    assert (booking.site_name, booking.suite_name, booking.radiologist) == ("Site 1", "CT 1", "Radiologist R01")
    assert booking.status is BookingState.BOOKED
    assert {clock.id for clock in page.clocks} >= {"C1", "C3", "C7"}
    assert page.version == page.summary.version


def test_an_unknown_case_is_not_found(database):
    with pytest.raises(NotFoundError, match="N99999"):
        read(database, lambda session: boards.case_page(session, "N99999", now=MORNING))


def test_a_list_shows_its_cases_in_order_and_how_full_it_is(database):
    a_clinic(database)
    late, early = list_for_test(database, 1), list_for_test(database, 2)
    proposal = a_proposal(database, {f"{late}-T": ("S01-1", 60, "R01"), f"{early}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    card = read(database, lambda session: boards.list_card(session, "S01-1", now=MORNING))
    assert [case.ref for case in card.cases] == [early, late]
    assert (card.part, card.radiologist, card.published) == ("Morning", "Radiologist R01", True)
    assert (card.minutes_used, card.minutes_available) == (45 + 15 + 45, 240)
    assert card.cases[0].laterality is Laterality.BILATERAL


def test_lists_of_one_site_and_of_these_dates_only(database):
    a_clinic(database)
    start = TODAY + timedelta(days=1)
    found = read(database, lambda session: boards.lists(session, start=start, end=start, now=MORNING, site="S02"))
    assert [card.id for card in found] == ["S02-1"]


def test_a_proposal_says_what_it_places_and_what_is_left_over(database):
    a_clinic(database)
    placed, left = list_for_test(database, 1), list_for_test(database, 2)
    proposal = a_proposal(database, {f"{placed}-T": ("S01-1", 0, "R01")})
    page = read(database, lambda session: boards.proposal_page(session, proposal, now=MORNING))
    assert [(place.ref, place.radiologist) for place in page.placed] == [(placed, "Radiologist R01")]
    assert [(one.ref, one.reasons) for one in page.left_over] == [(left, ("No room.",))]
    assert (page.summary.status, page.summary.placed, page.summary.left_over) == (ProposalStatus.READY, 1, 1)
    assert page.prices["access"] == 100


def test_the_service_status_counts_what_there_is(database):
    a_clinic(database)
    a_case(database, 1)
    list_for_test(database, 2)
    status = read(database, lambda session: boards.service_status(session, now=MORNING))
    assert (status.open_cases, status.waiting, status.booked, status.lists_coming) == (2, 1, 0, 6)
    assert status.cases[PathwayState.TEST_WAITING] == 1
    assert status.unapproved_values > 100
    assert status.trail_rows > 0


@pytest.mark.parametrize(
    "picture",
    [
        lambda session: boards.case_summaries(session, now=MORNING),
        lambda session: boards.stages(session, now=MORNING),
        lambda session: boards.lists(session, start=TODAY, end=TODAY + timedelta(days=9), now=MORNING),
        lambda session: boards.service_status(session, now=MORNING),
    ],
)
def test_more_cases_need_no_more_queries(database, picture):
    a_clinic(database)
    counts = []
    for number in range(2, 8, 2):
        refs = [list_for_test(database, number * 10 + at) for at in range(2)]
        places = {f"{ref}-T": (f"S0{at + 1}-{number // 2}", 0, f"R0{at + 1}") for at, ref in enumerate(refs)}
        proposal = a_proposal(database, places)
        write(database, lambda session, made=proposal: publishing.publish(session, made, actor=CLERK, now=MORNING))
        with counted(database) as statements:
            read(database, picture)
        counts.append(len(statements))
    assert counts[1] == counts[2]
    assert max(counts) < 45
