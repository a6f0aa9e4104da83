from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.pathway.facts import MdtDecision, MdtRecommendation, ReferralItem
from scheduler.pathway.states import PathwayState as S
from scheduler.pathway.validity import (
    Prerequisite,
    hold_lead_days,
    medicine_holds,
    procedure_window,
    standings,
)
from scheduler.vocabulary import Readiness, Stage
from tests.builders.pathway import (
    TODAY,
    a_case_facts,
    a_consent,
    a_protocol,
    a_test,
    a_treatment,
    all_items,
    an_episode,
    with_value,
)


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def waiting(**changes: object):
    usual = {"episodes": (an_episode(Stage.DEFINITIVE),), "procedures": (a_test(),)}
    return a_case_facts(S.DEFINITIVE_WAITING, **(usual | changes))


def test_every_prerequisite_says_the_day_it_breaks() -> None:
    facts = waiting(referral_valid_until=day(50))
    found = {one.prerequisite: one for one in standings(facts, Stage.DEFINITIVE, day(1), a_protocol(), TODAY)}
    assert list(found) == list(Prerequisite)
    assert all(one.holds for one in found.values())
    assert {one.prerequisite: one.last for one in found.values()} == {
        Prerequisite.BLOODS: day(7),
        Prerequisite.IMAGING: day(90),
        Prerequisite.CONSENT: day(180),
        Prerequisite.MDT_DECISION: day(90),
        Prerequisite.MEDICINE_HOLD: None,
        Prerequisite.REFERRAL: day(50),
        Prerequisite.TEST_RESULT: day(41),
    }


@pytest.mark.parametrize(
    ("prerequisite", "last"),
    [
        (Prerequisite.BLOODS, 7),
        (Prerequisite.IMAGING, 90),
        (Prerequisite.CONSENT, 180),
        (Prerequisite.MDT_DECISION, 90),
        (Prerequisite.REFERRAL, 50),
    ],
)
def test_each_holds_on_its_last_day_and_not_on_the_next(prerequisite: Prerequisite, last: int) -> None:
    facts = waiting(referral_valid_until=day(50))
    for ahead, holds in ((last, True), (last + 1, False)):
        found = standings(facts, Stage.DEFINITIVE, day(ahead), a_protocol(), TODAY)
        assert next(one.holds for one in found if one.prerequisite is prerequisite) is holds


def test_imaging_in_cancer_holds_for_six_weeks() -> None:
    imaging = standings(waiting(cancer=True), Stage.DEFINITIVE, day(1), a_protocol(), TODAY)[1]
    assert imaging.last == day(42)


def test_nothing_recorded_holds_nothing() -> None:
    bare = waiting(items=(), consents=(), mdt=None)
    found = standings(bare, Stage.DEFINITIVE, day(1), a_protocol(), TODAY)
    assert [one.holds for one in found] == [False, False, False, False, True, True, True]


def test_the_last_dose_is_the_day_before_the_days_off() -> None:
    holds = medicine_holds(waiting(medicines=("Warfarin", "paracetamol")), day(10), a_protocol())
    assert [(hold.medicine, hold.last_dose_on) for hold in holds] == [("Warfarin", day(4))]


def test_the_longest_hold_sets_the_lead() -> None:
    facts = waiting(medicines=("aspirin 100 mg", "prasugrel"), creatinine_clearance=80)
    assert hold_lead_days(facts, a_protocol()) == 8
    assert hold_lead_days(waiting(), a_protocol()) == 0


@pytest.mark.parametrize(("clearance", "days"), [(51, 2), (50, 4), (30, 4), (29, 7), (None, 7)])
def test_dabigatran_is_held_by_kidney_function(clearance: int | None, days: int) -> None:
    facts = waiting(medicines=("dabigatran",), creatinine_clearance=clearance)
    assert hold_lead_days(facts, a_protocol()) == days + 1


def test_a_lower_risk_target_shortens_the_hold() -> None:
    low = with_value(a_protocol(), "bleeding_risk.coeliac", "low")
    assert hold_lead_days(waiting(medicines=("clopidogrel",)), low) == 0
    assert hold_lead_days(waiting(medicines=("clopidogrel",)), a_protocol()) == 6


def test_the_window_runs_from_the_gap_to_the_end_of_the_test_result() -> None:
    window = procedure_window(waiting(procedures=(a_test(on=TODAY),)), Stage.DEFINITIVE, a_protocol(), TODAY)
    assert (window.first, window.last, window.blocked) == (day(1), day(42), ())
    assert "gap" in window.says[0]
    assert "test result" in window.says[1]


def test_the_window_leaves_time_for_holds_bloods_and_staging() -> None:
    def first(**changes: object) -> date:
        return procedure_window(waiting(**changes), Stage.DEFINITIVE, a_protocol(), TODAY).first

    assert first() == TODAY
    assert first(medicines=("warfarin",)) == day(6)
    assert first(items=all_items(day(-20))) == day(1)
    assert first(items=all_items(day(-100))) == day(2)
    staged = an_episode(Stage.DEFINITIVE, readiness=Readiness.STAGED, earliest=day(9))
    assert first(episodes=(staged,)) == day(9)


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"referral_valid_until": day(3)}, 3),
        ({"consents": (a_consent(Stage.DEFINITIVE, on=day(-170)),)}, 10),
        ({"mdt": MdtDecision(on=day(-70), recommendation=MdtRecommendation.PROCEED_TEST)}, 20),
    ],
)
def test_the_window_ends_with_whatever_expires_first(changes: dict[str, object], last: int) -> None:
    assert procedure_window(waiting(**changes), Stage.DEFINITIVE, a_protocol(), TODAY).last == day(last)


def test_the_window_is_blocked_by_what_a_person_must_put_right() -> None:
    def blocked(**changes: object) -> str:
        return " ".join(procedure_window(waiting(**changes), Stage.DEFINITIVE, a_protocol(), TODAY).blocked)

    assert blocked() == ""
    assert "No positive test" in blocked(procedures=())
    assert "Consent: no date" in blocked(consents=())
    assert "another target or side" in blocked(consents=(a_consent(Stage.DEFINITIVE, target="stellate"),))
    assert "MDT decision: no date" in blocked(mdt=None)


def test_a_repeat_needs_no_test_result() -> None:
    repeated = (a_test(on=day(-120)), a_treatment())
    window = procedure_window(waiting(procedures=repeated), Stage.DEFINITIVE, a_protocol(), TODAY)
    assert (window.last, window.blocked) == (day(90), ())


def test_a_test_block_has_neither_gap_nor_result() -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(),))
    window = procedure_window(facts, Stage.TEST_BLOCK, a_protocol(), TODAY)
    assert (window.first, window.last, window.blocked) == (TODAY, day(90), ())


def test_items_that_never_arrived_do_not_count() -> None:
    asked = (ReferralItem(key="R2", received=False, dated=TODAY),)
    assert not standings(waiting(items=asked), Stage.DEFINITIVE, day(1), a_protocol(), TODAY)[0].holds


@pytest.mark.parametrize("advice", MdtRecommendation)
def test_only_advice_to_proceed_is_a_decision_that_holds(advice: MdtRecommendation) -> None:
    facts = waiting(mdt=MdtDecision(on=TODAY, recommendation=advice))
    found = standings(facts, Stage.DEFINITIVE, day(1), a_protocol(), TODAY)
    assert found[3].holds is (advice in {MdtRecommendation.PROCEED_TEST, MdtRecommendation.PROCEED_DIRECT})


def test_of_two_consents_on_one_day_the_later_one_counts() -> None:
    signed = (a_consent(Stage.DEFINITIVE, target="stellate"), a_consent(Stage.DEFINITIVE))
    assert standings(waiting(consents=signed), Stage.DEFINITIVE, day(1), a_protocol(), TODAY)[2].holds
    assert not standings(waiting(consents=signed[::-1]), Stage.DEFINITIVE, day(1), a_protocol(), TODAY)[2].holds
