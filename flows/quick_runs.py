"""One event answered for what is booked now, and kept as a proposal that can be published."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING

from db import freed, mapping, proposals, standing, writes
from flows.quick_asked import event_of
from scheduler.engine.quick import PlaceFree, UrgentCase, cause, quick
from scheduler.errors import NeurolistError, NotFoundError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.mapping import Planning
    from flows.quick_asked import QuickAsked
    from flows.service import Service
    from scheduler.engine.quick import Event, QuickAnswer
    from scheduler.problem import Case, SchedulingProblem


def answer_now(
    service: Service,
    asked: QuickAsked,
    *,
    author: Author,
    start: date,
    end: date,
    time_limit: float,
    write_id: str | None = None,
) -> tuple[str, QuickAnswer]:
    """Answer an event for the bookings of these dates; give the proposal's id and the answer."""
    now = service.clock.now()
    with service.database.reading() as session:
        made = mapping.planning(session, start=start, end=end, now=now)
        plan = standing.standing_plan(session, made.problem)
        event = _event(session, asked, made)
    answer = quick(made.problem, plan, event, time_limit=time_limit)

    def keep(session: Session) -> str:
        repeated = write_id is not None and writes.answered(session, write_id, proposals.REQUEST)
        options = {"event": _described(made.problem, event)}
        proposal = proposals.request(
            session, start=start, end=end, actor=author, now=now, options=options, write_id=write_id
        )
        if repeated:
            return proposal
        problem = replace(made, problem=answer.problem)
        proposals.begin(session, proposal, problem, now=now)
        told = {"event": options["event"]["says"], "changes": [change.says for change in answer.changes]}
        proposals.finish(session, proposal, answer.plan, now=now, run=told)
        return proposal

    return service.database.write(keep, author=author, now=now), answer


def _event(session: Session, asked: QuickAsked, made: Planning) -> Event:
    """Read the event; a cancellation is recorded on its case first, and what is asked here is who gets the place."""
    if asked.cancel is not None:
        event_of(asked, made.problem.zone, lambda _: PlaceFree(session=""))  # refuses what does not go together
        return PlaceFree(session=_freed(session, asked.cancel, made))
    return event_of(asked, made.problem.zone, lambda ref: UrgentCase(case=_waiting(ref, made)))


def _freed(session: Session, ref: str, made: Planning) -> str:
    place = freed.place_of(session, ref)
    if place is None:
        says = f"Case {ref} has no booking that was cancelled. Record its cancellation first, with `neurolist record`."
        raise NeurolistError(says)
    if place.list not in made.problem.lists:
        raise NeurolistError(
            f"The place of case {ref} was on {place.list}, which is past or outside the dates planned."
        )
    return place.list


def _waiting(ref: str, made: Planning) -> Case:
    found = standing.waiting_id(made.problem, ref)
    if found is not None:
        return made.problem.case_by_id[found]
    reasons = [reason for left in made.left_out if mapping.ref_of(left.case) == ref for reason in left.reasons]
    if reasons:
        raise NeurolistError(f"Case {ref} cannot be planned yet. {' '.join(reasons)}")
    raise NotFoundError(f"No case that waits for a place or holds one has the reference {ref}.")


def _described(problem: SchedulingProblem, event: Event) -> dict[str, object]:
    """Write an outage as the proposal keeps it; of other events, only what they are called."""
    says = cause(problem, event)
    if isinstance(event, UrgentCase | PlaceFree):
        return {"says": says}
    facts = {name: str(value) for name, value in asdict(event).items()}
    return {"says": says, **facts}
