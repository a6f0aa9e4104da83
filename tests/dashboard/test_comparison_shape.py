"""Scenarios side by side: differences from the first are bold, costs are at today's prices."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.shapes import comparison as shapes
from dashboard.shapes import worth
from db.study_pictures import Comparison, StudyLine, WorthLine, WorthReport
from db.words import StudyStatus
from scheduler.figures import PlanFigures

ASKED = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MELBOURNE = ZoneInfo("Australia/Melbourne")


def figures(**changed):
    usual = {"cases": 10, "booked": 9, "in_time": 8, "moved": 0, "overtime_minutes": 30, "busiest": 90, "quietest": 40}
    return PlanFigures(**{**usual, "amounts": {"overtime": 30, "access": 2}, "cost": 500, "bound": 400, **changed})


def study(name="As things stand", found=None, **changed):
    usual = {"id": name, "name": name, "status": StudyStatus.READY, "failure": "", "changes": (), "outside": ()}
    rest = {"invented": 0, "invented_booked": 0, "prices": {}, "proposal": None, "version": 1}
    return StudyLine(**{**usual, **rest, "figures": found or figures(), **changed})


def side_by_side(*studies):
    return Comparison(
        id="C",
        start=date(2026, 11, 25),
        end=date(2026, 12, 22),
        asked_at=ASKED,
        asked_by="Pat",
        time_limit=20,
        prices={"overtime": 10, "access": 100},
        studies=studies,
    )


def test_what_differs_from_the_first_is_bold_with_the_difference_and_what_is_the_same_is_not():
    page = shapes.comparison_table(side_by_side(study(), study("More <room>", figures(booked=10, in_time=10))))
    assert "More &lt;room&gt;" in page
    assert '<td class="number"><strong>10</strong> <span class="nl-of">(+2)</span></td>' in page
    assert '<td class="number"><strong>0</strong> <span class="nl-of">(-1)</span></td>' in page
    assert page.count("<strong>30 min</strong>") == 0


def test_costs_are_at_todays_prices_whatever_a_scenario_was_worked_out_with():
    dear = study("Dear", figures(cost=9_000), prices={"overtime": 300})
    rows = {row.name: row.values for row in shapes.rows_of(side_by_side(study(), dear))}
    assert rows["Cost at today's prices"] == (500, 500)
    goals = {row.name: row.values for row in shapes.goal_rows(side_by_side(study(), dear))}
    assert goals == {"Lists end on time": (300, 300), "Patients are treated by the date they are due": (200, 200)}


def test_a_scenario_still_worked_on_has_dashes_and_one_without_cases_no_share():
    waiting = study("Later", status=StudyStatus.RUNNING)
    object.__setattr__(waiting, "figures", None)
    page = side_by_side(study("None", figures(cases=0, booked=0, in_time=0)), waiting)
    rows = {row.name: row.values for row in shapes.rows_of(page)}
    assert rows["Share treated in time"] == (None, None)
    assert "1 of 2 scenarios are ready. None: ready; Later: being worked out." in shapes.working_words(page)


def test_new_demand_has_rows_of_its_own_only_where_there_is_any():
    names = [row.name for row in shapes.rows_of(side_by_side(study(), study("Busy", invented=4, invented_booked=3)))]
    assert "New demand: booked" in names
    assert "New demand: booked" not in [row.name for row in shapes.rows_of(side_by_side(study(), study("B")))]


def test_a_scenario_tells_what_it_changes_what_has_no_effect_and_why_it_failed():
    told = shapes.notes_of(
        study("X", changes=("A.", "B."), outside=("B.",), status=StudyStatus.FAILED, failure="Pins clash.")
    )
    assert told == (
        "A.",
        "Outside these weeks, so without effect: B.",
        "It could not be worked out: Pins clash.",
    )
    assert shapes.notes_of(study()) == ("Nothing is changed.",)


def a_worth(**changed):
    usual = {"what": "CT at Bayside", "when": date(2026, 11, 30), "says": "", "at_most": 900}
    return WorthLine(**{**usual, "saves": 800, "cases": 2.04, "days": 12.4, **changed})


def a_report(**changed):
    usual = {"status": StudyStatus.READY, "asked_at": ASKED, "asked_by": "Pat", "failure": "", "answered_at": ASKED}
    dates = {"start": date(2026, 11, 25), "end": date(2026, 12, 22), "bound": 1, "settled": True}
    return WorthReport(**{**usual, **dates, "lists": (a_worth(),), "skills": (), **changed})


def test_the_worth_of_a_list_says_when_it_was_worked_out_and_a_ceiling_says_that_it_is_one():
    assert worth.standing_words(a_report(), MELBOURNE) == ("Worked out Tue 24 Nov, 12:00 for Wed 25 Nov to Tue 22 Dec.")
    assert "not been worked out yet" in worth.standing_words(None, MELBOURNE)
    assert worth.list_rows([a_worth()]) == [["CT at Bayside", "Mon 30 Nov", "800", "+2.0", "12"]]
    ceiling = a_worth(saves=None, cases=None, days=None)
    assert worth.list_rows([ceiling, a_worth(saves=0)]) == [["CT at Bayside", "Mon 30 Nov", "at most 900", "—", "—"]]
    assert "being worked out" in worth.asked_words(a_report(status=StudyStatus.RUNNING), MELBOURNE)
    assert worth.asked_words(a_report(status=StudyStatus.FAILED, failure="No plan."), MELBOURNE).endswith("No plan.")
