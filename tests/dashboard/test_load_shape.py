"""The load page's heat table, chart and rows say what the desk gave, with units."""

from __future__ import annotations

from datetime import date

from dashboard.shapes import load, waits
from dashboard.shapes.downloads import as_csv
from db.network_pictures import MonthOfWaits, NetworkLoad, RadiologistLoad, SuiteWeek, Waits
from scheduler.pathway.waits import WaitSummary
from scheduler.vocabulary import Urgency

MONDAY = date(2026, 11, 23)


def a_week(**facts):
    usual = {
        "site": "S1",
        "site_name": "Northern Hospital",
        "suite": "S1-CT1",
        "suite_name": "CT 1",
        "week": MONDAY,
        "lists": 2,
        "open": 480,
        "booked": 120,
        "free": 360,
        "usable": 240,
    }
    return SuiteWeek(**{**usual, **facts})


def a_person(name="Dr A", minutes=100, target=200, **facts):
    return RadiologistLoad(id=name, name=name, lists=1, cases=2, minutes=minutes, target=target, **facts)


def a_load(*weeks, people=()):
    return NetworkLoad(start=MONDAY, end=date(2026, 12, 20), weeks=weeks, radiologists=people, waiting=1)


def test_each_cell_has_its_usable_minutes_the_free_ones_and_a_shade():
    later = a_week(week=date(2026, 11, 30), usable=0, free=480)
    page = load.heat_table(a_load(a_week(), later), load.USABLE)
    assert '<td class="number nl-heat-3">240 <span class="nl-of">of 360</span></td>' in page
    assert '<td class="number nl-heat-0">0 <span class="nl-of">of 480</span></td>' in page
    assert '<td class="number">240 <span class="nl-of">of 840</span></td>' in page


def test_a_suite_without_a_list_in_a_week_has_a_dash_and_a_site_of_two_suites_a_row_for_both():
    other = a_week(suite="S1-FL1", suite_name="Fluoroscopy <1>", week=date(2026, 11, 30))
    page = load.heat_table(a_load(a_week(), other), load.SHARE)
    assert page.count("—") == 2
    assert "Fluoroscopy &lt;1&gt;" in page
    assert (
        '<tr class="whole"><th scope="row"><span class="nl-unseen">Northern Hospital</span></th><td>All suites' in page
    )


def test_the_share_booked_is_in_per_cent_and_full_is_darkest():
    page = load.heat_table(a_load(a_week(booked=480)), load.SHARE)
    assert '<td class="number nl-heat-5">100 %</td>' in page


def test_fairness_is_a_sentence_for_every_case():
    assert "cannot be told" in load.fairness_words([a_person(target=None)])
    assert "Nothing is booked" in load.fairness_words([a_person(minutes=0)])
    even = load.fairness_words([a_person("Dr A", 100), a_person("Dr B", 110)])
    assert even == (
        "Work is shared evenly: from 50 % of target (Dr A) to 55 % (Dr B), 5 points apart. Nobody is above target."
    )
    over = load.fairness_words([a_person("Dr A", 0), a_person("Dr B", 300)])
    assert over.startswith("Work is shared unevenly: from 0 %")
    assert over.endswith("1 radiologist above target.")


def test_the_chart_marks_who_is_above_target_and_describes_itself():
    drawn = load.work_chart([a_person(minutes=300), a_person("Dr B", target=None)])
    assert [row["over"] for row in drawn["data"]["values"]] == [True, False]
    assert drawn["description"]


def summed(treated, **facts):
    usual = {"urgency": Urgency.CATEGORY_1, "in_time": treated, "limit": 30, "median": 10, "ninetieth": 20}
    return WaitSummary(treated=treated, **{**usual, **facts})


def test_a_category_with_nobody_treated_says_so_and_one_with_late_patients_counts_them():
    assert "Nobody of category 1 was treated" in waits.category_head(summed(0, median=None, ninetieth=None))
    assert "4 patients treated, 75 % within 30 days.</p>" not in waits.category_head(summed(4, in_time=3))
    assert '<span class="nl-over">1 late</span>' in waits.category_head(summed(4, in_time=3))


def test_the_limit_is_drawn_only_where_it_is_near_the_waits():
    def layers(limit):
        month = MonthOfWaits(month=MONDAY.replace(day=1), categories=(summed(3, limit=limit),))
        return len(waits.wait_chart(Waits(stage=None, months=(month,), whole=()), 1)["layer"])

    assert (layers(60), layers(61)) == (2, 1)


def test_a_download_leaves_empty_what_has_no_value_and_no_text_starts_a_formula():
    assert as_csv(("A", "B"), [[None, "=1+1"], ["é", 2]]).decode("utf-8-sig").splitlines() == ["A,B", ",'=1+1", "é,2"]
