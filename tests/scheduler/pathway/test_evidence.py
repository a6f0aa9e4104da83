"""Evidence may come for any case that has not ended; what makes no sense is refused with a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.effects import AddItem, RecordConsent, RecordMedicineFacts, RenewReferral
from scheduler.pathway.events import Entry
from scheduler.pathway.facts import ClotRisk, ReferralItem
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Laterality, Stage, Target, Technique
from tests.builders.pathway import TODAY, a_case_facts, all_items, an_episode, enter

WEEK = timedelta(weeks=1)


def left_by(facts, **answers):
    return enter(facts, Entry.EVIDENCE_RECEIVED, **answers).effects


@pytest.mark.parametrize("state", [state for state in S if not state.ends])
def test_bloods_may_come_wherever_the_case_stands(state: S) -> None:
    assert left_by(a_case_facts(state), items="R2=2026-11-23") == (AddItem(key="R2", dated=TODAY),)


def test_nothing_may_come_once_the_pathway_has_ended() -> None:
    with pytest.raises(TransitionNotAllowedError, match="cannot be recorded in the state 'Discharged'"):
        left_by(a_case_facts(S.DISCHARGED), items="R2=2026-11-23")


def test_several_things_may_come_at_once() -> None:
    facts = a_case_facts(S.DEFINITIVE_WAITING, episodes=(an_episode(Stage.DEFINITIVE),))
    found = left_by(facts, items="R1=2026-11-23,r2=2026-11-23", consent_on=TODAY, referral_valid_until=TODAY + WEEK)
    assert found == (
        AddItem(key="R1", dated=TODAY),
        AddItem(key="R2", dated=TODAY),
        RecordConsent(
            stage=Stage.DEFINITIVE,
            on=TODAY,
            target=Target.COELIAC,
            laterality=Laterality.BILATERAL,
            technique=Technique.CHEMICAL,
        ),
        RenewReferral(valid_until=TODAY + WEEK),
    )


def test_something_the_meeting_asked_for_may_come_by_its_own_name() -> None:
    facts = a_case_facts(S.MDT_MORE_INFO, items=(*all_items(), ReferralItem(key="ECG", received=False)))
    assert left_by(facts, items="ecg=2026-11-23") == (AddItem(key="ECG", dated=TODAY),)


def test_a_risk_of_stopping_and_the_advice_on_it_are_kept_apart() -> None:
    facts = a_case_facts(S.TEST_WAITING)
    assert left_by(facts, clot_risks="recent_stent,mechanical_valve") == (
        RecordMedicineFacts(clot_risks=(ClotRisk.RECENT_STENT, ClotRisk.MECHANICAL_VALVE)),
    )
    assert left_by(facts, clot_risks="none") == (RecordMedicineFacts(clot_risks=()),)
    assert left_by(facts, specialist_advice_on=TODAY) == (RecordMedicineFacts(specialist_advice_on=TODAY),)


REFUSED = {
    "nothing at all": ({}, "Nothing was recorded"),
    "an item nobody asked for": ({"items": "X9"}, "'X9' is not asked for; what may come is R1"),
    "bloods without a date": ({"items": "R2"}, "R2 .* needs the date"),
    "bloods of tomorrow": ({"items": "R2=2026-11-24"}, "still to come"),
    "bloods older than those on record": ({"items": "R2=2026-11-22"}, "which is newer than 22 November 2026"),
    "a consent for nothing": ({"consent_on": "2026-11-23"}, "Say in 'consent_for'"),
    "a consent without its day": ({"consent_for": "definitive"}, "'consent_on'"),
    "a risk and none": ({"clot_risks": "none,recent_stent"}, "says none and a risk"),
    "an unknown risk": ({"clot_risks": "fever"}, "choose from recent_stent"),
    "a referral that has ended": ({"referral_valid_until": "2026-11-01"}, "has passed"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_refused(what: str) -> None:
    answers, says = REFUSED[what]
    with pytest.raises(TransitionNotAllowedError, match=says):
        left_by(a_case_facts(S.AWAITING_MDT), **answers)


def test_a_consent_needs_a_plan() -> None:
    bare = replace(a_case_facts(S.CONSULTATION), target=None)
    with pytest.raises(TransitionNotAllowedError, match="No target is planned"):
        left_by(bare, consent_on=TODAY, consent_for="test_block")
