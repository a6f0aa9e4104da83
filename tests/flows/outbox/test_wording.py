"""Every letter the pathway asks for is worded, says only what its reader needs, and leaves nothing unfilled."""

import re
from string import Template

import pytest

from flows.outbox import telling
from flows.outbox.wording import TO_CLINICIANS, TO_PATIENTS, TO_THE_MEETING, wording_for
from scheduler.pathway.effects import Audience, Notice, NoticeKind
from scheduler.pathway.machine import decide
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Target, Technique
from tests.builders.pathway import TODAY, a_protocol, ready_for


def asked_for():
    """Each kind and reader that some step of the pathway queues a letter for."""
    found = set()
    for move in TRANSITIONS:
        facts, details = ready_for(move.start, move.event)
        step = decide(facts, move.event, details, protocol=a_protocol(), today=TODAY)
        found |= {(effect.kind, effect.audience) for effect in step.effects if isinstance(effect, Notice)}
    return sorted(found)


ASKED_FOR = asked_for()
WORDINGS = [*TO_PATIENTS.values(), *TO_CLINICIANS.values(), *TO_THE_MEETING.values()]


def test_the_pathway_asks_for_letters_of_many_kinds():
    assert len(ASKED_FOR) >= 30
    assert {audience for _, audience in ASKED_FOR} == set(Audience)


@pytest.mark.parametrize(("kind", "audience"), ASKED_FOR)
def test_every_letter_the_pathway_asks_for_is_worded(kind, audience):
    assert wording_for(kind, audience) is not None


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_of_letter_has_a_reader(kind):
    assert any(wording_for(kind, audience) for audience in Audience)


def placeholders():
    """Every placeholder that `words_of` fills, by the keys in its source, tried in the letters' own tests."""
    return {
        *("ref", "patient", "plan", "stands", "next_step", "missing", "recommendation"),
        *("reason", "alternative", "change", "parameters", "complications", "attempts", "removal", "postponed"),
        *("offer_by", "wait", "awaited", "awaited_capital", "earliest", "when", "where"),
        *("tested", "result", "judged", "treated", "treatment", "reviews"),
    }


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.subject)
def test_a_letter_uses_known_placeholders_only(wording):
    used = {name for paragraph in wording.paragraphs for name in Template(paragraph).get_identifiers()}
    assert used <= placeholders()
    assert set(wording.needs) <= used


@pytest.mark.parametrize("wording", TO_PATIENTS.values(), ids=lambda wording: wording.subject)
def test_a_patient_is_told_no_diagnosis_nerve_technique_or_result(wording):
    used = {name for paragraph in wording.paragraphs for name in Template(paragraph).get_identifiers()}
    assert used <= {"when", "where", "wait", "postponed", "offer_by"}
    text = " ".join(wording.paragraphs).lower()
    telling_words = [*(one.label.lower() for one in (*Target, *Technique)), "cancer", "nerve", "neurolysis", "block"]
    assert not [word for word in telling_words if word in text]


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.subject)
def test_nobody_is_told_to_stop_a_medicine(wording):
    for sentence in re.split(r"(?<=[.!?]) ", " ".join(wording.paragraphs)):
        if re.search(r"\b(stop|pause|hold|skip)", sentence.lower()) and "medicine" in sentence.lower():
            assert re.search(r"do not stop|agree with the prescriber|stop none", sentence)


@pytest.mark.parametrize("kind", [NoticeKind.ACCEPTED, NoticeKind.LISTED, NoticeKind.BOOKED])
def test_a_patient_who_waits_hears_to_stop_nothing_without_a_doctor(kind):
    assert "do not stop any of your medicines without talking to your doctor" in " ".join(TO_PATIENTS[kind].paragraphs)


def test_every_way_a_letter_can_name_an_event_or_a_state_is_of_the_pathway():
    assert all(state.ends for state in telling.REMOVALS)
