"""Changes of sites and their rooms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db.keeping import places
from db.keeping.places import SiteFacts, SuiteFacts
from flows.keeping.change import Change, Days, Ending, Moment, an_id, needed, of_words
from flows.keeping.lists import with_closed
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day
from scheduler.problem import Location, Site, Suite
from scheduler.vocabulary import Modality

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSite(Change):
    """Add a site."""

    id: str
    facts: SiteFacts

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "site"

    @property
    @override
    def ref(self) -> str:
        return self.id

    @override
    def check(self, session: Session, at: Moment) -> None:
        an_id(self.id)
        _check_site(self.facts)

    @override
    def save(self, session: Session, at: Moment) -> None:
        facts = self.facts
        site = Site(
            id=an_id(self.id),
            name=facts.name.strip(),
            location=Location(lat=facts.lat, lon=facts.lon),
            recovery_bays=facts.recovery_bays,
            recovery_close=time.fromisoformat(facts.recovery_close) if facts.recovery_close else None,
            target_minutes=facts.target_minutes,
        )
        places.add_site(session, site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSite(Change):
    """Change the name, place, recovery or target of a site."""

    site: str
    since: date
    facts: SiteFacts

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "site"

    @property
    @override
    def ref(self) -> str:
        return self.site

    @property
    @override
    def why(self) -> str:
        return f"Recovery at {self.facts.name} has changed."

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return (self.site,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        _check_site(self.facts)

    @override
    def days(self) -> Days | None:
        return self.since, None

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        closes = time.fromisoformat(self.facts.recovery_close) if self.facts.recovery_close else None

        def changed(one: Site) -> Site:
            return replace(one, recovery_bays=self.facts.recovery_bays, recovery_close=closes)

        return replace(problem, sites=tuple(changed(one) if one.id == self.site else one for one in problem.sites))

    @override
    def save(self, session: Session, at: Moment) -> None:
        places.change_site(session, self.site, self.facts, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSite(Ending):
    """Use a site until the day before this one; without a day, use it again."""

    site: str

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "site"

    @property
    @override
    def ref(self) -> str:
        return self.site

    @property
    @override
    def why(self) -> str:
        return f"{self.name} is not used from {day(self.on)} on." if self.on else ""

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return (self.site,)

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        here = {suite.id for suite in problem.suites if suite.site == self.site}
        return with_closed(problem, {one.id for one in problem.sessions if one.suite in here})

    @override
    def save(self, session: Session, at: Moment) -> None:
        places.end_site(session, self.site, self.on, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSuite(Change):
    """Add a room to a site."""

    id: str
    site: str
    facts: SuiteFacts

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "suite"

    @property
    @override
    def ref(self) -> str:
        return self.id

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return (self.site,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        an_id(self.id)
        _check_suite(self.facts)

    @override
    def save(self, session: Session, at: Moment) -> None:
        suite = Suite(
            id=an_id(self.id),
            site=self.site,
            modalities=tuple(Modality(each) for each in self.facts.modalities),
            turnaround_minutes=self.facts.turnaround_minutes,
        )
        places.add_suite(session, suite, name=self.facts.name.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSuite(Change):
    """Change the name, the imaging or the turnaround of a room."""

    suite: str
    site: str
    since: date
    facts: SuiteFacts

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "suite"

    @property
    @override
    def ref(self) -> str:
        return self.suite

    @property
    @override
    def why(self) -> str:
        return f"The room {self.facts.name} has changed."

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return (self.site,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        _check_suite(self.facts)

    @override
    def days(self) -> Days | None:
        return self.since, None

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        imaging = tuple(Modality(each) for each in self.facts.modalities)
        minutes = self.facts.turnaround_minutes

        def changed(one: Suite) -> Suite:
            return replace(one, modalities=imaging, turnaround_minutes=minutes)

        return replace(problem, suites=tuple(changed(one) if one.id == self.suite else one for one in problem.suites))

    @override
    def save(self, session: Session, at: Moment) -> None:
        places.change_suite(session, self.suite, self.facts, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSuite(Ending):
    """Use a room until the day before this one; without a day, use it again."""

    suite: str
    site: str

    action: ClassVar[Action] = Action.SET_UP
    entity: ClassVar[str] = "suite"

    @property
    @override
    def ref(self) -> str:
        return self.suite

    @property
    @override
    def why(self) -> str:
        return f"The room {self.name} is not used from {day(self.on)} on." if self.on else ""

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return (self.site,)

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        return with_closed(problem, {one.id for one in problem.sessions if one.suite == self.suite})

    @override
    def save(self, session: Session, at: Moment) -> None:
        places.end_suite(session, self.suite, self.on, expected_version=self.version)


def _check_site(facts: SiteFacts) -> None:
    needed(facts.name, "name", "give the name people know the site by.")
    if not (-90 <= facts.lat <= 90 and -180 <= facts.lon <= 180):
        raise BadInputError.of("place", "give the site's latitude (-90 to 90) and longitude (-180 to 180) in degrees.")
    if facts.recovery_close is not None:
        try:
            time.fromisoformat(facts.recovery_close)
        except ValueError:
            says = f'"{facts.recovery_close}" is not a time of day; write it like 18:30.'
            raise BadInputError.of("recovery_close", says) from None


def _check_suite(facts: SuiteFacts) -> None:
    needed(facts.name, "name", "give the name people know the room by.")
    if not facts.modalities:
        raise BadInputError.of("modalities", "choose at least one kind of imaging, or nothing could be done there.")
    of_words(facts.modalities, Modality, "modalities")
