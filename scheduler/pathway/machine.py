"""The pathway's one door: may this happen to this case now, and what does it change?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.clocks import NO_HOLIDAYS
from scheduler.pathway.duties import enter, leave
from scheduler.pathway.effects import Effect
from scheduler.pathway.events import Entry, Event, Happening
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.fields import Details, Field, read_details, with_initial
from scheduler.pathway.guards import GUARDS
from scheduler.pathway.guards.registry import Check
from scheduler.pathway.outcomes import end
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import Transition, transition, transitions_from
from scheduler.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One allowed move: what the memory writes, in order, in the transaction that moves the case.

    `cautions` did not stop it, but the person who took it is told. `overrides` would have stopped it, and a person goes
    ahead: it is done only once a second person approves. `by_lead` would have stopped it too, and the form names the IR
    lead who approves: it is done only by an IR lead, or once one approves.
    """

    event: Happening
    from_state: PathwayState
    to_state: PathwayState
    effects: tuple[Effect, ...]
    cautions: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    by_lead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One event that could follow: its form, who may record it, and whether the facts allow it today.

    `allowed` leaves out what depends on the form. `why_not` is the first thing in the way.
    """

    event: Happening
    label: str
    says: str
    fields: tuple[Field, ...]
    roles: frozenset[Role]
    allowed: bool
    why_not: str | None


def decide(
    facts: CaseFacts,
    event: Event,
    details: Mapping[str, object],
    *,
    protocol: Protocol,
    today: date,
    holidays: Set[date] = NO_HOLIDAYS,
) -> Step:
    """Work out one step; raises TransitionNotAllowedError with every sentence in the way.

    `details` are the answers to the event's form, as values or as text (scheduler.pathway.fields). `holidays` are the
    days that are no working days.
    """
    move = transition(facts.state, event)
    answers = read_details(move.fields, details, today=today)
    case = Situation(facts=facts, details=answers, protocol=protocol, today=today, holidays=holidays)
    demand(case, move.guards)
    return Step(
        event=event,
        from_state=facts.state,
        to_state=move.end,
        effects=_effects(case, move),
        cautions=cautioned(case, move.cautions),
        overrides=cautioned(case, move.overrides),
        by_lead=left_to_the_lead(case, move.guards),
    )


def demand(case: Situation, guards: Iterable[str]) -> None:
    """Raise TransitionNotAllowedError with every sentence in the way, unless all these conditions hold."""
    refusals = [refusal for key in guards if (refusal := GUARDS[key].check(case))]
    if refusals:
        raise TransitionNotAllowedError(" ".join(refusals))


def left_to_the_lead(case: Situation, guards: Iterable[str]) -> tuple[str, ...]:
    """What these conditions, which hold, let pass only because the IR lead approves."""
    return cautioned(case, (by_lead for key in guards if (by_lead := GUARDS[key].by_lead)))


def cautioned(case: Situation, cautions: Iterable[Check]) -> tuple[str, ...]:
    """What the person is told, though nothing stops the step."""
    return tuple(says for caution in cautions if (says := caution(case)))


def _effects(case: Situation, move: Transition) -> tuple[Effect, ...]:
    own = [effect for outcome in move.effects for effect in outcome(case)]
    removal = end(case, move.end) if move.end.ends else ()
    return (*leave(case, move.end), *removal, *own, *enter(case, move.end))


def possible(
    facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS
) -> tuple[NextStep, ...]:
    """List what may follow, most usual first, with forms that show what is known. Empty means the pathway is done."""
    case = Situation(facts=facts, details=Details({}), protocol=protocol, today=today, holidays=holidays)
    return tuple(_next_step(case, move) for move in transitions_from(facts.state))


def _next_step(case: Situation, move: Transition) -> NextStep:
    return next_step(case, move.event, says=move.says, fields=move.fields, roles=move.roles, guards=move.guards)


def next_step(
    case: Situation,
    event: Event | Entry,
    *,
    says: str,
    fields: Iterable[Field],
    roles: frozenset[Role],
    guards: Iterable[str],
) -> NextStep:
    """Say whether this could follow today, as far as that does not depend on its form."""
    fixed = [GUARDS[key] for key in guards if not GUARDS[key].answers]
    why_not = next((refusal for guard in fixed if (refusal := guard.check(case))), None)
    known = _known(case.facts)
    return NextStep(
        event=event,
        label=event.label,
        says=says,
        fields=tuple(with_initial(field, known) for field in fields),
        roles=roles,
        allowed=why_not is None,
        why_not=why_not,
    )


def _known(facts: CaseFacts) -> dict[str, str]:
    plan = {
        "target": facts.target,
        "technique": facts.technique,
        "laterality": facts.laterality,
        "urgency": facts.urgency,
    }
    return {key: str(value) for key, value in plan.items() if value is not None}


def opening_effects(
    facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS
) -> tuple[Effect, ...]:
    """What the memory writes when a case is first made: the first task and the response timer."""
    case = Situation(facts=facts, details=Details({}), protocol=protocol, today=today, holidays=holidays)
    return enter(case, facts.state, opening=True)
