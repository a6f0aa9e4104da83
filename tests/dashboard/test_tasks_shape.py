"""Tasks stand by when they are due, and each says the way to do it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboard.shapes.tasks import (
    by_hand_words,
    chosen_task,
    heading,
    matching,
    task_card,
    task_facts,
    task_groups,
    ways,
)
from scheduler.pathway.events import Event
from scheduler.pathway.machine import NextStep
from tests.builders.screens import TODAY, a_case_page, a_task_line


def a_step(event, **changed):
    usual = {"label": event.label, "says": "", "fields": (), "roles": frozenset(), "allowed": True, "why_not": None}
    return NextStep(event=event, **{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "group"),
    [
        ({"due_on": TODAY - timedelta(days=1)}, "Overdue"),
        ({"due_on": TODAY}, "Today"),
        ({"due_on": TODAY + timedelta(days=7)}, "Within a week"),
        ({"due_on": TODAY + timedelta(days=8)}, "Later"),
        ({"due_on": None}, "Without a day"),
        ({"due_on": TODAY, "snoozed_until": TODAY + timedelta(days=2)}, "Put off"),
    ],
)
def test_a_task_stands_by_when_it_is_due(changed, group):
    found = {one.heading: [card.id for card in one.cards] for one in task_groups([a_task_line(**changed)], TODAY)}
    assert found.pop(group) == ["T1"]
    assert not any(found.values())


def test_a_card_says_whom_it_asks_and_who_has_it():
    card = task_card(a_task_line(sites=("NTH",), assignee="p", assignee_name="Priya Nair", overdue=True))
    assert (card.code, card.title, card.aside, card.aside_look) == (
        "N10001",
        "Book the test block.",
        "Tue 24 Nov",
        "over",
    )
    assert card.lines[0].text == "Bookings at NTH, taken by Priya Nair"


def test_words_and_references_are_looked_for():
    tasks = (a_task_line(), a_task_line("T2", ref="N10002", says="Get the bloods.", why="The procedure is booked."))
    assert [task.id for task in matching(tasks, " BLOODS")] == ["T2"]
    assert [task.id for task in matching(tasks, "n10001")] == ["T1"]
    assert heading(tasks) == "2 open, 0 overdue"


def test_the_first_task_that_is_not_put_off_is_shown_unless_another_was_asked_for():
    tasks = (a_task_line("T1", snoozed_until=TODAY), a_task_line("T2"), a_task_line("T3"))
    assert [chosen_task(tasks, wanted).id for wanted in (None, "T3", "gone")] == ["T2", "T3", "T2"]
    assert chosen_task((), None) is None


def test_the_way_to_a_task_is_the_form_of_each_step_that_does_it_in_the_usual_order():
    task = a_task_line(done_by=("accept", "decline_referral"))
    steps = (a_step(Event.DECLINE_REFERRAL), a_step(Event.ACCEPT, allowed=False, why_not="No plan yet."))
    first, second = ways(task, a_case_page(), steps)
    assert (first.page, first.asks, first.why_not) == ("case", {"case": "N10001", "step": "accept"}, "No plan yet.")
    assert second.asks["step"] == "decline_referral"
    assert by_hand_words(task, (first, second)).startswith("It is ticked off by itself when this is recorded: “Accept")


@pytest.mark.parametrize(
    ("changed", "agenda_on", "page", "asks"),
    [
        ({"kind": "mdt_not_finished", "ref": None}, None, "mdt", {"meeting": "2026-11-24"}),
        ({"kind": "confirm_holidays", "ref": None}, None, "setup-holidays", {}),
        ({"kind": "letter"}, None, "case", {"case": "N10001", "part": "Papers"}),
        ({"kind": "mdt_papers"}, TODAY, "mdt", {"meeting": "2026-11-24", "ref": "N10001"}),
        ({"done_by": ("mdt_proceed_test",)}, TODAY, "mdt", {"meeting": "2026-11-24", "ref": "N10001"}),
        ({"kind": "add_to_mdt_agenda"}, None, "mdt", {}),
        ({"kind": "hold_medicine", "done_by": ()}, None, "case", {"case": "N10001"}),
    ],
)
def test_other_tasks_lead_to_the_page_that_does_them(changed, agenda_on, page, asks):
    (way,) = ways(a_task_line(**changed), a_case_page(agenda_on=agenda_on), ())
    assert (way.page, way.asks) == (page, asks)


def test_what_is_ticked_off_by_hand_says_nothing_of_steps_and_no_case_has_no_way():
    assert by_hand_words(a_task_line(by_hand=True), ()) == ""
    assert ways(a_task_line(ref=None, kind="parked_step"), None, ()) == ()


def test_the_facts_of_a_task_say_what_is_not_so():
    told = dict(task_facts(a_task_line(due_on=None)))
    assert (told["Due"], told["With"], told["Put off"]) == ("no day", "everybody of the role", "no")
    later = dict(task_facts(a_task_line(overdue=True, snoozed_until=date(2026, 12, 1))))
    assert (later["Due"], later["Put off"]) == ("Tue 24 Nov 2026, overdue", "to Tue 1 Dec 2026")
