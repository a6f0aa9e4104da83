"""One event about to happen to one case: the facts, the answers, the protocol and the day."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.facts import CaseFacts, Measure, Reading
from scheduler.pathway.fields import Details
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Stage, Target, Technique, Urgency

Thing = TypeVar("Thing")

TEST_STATES = frozenset(
    {
        PathwayState.TEST_WAITING,
        PathwayState.TEST_BOOKED,
        PathwayState.TEST_IN_PROGRESS,
        PathwayState.TEST_AWAITING_RESULT,
        PathwayState.TEST_EQUIVOCAL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What guards and effects look at. The plan is what the answers say, or else what was planned before."""

    facts: CaseFacts
    details: Details
    protocol: Protocol
    today: date
    holidays: Set[date]

    @property
    def days_off_here(self) -> Set[date]:
        """The holidays of the site where the patient is booked, or was treated last."""
        return self.facts.site_days.days_off(self.holidays)

    @property
    def target(self) -> Target | None:
        """The target after this step."""
        given = self.details.text("target")
        return Target(given) if given else self.facts.target

    @property
    def technique(self) -> Technique | None:
        """The definitive technique after this step."""
        given = self.details.text("technique")
        return Technique(given) if given else self.facts.technique

    @property
    def laterality(self) -> Laterality | None:
        """The side after this step."""
        given = self.details.text("laterality")
        return Laterality(given) if given else self.facts.laterality

    @property
    def urgency(self) -> Urgency | None:
        """The urgency category after this step."""
        given = self.details.text("urgency")
        return Urgency(int(given)) if given else self.facts.urgency

    @property
    def stage(self) -> Stage:
        """The procedure that the state is about."""
        return Stage.TEST_BLOCK if self.facts.state in TEST_STATES else Stage.DEFINITIVE

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The pain scores of the latest test block, with any given now."""
        test = self.facts.last_test
        return (*(test.readings if test else ()), *self.given_readings)

    @property
    def readings_so_far(self) -> tuple[Reading, ...]:
        """The pain scores of the test block in hand: those given now alone while it is under way."""
        under_way = self.facts.state is PathwayState.TEST_IN_PROGRESS
        return self.given_readings if under_way else self.readings

    @property
    def given_readings(self) -> tuple[Reading, ...]:
        """The pain scores given with this step, baselines included."""
        at_rest = self.details.readings("readings")
        moving = [
            Reading(score=reading.score, minutes_after=reading.minutes_after, measure=Measure.ON_MOVEMENT)
            for reading in self.details.readings("readings_movement")
        ]
        return (*self._baselines(), *at_rest, *moving)

    def _baselines(self) -> tuple[Reading, ...]:
        asked = ((Measure.AT_REST, "baseline_rest"), (Measure.ON_MOVEMENT, "baseline_movement"))
        scores = [(measure, self.details.whole(key)) for measure, key in asked]
        early = self.details.whole("baseline_hours_before") or 0
        return tuple(
            Reading(score=score, measure=measure, hours_before=early) for measure, score in scores if score is not None
        )

    def planned_technique(self) -> Technique:
        """The technique of the procedure the state is about; raises TransitionNotAllowedError if none is planned."""
        if self.stage is Stage.TEST_BLOCK:
            return Technique.LOCAL_ANAESTHETIC
        return needed(self.technique, "No technique is planned: record one first, with the MDT outcome.")


def needed(thing: Thing | None, says: str) -> Thing:
    """Give the thing, or raise TransitionNotAllowedError with this sentence when there is none."""
    if thing is None:
        raise TransitionNotAllowedError(says)
    return thing
