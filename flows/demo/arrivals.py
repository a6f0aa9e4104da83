"""Who is referred, when, and what happens to them that is out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from flows.demo.chance import stream
from flows.demo.conditions import CONDITIONS, Condition
from flows.demo.days import last_working_day
from scheduler.vocabulary import Funding, Laterality, Technique, Urgency

Thing = TypeVar("Thing")


class Twist(StrEnum):
    """What makes a case leave the ordinary way; a case has at most one."""

    WAITS_IN_TRIAGE = "waits_in_triage"
    JUST_IN = "just_in"
    LACKS_ITEMS = "lacks_items"
    COMPLETED_LATER = "completed_later"
    RETURNED = "returned"
    TRIAGE_ASKS = "triage_asks"
    TRIAGE_DECLINES = "triage_declines"
    MET_ELSEWHERE = "met_elsewhere"
    MEETING_ASKS = "meeting_asks"
    MEETING_STILL_ASKS = "meeting_still_asks"
    MEETING_SAYS_NO = "meeting_says_no"
    DIRECT = "direct"
    DECLINES = "declines"
    UNSUITABLE = "unsuitable"
    NOT_READY_CLINICAL = "not_ready_clinical"
    NOT_READY_PERSONAL = "not_ready_personal"
    WITHDRAWS = "withdraws"
    TREATED_ELSEWHERE = "treated_elsewhere"
    CANNOT_BE_REACHED = "cannot_be_reached"
    DIES = "dies"
    ENTERED_TWICE = "entered_twice"
    NO_LIST = "no_list"


# How many of each, and how many days ago they were referred: from, to.
TWISTS: tuple[tuple[Twist, int, int, int], ...] = (
    (Twist.JUST_IN, 4, 1, 1),
    (Twist.WAITS_IN_TRIAGE, 3, 9, 17),
    (Twist.LACKS_ITEMS, 6, 3, 18),
    (Twist.COMPLETED_LATER, 10, 20, 70),
    (Twist.RETURNED, 2, 30, 80),
    (Twist.TRIAGE_ASKS, 2, 6, 16),
    (Twist.TRIAGE_DECLINES, 2, 20, 80),
    (Twist.MET_ELSEWHERE, 6, 15, 75),
    (Twist.MEETING_ASKS, 5, 30, 75),
    (Twist.MEETING_STILL_ASKS, 4, 10, 16),
    (Twist.MEETING_SAYS_NO, 2, 30, 80),
    (Twist.DIRECT, 14, 15, 85),
    (Twist.DECLINES, 2, 30, 80),
    (Twist.UNSUITABLE, 1, 30, 80),
    (Twist.NOT_READY_CLINICAL, 4, 22, 40),
    (Twist.NOT_READY_PERSONAL, 4, 22, 40),
    (Twist.WITHDRAWS, 2, 30, 80),
    (Twist.TREATED_ELSEWHERE, 2, 30, 90),
    (Twist.CANNOT_BE_REACHED, 2, 35, 90),
    (Twist.DIES, 3, 40, 90),
    (Twist.ENTERED_TWICE, 1, 5, 40),
    (Twist.NO_LIST, 3, 46, 58),
)

# Referrals without a twist: how many, and how many days ago: from, to. The service has grown.
ORDINARY: tuple[tuple[int, int, int], ...] = ((58, 1, 27), (32, 27, 46), (8, 46, 76), (5, 76, 104))

FUNDINGS = (
    (Funding.PUBLIC, 62),
    (Funding.PRIVATE, 25),
    (Funding.DVA, 6),
    (Funding.WORKSAFE, 4),
    (Funding.TAC, 3),
)
URGENCY_IN_CANCER = ((Urgency.CATEGORY_1, 37), (Urgency.CATEGORY_2, 47), (Urgency.CATEGORY_3, 16))
URGENCY_OTHERWISE = ((Urgency.CATEGORY_1, 6), (Urgency.CATEGORY_2, 42), (Urgency.CATEGORY_3, 52))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One referral to come: the day, the clinical picture, and its twist."""

    number: int
    received_on: date
    condition: Condition
    technique: Technique
    laterality: Laterality
    urgency: Urgency
    funding: Funding
    pain_score: int
    opioid_dose_mg: int
    twist: Twist | None


def arrivals(seed: int, today: date) -> tuple[Arrival, ...]:
    """Give every referral of the demonstration in the order they come."""
    chance = stream(seed, "arrivals")
    days = sorted(_days(chance, today), key=lambda entry: entry[0])
    return tuple(_arrival(seed, number, day, twist) for number, (day, twist) in enumerate(days, start=1))


def _days(chance: Random, today: date) -> Iterator[tuple[date, Twist | None]]:
    groups: list[tuple[Twist | None, int, int, int]] = [*TWISTS, *((None, *group) for group in ORDINARY)]
    for twist, count, nearest, farthest in groups:
        for _ in range(count):
            yield last_working_day(today - timedelta(days=chance.randint(nearest, farthest))), twist


def _arrival(seed: int, number: int, day: date, twist: Twist | None) -> Arrival:
    chance = stream(seed, "arrival", number)
    hard = twist is Twist.NO_LIST  # self-funded and under anaesthesia, which no list offers together
    known = [one for one in CONDITIONS if not hard or (one.cancer and Technique.RF_THERMAL in one.techniques)]
    condition = weighed(chance, [(one, one.share) for one in known])
    usual = weighed(chance, URGENCY_IN_CANCER if condition.cancer else URGENCY_OTHERWISE)
    return Arrival(
        number=number,
        received_on=day,
        condition=condition,
        technique=Technique.RF_THERMAL if hard else chance.choice(condition.techniques),
        laterality=chance.choice(condition.sides),
        urgency=Urgency.CATEGORY_1 if hard else usual,
        funding=Funding.SELF_FUNDED if hard else weighed(chance, FUNDINGS),
        pain_score=chance.randint(6, 9),
        opioid_dose_mg=chance.choice((0, 20, 30, 40, 60, 60, 80, 120, 180)),
        twist=twist,
    )


def weighed(chance: Random, choices: Sequence[tuple[Thing, int]]) -> Thing:
    """Choose one of these, each as often as its weight says."""
    (chosen,) = chance.choices([thing for thing, _ in choices], [weight for _, weight in choices])
    return chosen
