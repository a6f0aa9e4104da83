"""Open pages hear of a change of the board and of the end of their session, and a page that left is forgotten."""

from __future__ import annotations

import asyncio

from dashboard.live import ASK_SERVICE_EVERY, ENDED, LOOK_EVERY_SECONDS, NO_DATABASE, Hub
from db.errors import MemoryFaultError
from flows.prefect_home import PROBE_SECONDS


class Desk:
    def __init__(self):
        self.now = 7
        self.signed_in = {"one", "two"}
        self.asked_as_idle = []
        self.wrong = ""

    @property
    def board(self):
        return self

    def version(self):
        return self.now

    def told_to_all(self):
        if isinstance(self.wrong, Exception):
            raise self.wrong
        return self.wrong

    def person(self, token, *, idle=False):
        self.asked_as_idle.append(idle)
        return token if token in self.signed_in else None


class Page:
    def __init__(self, *, gone=False):
        self.heard, self.told, self.closed, self.gone = [], [], None, gone

    async def send_json(self, told):
        if self.gone:
            raise RuntimeError("The page has left.")
        self.heard.append(told["version"])
        self.told.append(told["service"])

    async def close(self, code):
        self.closed = code


async def test_a_page_hears_where_the_board_stands_and_then_each_change_once():
    desk, page = Desk(), Page()
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    await hub._look(check_sessions=False)
    desk.now = 9
    await hub._look(check_sessions=False)
    await hub._look(check_sessions=False)
    assert page.heard == [7, 9]


async def test_a_page_whose_session_ended_is_told_and_hears_no_more_while_looking_keeps_nobody_signed_in():
    desk, ended, other = Desk(), Page(), Page()
    hub = Hub(lambda: desk)
    await hub.join(ended, "one")
    await hub.join(other, "two")
    desk.signed_in.discard("one")
    desk.now = 8
    await hub._look(check_sessions=True)
    assert (ended.closed, ended.heard) == (ENDED, [7])
    assert (other.closed, other.heard) == (None, [7, 8])
    assert set(desk.asked_as_idle) == {True}


async def test_a_page_that_left_without_a_word_disturbs_nobody():
    desk, page = Desk(), Page()
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    hub.pages[Page(gone=True)] = "two"
    desk.now = 8
    await hub._look(check_sessions=True)
    assert page.heard == [7, 8]


async def test_pages_hear_what_is_wrong_with_the_service_and_when_it_is_well_again():
    desk, page, later = Desk(), Page(), Page()
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    await hub._ask_service()
    desk.wrong = "Prefect does not answer."
    await hub._ask_service()
    await hub._ask_service()
    await hub.join(later, "two")
    desk.wrong = ""
    await hub._ask_service()
    assert page.told == ["", "Prefect does not answer.", ""]
    assert later.told == ["Prefect does not answer.", ""]


async def test_pages_hear_that_the_database_does_not_answer():
    desk, page = Desk(), Page()
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    desk.wrong = MemoryFaultError("The database could not do this now.")
    await hub._ask_service()
    assert page.told == ["", NO_DATABASE]


async def test_the_watcher_asks_for_the_service_within_ten_seconds(monkeypatch):
    desk, page = Desk(), Page()
    monkeypatch.setattr("dashboard.live.LOOK_EVERY_SECONDS", 0)
    monkeypatch.setattr("dashboard.live.STARTING_SECONDS", 0)
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    desk.wrong = "Prefect does not answer."
    watching = asyncio.ensure_future(hub.watch())
    try:
        async with asyncio.timeout(10):
            while page.told[-1] != desk.wrong:
                await asyncio.sleep(0)
    finally:
        watching.cancel()
    assert ASK_SERVICE_EVERY * LOOK_EVERY_SECONDS + PROBE_SECONDS < 10


async def test_nothing_is_said_while_the_service_starts(monkeypatch):
    desk, page = Desk(), Page()
    monkeypatch.setattr("dashboard.live.LOOK_EVERY_SECONDS", 0)
    hub = Hub(lambda: desk)
    await hub.join(page, "one")
    desk.wrong = "Prefect does not answer."
    watching = asyncio.ensure_future(hub.watch())
    for _ in range(20 * ASK_SERVICE_EVERY):
        await asyncio.sleep(0.001)
    watching.cancel()
    assert page.told == [""]
