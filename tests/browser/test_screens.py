"""What a person meets in a real browser: the door, the board, the stages, a case and a plan."""

from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.login import REFUSED

pytestmark = pytest.mark.browser


def test_a_stranger_is_sent_to_the_form_and_afterwards_to_the_page_that_was_wanted(visitor):
    visitor.page.goto(f"{visitor.address}/stages")
    assert visitor.page.url == f"{visitor.address}/login?next=%2Fstages"
    visitor.page.get_by_label("User name").fill("bella")
    visitor.page.get_by_label("Password").fill("a long pass phrase")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.get_by_role("heading", name="Stages", level=1).wait_for()


def test_a_wrong_password_opens_nothing(visitor):
    visitor.sign_in("wrong")
    expect(visitor.page.get_by_role("alert")).to_have_text(REFUSED)
    visitor.page.goto(visitor.address)
    assert visitor.page.url.startswith(f"{visitor.address}/login")
    visitor.complaints.clear()  # the browser itself writes down the 401 that the form answered with


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/metrics", "/_stcore/host-config", "/component/x"])
def test_a_stranger_reads_nothing_of_the_server(address, path):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address + path)
    assert refused.value.code == 401


@pytest.mark.parametrize("origin", ["http://elsewhere.test", None])
def test_a_strangers_live_connection_is_refused_before_it_is_accepted(address, origin):
    live = address.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(live, origin=origin, proxy=None):
        pass
    assert refused.value.response.status_code == 403


def test_a_live_connection_from_another_site_is_refused_even_with_a_session(bella):
    cookie = next(each for each in bella.page.context.cookies() if each["name"] == "neurolist")
    live = bella.address.replace("http", "ws") + "/_stcore/stream"
    told = {"Cookie": f"neurolist={cookie['value']}"}
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(live, origin="http://elsewhere.test", additional_headers=told, proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_the_session_cookie_is_out_of_the_reach_of_scripts(bella):
    cookie = next(each for each in bella.page.context.cookies() if each["name"] == "neurolist")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Lax", -1)
    assert "neurolist" not in bella.page.evaluate("document.cookie")


def test_the_board_shows_a_published_list_with_its_cases(bella):
    card = bella.page.get_by_role(
        "group", name=re.compile("Morning list, Angio 1, Northern Hospital, Tue 24 Nov 2026.*published")
    )
    expect(card.get_by_role("button")).to_have_count(3)
    expect(card.get_by_role("button", name=re.compile("Category 3 .*N10002 COE"))).to_have_count(0)
    expect(card.get_by_role("button", name=re.compile("Category 2.*N10002 COE.*documents missing"))).to_be_visible()


def test_the_weeks_shown_stand_in_the_address(bella):
    bella.page.get_by_role("radio", name="4 weeks").click(force=True)
    bella.page.wait_for_url("**weeks=4+weeks*")
    bella.page.reload()
    expect(bella.page.get_by_role("columnheader", name=re.compile("Fri 18"))).to_be_visible()


def test_a_case_opens_from_the_board(bella):
    bella.page.get_by_role("region", name="Cases to place").get_by_role("button", name=re.compile("N10004")).click()
    expect(bella.page.get_by_role("dialog")).to_contain_text(
        "No list of these weeks can take it. 3 lists: the list is closed."
    )
    bella.page.get_by_role("button", name="Open the case").click()
    bella.page.wait_for_url("**/case?case=N10004")
    expect(bella.page.get_by_role("heading", name=re.compile("N10004"))).to_be_visible()
    expect(bella.page.get_by_role("table", name="Clocks")).to_contain_text("20 days left.")


def test_a_list_opens_at_the_side(bella):
    bella.page.get_by_role("button", name=re.compile("^PM Ironbark")).click()
    drawer = bella.page.get_by_role("dialog")
    expect(drawer).to_contain_text("Nobody is booked on this list.")
    bella.page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_the_board_works_with_the_keyboard_alone(bella):
    page = bella.page
    focused = (
        "() => { let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; "
        "return at.dataset.case || at.dataset.list; }"
    )
    tray = page.get_by_role("region", name="Cases to place")
    expect(tray.locator("button[tabindex='0']")).to_have_count(1)
    tray.locator("button[tabindex='0']").focus()
    first = page.evaluate(focused)
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) != first
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "L3"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "N10003"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Case N10003")


def test_the_stages_show_every_case_and_open_it(bella):
    bella.open("/stages", "Stages")
    column = bella.page.get_by_role("region", name="Waiting for test block")
    expect(column).to_contain_text("1 over limit")
    expect(column.get_by_role("button")).to_have_count(4)
    column.get_by_role("button", name=re.compile("N10005")).click()
    bella.page.wait_for_url("**/case?case=N10005*")


def test_a_step_is_recorded_from_the_case_page(bella):
    bella.open("/case?case=N10001", "Case")
    bella.page.get_by_text("Patient withdraws").click()
    bella.page.get_by_role("textbox", name="Reason").fill("Moved away")
    bella.page.get_by_role("button", name="Record").click()
    expect(bella.page.get_by_role("status")).to_contain_text("Patient withdraws: recorded.")


def test_a_plan_is_asked_for_and_published_with_two_buttons(bella):
    bella.page.get_by_role("button", name="Propose plan").click()
    bella.page.get_by_role("link", name="Open the proposal").click()
    bella.page.wait_for_url("**/proposal?proposal=*")
    expect(bella.page.get_by_role("table", name="Left over, and why")).to_contain_text("stellate ganglion")
    bella.page.get_by_role("button", name="Publish plan").click()
    expect(bella.page.get_by_role("status")).to_contain_text("Published: 1 case booked")
    expect(bella.page.get_by_role("button", name="Publish plan")).to_have_count(0)


def test_signing_out_shuts_the_pages_that_are_open(bella):
    other = bella.page.context.new_page()
    other.goto(f"{bella.address}/stages")
    other.get_by_text("N10001").first.wait_for()
    bella.page.get_by_role("button", name="Sign out").click()
    bella.page.wait_for_url("**/login")
    expect(other.get_by_role("alert").first).to_contain_text("Your session has ended.")
    assert other.locator("body").inner_text().strip() == "Your session has ended. Sign in again."
    expect(other.get_by_text(re.compile("N1000"))).to_have_count(0)


def test_a_page_whose_server_is_silent_for_as_long_as_a_session_may_rest_empties_itself(bella):
    page = bella.page
    page.clock.install()
    bella.open("/stages", "Stages")
    page.clock.fast_forward("31:00")
    page.get_by_text("N10001").first.wait_for()  # the machine slept, and the server says that the session is there
    page.context.set_offline(True)
    page.clock.fast_forward("29:00")
    page.wait_for_timeout(500)
    expect(page.get_by_text("N10001").first).to_be_visible()
    page.clock.fast_forward("31:00")
    expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")
    expect(page.get_by_text(re.compile("N1000"))).to_have_count(0)
    page.context.set_offline(False)
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/login?next=%2Fstages")
    bella.complaints.clear()  # the browser writes down what it could not reach


def test_a_page_that_fails_says_so_in_our_own_words_without_a_link_to_the_outside(bella):
    bella.open("/case?case=N10000", "Case")
    bella.page.get_by_text("Patient withdraws").click()
    bella.page.get_by_role("textbox", name="Reason").fill("break")
    bella.page.get_by_role("button", name="Record").click()
    expect(bella.page.get_by_role("alert")).to_contain_text("tell your administrator the fault number")
    expect(bella.page.get_by_role("link", name=re.compile("Google|ChatGPT"))).to_have_count(0)
