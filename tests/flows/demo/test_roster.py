"""The demonstration's lists keep to the clinic's week, its holidays and its people's time."""

from __future__ import annotations

from datetime import date, timedelta

from flows.demo import conditions, roster, sites
from flows.demo.days import holidays_around
from flows.demo.roster import DemoList

MELBOURNE = "Australia/Melbourne"
FIRST, LAST = date(2026, 10, 1), date(2027, 1, 18)
STAFF = sites.radiologists(7, first=FIRST, last=LAST, timezone=MELBOURNE)


def lists(seed: int = 7) -> tuple[DemoList, ...]:
    return roster.lists(seed, STAFF, first=FIRST, last=LAST, timezone=MELBOURNE)


def test_no_list_lies_on_a_holiday_or_a_weekend() -> None:
    days = {one.on for one in lists()}
    assert not days & set(holidays_around(FIRST))
    assert all(day.weekday() < 5 for day in days)


def test_cup_day_has_no_list_and_the_tuesday_after_it_has() -> None:
    days = {one.on for one in lists()}
    assert date(2026, 11, 3) not in days
    assert date(2026, 11, 10) in days


def test_a_morning_list_keeps_its_wall_time_when_daylight_saving_starts() -> None:
    starts = {one.on: one.session.start for one in lists() if one.session.suite == "GCP-FL1" and one.on.weekday() == 3}
    before, after = starts[date(2026, 10, 1)], starts[date(2026, 10, 8)]
    assert (before.utcoffset(), after.utcoffset()) == (timedelta(hours=10), timedelta(hours=11))
    assert before.hour == after.hour == 8


def test_nobody_is_rostered_where_they_are_not_credentialled_or_while_away() -> None:
    people = {person.id: person for person in STAFF}
    site_of = {suite.id: suite.site for suite in sites.SUITES}
    for one in lists():
        if one.session.radiologist:
            person = people[one.session.radiologist]
            assert site_of[one.session.suite] in person.sites
            assert all(one.session.end <= start or end <= one.session.start for start, end in person.unavailable)


def test_nobody_is_rostered_twice_on_a_day() -> None:
    given = [(one.session.radiologist, one.on) for one in lists() if one.session.radiologist]
    assert len(set(given)) == len(given)


def test_about_four_lists_in_ten_have_nobody_yet() -> None:
    made = lists()
    share = sum(one.session.radiologist is None for one in made) / len(made)
    assert 0.3 < share < 0.5


def test_public_private_and_mixed_lists_exist_with_and_without_an_anaesthetist() -> None:
    kinds = {(one.session.funding, one.session.anaesthetist) for one in lists()}
    assert {funding for funding, _ in kinds} >= {roster.PUBLIC, roster.MIXED, roster.PRIVATE}
    assert {anaesthetist for _, anaesthetist in kinds} == {True, False}


def test_every_target_can_be_treated_somewhere_by_somebody() -> None:
    done = {(target, technique) for person in STAFF for target in person.targets for technique in person.techniques}
    wanted = {
        (condition.target, technique) for condition in conditions.CONDITIONS for technique in condition.techniques
    }
    assert wanted <= done


def test_leave_never_overlaps_itself() -> None:
    for person in STAFF:
        ends = [end for _, end in person.unavailable]
        assert all(start >= end for (start, _), end in zip(person.unavailable[1:], ends, strict=False))


def test_the_same_seed_gives_the_same_lists_and_another_seed_others() -> None:
    assert lists() == lists()
    assert lists() != lists(8)


def test_every_two_sites_have_a_travel_time_between_ten_minutes_and_two_hours() -> None:
    pairs = sites.travel_minutes()
    assert len(pairs) == len(sites.SITES) * (len(sites.SITES) - 1) // 2
    assert all(10 < minutes < 120 for _, _, minutes in pairs)
