"""One invented case on its way: where it stands, and when somebody next does something about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random

from flows.demo.arrivals import Arrival, Twist
from flows.demo.chance import stream
from flows.demo.days import after_working_days
from scheduler.pathway.facts import TestResult
from scheduler.pathway.states import PathwayState

_S = PathwayState

# Working days that people take in each state, from fewest to most.
USUAL_DELAYS: dict[PathwayState, tuple[int, int]] = {
    _S.REFERRAL_INCOMPLETE: (4, 6),
    _S.TRIAGE: (1, 2),
    _S.AWAITING_MDT: (1, 1),
    _S.MDT_MORE_INFO: (4, 6),
    _S.CONSULTATION: (2, 6),
    _S.TEST_AWAITING_RESULT: (1, 2),
    _S.TEST_POSITIVE: (2, 5),
    _S.TEST_EQUIVOCAL: (3, 5),
    _S.TEST_NEGATIVE: (3, 6),
    _S.REPEAT_REVIEW: (3, 6),
}
LEAVES_AFTER = (14, 26)  # days from referral to the day that a patient who leaves early leaves
LEAVERS = frozenset({Twist.WITHDRAWS, Twist.TREATED_ELSEWHERE, Twist.DIES})


class AfterCare(StrEnum):
    """How follow-up goes on."""

    TO_THE_END = "to_the_end"
    HANDED_OVER = "handed_over"
    PAIN_RETURNS = "pain_returns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The place on a list that the case is booked for."""

    start: datetime
    end: datetime
    on: date


@dataclass(slots=True, kw_only=True)
class Journey:
    """One case, with the chance that decides what happens to it; `acts_on` is when somebody next does something."""

    arrival: Arrival
    ref: str
    chance: Random
    state: PathwayState
    acts_on: date
    leaves_on: date | None
    slot: Slot | None = None
    stands_still: bool = False
    deferred: bool = False
    tests: int = 0
    treatments: int = 0
    asked: tuple[str, ...] = ()
    result: TestResult | None = None
    tested_on: date | None = None
    treated_on: date | None = None
    technique: str = ""
    after_care: AfterCare = AfterCare.TO_THE_END

    def enters(self, state: PathwayState, on: date) -> None:
        """Stand in this state from this day, and choose when somebody next does something."""
        self.state = state
        fewest, most = USUAL_DELAYS.get(state, (0, 0))
        self.acts_on = after_working_days(on, self.chance.randint(fewest, most))


def begin(seed: int, arrival: Arrival, ref: str) -> Journey:
    """Start the journey of a referral that has just been stored."""
    chance = stream(seed, "journey", arrival.number)
    leaves_on = (
        arrival.received_on + timedelta(days=chance.randint(*LEAVES_AFTER)) if arrival.twist in LEAVERS else None
    )
    return Journey(
        arrival=arrival,
        ref=ref,
        chance=chance,
        state=_S.REFERRAL_RECEIVED,
        acts_on=arrival.received_on,
        leaves_on=leaves_on,
        technique=arrival.technique.value,
    )
