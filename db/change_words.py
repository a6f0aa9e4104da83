"""A scenario's changes in words, with the names people know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from db.list_names import radiologist_names
from db.tables import SiteRow, SuiteRow, SuiteSessionRow
from scheduler.goals import GOALS
from scheduler.pathway.validity import day
from scheduler.problem import Objective
from scheduler.scenario import AddList, Change, CloseList, Demand, Leave, Price
from scheduler.vocabulary import Funding, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What suites, radiologists and lists are called."""

    suites: Mapping[str, str]
    radiologists: Mapping[str, str]
    lists: Mapping[str, str]


def names_for(session: Session, lists: frozenset[str] = frozenset()) -> Names:
    """Read the names of every suite and radiologist, and of these lists."""
    at_sites = select(SuiteRow, SiteRow).join(SiteRow, col(SiteRow.id) == SuiteRow.site_id)
    suites = {suite.id: f"{suite.name}, {site.name}" for suite, site in session.exec(at_sites)}
    asked = select(SuiteSessionRow).where(col(SuiteSessionRow.id).in_(lists)).order_by(col(SuiteSessionRow.start))
    return Names(
        suites=suites,
        radiologists=radiologist_names(session),
        lists={
            row.id: f"{suites[row.suite_id]}, on {day(row.on)} from {row.wall_start} to {row.wall_end}"
            for row in session.exec(asked)
        },
    )


def change_says(change: Change, names: Names) -> str:
    """Say in one sentence what a change does."""
    match change:
        case AddList():
            return _added(change, names)
        case CloseList(list=name):
            return f"Close the list in {names.lists.get(name, name)}."
        case Leave():
            who = names.radiologists.get(change.radiologist, change.radiologist)
            return f"{who} is away {_span(change.first, change.last)}."
        case Demand():
            return _demanded(change)
        case Price(goal=goal, each=each):
            return _priced(goal, each)


def _added(change: AddList, names: Names) -> str:
    who = names.radiologists.get(change.radiologist or "", "")
    extras = "".join(
        (
            f", with {who}" if who else "",
            ", with an anaesthetist" if change.anaesthetist else "",
            f", up to {change.overtime_minutes} minutes over" if change.overtime_minutes else "",
        )
    )
    payers = ", ".join(Funding(each).label for each in change.funding)
    where = names.suites.get(change.suite, change.suite)
    hours = f"from {change.start:%H:%M} to {change.end:%H:%M}"
    return f"Add a list in {where}, on {day(change.on)} {hours}{extras}. Funding: {payers}."


def _demanded(change: Demand) -> str:
    what = "test block" if change.stage is Stage.TEST_BLOCK else change.technique.label.lower()
    cases = "case" if change.count == 1 else "cases"
    return (
        f"{change.count} more {cases} of {change.urgency.label.lower()}: {change.target.label}, {what}, "
        f"{Funding(change.funding).label}, listed on {day(change.on)}."
    )


def _priced(goal: str, each: int) -> str:
    known = next((one for one in GOALS if one.name == goal), None)
    if known is None:
        return f"The goal “{goal}” is priced at {each:,}."
    before = getattr(Objective(), goal)
    return f"“{known.says.partition(':')[0]}” is priced at {each:,} instead of {before:,} (unit: {known.unit})."


def _span(first: date, last: date) -> str:
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"
