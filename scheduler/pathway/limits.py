"""How often one nerve may be treated: counted over all of the patient's cases, for each target and side."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.pathway.facts import CaseFacts, ProcedureDone
from scheduler.pathway.protocols import Protocol
from scheduler.vocabulary import Laterality, Stage, Target, Technique

# Both sides are two nerves; a midline target, or one without sides, is one.
_NERVES = {Laterality.BILATERAL: frozenset({Laterality.LEFT, Laterality.RIGHT})}


def treatments(facts: CaseFacts) -> tuple[ProcedureDone, ...]:
    """Every completed neurolysis of the patient, in this case and in the others, oldest first."""
    elsewhere = [done for other in facts.other_cases for done in other.procedures]
    found = [done for done in (*elsewhere, *facts.procedures) if done.stage is Stage.DEFINITIVE and done.completed]
    return tuple(sorted(found, key=lambda done: done.on))


def last_treatment(facts: CaseFacts) -> ProcedureDone | None:
    """The patient's latest neurolysis of a nerve that is planned here; None without a plan."""
    found = [done for done in treatments(facts) if nerves(done.laterality) & _planned(facts, done.target)]
    return found[-1] if found else None


def nerves(side: Laterality) -> frozenset[Laterality]:
    """The sides that are counted one by one."""
    return _NERVES.get(side, frozenset({side}))


def treated_in_period(
    facts: CaseFacts, protocol: Protocol, on: date, target: Target | None = None, side: Laterality | None = None
) -> int:
    """How often the planned nerve (of two, the one treated more) was treated in the period up to this day."""
    return max((len(days) for days in _days(facts, protocol, on, target, side)), default=0)


def first_day_under_limit(facts: CaseFacts, protocol: Protocol, on: date) -> date:
    """The first day from this one on which the planned nerve may be treated again."""
    limit, period = protocol.whole("repeats_allowed"), timedelta(days=protocol.days("repeats_counted_over"))
    full = [days for days in _days(facts, protocol, on) if len(days) >= limit]
    return max((days[-limit] + period for days in full), default=on)


def first_day_after_interval(facts: CaseFacts, protocol: Protocol) -> date | None:
    """The first day that leaves the technique's interval after the last treatment; None without one."""
    treated = last_treatment(facts)
    if treated is None or treated.technique is Technique.LOCAL_ANAESTHETIC:
        return None
    return treated.on + timedelta(days=protocol.days(f"repeat_after.{treated.technique}"))


def _days(
    facts: CaseFacts, protocol: Protocol, on: date, target: Target | None = None, side: Laterality | None = None
) -> list[list[date]]:
    """The days of treatment of each planned nerve in the period up to this day."""
    wanted, planned = target or facts.target, side or facts.laterality
    since = on - timedelta(days=protocol.days("repeats_counted_over"))
    found = [done for done in treatments(facts) if done.target is wanted and since < done.on <= on]
    sides = nerves(planned) if planned is not None else frozenset[Laterality]()
    return [[done.on for done in found if nerve in nerves(done.laterality)] for nerve in sorted(sides)]


def _planned(facts: CaseFacts, target: Target) -> frozenset[Laterality]:
    fits = target is facts.target and facts.laterality is not None
    return nerves(facts.laterality) if fits and facts.laterality is not None else frozenset[Laterality]()
