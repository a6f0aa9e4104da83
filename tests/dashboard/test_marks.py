"""While a case is picked up every list says yes, yes but, or no, in words."""

from __future__ import annotations

from dashboard.shapes.marks import best_places, marks_data, no_marks, none_words, place_choice
from flows.explaining import PlaceLine, Where
from scheduler.explain import Verdict
from tests.builders.screens import NINE


def a_place(name="L1", verdict=Verdict.YES, because=(), left=30):
    return PlaceLine(
        session=name,
        start=NINE,
        site="Northern Hospital",
        suite="NTH-A1",
        radiologist="Dr Someone",
        verdict=verdict,
        because=because,
        cost_change=0,
        minutes_left=left,
        rules=(),
    )


def a_where(*places, booked=None, ruled_out=None):
    return Where(case="N10001-T", minutes=30, booked=booked, places=places, ruled_out=ruled_out or {})


def test_every_list_is_marked_with_its_reason_and_the_list_itself_needs_no_name():
    here = a_place("L4")
    data = marks_data(
        a_where(
            a_place("L1"),
            a_place("L2", Verdict.YES_BUT, ("It opens L2 for one.",), left=-10),
            a_place("L3", Verdict.NO, ("The list is closed.",)),
            here,
            booked=here,
        )
    )
    assert data["lists"] == {
        "L1": {"verdict": "yes", "says": f"Yes, at {NINE:%H:%M} with Dr Someone, 30 minutes left after it."},
        "L2": {
            "verdict": "yes_but",
            "says": f"Yes, at {NINE:%H:%M} with Dr Someone, 10 minutes over time. But: It opens this list for one.",
        },
        "L3": {"verdict": "no", "says": "No. The list is closed."},
        "L4": {"verdict": "here", "says": "It is on this list now."},
    }
    assert data["best"] == ["L1", "L2"]


def test_a_case_that_cannot_be_planned_yet_says_the_same_of_every_list():
    assert no_marks("Record that the patient is ready.")["otherwise"] == "Record that the patient is ready."


def test_the_drawer_offers_the_few_best_lists_without_the_one_the_case_is_on():
    here = a_place("L0")
    where = a_where(here, *[a_place(f"L{number}") for number in range(1, 9)], booked=here)
    assert [line.session for line in best_places(where)] == ["L1", "L2", "L3", "L4", "L5", "L6"]
    says = place_choice(a_place(because=("It is late.",)), "Angio 1")
    assert says.endswith(f"{NINE:%H:%M}, Angio 1, Northern Hospital (It is late.)")


def test_where_no_list_will_do_it_says_why_and_what_would_help():
    says = none_words(a_where(ruled_out={"the list is closed": 3, "no radiologist is free": 1}))
    assert says == (
        "No list of these weeks can take it. 3 lists: the list is closed; 1 list: no radiologist is free. "
        "Show more weeks, or open a list."
    )
