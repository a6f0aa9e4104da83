"""A kept plan is laid over what stands now: what is left of it to take, what goes alone, and what others changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import audit, mapping, overtaken, proposals, standing
from db.mapping import Planning, ref_of
from db.proposals import ReadPlan
from db.publishing import NotBooked
from db.touched import Touched, touched_since
from scheduler.errors import BadInputError, NeurolistError
from scheduler.taking import Taking, changes, take, with_companions, without_clashes

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from scheduler.plan import Plan
    from scheduler.problem import Previous, SchedulingProblem

IN_THE_WAY = "It no longer goes beside what others have booked meanwhile."


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is taken of a plan as things stand, and who stays as somebody else left them, with who that was."""

    made: Planning
    taken: Taking
    at: int  # the last event of the trail that it knows of
    read: ReadPlan
    left_alone: tuple[NotBooked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What was laid, and what has changed since that a plan could hang on."""

    made: Planning
    read: ReadPlan
    touched: Touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Whether some changes of a plan can be taken alone; if not, why, and which others must come along."""

    possible: bool
    says: str
    along: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Over:
    """A kept plan beside what stands now: `left` are its changes not made yet, `touched` those others changed."""

    made: Planning
    at: int
    read: ReadPlan
    stands: Plan
    left: frozenset[str]
    touched: frozenset[str]

    @property
    def problem(self) -> SchedulingProblem:
        """The problem as the memory stands."""
        return self.made.problem

    @property
    def plan(self) -> Plan:
        """The plan as it was kept."""
        return self.read.plan

    def named(self, refs: Collection[str]) -> frozenset[str]:
        """Give the changes of these cases; raises NeurolistError where there is nothing to take."""
        if not refs:
            raise BadInputError.of("changes", "Nothing is chosen. Tick the changes to publish.")
        known = {ref_of(case): case for case in self.left}
        gone = sorted(set(refs) - known.keys())
        if gone:
            raise NeurolistError(f"This plan has nothing left to change for {', '.join(gone)}. Look at the plan again.")
        return frozenset(known[ref] for ref in refs)


def since(session: Session, laid: Laid) -> Since | None:
    """Look what has changed since a plan was laid; None where it may be published as it is."""
    touched = touched_since(session, laid.at)
    return Since(made=laid.made, read=laid.read, touched=touched) if touched else None


def whole(session: Session, proposal: str, *, now: datetime, before: Since | None = None) -> Laid:
    """Take everything that nobody else touched and that still goes; raises NeurolistError where that is unlawful.

    Of what was laid `before`, only what has changed since is read again.
    """
    over = _over(session, proposal, now, before)
    wanted = over.left - over.touched
    taken = without_clashes(over.problem, over.stands, over.plan, wanted)
    if not taken.lawful:
        raise NeurolistError(_no_longer(taken))
    told = _left_alone(session, proposal, taken=taken, clashing=wanted - taken.chosen)
    return Laid(made=over.made, taken=taken, at=over.at, read=over.read, left_alone=told)


def part(session: Session, proposal: str, refs: Collection[str], *, now: datetime, before: Since | None = None) -> Laid:
    """Take the changes of these cases and no others; raises NeurolistError with why where they do not go alone."""
    over = _over(session, proposal, now, before)
    wanted = over.named(refs)
    taken = take(over.problem, over.stands, over.plan, wanted)
    if not taken.lawful:
        raise NeurolistError(_why_not_alone(over, wanted, taken).says)
    return Laid(made=over.made, taken=taken, at=over.at, read=over.read)


def alone(session: Session, proposal: str, refs: Collection[str], *, now: datetime) -> Alone:
    """Say whether the changes of these cases go alone; nothing is written."""
    over = _over(session, proposal, now)
    wanted = over.named(refs)
    taken = take(over.problem, over.stands, over.plan, wanted)
    return (
        Alone(possible=True, says="These can be taken alone.") if taken.lawful else _why_not_alone(over, wanted, taken)
    )


def _over(session: Session, proposal: str, now: datetime, before: Since | None = None) -> _Over:
    row = proposals.proposal_row(session, proposal)
    if before is not None:
        proposals.recall(row, before.read)
    read = proposals.read_of(row)
    at, _ = audit.head(session)  # first, so that what changes while it is read is read once more
    made = _brought_up(session, before) or mapping.planning(session, start=row.start, end=row.finish, now=now)
    stands = standing.stands_in(session, made).plan
    left = changes(made.problem, stands, read.plan)
    then = {case.id: case.previous for case in read.problem.cases}
    known = made.problem.case_by_id
    touched = frozenset(case for case in left if _spot(then.get(case)) != _spot(known[case].previous))
    return _Over(made=made, at=at, read=read, stands=stands, left=left, touched=touched)


def _brought_up(session: Session, before: Since | None) -> Planning | None:
    """Give the problem of what was laid before, mended where something changed since; None where all is read again."""
    if before is None or before.touched.everything:
        return None
    return mapping.mended(session, before.made, cases=before.touched.cases, lists=before.touched.lists)


def _spot(place: Previous | None) -> overtaken.Spot | None:
    return None if place is None else (place.session, place.start, str(place.radiologist))


def _why_not_alone(over: _Over, wanted: frozenset[str], taken: Taking) -> Alone:
    """Say why changes do not go alone, and with which others they would."""
    company = with_companions(over.problem, over.stands, over.plan, wanted)
    along = tuple(sorted(ref_of(case) for case in company.chosen - wanted))
    if not company.lawful or not along:
        return Alone(possible=False, says=_no_longer(taken))
    says = f"This cannot be taken alone. {taken.breaches[0].says} Take {', '.join(along)} along with it."
    return Alone(possible=False, says=says, along=along)


def _no_longer(taken: Taking) -> str:
    return f"This cannot be published as things stand now. {taken.breaches[0].says} Ask for a new plan."


def _left_alone(session: Session, proposal: str, *, taken: Taking, clashing: frozenset[str]) -> tuple[NotBooked, ...]:
    """Name every case the plan meant to change and that stays, with who changed it or what is in the way."""
    meant = _meant(session, proposal)
    now = overtaken.spots_now(session, meant.keys())
    done = {ref_of(case) for case in taken.chosen}
    left = sorted(ref for ref, spot in meant.items() if ref not in done and now.get(ref) != spot)
    clashes = {ref_of(case) for case in clashing}
    said = overtaken.said_of(session, left)
    return tuple(NotBooked(ref=ref, says=IN_THE_WAY if ref in clashes else said.get(ref, "")) for ref in left)


def _meant(session: Session, proposal: str) -> Mapping[str, overtaken.Spot | None]:
    """Give the places a plan was made to change, by case; None for a case that would lose its place."""
    row = proposals.proposal_row(session, proposal)
    problem = proposals.problem_of(row)
    plan = proposals.plan_of(row)
    who = {use.session: str(use.radiologist) for use in plan.sessions}
    then = {one.case: (one.session, one.start, who[one.session]) for one in plan.bookings}
    spots = {case.id: (_spot(case.previous), then.get(case.id)) for case in problem.cases}
    return {ref_of(case): after for case, (before, after) in spots.items() if before != after}
