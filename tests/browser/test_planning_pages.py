"""A person plans, compares, publishes, takes part of a plan, cancels a visit and gives its place to somebody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from db.tables import BookingRow, CaseRow, ProposalRow
from db.words import ProposalStatus
from scheduler.pathway.booking import BookingState
from tests.browser.conftest import axe
from tests.builders.memory import read

pytestmark = pytest.mark.browser
PLANNED_WITHIN = 120_000
SOON = 30_000  # milliseconds, on a busy machine


def bookings(clinic):
    asked = select(CaseRow.ref, BookingRow.status).join(CaseRow, CaseRow.id == BookingRow.case_id)
    return read(clinic.database, lambda session: session.exec(asked.order_by(BookingRow.made_at)).all())


def booked(clinic):
    return {ref for ref, status in bookings(clinic) if status in {BookingState.BOOKED, BookingState.HELD}}


def proposals(clinic):
    rows = read(clinic.database, lambda session: session.exec(select(ProposalRow).order_by(ProposalRow.asked_at)).all())
    return [(row.status, "part_of" in row.options, row.published_by) for row in rows]


def ready(clinic):
    asked = select(ProposalRow.id).where(ProposalRow.status == ProposalStatus.READY)
    return read(clinic.database, lambda session: session.exec(asked).one())


def named(button):
    return str(button.get_attribute("aria-label")).rsplit(" ", 1)[-1]


def test_a_visit_is_cancelled_and_its_place_is_held_for_somebody_who_waits(visit, clinic):
    page = visit("bookings", path="/worklist?view=Booked", title="Worklist").page
    table = page.get_by_role("table", name="Booked, held and offered")
    cancel = table.get_by_role("button", name=re.compile("^Cancel N")).last
    gone = named(cancel)
    axe(page)
    cancel.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("combobox", name="Reason").click()
    page.get_by_role("option").first.click()
    drawer.get_by_role("button", name="Cancel the visit").click()
    expect(drawer).to_contain_text("its place is free", timeout=SOON)
    assert dict(bookings(clinic))[gone] is BookingState.CANCELLED_HOSPITAL
    hold = drawer.get_by_role("button", name=re.compile("^Hold N")).first
    hold.wait_for()
    axe(page)
    ref = named(hold)
    hold.click()
    expect(drawer).to_contain_text(f"held for {ref} until", timeout=SOON)
    assert dict(bookings(clinic))[ref] is BookingState.HELD


def test_a_case_is_placed_and_offered_from_the_worklist(visit, clinic):
    page = visit("bookings", path="/worklist?find=N10", title="Worklist").page
    place = page.get_by_role("button", name=re.compile("^Place N")).first
    place.wait_for()
    ref = named(place)
    axe(page)
    place.click()
    page.get_by_role("dialog").get_by_role("button", name="Hold and offer it").click()
    expect(page.get_by_role("status")).to_contain_text("is held and offered until", timeout=SOON)
    assert dict(bookings(clinic))[ref] is BookingState.OFFERED
    expect(page.get_by_role("button", name=f"Place {ref}")).to_have_count(0, timeout=SOON)


def test_a_plan_is_proposed_compared_taken_in_part_and_published(visit, clinic):
    clinic.also("flows.planner")
    before = booked(clinic)
    page = visit("bookings", path="/proposal", title="Proposal").page
    page.get_by_role("button", name="New plan").click()
    page.get_by_role("radio", name="10 seconds").click(force=True)
    page.get_by_role("button", name="Propose plan").click()
    page.get_by_role("button", name="Publish plan").wait_for(timeout=PLANNED_WITHIN)
    ticks = page.get_by_role("table", name="What would change").get_by_role("checkbox", name=re.compile("^Take N"))
    ticks.first.wait_for()
    proposed = ticks.count()
    expect(page.get_by_role("table", name=re.compile("Cost by goal"))).to_contain_text("Altogether", timeout=SOON)
    axe(page)

    first = named(ticks.first)
    ticks.first.check(force=True)
    page.get_by_role("button", name="Publish ticked (1)").click()
    expect(page.get_by_role("status")).to_contain_text("Published: 1 case booked.", timeout=SOON)
    assert booked(clinic) - before == {first}
    assert proposals(clinic)[-2:] == [
        (ProposalStatus.READY, False, None),
        (ProposalStatus.PUBLISHED, True, "Keziah Lindqvist-Mbeki"),
    ]

    page.goto(f"{clinic.address}/proposal?proposal={ready(clinic)}")
    expect(ticks).to_have_count(proposed - 1, timeout=SOON)
    page.get_by_role("button", name="Publish plan").click()
    expect(page.get_by_role("status")).to_contain_text(f"Published: {proposed - 1} cases booked.", timeout=SOON)
    assert len(booked(clinic) - before) == proposed
    assert ProposalStatus.READY not in {status for status, _, _ in proposals(clinic)}
