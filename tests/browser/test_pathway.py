"""The pathway in a real browser: a meeting is run, a step recorded, two people collide, and a mistake is taken back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from db.facts import case_row
from db.tables import BookingRow, CaseEventRow, MdtMeetingRow, TaskRow
from db.words import TaskState
from flows.clock import move_to
from scheduler.pathway.booking import BookingState
from scheduler.pathway.meetings.words import MeetingState
from scheduler.pathway.states import PathwayState
from tests.browser.conftest import axe
from tests.builders.memory import MORNING, read

pytestmark = pytest.mark.browser

TO_PLACE, TO_HOLD, JUST_IN = "N10009", "N10010", "N10016"
WEDNESDAY = date(2026, 12, 2)
AT_THE_MEETING = datetime(2026, 12, 2, 1, 35, tzinfo=UTC)  # 12:35 in Melbourne
SOURCE = "Who told us"
SITTING = {
    "Interventional radiology": "Dr Ironbark",
    "Palliative care": "Dr Wattle",
    "Pain medicine or anaesthesia": "Dr Banksia",
    "Treating oncology": "Dr Sassafras",
    "MDT coordinator": "T. Grevillea (no vote)",
}


def state_of(clinic, ref):
    return read(clinic.database, lambda session: case_row(session, ref).state)


def slots_of(clinic, ref):
    def ask(session):
        case = case_row(session, ref)
        return [row.status for row in session.exec(select(BookingRow).where(BookingRow.case_id == case.id))]

    return read(clinic.database, ask)


def lines_of(clinic, ref):
    def ask(session):
        case = case_row(session, ref)
        asked = select(CaseEventRow).where(CaseEventRow.case_id == case.id).order_by(CaseEventRow.seq)
        return [(line.event, line.by, line.details) for line in session.exec(asked)]

    return read(clinic.database, ask)


def test_a_task_leads_to_the_form_that_does_it(visit, clinic):
    page = visit("lead", path=f"/tasks?whose=Everybody%27s&text={JUST_IN}", title="My tasks").page
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("status")).to_contain_text("It is yours now.")
    axe(page)
    page.get_by_role("button", name="Accept referral").click()
    page.wait_for_url(f"**/case?*case={JUST_IN}*")
    expect(page.get_by_role("heading", name=re.compile(JUST_IN))).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status")).to_contain_text("recorded. The case now stands at: Waiting for MDT meeting.")
    assert state_of(clinic, JUST_IN) is PathwayState.AWAITING_MDT
    taken = read(
        clinic.database, lambda session: session.exec(select(TaskRow).where(TaskRow.assignee_name != "")).one()
    )
    assert (taken.assignee_name, taken.state) == ("Dr Anneliese Brandvold", TaskState.DONE)


def test_a_case_opens_from_the_stages_by_keyboard(visit):
    page = visit("viewer", path="/stages?category=Category+2&part=Test+block", title="Stages").page
    column = page.get_by_role("region", name="Waiting for test block")
    column.get_by_role("button").first.focus()
    axe(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/case?case=*")
    expect(page.get_by_role("table", name="For other roles")).to_contain_text("Patient withdraws")


def record(page, source):
    page.get_by_role("textbox", name=SOURCE).fill(source)
    page.get_by_role("button", name="Record").click()


def test_of_two_people_at_one_form_the_second_is_shown_both_versions_and_the_mistake_is_taken_back(visit, clinic):
    form = f"/case?case={TO_PLACE}&step=treated_elsewhere"
    first, second = visit("bookings", path=form, title="Case").page, visit("colleague", path=form, title="Case").page
    expect(second.get_by_role("textbox", name=SOURCE)).to_be_visible()
    record(first, "The ward")
    expect(first.get_by_role("status")).to_contain_text("The case now stands at: Treated elsewhere.")

    record(second, "The family")
    expect(second.get_by_role("alert")).to_contain_text("Nothing was saved")
    versions = second.get_by_role("table").filter(has_text="You were shown")
    expect(versions).to_contain_text(re.compile("Waiting for test block.*Treated elsewhere"))
    told = [details["source"] for event, _, details in lines_of(clinic, TO_PLACE) if event == "treated_elsewhere"]
    assert told == ["The ward"]

    lead = visit("lead", path=f"/case?case={TO_PLACE}&part=Put+right", title="Case").page
    expect(lead.get_by_text("The case then stands at")).to_be_visible()
    axe(lead)
    lead.get_by_role("textbox", name="What was wrong").fill("Another patient of the same name")
    lead.get_by_role("button", name="Take it back").click()
    expect(lead.get_by_role("status")).to_contain_text("The case stands again at: Waiting for test block.")
    assert state_of(clinic, TO_PLACE) is PathwayState.TEST_WAITING
    event, by, details = lines_of(clinic, TO_PLACE)[-1]
    assert (event, by, details["reason"]) == ("reversal", "Dr Anneliese Brandvold", "Another patient of the same name")


def test_a_slot_is_held_by_hand_and_given_back(visit, clinic):
    page = visit("bookings", path=f"/case?case={TO_HOLD}", title="Case").page
    page.get_by_text("Hold a slot by hand").click()
    page.get_by_role("button", name="Hold", exact=True).click(timeout=90_000)
    expect(page.get_by_role("status")).to_contain_text("Held:", timeout=60_000)
    assert slots_of(clinic, TO_HOLD) == [BookingState.HELD]
    page.get_by_role("button", name="Give it back").click()
    page.get_by_role("textbox", name="Why").fill("The patient is away")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status")).to_contain_text("The slot is free again.")
    assert slots_of(clinic, TO_HOLD) == [BookingState.HOLD_EXPIRED]


def test_a_meeting_is_run_case_by_case_until_it_is_finished(visit, clinic):
    move_to(clinic.home / "clock", AT_THE_MEETING)
    try:
        page = visit("mdt", path=f"/mdt?meeting={WEDNESDAY}", title="MDT").page
        agenda = page.get_by_role("region", name="Agenda")
        cases = re.findall(r"N\d{5}", agenda.inner_text())
        page.get_by_text("Note who sits", exact=True).click()
        for discipline, name in SITTING.items():
            page.get_by_role("textbox", name=discipline).fill(name)
        page.get_by_role("button", name="Note", exact=True).click()
        expect(page.get_by_text("The meeting has its quorum.")).to_be_visible()

        page.get_by_role("radio", name="Test block first").click(force=True)
        page.get_by_role("button", name="Record outcome").click()
        expect(page.get_by_role("status")).to_contain_text(f"{cases[0]}: Test block first. Next: {cases[1]}.")
        axe(page)
        assert state_of(clinic, cases[0]) is PathwayState.CONSULTATION

        for ref in cases[1:]:
            expect(page.get_by_role("heading", name=re.compile(ref))).to_be_visible()
            page.get_by_text("Carry to a later meeting").click()
            page.get_by_role("textbox", name="Why it is carried").fill("The referrer could not come")
            page.get_by_role("button", name="Carry", exact=True).click()
            expect(page.get_by_role("status")).to_contain_text(f"{ref} is carried to a later meeting.")
        page.get_by_role("button", name="Finish meeting").click()
        expect(page.get_by_role("status")).to_contain_text("The meeting is finished, and its minutes are written.")
        page.get_by_role("button", name="Read the minutes").click()
        expect(page.get_by_role("dialog")).to_contain_text("Dr Ironbark")
        expect(page.get_by_role("dialog")).to_contain_text("The referrer could not come")
    finally:
        move_to(clinic.home / "clock", MORNING)
    meeting = read(
        clinic.database, lambda session: session.exec(select(MdtMeetingRow).where(MdtMeetingRow.on == WEDNESDAY)).one()
    )
    assert meeting.state is MeetingState.HELD
    assert "mdt_coordinator" not in meeting.attended
    assert "Dr Wattle" not in meeting.chair
