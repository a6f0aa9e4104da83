"""A feed tells a calendar program which lists there are and how full they are, over every change of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from flows.exchange.calendar import calendar
from tests.builders.screens import NINE, a_list_card, a_listed_case

ZONE = ZoneInfo("Australia/Melbourne")


def read(*cards, whose=False) -> Calendar:
    return Calendar.from_ical(calendar("Dr Ironbark", cards, now=NINE, zone=ZONE, whose=whose))


def events(*cards, **options):
    return list(read(*cards, **options).walk("VEVENT"))


def test_a_list_is_one_event_with_its_hours_how_many_cases_and_where():
    (event,) = events(a_list_card(cases=(a_listed_case("N1"), a_listed_case("N2"))))
    assert event["summary"] == "Morning list, 2 cases (Northern Hospital)"
    assert event["location"] == "Angio 1, Northern Hospital"
    assert event["dtstart"].dt == NINE
    assert event["dtend"].dt == NINE + timedelta(hours=4)


def test_a_suites_calendar_says_who_does_each_list():
    (event,) = events(a_list_card(), whose=True)
    assert event["summary"] == "Morning list, no cases (Dr Ironbark)"


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, "TENTATIVE"), ({"published": True}, "CONFIRMED"), ({"published": True, "closed": True}, "CANCELLED")],
)
def test_a_list_is_tentative_until_it_is_published_and_cancelled_once_closed(changes, status):
    (event,) = events(a_list_card(**changes))
    assert event["status"] == status


def test_a_changed_list_keeps_its_id_and_raises_its_sequence():
    (before,) = events(a_list_card(version=3))
    (after,) = events(a_list_card(version=4, start=NINE + timedelta(hours=1)))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (3, 4)


@pytest.mark.parametrize(
    ("night", "offsets"),
    [
        (datetime(2026, 10, 2, 22, 30, tzinfo=UTC), ("10:00", "11:00")),  # before and after clocks go forward
        (datetime(2027, 4, 2, 21, 30, tzinfo=UTC), ("11:00", "10:00")),  # before and after they go back
    ],
)
def test_a_list_begins_at_its_wall_time_on_both_sides_of_a_change_of_the_clock(night, offsets):
    cards = []
    for at, ahead in enumerate((0, 3)):
        start = (night.astimezone(ZONE).replace(tzinfo=None) + timedelta(days=ahead)).replace(tzinfo=ZONE)
        cards.append(
            a_list_card(f"L{at}", date=start.date(), start=start.astimezone(UTC), end=start + timedelta(hours=4))
        )
    made = read(*cards)
    starts = [event["dtstart"].dt for event in made.walk("VEVENT")]
    assert [f"{start:%H:%M}" for start in starts] == ["08:30", "08:30"]
    assert tuple(str(start.utcoffset())[:-3] for start in starts) == offsets
    assert [zone["tzid"] for zone in made.walk("VTIMEZONE")] == ["Australia/Melbourne"]


def test_nothing_of_a_case_leaves_through_a_feed():
    case = replace(a_listed_case("N1"), booking="booking-secret")
    text = calendar("CT 1", [a_list_card(cases=(case,))], now=NINE, zone=ZONE, whose=True).decode()
    for secret in ("N1", case.target.label, case.technique.label, "booking-secret"):
        assert secret not in text


def test_a_calendar_without_lists_is_a_calendar():
    assert read().walk("VEVENT") == []
