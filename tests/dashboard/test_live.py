"""Open pages hear of a change of the board and of the end of their session, and a page that left is forgotten."""

from __future__ import annotations

from dashboard.live import ENDED, Hub


class Desk:
    def __init__(self):
        self.now = 7
        self.signed_in = {"one", "two"}
        self.asked_as_idle = []

    @property
    def board(self):
        return self

    def version(self):
        return self.now

    def person(self, token, *, idle=False):
        self.asked_as_idle.append(idle)
        return token if token in self.signed_in else None


class Page:
    def __init__(self, *, gone=False):
        self.heard, self.closed, self.gone = [], None, gone

    async def send_json(self, told):
        if self.gone:
            raise RuntimeError("The page has left.")
        self.heard.append(told["version"])

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
