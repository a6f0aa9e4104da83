"""Leads look at the load of the network, and wonder: a scenario is made, compared and adopted in a real clinic."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from db import boards
from tests.browser.conftest import axe
from tests.builders.memory import read

pytestmark = pytest.mark.browser
LONGEST_SEARCH = 180_000  # milliseconds, on a busy machine


def choose(page, label, option):
    """Choose from a list of Streamlit's, with the keyboard."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()


def test_a_scenario_is_made_compared_with_things_as_they_stand_and_adopted(visit, clinic):
    clinic.also("flows.planner")
    page = visit("lead", path="/scenarios", title="Scenarios").page
    page.get_by_role("button", name="New scenario").click()
    page.get_by_label("Name", exact=True).fill("Gentler")
    page.get_by_role("button", name="Make scenario").click()
    expect(page.get_by_role("heading", name="Gentler", level=2)).to_be_visible()
    choose(page, "Kind of change", "Another price of a goal")
    page.get_by_label("Price of one unit").fill("300")
    page.get_by_role("button", name="Add to the scenario").click()
    expect(page.get_by_text("is priced at 300 instead of")).to_be_visible()
    axe(page)
    page.goto(f"{clinic.address}/scenarios?view=Compare")
    page.get_by_label("Seconds each").fill("5")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Adopt Gentler").click(timeout=LONGEST_SEARCH)
    page.get_by_role("dialog").get_by_role("button", name="Adopt as a proposal").click()
    expect(page.get_by_text("is adopted as a proposal")).to_be_visible()
    axe(page)
    [study] = [one for one in read(clinic.database, boards.comparisons)[0].studies if one.name == "Gentler"]
    [proposal] = [one for one in read(clinic.database, boards.proposal_summaries) if one.id == study.proposal]
    assert study.figures.booked == proposal.placed
    page.get_by_role("link", name="Open the proposal of Gentler").click()
    expect(page.get_by_role("heading", name="Proposal", level=1)).to_be_visible()


def test_the_load_of_the_network_can_be_read_and_downloaded_and_names_no_patient(visit, clinic):
    page = visit("viewer", path="/load", title="Load").page
    expect(page.get_by_role("heading", name=re.compile("one more list or skill"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download suites and weeks").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    found = list(csv.DictReader(text.splitlines()))
    shown = read(clinic.database, boards.sites)
    assert {row["Site"] for row in found} <= {site.name for site in shown}
    assert sum(int(row["Booked (min)"]) for row in found) > 0
    assert not re.search(r"N1\d{4}|Family", text)
    axe(page)
