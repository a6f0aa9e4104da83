"""The address that wrong tries are counted for is the browser's own, and nobody says another."""

from __future__ import annotations

import re

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard import asgi
from dashboard.login import login_routes
from dashboard.settings import ScreenSettings
from db.tries import PAIR
from scheduler.vocabulary import Role
from tests.builders.service import a_desk, a_service

PROXY, ELSEWHERE = "127.0.0.1", "192.0.2.7"
PASSWORD = "a long pass phrase"


@pytest.fixture
def desk(sqlite_database):
    desk = a_desk(a_service(sqlite_database))
    desk.add_account("bella", "Bella Marsh", PASSWORD, {"*": {Role.BOOKINGS}})
    return desk


@pytest.fixture
def served(desk, monkeypatch):
    """The sign-in as the web process serves it, headers of a proxy and all, to whoever speaks to it from an address."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    monkeypatch.setattr(asgi, "write_log", lambda: None)

    def serve(speaker, *, tls):
        settings, asked = ScreenSettings(hosts="neurolist.test", tls=tls), {}
        monkeypatch.setattr(asgi, "screen_settings", lambda: settings)
        monkeypatch.setattr(asgi.uvicorn, "run", lambda _app, **how: asked.update(how))
        asgi.main()
        config = uvicorn.Config(Starlette(routes=login_routes(lambda: desk, settings)), **asked)
        config.load()
        base = "https://neurolist.test" if tls else "http://neurolist.test"
        headers = {"origin": base}
        return TestClient(
            config.loaded_app, base_url=base, headers=headers, client=(speaker, 50000), follow_redirects=False
        )

    return serve


def a_try(client, said, password="not the pass phrase"):
    """Try to sign in while this is said of where the browser is; gives how it was answered."""
    page = client.get("/login")
    token = re.search(r'name="form_token" value="([^"]+)"', page.text).group(1)
    form = {"username": "bella", "password": password, "form_token": token, "next": "/"}
    return client.post("/login", data=form, headers={"x-forwarded-for": said}).status_code


def test_behind_the_proxy_a_browser_that_guessed_waits_and_another_signs_in(served):
    client = served(PROXY, tls=True)
    assert {a_try(client, "203.0.113.9") for _ in range(PAIR.free)} == {401}
    assert a_try(client, "203.0.113.9", PASSWORD) == 401
    assert a_try(client, "203.0.113.10", PASSWORD) == 303


FORGED = [f"203.0.113.{number}" for number in range(PAIR.free + 1)]


@pytest.mark.parametrize(
    ("speaker", "tls"),
    [(PROXY, False), (ELSEWHERE, False), (ELSEWHERE, True)],
    ids=["without TLS", "without TLS from elsewhere", "behind TLS but not through the proxy"],
)
def test_whoever_says_another_place_at_each_try_waits_all_the_same(served, speaker, tls):
    client = served(speaker, tls=tls)
    assert {a_try(client, said) for said in FORGED[: PAIR.free]} == {401}
    assert a_try(client, FORGED[-1], PASSWORD) == 401


def test_what_a_browser_put_before_the_proxys_own_word_counts_for_nothing(served):
    client = served(PROXY, tls=True)
    assert {a_try(client, f"{said}, 203.0.113.99") for said in FORGED[: PAIR.free]} == {401}
    assert a_try(client, f"{FORGED[-1]}, 203.0.113.99", PASSWORD) == 401
