"""Every line of a history says what it means, and its answers are told in the words of the form."""

from __future__ import annotations

import pytest

from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.history import answers, in_words, meaning
from scheduler.pathway.states import PathwayState as S
from scheduler.pathway.transitions import TRANSITIONS


def test_every_step_entry_and_readiness_event_has_a_meaning():
    lines = [(move.event, move.start) for move in TRANSITIONS]
    lines += [(one, S.TEST_WAITING) for one in (*Entry, *ReadinessEvent)]
    assert [line for line in lines if not meaning(*line)] == []
    assert meaning("booking_hold", S.TEST_WAITING) == ""
    assert meaning(Event.ACCEPT, None) == ""


def test_checks_that_were_passed_are_told_together_and_the_rest_by_the_label_of_the_question():
    given = {"identity_checked": True, "consent_checked": True, "side": "left", "bloods_dated": "2026-11-02"}
    assert list(answers(Event.START_TEST, S.TEST_BOOKED, given)) == [
        ("Checked", "identity, consent"),
        ("Side confirmed at sign-in", "Left"),
        ("Date of these bloods", "2 November 2026"),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (["palliative_care", "pain_anaesthesia"], "palliative care, pain anaesthesia"),
        ("R1,R2", "R1,R2"),
        ("staff_unavailable", "staff unavailable"),
        ("Seen, and agreed_upon", "Seen, and agreed_upon"),
        ("2026-11-02", "2 November 2026"),
        (7, "7"),
    ],
)
def test_answers_are_written_as_people_read_them(value, words):
    assert in_words(value) == words
