"""The rows of a problem document's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from scheduler.documents.fields import MOST_COUNT, NOWHEN, Reader, show, under
from scheduler.problem import (
    MINUTES_PER_STEP,
    Case,
    EquipmentUnit,
    Follows,
    Location,
    Pin,
    Previous,
    Radiologist,
    Site,
    Suite,
    SuiteSession,
    minutes_of,
)
from scheduler.vocabulary import Commitment, Modality, Stage, Target, Technique, Urgency

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from scheduler.documents.text import JsonObject

    Row = TypeVar("Row", Site, Suite, Radiologist, EquipmentUnit, SuiteSession, Case)

MOST_WEIGHT = 10_000
SESSION_FIELDS = (
    "id",
    "suite",
    "start",
    "end",
    "overtime_minutes",
    "funding",
    "anaesthetist",
    "radiologist",
    "max_cases",
    "closed",
)
RADIOLOGIST_FIELDS = (
    "id",
    "name",
    "sites",
    "targets",
    "techniques",
    "unavailable",
    "max_sessions_per_day",
    "max_sessions_per_week",
    "target_minutes",
)
CASE_FIELDS = (
    "id",
    "patient",
    "stage",
    "target",
    "technique",
    "duration_minutes",
    "recovery_minutes",
    "modalities",
    "funding",
    "urgency",
    "weight",
    "ready_from",
    "due",
    "latest",
    "unavailable",
    "anaesthetist",
    "equipment",
    "allowed_sites",
    "travel_km",
    "prefer_radiologist",
    "prefer_site",
    "first_on_list",
    "follows",
    "pinned",
    "previous",
)


class TableReader:
    """Reads one kind of row after another; a row with a fault is left out, since the document is refused anyway."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.starts: dict[str, datetime] = {}

    def table(self, found: JsonObject, key: str, read: Callable[[object, str], Row | None]) -> tuple[Row, ...]:
        """Read a table whose rows have ids, each given once."""
        rows = self.reader.part(found, "", key, lambda value, where: self.reader.rows(value, where, read))
        first: dict[str, int] = {}
        for place, row in enumerate(rows):
            if row is not None and first.setdefault(row.id, place) != place:
                self.reader.fault(f"/{key}/{place}/id", f"{show(row.id)} is also the id of /{key}/{first[row.id]}.")
        return tuple(row for row in rows if row is not None)

    def remember(self, sessions: tuple[SuiteSession, ...]) -> None:
        """Keep when each list starts, for the starts counted from it."""
        self.starts = {session.id: session.start for session in sessions}

    def site(self, value: object, where: str) -> Site | None:
        """Read a site."""
        read = self.reader
        names = ("id", "name", "location", "recovery_bays", "recovery_close", "target_minutes")
        with read.watching() as sound:
            found = read.fields(value, where, names)
            facts = {
                "id": read.part(found, where, "id", read.text),
                "name": read.part(found, where, "name", read.text),
            }
            location = read.part(found, where, "location", self._location)
            bays = read.part(found, where, "recovery_bays", read.maybe(read.count))
            close = read.part(found, where, "recovery_close", read.maybe(read.wall))
            target = read.part(found, where, "target_minutes", read.maybe(read.minutes))
            if not sound():
                return None
        return Site(**facts, location=location, recovery_bays=bays, recovery_close=close, target_minutes=target)

    def _location(self, value: object, where: str) -> Location:
        read = self.reader
        found = read.fields(value, where, ("lat", "lon"))
        lat = read.part(found, where, "lat", lambda number, at: read.degrees(number, at, 90))
        lon = read.part(found, where, "lon", lambda number, at: read.degrees(number, at, 180))
        return Location(lat=lat, lon=lon)

    def travel(self, value: object, where: str) -> tuple[tuple[str, str, int], ...]:
        """Read the journeys between sites; the same pair twice must agree."""
        rows = self.reader.rows(value, where, self._journey)
        stated: dict[frozenset[str], int] = {}
        for place, row in enumerate(rows):
            if row is None:
                continue
            first, second, minutes = row
            earlier = stated.setdefault(frozenset((first, second)), minutes)
            if earlier != minutes:
                says = f"{first} and {second} are {earlier} minutes apart above and {minutes} here; they must agree."
                self.reader.fault(f"{where}/{place}/2", says)
        return tuple(row for row in rows if row is not None)

    def _journey(self, value: object, where: str) -> tuple[str, str, int] | None:
        read = self.reader
        if not isinstance(value, list) or len(value) != 3:
            read.fault(where, "This must be a list of two sites and the minutes between them.")
            return None
        with read.watching() as sound:
            first = read.ref(value[0], f"{where}/0", "site")
            second = read.ref(value[1], f"{where}/1", "site")
            minutes = read.minutes(value[2], f"{where}/2")
            if sound() and first == second and minutes:
                read.fault(f"{where}/2", f"{first} is {minutes} minutes from itself; it must be 0.")
            return (first, second, minutes) if sound() else None

    def suite(self, value: object, where: str) -> Suite | None:
        """Read a suite."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, ("id", "site", "modalities", "turnaround_minutes"))
            key = read.part(found, where, "id", read.text)
            site = read.part(found, where, "site", read.naming("site"))
            modalities = read.part(found, where, "modalities", read.several(read.one_of(Modality)))
            turnaround = read.part(found, where, "turnaround_minutes", read.duration)
            if not sound():
                return None
        return Suite(id=key, site=site, modalities=modalities, turnaround_minutes=turnaround)

    def radiologist(self, value: object, where: str) -> Radiologist | None:
        """Read a radiologist."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, RADIOLOGIST_FIELDS)
            key = read.part(found, where, "id", read.text)
            name = read.part(found, where, "name", read.text)
            sites = read.part(found, where, "sites", read.several(read.naming("site")))
            targets = read.part(found, where, "targets", read.several(read.one_of(Target)))
            techniques = read.part(found, where, "techniques", read.several(read.one_of(Technique)))
            away = read.part(found, where, "unavailable", lambda rows, at: read.rows(rows, at, self._away))
            per_day = read.part(found, where, "max_sessions_per_day", read.maybe(read.count))
            per_week = read.part(found, where, "max_sessions_per_week", read.maybe(read.count))
            target = read.part(found, where, "target_minutes", read.maybe(read.minutes))
            if not sound():
                return None
        return Radiologist(
            id=key,
            name=name,
            sites=sites,
            targets=targets,
            techniques=techniques,
            unavailable=away,
            max_sessions_per_day=per_day,
            max_sessions_per_week=per_week,
            target_minutes=target,
        )

    def _away(self, value: object, where: str) -> tuple[datetime, datetime]:
        read = self.reader
        if not isinstance(value, list) or len(value) != 2:
            read.fault(where, "This must be a list of two instants: from and until.")
            return NOWHEN, NOWHEN
        with read.watching() as sound:
            start = read.instant(value[0], f"{where}/0")
            end = read.instant(value[1], f"{where}/1")
            if sound() and end <= start:
                read.fault(f"{where}/1", f"This time ends {end.isoformat()}, not after it starts {start.isoformat()}.")
        return start, end

    def unit(self, value: object, where: str) -> EquipmentUnit | None:
        """Read an equipment unit."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, ("id", "kind", "sites"))
            key = read.part(found, where, "id", read.text)
            kind = read.part(found, where, "kind", read.text)
            sites = read.part(found, where, "sites", read.several(read.naming("site")))
            if sound() and not sites:
                read.fault(under(where, "sites"), f"Unit {show(key)} has no site; give at least one.")
            if not sound():
                return None
        return EquipmentUnit(id=key, kind=kind, sites=sites)

    def session(self, value: object, where: str) -> SuiteSession | None:
        """Read a list."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, SESSION_FIELDS)
            key = read.part(found, where, "id", read.text)
            suite = read.part(found, where, "suite", read.naming("suite"))
            start = read.part(found, where, "start", read.instant)
            end = read.part(found, where, "end", read.instant)
            if sound():
                self._check_half_day(start, end, where)
            overtime = read.part(found, where, "overtime_minutes", read.duration)
            funding = read.part(found, where, "funding", read.several(read.text))
            anaesthetist = read.part(found, where, "anaesthetist", read.flag)
            radiologist = read.part(found, where, "radiologist", read.maybe(read.naming("radiologist")))
            most = read.part(found, where, "max_cases", read.maybe(read.count))
            closed = read.part(found, where, "closed", read.flag)
            if not sound():
                return None
        return SuiteSession(
            id=key,
            suite=suite,
            start=start,
            end=end,
            overtime_minutes=overtime,
            funding=funding,
            anaesthetist=anaesthetist,
            radiologist=radiologist,
            max_cases=most,
            closed=closed,
        )

    def _check_half_day(self, start: datetime, end: datetime, where: str) -> None:
        """A list starts before it ends, within a day: rules by date would mean nothing otherwise."""
        at = under(where, "end")
        if end <= start:
            self.reader.fault(at, f"The list ends {end.isoformat()}, not after it starts {start.isoformat()}.")
        elif minutes_of(end) - minutes_of(start) > 24 * 60:
            self.reader.fault(at, "The list is longer than a day; split it.")

    def case(self, value: object, where: str) -> Case | None:
        """Read a case."""
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, CASE_FIELDS)
            key = read.part(found, where, "id", read.text)
            patient = read.part(found, where, "patient", read.text)
            stage = read.part(found, where, "stage", read.one_of(Stage))
            target = read.part(found, where, "target", read.one_of(Target))
            technique = read.part(found, where, "technique", read.one_of(Technique))
            duration = read.part(found, where, "duration_minutes", read.some_duration)
            recovery = read.part(found, where, "recovery_minutes", read.duration)
            modalities = read.part(found, where, "modalities", read.several(read.one_of(Modality)))
            funding = read.part(found, where, "funding", read.text)
            urgency = read.part(found, where, "urgency", lambda item, at: read.number_of(item, at, Urgency))
            weight = read.part(found, where, "weight", lambda item, at: read.whole(item, at, 0, MOST_WEIGHT))
            ready, due, latest = self._window(found, where)
            away = read.part(found, where, "unavailable", lambda rows, at: read.rows(rows, at, read.day))
            anaesthetist = read.part(found, where, "anaesthetist", read.flag)
            equipment = read.part(found, where, "equipment", read.several(read.text))
            allowed = read.part(found, where, "allowed_sites", read.maybe(read.several(read.naming("site"))))
            travel = read.part(found, where, "travel_km", self._kilometres)
            radiologist = read.part(found, where, "prefer_radiologist", read.maybe(read.naming("radiologist")))
            site = read.part(found, where, "prefer_site", read.maybe(read.naming("site")))
            first = read.part(found, where, "first_on_list", read.flag)
            follows = read.part(found, where, "follows", read.maybe(self._follows))
            pinned = read.part(found, where, "pinned", read.maybe(self._pin))
            previous = read.part(found, where, "previous", read.maybe(self._previous))
            if not sound():
                return None
        return Case(
            id=key,
            patient=patient,
            stage=stage,
            target=target,
            technique=technique,
            duration_minutes=duration,
            recovery_minutes=recovery,
            modalities=modalities,
            funding=funding,
            urgency=Urgency(urgency),
            weight=weight,
            ready_from=ready,
            due=due,
            latest=latest,
            unavailable=away,
            anaesthetist=anaesthetist,
            equipment=equipment,
            allowed_sites=allowed,
            travel_km=travel,
            prefer_radiologist=radiologist,
            prefer_site=site,
            first_on_list=first,
            follows=follows,
            pinned=pinned,
            previous=previous,
        )

    def _window(self, found: JsonObject, where: str) -> tuple[date, date, date | None]:
        read = self.reader
        ready = read.part(found, where, "ready_from", read.day)
        due = read.part(found, where, "due", read.day)
        latest = read.part(found, where, "latest", read.maybe(read.day))
        return ready, due, latest

    def _kilometres(self, value: object, where: str) -> dict[str, int]:
        read = self.reader
        found = read.fields(value, where, (), optional=read.known["site"])
        return {site: read.whole(found[site], under(where, site), 0, MOST_COUNT) for site in found}

    def _follows(self, value: object, where: str) -> Follows:
        read = self.reader
        with read.watching() as sound:
            found = read.fields(value, where, ("case", "min_days", "max_days"))
            case = read.part(found, where, "case", read.naming("case"))
            least = read.part(found, where, "min_days", read.count)
            most = read.part(found, where, "max_days", read.maybe(read.count))
            if sound() and most is not None and most < least:
                read.fault(under(where, "max_days"), f"At most {most} days is below at least {least}.")
        return Follows(case=case, min_days=least, max_days=most)

    def _pin(self, value: object, where: str) -> Pin:
        read = self.reader
        found = read.fields(value, where, ("session", "start", "radiologist"))
        session = read.part(found, where, "session", read.naming("list"))
        with read.watching() as sound:
            start = read.part(found, where, "start", read.instant)
            if sound() and session in self.starts:
                check_step(read, start, self.starts[session], under(where, "start"))
        radiologist = read.part(found, where, "radiologist", read.maybe(read.naming("radiologist")))
        return Pin(session=session, start=start, radiologist=radiologist)

    def _previous(self, value: object, where: str) -> Previous:
        read = self.reader
        found = read.fields(value, where, ("session", "start", "radiologist", "status"))
        return Previous(
            session=read.part(found, where, "session", read.naming("list")),
            start=read.part(found, where, "start", read.instant),
            radiologist=read.part(found, where, "radiologist", read.maybe(read.naming("radiologist"))),
            status=read.part(found, where, "status", read.one_of(Commitment)),
        )


def check_step(read: Reader, start: datetime, list_start: datetime, where: str) -> None:
    """Check that a start lies on the list's five-minute grid."""
    if (minutes_of(start) - minutes_of(list_start)) % MINUTES_PER_STEP:
        first = list_start.isoformat()
        read.fault(
            where, f"{start.isoformat()} is not a whole number of 5-minute steps after the list's start, {first}."
        )
