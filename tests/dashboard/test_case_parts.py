"""The parts of a case's page: where it stands, its papers, what treatment came to, and how mistakes are put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.case import history_rows
from dashboard.shapes.differences import differing
from dashboard.shapes.papers import consent_rows, document_rows, holds_caption, holds_rows, letter_rows, timer_rows
from dashboard.shapes.putting_right import reversal_facts, with_value
from dashboard.shapes.results import complication_rows, other_rows, procedure_rows, review_rows
from dashboard.shapes.slot import may_look, place_words, slot_words, standing_slot
from dashboard.shapes.standing import act_words, alert_list, stands_words
from dashboard.shapes.steps import groups_of, steps_for_others, steps_not_possible
from db.amendments import Amendable
from db.outbox import Letter
from db.pictures import TimerLine
from db.reversals import Reversal
from db.words import SendState
from flows.explaining import PlaceLine
from scheduler.explain import Verdict
from scheduler.pathway.alerts import Alert, AlertKind
from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import Audience, NoticeKind
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.facts import Complication, OtherCase, ReferralItem, Scale
from scheduler.pathway.fields import Field, FieldType
from scheduler.pathway.follow_up import PointState, ReviewPoint
from scheduler.pathway.machine import NextStep
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import Prerequisite, Standing
from scheduler.vocabulary import Role, Target
from tests.builders.pathway import a_consent, a_test
from tests.builders.screens import (
    NINE,
    TODAY,
    a_booking_line,
    a_case_page,
    a_case_summary,
    a_history_line,
    a_task_line,
)

MELBOURNE = ZoneInfo("Australia/Melbourne")


def words(rows):
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


def with_facts(**changed):
    page = a_case_page()
    return replace(page, facts=replace(page.facts, **changed))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, "Waiting for test block since Sat 14 Nov 2026: 10 of 30 days; due by Mon 14 Dec 2026."),
        ({"days": 31}, "Waiting for test block since Sat 14 Nov 2026: 31 of 30 days; 1 over."),
        ({"due_on": None}, "Waiting for test block since Sat 14 Nov 2026: 10 of 30 days; the clock stands still."),
        ({"limit": None, "days": 1}, "Waiting for test block since Sat 14 Nov 2026, 1 day."),
        ({"state": PathwayState.DISCHARGED}, "Discharged since Sat 14 Nov 2026. The pathway has ended."),
    ],
)
def test_a_case_says_in_words_where_it_stands(changed, says):
    assert stands_words(a_case_summary(**changed)) == says


def test_who_must_act_next_is_said_with_the_day():
    later = a_task_line("T2", says="Confirm the visit.", due_on=TODAY + timedelta(days=2))
    late = a_task_line(due_on=TODAY - timedelta(days=1), overdue=True, assignee="b", assignee_name="Bella Marsh")
    assert act_words(a_case_page(tasks=(later, late))) == "Bella Marsh: Book the test block. By Mon 23 Nov, overdue."
    assert act_words(a_case_page(tasks=(later,))) == "Bookings: Confirm the visit. By Thu 26 Nov."
    assert act_words(a_case_page()) == ""


def test_a_grave_alert_is_stressed_more_than_one_that_comes_soon():
    grave = Alert(kind=AlertKind.OVERDUE, about="C3", on=TODAY, says="Over <now>.")
    soon = Alert(kind=AlertKind.DUE_SOON, about="C3", on=TODAY, says="Due soon.")
    drawn = alert_list((grave, soon))
    assert 'class="nl-over">Over &lt;now&gt;.' in drawn
    assert 'class="nl-soon">Due soon.' in drawn
    assert alert_list(()) == ""


def test_what_must_hold_is_looked_at_on_the_booked_day_or_else_today():
    bloods = Standing(
        prerequisite=Prerequisite.BLOODS, holds=False, first=None, last=TODAY, renewable=True, says="Too old."
    )
    page = a_case_page(a_case_summary(booked_for=NINE), prerequisites=(bloods,), prerequisites_on=TODAY)
    assert words(holds_rows(page)) == [["Bloods", "no", "Tue 24 Nov", "Too old."]]
    assert holds_caption(page) == "What must hold on the booked day, Tue 24 Nov 2026"
    assert "nothing is booked" in holds_caption(a_case_page(prerequisites_on=TODAY))
    assert holds_caption(a_case_page()) == ""


def test_every_document_says_whether_it_is_here_and_how_old():
    items = (
        ReferralItem(key="R1", received=True, dated=TODAY),
        ReferralItem(key="R2", received=True, dated=TODAY - timedelta(days=90)),
        ReferralItem(key="Letter", received=False),
    )
    page = replace(with_facts(items=items), summary=a_case_summary(missing=("R2", "R3", "Letter")))
    rows = {row[0]: row[1:] for row in words(document_rows(page))}
    assert rows["Imaging"] == ["yes", "24 Nov 2026"]
    assert rows["Bloods"] == ["too old", "26 Aug 2026"]
    assert rows["Consultation records"] == ["missing", ""]
    assert rows["Letter"] == ["missing", "no date"]


def test_consents_and_letters_and_what_comes_by_itself_are_said():
    consent = a_consent()
    assert words(consent_rows(with_facts(consents=(consent,))))[0][0] == "Test block"
    usual = {
        "case_ref": "N10001",
        "event_seq": 1,
        "ended_at": None,
        "channel": "",
        "attempts": 0,
        "attempted_at": None,
        "receipt": "",
        "document_id": None,
        "task_id": None,
        "replaces": None,
        "reason": "",
        "version": 1,
        "queued_at": NINE,
        "kind": NoticeKind.MDT_OUTCOME,
    }
    sent = Letter(id="1", number=1, audience=Audience.GENERAL_PRACTITIONER, state=SendState.SENT, problem="", **usual)
    failed = Letter(id="2", number=2, audience=Audience.PATIENT, state=SendState.FAILED, problem="No address.", **usual)
    rows = words(letter_rows((sent, failed), MELBOURNE))
    assert rows[0][:3] == ["Mdt outcome", "Patient", "Tue 24 Nov, 09:00"]
    assert rows[0][3].endswith(": No address.")
    assert rows[1][1] == "General practitioner"
    timer = TimerLine(name="treat_by", due_at=NINE, due_on=TODAY, role=Role.BOOKINGS, says="Book it.")
    assert words(timer_rows((timer, replace(timer, says="")))) == [["Tue 24 Nov", "Bookings", "Book it."]]


def test_procedures_reviews_complications_and_other_cases_are_said():
    test = a_test()
    other = OtherCase(ref="N9", state=PathwayState.DISCHARGED, target=Target.STELLATE, linked=True, procedures=(test,))
    went_wrong = Complication(on=TODAY, what="Bleeding", scale=Scale.CIRSE, grade=2, outcome="Settled")
    page = replace(
        with_facts(procedures=(test,), other_cases=(other,), complications=(went_wrong,)),
        reviews=(ReviewPoint(point=7, due_on=TODAY, state=PointState.MISSED),),
    )
    assert words(procedure_rows(page))[0][0] == "Test block"
    assert words(review_rows(page)) == [["7 days", "Tue 24 Nov", "missed", "", ""]]
    assert words(complication_rows(page)) == [["Tue 24 Nov 2026", "Bleeding", "CIRSE 2", "Settled"]]
    assert words(other_rows(page))[0][:3] == ["N9", "Stellate ganglion", "Discharged, linked"]


def a_step(event, *roles, **changed):
    usual = {"label": event.label, "says": "", "fields": (), "allowed": True, "why_not": None}
    return NextStep(event=event, roles=frozenset(roles), **{**usual, **changed})


def test_steps_are_grouped_by_what_they_are_and_those_of_other_roles_name_them():
    steps = (
        a_step(Event.PATIENT_WITHDRAWS, Role.BOOKINGS, Role.CLINICIAN),
        a_step(ReadinessEvent.READY_AGAIN, Role.BOOKINGS),
        a_step(Entry.EVIDENCE_RECEIVED, Role.BOOKINGS),
        a_step(Entry.CHANGE_CATEGORY, Role.CLINICIAN),
        a_step(Event.BOOK_TEST, Role.BOOKINGS, allowed=False, why_not="No slot is held."),
    )
    found = groups_of(steps, frozenset({Role.BOOKINGS}))
    assert [(heading, [step.event for step in kept]) for heading, kept in found] == [
        ("Next steps", [Event.PATIENT_WITHDRAWS]),
        ("Readiness", [ReadinessEvent.READY_AGAIN]),
        ("Write down", [Entry.EVIDENCE_RECEIVED]),
    ]
    assert words(steps_for_others(steps, frozenset({Role.BOOKINGS}))) == [["Change urgency category", "Clinician"]]
    assert words(steps_not_possible(steps)) == [["Book test block", "No slot is held."]]


def test_a_slot_says_where_it_is_and_until_when_it_is_held():
    held = a_booking_line(status=BookingState.HELD)
    past = a_booking_line(id="b0", status=BookingState.CANCELLED_PATIENT)
    assert standing_slot(a_case_page(bookings=(past, held))) is held
    assert standing_slot(a_case_page(bookings=(past,))) is None
    assert slot_words(held, NINE, MELBOURNE) == (
        "Held until Tue 24 Nov, 09:00: Tue 24 Nov, 09:00, Angio 1, Northern Hospital, Dr Ironbark."
    )
    assert may_look(a_case_page())
    assert not may_look(a_case_page(a_case_summary(state=PathwayState.TRIAGE)))


def test_a_list_to_choose_says_what_to_know_first():
    place = PlaceLine(
        session="L1",
        start=NINE,
        site="Northern Hospital",
        suite="NTH-A1",
        radiologist="Dr Ironbark",
        verdict=Verdict.YES_BUT,
        because=("After the due day.",),
        cost_change=5,
        minutes_left=30,
        rules=(),
    )
    assert place_words(place, MELBOURNE) == (
        "Tue 24 Nov, 09:00, Northern Hospital, Dr Ironbark, 30 min left. But: After the due day."
    )


def test_what_taking_back_would_do_is_said_first():
    found = Reversal(
        ref="N10001",
        seq=1,
        event="start_triage",
        on=TODAY,
        by="Ned Calder",
        to_state=PathwayState.REFERRAL_RECEIVED,
        lost=("the slot of Tuesday",),
        letters=("result to gp", "mdt_outcome to patient"),
        version=3,
    )
    assert dict(reversal_facts(found, (a_history_line(1),))) == {
        "The last step": "Start triage",
        "Recorded by": "Ned Calder, Tue 24 Nov 2026",
        "The case then stands at": "Referral received",
        "Cannot be put back": "the slot of Tuesday",
        "A correcting letter follows": "result to general practitioner; mdt outcome to patient",
    }


def test_a_value_to_correct_shows_what_it_says_now():
    value = Amendable(
        key="review-1.pain_score",
        label="Review of day 7: pain score",
        value="5",
        field=Field(key="value", type=FieldType.INTEGER, label="Pain score"),
    )
    assert (with_value(value).label, with_value(value).initial) == ("Review of day 7: pain score", "5")


def test_a_line_of_history_says_who_in_which_role_and_what_was_recorded_with_it():
    line = a_history_line(
        why="", details={"reason": "told elsewhere", "inr": "1.1", "seen_on": "2026-11-24", "identity_checked": True}
    )
    (row,) = words(history_rows((line,), (), MELBOURNE))
    assert row[3:] == ["Ned Calder, Bookings", "INR: 1.1. Seen on: Tue 24 Nov 2026. Identity checked: yes."]
    machine = a_history_line(by="Neurolist", role="machine", why="", details={"until": NINE.isoformat()})
    assert words(history_rows((machine,), (), MELBOURNE))[0][3:] == ["Neurolist", "Until: Tue 24 Nov, 09:00."]


def test_two_versions_show_only_what_differs_also_where_one_has_more():
    assert differing((("A", "1"), ("B", "2")), (("A", "1"), ("B", "3"), ("C", "4"))) == [
        ["B", "2", "3"],
        ["C", "", "4"],
    ]
