"""Setting up in a browser: a list closed with tasks to rebook, the protocol approved, an account added and ended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlmodel import func, select

from db.protocol import protocol
from db.tables import BookingRow, SuiteSessionRow, TaskRow
from tests.browser.conftest import a_browser, axe
from tests.builders.memory import TODAY, read

pytestmark = pytest.mark.browser

OWN = "six plain words of my own"
PAGES = {
    "setup-lists": "Lists and templates",
    "setup-radiologists": "Radiologists",
    "setup-equipment": "Equipment",
    "setup-sites": "Sites and suites",
    "setup-holidays": "Holidays",
    "setup-protocol": "Protocol",
    "setup-users": "Users",
    "setup-retention": "Retention",
    "setup-service": "Service",
    "my-account": "My account",
}


def a_booked_list(database):
    """The list with the most bookings, and how many there are."""
    asked = select(BookingRow.session_id, func.count()).group_by(BookingRow.session_id)
    return max(read(database, lambda session: session.exec(asked).all()), key=lambda row: (row[1], row[0]))


def test_a_list_is_closed_after_a_look_at_what_it_breaks(visit, clinic):
    name, count = a_booked_list(clinic.database)
    page = visit("bookings", path=f"/setup-lists?what={name}", title="Lists and templates").page
    page.get_by_text("Close it", exact=True).click()
    page.get_by_label("Why it is closed").fill("Scanner down")
    page.get_by_role("button", name="Close the list").click()
    expect(page.get_by_role("table", name="Bookings that could not stay").get_by_role("row")).to_have_count(count + 1)
    axe(page)
    assert not read(clinic.database, lambda session: session.get(SuiteSessionRow, name)).closed
    page.get_by_role("button", name=re.compile(f"Save, with {count} task")).click()
    expect(page.get_by_test_id("stAlertContainer")).to_contain_text(f"{count} booking")
    assert read(clinic.database, lambda session: session.get(SuiteSessionRow, name)).closed
    asked = select(TaskRow.says).where(TaskRow.kind == "rebook")
    says = read(clinic.database, lambda session: session.exec(asked).all())
    assert len(says) == count
    assert all("The list is closed: Scanner down." in each for each in says)
    page.get_by_text("Show its history").click()
    expect(page.get_by_role("table", name=re.compile("History"))).to_contain_text("closed: no → yes")


def test_a_protocol_value_counts_once_another_person_has_approved_it(visit, clinic):
    path = "/setup-protocol?what=consent_valid"
    clinician = visit("clinician", path=path, title="Protocol").page
    clinician.get_by_text("Propose a change, or that it be approved as it stands").click()
    clinician.get_by_label("Value (days)").fill("120")
    clinician.get_by_label("Why, for the lead who decides").fill("Audit of last year")
    clinician.get_by_role("button", name="Propose", exact=True).click()
    expect(clinician.get_by_test_id("stAlertContainer")).to_contain_text("The change is proposed.")
    expect(clinician.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    lead = visit("lead", path=path, title="Protocol").page
    expect(lead.get_by_role("table").filter(has_text="Proposed")).to_contain_text("180")
    axe(lead)
    lead.get_by_role("button", name="Approve", exact=True).click()
    expect(lead.get_by_test_id("stAlertContainer")).to_contain_text("The change is approved.")
    assert read(clinic.database, lambda session: protocol(session, TODAY)).days("consent_valid") == 120


def test_somebody_new_signs_in_chooses_a_password_and_is_signed_out_from_afar(visit, clinic, browser):
    admin = visit("admin", path="/setup-users", title="Users").page
    admin.get_by_text("Add an account", exact=True).click()
    admin.get_by_label("Name to sign in with").fill("jo.lee")
    admin.get_by_label("Name other people see").fill("Jo Lee")
    admin.get_by_role("combobox", name="Every site").click()
    admin.get_by_role("option", name="Bookings").click()
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("listbox")).to_have_count(0)
    admin.get_by_role("button", name="Add the account").click()
    first = admin.get_by_test_id("stAlertContainer").locator("code").inner_text()
    jo = a_browser(browser, clinic.address)
    jo.sign_in(first, "jo.lee")
    jo.page.get_by_role("heading", name="Choose your password").wait_for()
    axe(jo.page)
    jo.page.get_by_label("Current password").fill(first)
    jo.page.get_by_label("New password", exact=True).fill(OWN)
    jo.page.get_by_label("New password again").fill(OWN)
    jo.page.get_by_role("button", name="Change the password").click()
    expect(jo.page.get_by_text("Your session has ended.")).to_be_visible()
    jo.sign_in(OWN, "jo.lee")
    jo.page.get_by_role("heading", name="Board", level=1).wait_for()
    admin.goto(f"{clinic.address}/setup-users?what=jo.lee")
    admin.get_by_role("button", name="End sign-in 1").click()
    expect(admin.get_by_test_id("stAlertContainer")).to_contain_text("The sign-in is ended")
    jo.page.goto(f"{clinic.address}/board")
    assert "/login" in jo.page.url
    assert jo.outside == []
    jo.page.context.close()


def test_every_set_up_page_is_accessible(visit):
    admin = visit("admin")
    for path, title in PAGES.items():
        admin.open(f"/{path}", title)
        axe(admin.page)
