"""The referrals of the demonstration are a believable mix, the same from the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from db.protocol import SEED
from flows.demo.arrivals import TWISTS, Arrival, Twist, arrivals
from flows.demo.days import works
from flows.demo.referrals import INCOMPLETE, referral
from scheduler.pathway.facts import CaseFacts, ReferralItem
from scheduler.pathway.items import missing_items
from scheduler.pathway.protocols import protocol_from_json
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Funding, Stage, Urgency, side_fits

TODAY = date(2026, 11, 23)
PROTOCOL = protocol_from_json(SEED.read_bytes())


@pytest.mark.parametrize("seed", range(5))
def test_about_180_people_are_referred_in_about_the_promised_mix(seed: int) -> None:
    coming = arrivals(seed, TODAY)
    assert 170 <= len(coming) <= 200
    share = {urgency: count / len(coming) for urgency, count in Counter(one.urgency for one in coming).items()}
    assert 0.15 < share[Urgency.CATEGORY_1] < 0.36
    assert 0.34 < share[Urgency.CATEGORY_2] < 0.56
    assert 0.18 < share[Urgency.CATEGORY_3] < 0.42
    assert {Funding.PUBLIC, Funding.PRIVATE, Funding.DVA} <= {one.funding for one in coming}


def test_every_twist_happens_as_often_as_it_should() -> None:
    found = Counter(one.twist for one in arrivals(7, TODAY) if one.twist)
    assert found == Counter({twist: count for twist, count, _, _ in TWISTS})


def test_referrals_come_on_working_days_before_today_in_order() -> None:
    days = [one.received_on for one in arrivals(7, TODAY)]
    assert days == sorted(days)
    assert all(works(day) and day < TODAY for day in days)


def test_every_plan_is_one_the_protocol_offers_on_a_side_that_fits() -> None:
    for one in arrivals(7, TODAY):
        assert PROTOCOL.procedure(one.condition.target, one.technique, Stage.DEFINITIVE).offered
        assert side_fits(one.condition.target, one.laterality)


def test_a_referral_lacks_items_only_where_its_twist_says_so() -> None:
    for one in arrivals(7, TODAY):
        missing = missing_items(_facts(one), PROTOCOL, now_received={})
        assert bool(missing) == (one.twist in INCOMPLETE)


def test_the_same_seed_gives_the_same_referrals_and_another_seed_others() -> None:
    first, again, other = (
        [referral(seed, one, today=TODAY) for one in arrivals(seed, TODAY)[:20]] for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_a_person_is_referred_only_once() -> None:
    sent = [referral(7, one, today=TODAY) for one in arrivals(7, TODAY)]
    assert len({one.key for one in sent}) == len(sent)
    assert len({(one.patient.family_name, one.patient.given_names) for one in sent}) == len(sent)


def test_each_duplicate_and_leaver_is_referred_long_enough_ago_to_have_left() -> None:
    ages = {one.twist: (TODAY - one.received_on).days for one in arrivals(7, TODAY)}
    assert all(ages[twist] > 26 for twist in (Twist.WITHDRAWS, Twist.TREATED_ELSEWHERE, Twist.DIES))


def _facts(one: Arrival) -> CaseFacts:
    sent = referral(7, one, today=TODAY)
    items = tuple(ReferralItem(key=item.key, received=True, dated=item.dated) for item in sent.items)
    return CaseFacts(
        ref="N10001",
        state=PathwayState.REFERRAL_RECEIVED,
        received_on=sent.received_on,
        funding=sent.funding,
        items=items,
    )
