"""Pages that look at the same share one picture, and are told what has changed on it since."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.board_routes import board_routes
from dashboard.pictures import Looking, Pictures, looking_from
from dashboard.settings import ScreenSettings
from dashboard.shapes.board import Narrowed
from dashboard.shapes.window import window_of
from scheduler.errors import StaleVersionError
from tests.builders.screen_desk import PASSWORD, ScreenDesk
from tests.builders.screens import TODAY, a_case_summary, a_list_card, a_listed_case

LOOKING = Looking(window=window_of(TODAY, 2), site=None, narrowed=Narrowed(search="n1"))


@pytest.fixture
def desk():
    cards = (a_list_card("L1", cases=(a_listed_case("N10001"),)), a_list_card("L2"))
    return ScreenDesk(cards=cards, waiting=(a_case_summary("N10002"),))


def test_what_a_page_looks_at_is_read_as_it_was_told():
    assert looking_from(LOOKING.as_data()) == LOOKING
    for spoilt in ({"weeks": 99}, {"start": "soon"}, {"categories": "1"}, {"categories": ["x"]}):
        with pytest.raises((ValueError, TypeError)):
            looking_from({**LOOKING.as_data(), **spoilt})
    with pytest.raises(TypeError):
        looking_from(None)


def test_while_nothing_changes_everybody_has_the_same_picture_and_nothing_is_told(desk):
    pictures = Pictures()
    first, second = pictures.now(desk, LOOKING), pictures.now(desk, LOOKING)
    assert first.data is second.data
    changed = pictures.since(desk, LOOKING, first.id)
    assert (changed["from"], changed["lists"], "tray" in changed) == (first.id, {}, False)


def test_a_page_is_told_the_lists_that_changed_and_the_tray(desk):
    pictures = Pictures()
    seen = pictures.now(desk, LOOKING)
    locked = replace(desk.cards[1], locked=True)
    desk.cards, desk.waiting = (desk.cards[0], locked), ()
    changed = pictures.since(desk, LOOKING, seen.id)
    assert list(changed["lists"]) == ["L2"]
    assert changed["tray"]["cases"] == []
    now = pictures.now(desk, LOOKING)
    assert now.data["lists"]["L1"] is seen.data["lists"]["L1"]
    page = {**seen.whole(), **changed, "lists": {**seen.data["lists"], **changed["lists"]}}
    assert {name: page[name] for name in now.data} == now.data


def test_a_page_whose_picture_is_not_kept_or_has_other_lists_is_told_everything(desk):
    pictures = Pictures()
    seen = pictures.now(desk, LOOKING)
    assert "from" not in pictures.since(desk, LOOKING, "another")
    desk.cards = desk.cards[:1]
    changed = pictures.since(desk, LOOKING, seen.id)
    assert "from" not in changed
    assert list(changed["lists"]) == ["L1"]


# The route.


@pytest.fixture
def page(desk):
    client = TestClient(Starlette(routes=board_routes(lambda: desk, ScreenSettings())), base_url="http://board.test")
    client.cookies["neurolist"] = desk.sign_in("bella", PASSWORD, "here")
    client.headers["origin"] = "http://board.test"
    return client


def asked(page, **more):
    return page.post("/api/board", content=json.dumps({"looking": LOOKING.as_data(), **more}))


def test_a_gesture_is_answered_with_what_came_of_it_and_what_it_changed(desk, page):
    seen = asked(page).json()
    assert list(seen["lists"]) == ["L1", "L2"]
    act = {"kind": "place", "ref": "N10002", "list": "L2", "seen_on": None, "version": 1, "write": "w"}
    answer = asked(page, picture=seen["picture"], act=act).json()
    assert answer["said"] == {"text": "N10002 is held.", "detail": "Kept until Friday.", "refused": False}
    assert (answer["from"], answer["undo"]) == (seen["picture"], None)
    desk.refuses = StaleVersionError("Somebody else has moved case N10002.")
    assert asked(page, act=act).json()["said"]["refused"]


def test_only_a_page_of_this_server_with_a_session_may_ask(desk, page):
    assert asked(page, looking={}).status_code == 400
    assert page.post("/api/board", content="{").status_code == 400
    assert page.post("/api/board", content="[]").status_code == 400
    assert page.post("/api/board", content="{}", headers={"origin": "http://elsewhere.test"}).status_code == 403
    desk.tokens.clear()
    assert asked(page).status_code == 401
