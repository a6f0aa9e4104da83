"""What every case is seen by on one day: the protocol in force and the days off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from db.clinic import holidays
from db.localtime import local_date
from db.protocol import protocol
from scheduler.pathway.due import CaseNow, read
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.fields import Details
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.situation import Situation


@dataclass(frozen=True, slots=True)
class Light:
    """The protocol, the day and the days off."""

    protocol: Protocol
    today: date
    holidays: frozenset[date]

    def on(self, facts: CaseFacts) -> CaseNow:
        """Read the clocks of a case."""
        return read(facts, self.protocol, self.today, self.holidays)

    def situation(self, facts: CaseFacts) -> Situation:
        """Give a case as guards and effects see it while nobody answers a form."""
        return Situation(
            facts=facts, details=Details({}), protocol=self.protocol, today=self.today, holidays=self.holidays
        )


def light_of(session: Session, now: datetime) -> Light:
    """Give the light at a moment."""
    return light_on(session, local_date(session, now))


def light_on(session: Session, today: date) -> Light:
    """Give the light on a local date."""
    return Light(protocol(session, today), today, holidays(session))
