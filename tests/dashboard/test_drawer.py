"""A list's drawer says where, when and who, and what room is left."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.drawer import drawer_facts, drawer_rows
from tests.builders.screens import a_list_card, a_listed_case

MELBOURNE = ZoneInfo("Australia/Melbourne")


@pytest.mark.parametrize(("used", "left"), [(239, "1 minute"), (240, "0 minutes"), (250, "10 minutes over time")])
def test_the_room_left_is_said_and_so_is_running_over(used, left):
    assert dict(drawer_facts(a_list_card(minutes_used=used), MELBOURNE))["Room left"] == left


def test_a_list_says_its_hours_in_local_time():
    assert dict(drawer_facts(a_list_card(), MELBOURNE))["When"] == "Tue 24 Nov 2026, 09:00 to 13:00"


def test_a_closed_list_says_why():
    closed = a_list_card(closed=True, published=True, closed_reason="Suite maintenance")
    assert dict(drawer_facts(closed, MELBOURNE))["Stands as"] == "closed: Suite maintenance"


def test_each_case_stands_with_its_times():
    ((start, ref, what, minutes, recovered, stands),) = drawer_rows((a_listed_case(),), MELBOURNE)
    assert (start, ref.text, minutes, recovered, stands.text) == ("09:00", "N10001", "60", "12:00", "Booked")
    assert what == "Coeliac plexus, definitive neurolysis"
