"""Invent planning problems of the usual families, of any size, the same for the same seed.

    python -m benchmarks.families busy --seed 3 -o busy-3.json
    python -m benchmarks.families busy --seed 3 --cases 1200 -o growth.json

A family keeps its cases per site when `--cases` asks for another size. `metro-replan` plans a metro month first, for
`--plan-seconds`, and then lets things go wrong; it repeats itself only as far as that plan does.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from benchmarks.making.chance import stream
from benchmarks.making.disruption import disrupted
from benchmarks.making.lists import Roster, make_lists
from benchmarks.making.patients import Setting, make_cases
from benchmarks.making.places import make_equipment, make_journeys, make_sites, make_suites
from benchmarks.making.staff import make_radiologists
from scheduler.documents import save, write_problem
from scheduler.engine import solve
from scheduler.problem import Horizon, SchedulingProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMEZONE = "Australia/Melbourne"
FIRST_DAY = date(2027, 2, 1)  # a Monday, and four weeks without a change of the clocks
LISTS_A_SITE_AND_WEEK = 4
RADIOLOGISTS_A_SITE = 2
SHARE_ROSTERED = 0.63
SECONDS_TO_PUBLISH = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The size and pressure of a family of problems: lists and radiologists go by `sites`, which may be a fraction.

    Where lists run `side_by_side`, two suites of a site may be open at one time and share its bays and machines.
    """

    sites: float
    cases: int
    weeks: int = 4
    rostered: float = SHARE_ROSTERED
    published: bool = False
    side_by_side: bool = False

    def of(self, cases: int) -> Family:
        """Give the family at another size, with as many cases per site."""
        return replace(self, cases=cases, sites=self.sites * cases / self.cases)

    @property
    def hospitals(self) -> int:
        """The number of sites there are; at least two, so that there is a choice."""
        return max(2, round(self.sites))

    @property
    def lists_each(self) -> int:
        """The number of lists at each hospital."""
        return max(1, round(LISTS_A_SITE_AND_WEEK * self.weeks * self.sites / self.hospitals))

    @property
    def radiologists(self) -> int:
        """The number of radiologists; at least two."""
        return max(2, round(RADIOLOGISTS_A_SITE * self.sites))


FAMILIES = {
    "tiny": Family(sites=2, cases=10, weeks=2),
    "small": Family(sites=3, cases=40, weeks=3),
    "metro": Family(sites=6, cases=150),
    "busy": Family(sites=6, cases=300),
    "open": Family(sites=6, cases=200, rostered=0.0),
    "network": Family(sites=12, cases=600),
    "state": Family(sites=40, cases=2000),
    "metro-replan": Family(sites=6, cases=150, published=True),
    "side-by-side": Family(sites=6, cases=200, side_by_side=True),
}


def make_problem(family: Family, seed: int, *, plan_seconds: float = SECONDS_TO_PUBLISH) -> SchedulingProblem:
    """Invent the family's problem with this seed."""
    problem = _before_planning(family, seed)
    if not family.published:
        return problem
    plan = solve(problem, time_limit=plan_seconds, seed=seed)
    return disrupted(stream(seed, "disruption"), problem, plan, working_days(family.weeks))


def working_days(weeks: int) -> list[date]:
    """List the weekdays of the horizon."""
    return [FIRST_DAY + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]


def _before_planning(family: Family, seed: int) -> SchedulingProblem:
    days, zone = working_days(family.weeks), ZoneInfo(TIMEZONE)
    sites = make_sites(stream(seed, "sites"), family.hospitals)
    suites = make_suites(stream(seed, "suites"), sites)
    journeys = make_journeys(sites)
    people = make_radiologists(stream(seed, "staff"), sites, days, zone, count=family.radiologists)
    chance = stream(seed, "lists")
    lists = make_lists(chance, sites, suites, days, zone, each=family.lists_each, side_by_side=family.side_by_side)
    roster, chance = Roster(suites, journeys), stream(seed, "roster")
    return SchedulingProblem(
        timezone=TIMEZONE,
        horizon=Horizon(start=days[0], end=days[-1]),
        sites=sites,
        travel_minutes=journeys,
        suites=suites,
        radiologists=people,
        equipment=make_equipment(stream(seed, "equipment"), sites),
        sessions=tuple(
            replace(session, radiologist=roster.draw(chance, session, people))
            if chance.random() < family.rostered
            else session
            for session in lists
        ),
        cases=make_cases(stream(seed, "cases"), Setting(sites=sites, radiologists=people, days=days), family.cases),
    )


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line and write one problem."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, help="another size, at the family's pressure")
    parser.add_argument("--plan-seconds", type=float, default=SECONDS_TO_PUBLISH, help="for metro-replan's first plan")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write; else to the screen")
    options = parser.parse_args(words)
    if options.cases is not None and options.cases < 1:
        parser.error(f"--cases is {options.cases}; ask for at least one case.")
    family = FAMILIES[options.family]
    sized = family if options.cases is None else family.of(options.cases)
    text = write_problem(make_problem(sized, options.seed, plan_seconds=options.plan_seconds))
    if options.output is None:
        sys.stdout.write(text)
        return
    try:
        save(options.output, text)
    except OSError as fault:
        parser.error(f"{options.output} cannot be written ({fault.strerror}); choose another place with -o.")


if __name__ == "__main__":
    main()
