"""A gesture on the board is read, asked of the desk and answered in a sentence; what cannot be read is refused."""

from __future__ import annotations

import pytest

from dashboard.hand import UNREADABLE, Answer, handle
from flows.board_asked import Drop
from scheduler.errors import StaleVersionError
from tests.builders.screen_desk import ScreenDesk

DROP = {"kind": "place", "ref": "N10001", "list": "L1", "seen_on": None, "version": 3, "write": "w-1"}


def test_a_drop_is_asked_of_the_desk_as_it_was_seen():
    desk = ScreenDesk()
    answer = handle(desk, DROP)
    assert desk.asked == [("place", (Drop(ref="N10001", list="L1", seen_on=None, version=3), "w-1"))]
    assert answer == Answer(text="N10001 is held.", detail="Kept until Friday.")


def test_a_refusal_is_the_desks_own_sentence():
    answer = handle(ScreenDesk(refuses=StaleVersionError("Somebody else has moved case N10001.")), DROP)
    assert answer == Answer(text="Somebody else has moved case N10001.", refused=True)


@pytest.mark.parametrize(
    "spoilt",
    [{}, {"kind": "break"}, {**DROP, "list": ""}, {**DROP, "ref": 7}, {**DROP, "version": "3"}, {"kind": "undo"}],
)
def test_what_a_page_should_not_send_is_refused_and_nothing_is_asked(spoilt):
    desk = ScreenDesk()
    assert handle(desk, spoilt) == Answer(text=UNREADABLE, refused=True)
    assert desk.asked == []
