"""A scenario: changes to a planning problem that somebody wonders about, and the problem as it would be with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce

from scheduler.pathway.protocols import Protocol
from scheduler.problem import Case, Radiologist, SchedulingProblem, SuiteSession
from scheduler.vocabulary import Stage, Target, Technique, Urgency

ONE_DAY = timedelta(days=1)
INVENTED = "NEW"  # how the references of invented cases begin; those of real ones begin with N and a digit
SUFFIXES = {Stage.TEST_BLOCK: "T", Stage.DEFINITIVE: "D"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddList:
    """One more list in a suite, at local times."""

    suite: str
    on: date
    start: time
    end: time
    funding: tuple[str, ...]
    overtime_minutes: int = 0
    anaesthetist: bool = False
    radiologist: str | None = None

    @property
    def id(self) -> str:
        """The id the list has in the scenario, and in the clinic once it is added there."""
        return f"{self.suite}-{self.on:%Y%m%d}-{self.start:%H%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseList:
    """A list that is not held."""

    list: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Whole days, both included, on which a radiologist is away."""

    radiologist: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """So many more cases of one kind, put on the waiting list on one day."""

    count: int
    stage: Stage
    target: Target
    technique: Technique
    urgency: Urgency
    funding: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Another price for one unit of a goal."""

    goal: str
    each: int


Change = AddList | CloseList | Leave | Demand | Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A problem with the changes made, the cases invented for it, and the changes that lie outside its dates."""

    problem: SchedulingProblem
    invented: frozenset[str]
    outside: tuple[Change, ...]


def with_changes(
    problem: SchedulingProblem, changes: Sequence[Change], protocol: Protocol, weights: Mapping[Urgency, int]
) -> Changed:
    """Make the changes to a problem, in order; invented cases take the minutes and needs the protocol plans for."""
    inside = tuple(change for change in changes if _touches(problem, change))
    changed = reduce(_with_change, inside, problem)
    demands = tuple(change for change in inside if isinstance(change, Demand))
    invented = tuple(_invented(demands, protocol, weights))
    return Changed(
        problem=replace(changed, cases=(*changed.cases, *invented)),
        invented=frozenset(case.id for case in invented),
        outside=tuple(change for change in changes if change not in inside),
    )


def _touches(problem: SchedulingProblem, change: Change) -> bool:
    """Say whether a change has any effect on the dates planned."""
    first, last = problem.horizon.start, problem.horizon.end
    match change:
        case AddList(on=on):
            return first <= on <= last
        case CloseList(list=name):
            return name in problem.lists
        case Leave(first=begins, last=ends):
            return begins <= last and ends >= first
        case Demand(on=on):
            return on <= last
        case Price():
            return True


def _with_change(problem: SchedulingProblem, change: Change) -> SchedulingProblem:
    match change:
        case AddList():
            return replace(problem, sessions=(*problem.sessions, _list(problem, change)))
        case CloseList(list=name):
            return _unpinned(_with_list(problem, replace(problem.lists[name].session, closed=True)), {name})
        case Leave():
            return _with_leave(problem, change)
        case Demand():
            return problem
        case Price(goal=goal, each=each):
            return replace(problem, objective=replace(problem.objective, **{goal: each}))


def _list(problem: SchedulingProblem, new: AddList) -> SuiteSession:
    return SuiteSession(
        id=new.id,
        suite=new.suite,
        start=datetime.combine(new.on, new.start, tzinfo=problem.zone),
        end=datetime.combine(new.on, new.end, tzinfo=problem.zone),
        funding=new.funding,
        overtime_minutes=new.overtime_minutes,
        anaesthetist=new.anaesthetist,
        radiologist=new.radiologist,
    )


def _with_list(problem: SchedulingProblem, changed: SuiteSession) -> SchedulingProblem:
    return replace(problem, sessions=tuple(changed if one.id == changed.id else one for one in problem.sessions))


def _unpinned(problem: SchedulingProblem, lists: Iterable[str]) -> SchedulingProblem:
    """Let the cases of these lists go elsewhere: a list that is not held, or has nobody, holds nobody's place."""
    cases = (
        replace(case, pinned=None) if case.pinned is not None and case.pinned.session in lists else case
        for case in problem.cases
    )
    return replace(problem, cases=tuple(cases))


def _with_leave(problem: SchedulingProblem, leave: Leave) -> SchedulingProblem:
    away = leave_span(problem, leave)
    freed = {one.id for one in problem.sessions if _stands_on(problem, one, leave.radiologist, away)}
    people = tuple(_away(one, away) if one.id == leave.radiologist else one for one in problem.radiologists)
    sessions = tuple(replace(one, radiologist=None) if one.id in freed else one for one in problem.sessions)
    return _unpinned(replace(problem, radiologists=people, sessions=sessions), freed)


def _stands_on(
    problem: SchedulingProblem, one: SuiteSession, radiologist: str, away: tuple[datetime, datetime]
) -> bool:
    """Say whether the radiologist is rostered or promised to this list in that time."""
    promised = any(
        case.pinned is not None and case.pinned.session == one.id and case.pinned.radiologist == radiologist
        for case in problem.cases
    )
    return one.start < away[1] and one.end > away[0] and (one.radiologist == radiologist or promised)


def _away(person: Radiologist, span: tuple[datetime, datetime]) -> Radiologist:
    return replace(person, unavailable=tuple(sorted((*person.unavailable, span))))


def leave_span(problem: SchedulingProblem, leave: Leave) -> tuple[datetime, datetime]:
    """Give the instants from the first midnight of the leave to the one after its last day."""
    first, after = (datetime.combine(day, time(), tzinfo=problem.zone) for day in (leave.first, leave.last + ONE_DAY))
    return first, after


def _invented(demands: Iterable[Demand], protocol: Protocol, weights: Mapping[Urgency, int]) -> Iterable[Case]:
    number = 0
    for demand in demands:
        needs = protocol.procedure(demand.target, demand.technique, demand.stage)
        for _ in range(demand.count):
            number += 1
            yield Case(
                id=f"{INVENTED}{number:04}-{SUFFIXES[demand.stage]}",
                patient=f"{INVENTED}{number:04}",
                stage=demand.stage,
                target=demand.target,
                technique=demand.technique,
                duration_minutes=needs.planned_minutes,
                recovery_minutes=needs.recovery_minutes,
                modalities=needs.modalities,
                funding=demand.funding,
                urgency=demand.urgency,
                weight=weights[demand.urgency],
                ready_from=demand.on,
                due=demand.on + timedelta(days=protocol.days(f"treat_within.{demand.urgency}")),
                anaesthetist=needs.anaesthetist,
                equipment=needs.equipment,
            )
