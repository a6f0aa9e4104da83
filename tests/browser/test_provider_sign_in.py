"""In a real browser one button leads to the hospital's own sign-in and back to the page that was wanted."""

from __future__ import annotations

import threading
import time

import pytest
import uvicorn

from dashboard.settings import ScreenSettings
from tests.browser.conftest import a_browser, a_free_port, axe
from tests.builders.oidc_provider import CLIENT, SECRET, Provider, Running, screens

pytestmark = pytest.mark.browser


class Door:
    """A desk that knows whomever the provider vouches for."""

    def sign_in_by_provider(self, claims, address):
        return "opaque-token"

    def person(self, token, *, idle=False):
        return token if token == "opaque-token" else None


@pytest.fixture
def provider():
    made = Provider(person={"sub": "u-17"})
    running = Running(made)
    yield made
    running.stop()


@pytest.fixture
def address(provider):
    """The form and a page behind it, served on another port than the provider, so from another origin."""
    settings = ScreenSettings(
        hosts="127.0.0.1",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_name="Northern Health",
    )
    port = a_free_port()
    server = uvicorn.Server(uvicorn.Config(screens(Door(), settings), host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def test_one_button_leads_through_the_hospitals_sign_in_to_the_page_that_was_wanted(browser, address, provider):
    watched = a_browser(browser, address)
    page = watched.page
    page.goto(f"{address}/stages")
    axe(page)
    page.get_by_role("button", name="Sign in with Northern Health").click()
    page.wait_for_url(f"{address}/stages")
    assert page.locator("body").inner_text() == "inside"
    assert len(provider.asked) == 1
    # The mark and the font are not served here; what a policy forbids would be complained of in other words.
    assert [said for said in watched.complaints if not said.startswith("Failed to load resource")] == []
    page.context.close()


def test_the_page_between_can_be_read_and_followed_by_hand(browser, address, provider):
    watched = a_browser(browser, address)
    page = watched.page

    def without_going_on(route):
        answer = route.fetch()
        kept = {name: value for name, value in answer.headers.items() if name != "refresh"}
        route.fulfill(response=answer, headers=kept)

    page.route("**/login/provider", without_going_on)
    page.goto(f"{address}/stages")
    page.get_by_role("button", name="Sign in with Northern Health").click()
    link = page.get_by_role("link", name="Go on to Northern Health")
    link.wait_for()
    axe(page)
    link.click()
    page.wait_for_url(f"{address}/stages")
    page.context.close()
