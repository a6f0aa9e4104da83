"""The routes of sheets and calendars: who is told what, and what never reaches a stranger."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard.calendars import calendar_routes
from dashboard.gate import Gate
from dashboard.printing import printing_routes
from dashboard.settings import ScreenSettings
from db.feeds import FeedKind
from scheduler.vocabulary import Role
from tests.builders.garbage import DATES, TEXTS
from tests.builders.memory import TODAY, a_clinic
from tests.builders.service import a_desk, a_service

SETTINGS = ScreenSettings(hosts="neurolist.test", tls=False)
PASSWORD = "a long pass phrase"
DAY = f"/print/day/S01-CT1/{TODAY + timedelta(days=1)}.pdf"


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database)
    return a_desk(a_service(sqlite_database))


@pytest.fixture
def client(desk):
    routes = [*printing_routes(lambda: desk, SETTINGS), *calendar_routes(lambda: desk)]
    app = Starlette(routes=routes, middleware=[Middleware(Gate, door=lambda: desk, settings=SETTINGS)])
    return TestClient(app, base_url="http://neurolist.test", follow_redirects=False)


def enter(client, desk, *roles: Role) -> None:
    desk.add_account("pat", "Pat Doe", PASSWORD, {"*": frozenset(roles)})
    client.cookies.set(SETTINGS.session_cookie, desk.sign_in("pat", PASSWORD, "127.0.0.1"))


def test_a_sheet_comes_as_a_pdf_that_no_cache_keeps(client, desk):
    enter(client, desk, Role.BOOKINGS)
    answer = client.get(DAY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert client.get(f"{DAY}?standard=ua-1").status_code == 200


@pytest.mark.parametrize(
    ("path", "code", "says"),
    [
        ("/print/day/X/2026-11-25.pdf", 404, "No suite has the id 'X'"),
        ("/print/day/S01-CT1/tomorrow.pdf", 400, "is not a date"),
        ("/print/list/X.pdf", 404, "No list has the id X"),
        ("/print/agenda/2026-11-25.pdf", 404, "meeting"),
        (f"{DAY}?standard=x", 400, "is no kind of PDF"),
    ],
)
def test_what_cannot_be_printed_is_said(client, desk, path, code, says):
    enter(client, desk, Role.BOOKINGS)
    answer = client.get(path)
    assert answer.status_code == code
    assert says in answer.text


def test_names_are_for_those_who_may_see_patients(client, desk):
    enter(client, desk, Role.VIEWER)
    assert client.get(DAY).status_code == 403
    assert client.get(f"{DAY}?names=no").status_code == 200


def test_a_stranger_prints_nothing(client):
    assert client.get(DAY).status_code == 401


def test_a_calendar_program_needs_the_address_and_no_session(client, desk):
    path = desk.feeds.make(FeedKind.SUITE, "S01-CT1")
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    desk.feeds.end(desk.feeds.all()[0].id)
    assert client.get(path).status_code == 404
    assert client.get("/feed/guess.ics").status_code == 404


RAW = st.binary(max_size=40).map(quote) | TEXTS.map(lambda text: quote(text, safe="", errors="surrogatepass"))
PLACES = st.one_of(
    RAW.map(lambda word: f"/feed/{word}.ics"),
    st.tuples(st.sampled_from(["S01-1"]) | RAW, RAW, RAW).map(
        lambda at: f"/print/list/{at[0]}.pdf?standard={at[1]}&names={at[2]}"
    ),
    st.tuples(st.sampled_from(["S01-CT1"]) | RAW, DATES.map(str) | RAW, RAW).map(
        lambda at: f"/print/day/{at[0]}/{at[1]}.pdf?standard={at[2]}"
    ),
    (DATES.map(str) | RAW).map(lambda on: f"/print/agenda/{on}.pdf"),
)


def test_any_address_of_a_sheet_or_calendar_is_answered_in_words(client, desk):
    enter(client, desk, Role.BOOKINGS)

    @given(PLACES)
    @settings(
        max_examples=150,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def asked(place):
        answer = client.get(place)
        assert answer.status_code in {200, 303, 400, 403, 404, 409}, (place, answer.text)
        if answer.headers["content-type"].startswith("text/plain"):
            assert answer.text.strip(), place

    asked()
