"""Small conflicts: the fewest rules that together leave no list, and things that cannot all be had at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scheduler.explain.exclusions import Rules

Thing = TypeVar("Thing")

ORDER = {rule.name: number for number, rule in enumerate(RULEBOOK)}


def fewest_that_meet(sets: Iterable[Rules]) -> tuple[str, ...]:
    """Find the fewest rules with at least one in every set; the sets must not be empty."""
    wanted = sorted(sets, key=lambda rules: (len(rules), sorted(rules)))
    for size in range(len(ORDER) + 1):
        found = _meet(wanted, size, ())
        if found is not None:
            return tuple(sorted(found, key=lambda rule: ORDER[rule]))
    raise ValueError("An empty set has no rule in it.")


def _meet(sets: list[Rules], left: int, chosen: tuple[str, ...]) -> tuple[str, ...] | None:
    """Choose at most so many more rules; one of the first set not met must be among them."""
    missed = next((rules for rules in sets if rules.isdisjoint(chosen)), None)
    if missed is None:
        return chosen
    if not left:
        return None
    for rule in sorted(missed, key=lambda rule: ORDER[rule]):
        found = _meet(sets, left - 1, (*chosen, rule))
        if found is not None:
            return found
    return None


def smallest_conflict(things: Sequence[Thing], conflict: Callable[[Sequence[Thing]], bool]) -> tuple[Thing, ...]:
    """Find things that conflict, none of them needlessly, among many; () if all of them agree.

    QuickXplain: Junker (2004), "QUICKXPLAIN: preferred explanations and relaxations for over-constrained problems",
    AAAI-04, 167-172. It asks about as often as the conflict is large, not as often as there are things.
    """
    if not conflict(things):
        return ()
    return tuple(_explain([], things, conflict, fresh=False))


def _explain(
    base: Sequence[Thing], things: Sequence[Thing], conflict: Callable[[Sequence[Thing]], bool], *, fresh: bool
) -> list[Thing]:
    """Find what is needed of `things` besides `base`; `fresh` says that `base` has grown since it was last tried."""
    if fresh and conflict(base):
        return []
    if len(things) <= 1:
        return list(things)
    first, second = things[: len(things) // 2], things[len(things) // 2 :]
    of_second = _explain([*base, *first], second, conflict, fresh=bool(first))
    of_first = _explain([*base, *of_second], first, conflict, fresh=bool(of_second))
    return [*of_first, *of_second]
