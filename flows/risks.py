"""How likely lists are to overrun: every list is run on many simulated days, and the likeliest comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from db.list_risks import BookedList, booked_lists
from scheduler.diary import Diary
from scheduler.problem import minutes_of
from scheduler.risk import RUNS, Duration, Overrun, overrun, overruns

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.room_times import RoomTimes
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

MOST_REMEMBERED = 5_000  # lists as they were simulated, each a few numbers
MOST_NAMED = 6  # lists; more would hide the sentence
FILE = "the durations file"
PLANNED = "planned minutes alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRisk:
    """One list: how often it ends late (0 to 1), and by how many minutes on average over all days, late or not."""

    list: str
    site_name: str
    suite_name: str
    date: date
    start: datetime
    end: datetime
    radiologist: str | None
    cases: tuple[str, ...]
    booked_until: datetime
    probability: float
    expected_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReport:
    """The lists, the likeliest to overrun first; `sources` counts cases by where their durations are known from."""

    lists: tuple[ListRisk, ...]
    sources: Mapping[str, int]
    days: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRisk:
    """How a plan made to a risk (in per cent) keeps to it: the highest share of late days, and the lists above it."""

    percent: int
    highest: float
    over: Mapping[str, float]

    @property
    def says(self) -> str:
        """Say it in a sentence; only pinned cases make a list exceed the risk."""
        made = f"Planned so that no list overruns on more than {self.percent} % of days"
        if not self.over:
            return f"{made}; the likeliest does on {_per_cent(self.highest)} % of them."
        named = [f"{name} on {_per_cent(share)} %" for name, share in list(self.over.items())[:MOST_NAMED]]
        more = f" and {len(self.over) - MOST_NAMED} more" if len(self.over) > MOST_NAMED else ""
        return f"{made}, but for lists whose pinned cases alone exceed that: {', '.join(named)}{more}."


def kept_risk(found: Mapping[str, Overrun], percent: int) -> KeptRisk:
    """See how the lists of a plan keep to the risk it was made to."""
    shares = {name: each.probability for name, each in sorted(found.items(), key=lambda row: -row[1].probability)}
    over = {name: share for name, share in shares.items() if share > percent / 100}
    return KeptRisk(percent=percent, highest=max(shares.values(), default=0), over=over)


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}"


def published_risks(
    session: Session,
    *,
    start: date,
    end: date,
    now: datetime,
    site: str | None = None,
    seed: int = 0,
    only: Collection[str] | None = None,
    times: RoomTimes | None = None,
) -> RiskReport:
    """Simulate the lists of these dates that hold bookings and have not begun; `only` some by name.

    `times` are the room times as they are known today, where they have been read already.
    """
    lists = booked_lists(session, start=start, end=end, now=now, site=site, only=only, times=times)
    sources = Counter(case.time.source.value for each in lists for case in each.cases)
    return _report((_published(each, seed) for each in lists), sources, seed)


def plan_risks(
    problem: SchedulingProblem, plan: Plan, durations: Mapping[str, Duration], *, seed: int = 0
) -> RiskReport:
    """Simulate the lists of a plan; `durations` are by case id, and a case without one takes its planned minutes."""
    found = overruns(problem, plan, durations, seed=seed)
    who = {use.session: use.radiologist for use in plan.sessions}
    diary = Diary(problem=problem, plan=plan)
    rows = []
    for name, entries in diary.by_list.items():
        on, person = entries[0].list, problem.radiologist_by_id.get(who.get(name) or "")
        rows.append(
            ListRisk(
                list=name,
                site_name=on.site.name,
                suite_name=on.suite.id,
                date=on.date,
                start=on.session.start,
                end=on.session.end,
                radiologist=person.name if person else None,
                cases=tuple(entry.case.id for entry in entries),
                booked_until=problem.local(max(entry.end for entry in entries)),
                **_figures(found[name]),
            )
        )
    sources = Counter(FILE if case in durations else PLANNED for case in diary.by_case)
    return _report(rows, sources, seed)


def _published(on: BookedList, seed: int) -> ListRisk:
    first = minutes_of(on.start)
    found = _simulated(
        tuple(case.time.duration for case in on.cases),
        minutes_of(on.end) - first,
        on.turnaround_minutes,
        tuple(minutes_of(case.start) - first for case in on.cases),
        seed,
    )
    return ListRisk(
        list=on.id,
        site_name=on.site_name,
        suite_name=on.suite_name,
        date=on.date,
        start=on.start,
        end=on.end,
        radiologist=on.radiologist,
        cases=tuple(case.ref for case in on.cases),
        booked_until=max(case.end for case in on.cases),
        **_figures(found),
    )


@lru_cache(maxsize=MOST_REMEMBERED)
def _simulated(
    durations: tuple[Duration, ...], minutes: float, turnaround: float, starts: tuple[float, ...], seed: int
) -> Overrun:
    """Simulate a list once for as long as nothing on it changes."""
    return overrun(durations, minutes, turnaround, booked_starts=starts, seed=seed)


def _figures(found: Overrun) -> dict[str, float]:
    return {"probability": round(found.probability, 4), "expected_minutes": round(found.expected_minutes, 1)}


def _report(rows: Iterable[ListRisk], sources: Mapping[str, int], seed: int) -> RiskReport:
    likeliest = sorted(rows, key=lambda row: (-row.probability, -row.expected_minutes, row.start, row.list))
    return RiskReport(lists=tuple(likeliest), sources=sources, days=RUNS, seed=seed)
