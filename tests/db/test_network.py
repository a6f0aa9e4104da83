"""The network's load and waits, against a small clinic worked out by hand."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from db import audit, boards, clinic, publishing
from db.boards.waits import month_before
from db.tables import RadiologistRow, WaitlistEpisodeRow
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, write

MONDAY = TODAY - timedelta(days=1)
SUNDAY = MONDAY + timedelta(days=6)


def load(database, **asked):
    dates = {"start": MONDAY, "end": SUNDAY, **asked}
    return read(database, lambda session: boards.network_load(session, now=MORNING, **dates))


def give_a_target(session):
    for row in session.exec(select(RadiologistRow)):
        row.target_minutes = 360
    audit.record(session, action="set_target", entity="radiologist", ref="all")


def test_lists_are_measured_by_suite_and_week_and_radiologists_against_a_quarter_of_four_weeks_target(database):
    a_clinic(database)  # three mornings of 240 minutes at each of two sites, 15 minutes between cases
    booked, _ = list_for_test(database, 1), list_for_test(database, 2)  # 45 minutes each
    proposal = a_proposal(database, {f"{booked}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    write(database, give_a_target)
    found = load(database)
    assert [(each.suite, each.week) for each in found.weeks] == [("S01-CT1", MONDAY), ("S02-CT1", MONDAY)]
    first, second = found.weeks
    assert (first.lists, first.open, first.booked, first.free, first.usable) == (3, 720, 45, 660, 660)
    assert (second.open, second.booked, second.free, second.usable) == (720, 0, 720, 720)
    assert found.waiting == 1
    working, idle = found.radiologists
    assert (working.id, working.lists, working.cases, working.minutes, working.target) == ("R01", 1, 1, 45, 90)
    assert (working.share, idle.share) == (0.5, 0)


def test_without_anybody_waiting_no_minute_is_usable_and_closed_lists_do_not_count(database):
    a_clinic(database)
    write(database, lambda session: clinic.close_list(session, "S01-1", reason="strike"))
    [site] = load(database, site="S01").weeks
    assert (site.lists, site.open, site.free, site.usable) == (2, 480, 480, 0)


def test_a_clinic_without_lists_has_an_empty_load(database):
    found = load(database)
    assert (found.weeks, found.radiologists, found.waiting) == ((), (), 0)


def treat(database, ref_number, *, waited):
    """Let somebody wait so many days and be treated today."""
    listed = MORNING - timedelta(days=waited)
    ref = list_for_test(database, ref_number, now=listed)

    def close(session):
        row = session.exec(select(WaitlistEpisodeRow).where(WaitlistEpisodeRow.closed_on.is_(None))).one()
        row.closed_on, row.closed_reason = TODAY, "treated"
        audit.record(session, action="treated", entity="case", ref=ref)

    write(database, close)


def test_waits_are_summed_by_the_month_of_treatment_and_category(database):
    treat(database, 1, waited=31)
    treat(database, 2, waited=10)
    found = read(database, lambda session: boards.waits(session, now=MORNING))
    assert [month.month for month in found.months][0::11] == [month_before(TODAY, 11), TODAY.replace(day=1)]
    first, second, third = found.months[-1].categories
    assert (first.treated, first.in_time, first.median, first.ninetieth, first.limit) == (2, 1, 10, 31, 30)
    assert (second.treated, second.median, third.share_in_time) == (0, None, None)
    assert found.whole[0] == first
    assert all(one.treated == 0 for month in found.months[:-1] for one in month.categories)


def test_the_month_before_january_is_december():
    assert month_before(TODAY.replace(month=1, day=31), 1).isoformat() == "2025-12-01"
