"""The screens over the real desk, its database and its planner, filled with the demonstration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from dashboard.live import STARTING_SECONDS
from dashboard.login import REFUSED
from flows.home import RunningNote, leave_note, only_one
from flows.prefect_home import api_url
from tests.browser.conftest import Watched, a_free_port, wait_until_well

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TUESDAY_MORNING = "2026-11-24T09:00+11:00"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demonstration answers, and the password of its accounts."""

    address: str
    password: str
    home: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """The demonstration with the two processes that screens need: the web server and the planner."""
    home = tmp_path_factory.mktemp("demo")
    told = {**os.environ, "NEUROLIST_HOME": str(home), "NEUROLIST_NOW": TUESDAY_MORNING}
    filled = subprocess.run(
        [sys.executable, "-m", "flows.cli", "demo"], env=told, cwd=home, capture_output=True, text=True, check=False
    )
    assert filled.returncode == 0, filled.stderr
    password = re.search(r"password (\S+)", filled.stdout).group(1)
    port = a_free_port()
    web = subprocess.Popen([sys.executable, "-m", "dashboard.asgi", "--port", str(port)], env=told, cwd=home)
    planner = subprocess.Popen([sys.executable, "-m", "flows.planner"], env=told, cwd=home)
    try:
        wait_until_well(web, f"http://127.0.0.1:{port}")
        yield Demo(address=f"http://127.0.0.1:{port}", password=password, home=home)
    finally:
        for process in (planner, web):
            process.terminate()
        for process in (planner, web):
            process.wait(30)


def sign_in(browser: Browser, demo: Demo, username: str = "bookings") -> Watched:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-AU")
    context.set_default_timeout(60_000)
    watched = Watched(page=context.new_page(), address=demo.address)
    watched.listen()
    watched.sign_in(demo.password, username)
    watched.page.get_by_role("heading", name="Board", level=1).wait_for()
    return watched


def test_the_board_shows_published_lists_and_a_case_opens_from_it(browser, demo):
    keziah = sign_in(browser, demo)
    published = keziah.page.get_by_role("group", name=re.compile("list, .*: published, [1-9]")).first
    chip = published.get_by_role("button").nth(1)
    ref = re.search(r"N\d+", chip.inner_text()).group(0)
    chip.click()
    keziah.page.get_by_role("button", name="Open the case").click()
    keziah.page.wait_for_url(f"**/case?case={ref}")
    expect(keziah.page.get_by_role("table", name="Bookings")).to_contain_text("Booked")
    assert keziah.complaints + keziah.outside == []


def test_a_plan_is_worked_out_by_the_service_and_opens_with_what_can_be_done_with_it(browser, demo):
    keziah = sign_in(browser, demo)
    keziah.page.get_by_role("button", name="Propose plan").click()
    keziah.page.get_by_role("link", name="Open the proposal").click(timeout=180_000)
    keziah.page.get_by_role("heading", name="Proposal", exact=True, level=1).wait_for()
    expect(keziah.page.get_by_role("table", name="Cost by goal, less is better")).to_be_visible()
    expect(keziah.page.get_by_role("button", name="Discard")).to_be_visible()
    assert keziah.complaints + keziah.outside == []


def test_a_viewer_may_look_and_is_refused_in_words_when_asking_for_a_plan(browser, demo):
    odalys = sign_in(browser, demo, "viewer")
    odalys.page.get_by_role("button", name="Propose plan").click()
    expect(odalys.page.get_by_role("alert")).to_contain_text("ask for a plan")


def test_the_sixth_try_is_refused_even_with_the_right_password_and_says_the_same(browser, demo):
    guesser = Watched(page=browser.new_context().new_page(), address=demo.address)
    for password in [*["not the password"] * 5, demo.password]:
        guesser.sign_in(password, "clinician")
        expect(guesser.page.get_by_role("alert")).to_have_text(REFUSED)


def test_every_page_says_once_the_service_has_started_that_prefect_is_gone_and_stops_when_none_is_expected(
    browser, demo
):
    keziah = sign_in(browser, demo)
    says = keziah.page.get_by_text("Prefect does not answer. Due steps are worked without it meanwhile.")
    expect(says).to_have_count(0)
    with only_one(demo.home):
        leave_note(demo.home, RunningNote(pid=os.getpid(), address=demo.address, prefect_api=api_url(a_free_port())))
        expect(says).to_be_visible(timeout=1000 * (STARTING_SECONDS + 10))
        keziah.page.goto(f"{demo.address}/load")
        expect(says).to_be_visible(timeout=10_000)
    expect(says).to_have_count(0, timeout=10_000)
