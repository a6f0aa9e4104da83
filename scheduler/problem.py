"""The planning problem: who and what there is, which cases wait, and what a plan is judged by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from scheduler.vocabulary import Commitment, Modality, Stage, Target, Technique, Urgency

MINUTES_PER_STEP = 5  # starts lie on a five-minute grid counted from the list's start
SECONDS_PER_MINUTE = 60


def minutes_of(instant: datetime) -> int:
    """Count the whole minutes from 1970 (UTC) to this instant."""
    return int(instant.timestamp() // SECONDS_PER_MINUTE)


def _must_be_aware(instant: datetime, what: str) -> None:
    if instant.tzinfo is None:
        raise ValueError(f"{what} {instant} has no offset from UTC.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The dates being planned, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"The horizon ends {self.end}, before it starts {self.start}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a site is, in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A hospital; `recovery_bays` and `target_minutes` are None when there is no limit."""

    id: str
    name: str
    location: Location
    recovery_bays: int | None = None
    recovery_close: time | None = None
    target_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A room with its imaging; `turnaround_minutes` lie between one case and the next."""

    id: str
    site: str
    modalities: tuple[Modality, ...]
    turnaround_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiologist:
    """Who does the procedures: where, which, and when not. `unavailable` holds [start, end) pairs."""

    id: str
    name: str
    sites: tuple[str, ...]
    targets: tuple[Target, ...]
    techniques: tuple[Technique, ...]
    unavailable: tuple[tuple[datetime, datetime], ...] = ()
    max_sessions_per_day: int | None = None
    max_sessions_per_week: int | None = None
    target_minutes: int | None = None

    def __post_init__(self) -> None:
        for start, end in self.unavailable:
            _must_be_aware(start, "Unavailable time")
            _must_be_aware(end, "Unavailable time")


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentUnit:
    """One machine of a kind: fixed at its one site, or mobile among several (one of them on any date)."""

    id: str
    kind: str
    sites: tuple[str, ...]

    @property
    def mobile(self) -> bool:
        """Whether the unit moves between sites."""
        return len(self.sites) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSession:
    """A list: one suite for one half-day. `radiologist` is the rostered one, or None when the plan chooses.

    Negative `overtime_minutes` make the last case end so many minutes before the list does; no file may ask for that.
    """

    id: str
    suite: str
    start: datetime
    end: datetime
    funding: tuple[str, ...]
    overtime_minutes: int = 0
    anaesthetist: bool = False
    radiologist: str | None = None
    max_cases: int | None = None
    closed: bool = False

    def __post_init__(self) -> None:
        _must_be_aware(self.start, "The list's start")
        _must_be_aware(self.end, "The list's end")
        if self.end <= self.start:
            raise ValueError(f"List {self.id} ends {self.end}, before it starts {self.start}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """The case that must come first, and how many days before (`max_days` None: any number)."""

    case: str
    min_days: int = 0
    max_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Where a case must stay."""

    session: str
    start: datetime
    radiologist: str | None = None

    def __post_init__(self) -> None:
        _must_be_aware(self.start, "The pinned start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """Where a case was in the plan before this one, and how firmly that was promised."""

    session: str
    start: datetime
    radiologist: str | None
    status: Commitment

    def __post_init__(self) -> None:
        _must_be_aware(self.start, "The previous start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One procedure for one patient, waiting for a place."""

    id: str
    patient: str
    stage: Stage
    target: Target
    technique: Technique
    duration_minutes: int
    recovery_minutes: int
    modalities: tuple[Modality, ...]
    funding: str
    urgency: Urgency
    weight: int
    ready_from: date
    due: date
    latest: date | None = None
    unavailable: tuple[date, ...] = ()
    anaesthetist: bool = False
    equipment: tuple[str, ...] = ()
    allowed_sites: tuple[str, ...] | None = None
    travel_km: dict[str, int] = field(default_factory=dict)
    prefer_radiologist: str | None = None
    prefer_site: str | None = None
    first_on_list: bool = False
    follows: Follows | None = None
    pinned: Pin | None = None
    previous: Previous | None = None

    def __post_init__(self) -> None:
        if self.duration_minutes <= 0:
            raise ValueError(f"Case {self.id} takes {self.duration_minutes} minutes; it must take some time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """How much one unit of each goal costs."""

    access: int = 100
    waiting: int = 5
    disruption: int = 100
    travel: int = 1
    radiologist_balance: int = 2
    site_balance: int = 2
    overtime: int = 10
    opened: int = 200
    continuity: int = 150
    first_on_list: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """A list in whole minutes since 1970 (UTC), with what its suite and site add."""

    session: SuiteSession
    suite: Suite
    site: Site
    start: int
    end: int
    date: date
    recovery_close: int | None

    @property
    def id(self) -> str:
        """The list's id."""
        return self.session.id

    @property
    def latest_end(self) -> int:
        """The last minute a case may end: the list's end plus its overtime."""
        return self.end + self.session.overtime_minutes

    @property
    def week(self) -> tuple[int, int]:
        """The ISO year and week."""
        year, week, _ = self.date.isocalendar()
        return year, week


# Not slotted, unlike the other facts: it keeps its indexes once they are worked out.
@dataclass(frozen=True, kw_only=True)
class SchedulingProblem:
    """Everything a plan is made from. Dates are local dates in `timezone`."""

    timezone: str
    horizon: Horizon
    sites: tuple[Site, ...]
    suites: tuple[Suite, ...]
    radiologists: tuple[Radiologist, ...]
    sessions: tuple[SuiteSession, ...]
    cases: tuple[Case, ...]
    equipment: tuple[EquipmentUnit, ...] = ()
    travel_minutes: tuple[tuple[str, str, int], ...] = ()
    objective: Objective = Objective()

    def __getstate__(self) -> dict[str, object]:
        """Give the fields alone to copies and other processes: another thread may be adding an index just now."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone local dates and closing times are in."""
        return ZoneInfo(self.timezone)

    @cached_property
    def site_by_id(self) -> dict[str, Site]:
        """Sites by id."""
        return {site.id: site for site in self.sites}

    @cached_property
    def suite_by_id(self) -> dict[str, Suite]:
        """Suites by id."""
        return {suite.id: suite for suite in self.suites}

    @cached_property
    def radiologist_by_id(self) -> dict[str, Radiologist]:
        """Radiologists by id."""
        return {radiologist.id: radiologist for radiologist in self.radiologists}

    @cached_property
    def case_by_id(self) -> dict[str, Case]:
        """Cases by id."""
        return {case.id: case for case in self.cases}

    @cached_property
    def unit_by_id(self) -> dict[str, EquipmentUnit]:
        """Equipment units by id."""
        return {unit.id: unit for unit in self.equipment}

    @cached_property
    def lists(self) -> dict[str, ListFacts]:
        """Every list in minutes, by session id, in the problem's order."""
        return {session.id: self._list_facts(session) for session in self.sessions}

    @cached_property
    def away(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Each radiologist's unavailable times in minutes, half-open."""
        return {
            radiologist.id: tuple((minutes_of(start), minutes_of(end)) for start, end in radiologist.unavailable)
            for radiologist in self.radiologists
        }

    @cached_property
    def _minutes_between(self) -> dict[tuple[str, str], int]:
        pairs = {}
        for first, second, minutes in self.travel_minutes:
            pairs[first, second] = pairs[second, first] = minutes
        return pairs

    def with_changes(
        self,
        *,
        cases: tuple[Case, ...],
        lists: Iterable[SuiteSession],
        only: Collection[str],
        radiologists: tuple[Radiologist, ...] | None = None,
    ) -> SchedulingProblem:
        """Put in other cases, and these lists for those of their names; no list but `only` these, in order of time.

        What was worked out and stays true is kept.
        """
        fresh = {each.id: each for each in lists}
        known = {each.id: fresh.get(each.id, each) for each in self.sessions}
        named = {**known, **fresh}
        in_order = sorted((each for each in named.values() if each.id in only), key=lambda each: (each.start, each.id))
        people = self.radiologists if radiologists is None else radiologists
        made = replace(self, cases=cases, sessions=tuple(in_order), radiologists=people)
        other = {"cases", "sessions", "radiologists", "case_by_id", "lists"}
        if people != self.radiologists:
            other |= {"radiologist_by_id", "away"}
        vars(made).update({name: value for name, value in vars(self).items() if name not in other})
        facts = {each.id: self._list_facts(each) if each.id in fresh else self.lists[each.id] for each in in_order}
        vars(made).update(lists=facts)
        return made

    def minutes_between(self, first: str, second: str) -> int:
        """Give a radiologist's journey between two sites in minutes; 0 at one site and where none is stated."""
        return 0 if first == second else self._minutes_between.get((first, second), 0)

    def local(self, minutes: int) -> datetime:
        """Turn minutes since 1970 (UTC) into a local instant."""
        return datetime.fromtimestamp(minutes * SECONDS_PER_MINUTE, self.zone)

    def local_date(self, instant: datetime) -> date:
        """Give the local date of an instant."""
        return instant.astimezone(self.zone).date()

    def clock(self, minutes: int) -> str:
        """Show minutes since 1970 (UTC) as a local time of day."""
        return self.local(minutes).strftime("%H:%M")

    def _list_facts(self, session: SuiteSession) -> ListFacts:
        suite = self.suite_by_id[session.suite]
        site = self.site_by_id[suite.site]
        day = self.local_date(session.start)
        return ListFacts(
            session=session,
            suite=suite,
            site=site,
            start=minutes_of(session.start),
            end=minutes_of(session.end),
            date=day,
            recovery_close=self._wall_time(day, site.recovery_close),
        )

    def _wall_time(self, day: date, wall: time | None) -> int | None:
        """Turn a local time of day into minutes; through UTC, so that daylight saving is counted."""
        return None if wall is None else minutes_of(datetime.combine(day, wall, tzinfo=self.zone))
