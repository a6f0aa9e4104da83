"""How often one nerve may be treated with a technique: counted over all of the patient's cases, by target and side."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
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


def treated_in_period(facts: CaseFacts, protocol: Protocol, on: date) -> int:
    """How often the planned nerve (of two, the one treated more) was treated in the period, by any technique."""
    return max((len(days) for days in _days(facts, protocol, on, frozenset(Technique))), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedUp:
    """The most treatments of a nerve with a technique in the period, all of them had; `free_on` is when it may be."""

    done: int
    limit: int
    counted: str  # the techniques that count together, as people read them
    free_on: date


def used_up(facts: CaseFacts, protocol: Protocol, on: date) -> UsedUp | None:
    """Say that the planned nerve may not be treated with the planned technique on this day; None when it may."""
    if facts.technique is None or facts.technique is Technique.LOCAL_ANAESTHETIC:
        return None
    together = counted_together(facts.technique, protocol)
    limit, period = protocol.whole(f"repeats_allowed.{facts.technique}"), _period(protocol)
    full = [days for days in _days(facts, protocol, on, together) if len(days) >= limit]
    if not full:
        return None
    counted = " or ".join(technique.label.lower() for technique in Technique if technique in together)
    free_on = max(days[-limit] + period for days in full)
    return UsedUp(done=max(map(len, full)), limit=limit, counted=counted, free_on=free_on)


def counted_together(technique: Technique, protocol: Protocol) -> frozenset[Technique]:
    """The techniques whose treatments count towards one limit, because one item pays for them."""
    return frozenset(map(Technique, protocol.words(f"repeats_counted_with.{technique}"))) | {technique}


def first_day_under_limit(facts: CaseFacts, protocol: Protocol, on: date) -> date:
    """The first day from this one on which the planned nerve may be treated again with the planned technique."""
    full = used_up(facts, protocol, on)
    return full.free_on if full is not None else on


def first_day_after_interval(facts: CaseFacts, protocol: Protocol) -> date | None:
    """The first day that leaves the technique's interval after the last treatment; None without one."""
    treated = last_treatment(facts)
    if treated is None or treated.technique is Technique.LOCAL_ANAESTHETIC:
        return None
    return treated.on + timedelta(days=protocol.days(f"repeat_after.{treated.technique}"))


def _period(protocol: Protocol) -> timedelta:
    return timedelta(days=protocol.days("repeats_counted_over"))


def _days(facts: CaseFacts, protocol: Protocol, on: date, techniques: Set[Technique]) -> list[list[date]]:
    """The days on which each planned nerve was treated with one of these in the period up to this day."""
    since = on - _period(protocol)
    done_so = [done for done in treatments(facts) if done.technique in techniques and since < done.on <= on]
    found = [done for done in done_so if done.target is facts.target]
    sides = nerves(facts.laterality) if facts.laterality is not None else frozenset[Laterality]()
    return [[done.on for done in found if nerve in nerves(done.laterality)] for nerve in sorted(sides)]


def _planned(facts: CaseFacts, target: Target) -> frozenset[Laterality]:
    fits = target is facts.target and facts.laterality is not None
    return nerves(facts.laterality) if fits and facts.laterality is not None else frozenset[Laterality]()
