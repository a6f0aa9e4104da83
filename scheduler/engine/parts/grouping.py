"""Sites are put into groups of about equal weight, so that what they share is cut as little as possible.

Greedy growth from seeds, then moves and swaps while they help (after Kernighan and Lin, 1970), the best of many tries.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRIES = 12
SPREAD = 0.15  # how far above its fair share a group may weigh
MOST_SWEEPS = 20
BALANCE_OUTWEIGHS = 100.0  # a hundredth above what a group may weigh is worse than any link cut
LEAST_GAIN = 1e-6

Link = tuple[str, str]


def grouped(
    weight: Mapping[str, float], links: Mapping[Link, float], count: int, *, seed: int
) -> tuple[frozenset[str], ...]:
    """Put the sites into `count` groups, none of them empty. Links are keyed by two sites in order."""
    names = sorted(weight)
    count = max(1, min(count, len(names)))
    rng = random.Random(seed)  # noqa: S311  # chooses where to begin, guards nothing
    pull = _both_ways(names, links)
    best = min(
        (_Tried(names, weight, pull, count, rng).settled() for _ in range(TRIES)), key=lambda tried: tried.badness
    )
    return best.groups()


def _both_ways(names: Sequence[str], links: Mapping[Link, float]) -> dict[str, dict[str, float]]:
    pull: dict[str, dict[str, float]] = {name: {} for name in names}
    for (one, other), strength in links.items():
        if one != other:
            pull[one][other] = pull[one].get(other, 0.0) + strength
            pull[other][one] = pull[other].get(one, 0.0) + strength
    return pull


class _Tried:
    """One try at a grouping."""

    def __init__(
        self,
        names: Sequence[str],
        weight: Mapping[str, float],
        pull: Mapping[str, Mapping[str, float]],
        count: int,
        rng: random.Random,
    ) -> None:
        self._names = names
        self._weight = weight
        self._pull = pull
        self._count = count
        self._most = sum(weight.values()) / count * (1 + SPREAD)
        every_link = sum(sum(map(abs, row.values())) for row in pull.values())
        self._dear = BALANCE_OUTWEIGHS * (1.0 + every_link)
        self.group = self._grown(rng)
        self._load = [sum(weight[name] for name in names if self.group[name] == each) for each in range(count)]

    def _grown(self, rng: random.Random) -> dict[str, int]:
        """Start each group at a site drawn at random and let the lightest take what it is most linked to."""
        seeds = rng.sample(self._names, self._count)
        group = {name: number for number, name in enumerate(seeds)}
        load = [self._weight[name] for name in seeds]
        while len(group) < len(self._names):
            number = min(range(self._count), key=lambda each: load[each])
            left = [name for name in self._names if name not in group]
            taken = max(left, key=lambda name: (self._drawn(name, group, number), rng.random()))
            group[taken] = number
            load[number] += self._weight[taken]
        return group

    def _drawn(self, name: str, group: Mapping[str, int], number: int) -> float:
        return sum(strength for other, strength in self._pull[name].items() if group.get(other) == number)

    @property
    def badness(self) -> float:
        """Weigh what is cut, and much more what is out of balance."""
        cut = sum(
            strength
            for name, row in self._pull.items()
            for other, strength in row.items()
            if self.group[name] != self.group[other]
        )
        return cut / 2 + self._dear * sum(map(self._over, self._load))

    def _over(self, load: float) -> float:
        return max(0.0, load - self._most) / self._most if self._most else 0.0

    def settled(self) -> _Tried:
        """Move and swap sites while that helps."""
        for _ in range(MOST_SWEEPS):
            improved = [self._improved(name) for name in self._names]
            if not any(improved):
                break
        return self

    def _improved(self, name: str) -> bool:
        """Take the best move of one site to another group, alone or in exchange, if that makes it better."""
        ways = [
            (self._change(name, number, other), number, other)
            for number in range(self._count)
            if number != self.group[name]
            for other in (None, *(each for each in self._names if self.group[each] == number))
        ]
        change, number, other = min(ways, key=lambda way: way[0], default=(0.0, 0, None))
        if change >= -LEAST_GAIN:
            return False
        self._move(name, number, other)
        return True

    def _change(self, name: str, number: int, other: str | None) -> float:
        """Tell how much worse things are after a move; the last site of a group stays, unless exchanged."""
        home = self.group[name]
        if other is None and sum(each == home for each in self.group.values()) == 1:
            return 0.0
        cut = self._drawn(name, self.group, home) - self._drawn(name, self.group, number)
        shift = self._weight[name]
        if other is not None:
            cut += self._drawn(other, self.group, number) - self._drawn(other, self.group, home)
            cut += 2 * self._pull[name].get(other, 0.0)
            shift -= self._weight[other]
        before = self._over(self._load[home]) + self._over(self._load[number])
        after = self._over(self._load[home] - shift) + self._over(self._load[number] + shift)
        return cut + self._dear * (after - before)

    def _move(self, name: str, number: int, other: str | None) -> None:
        home = self.group[name]
        for each, goes_to in ((name, number), (other, home)):
            if each is not None:
                self._load[self.group[each]] -= self._weight[each]
                self._load[goes_to] += self._weight[each]
                self.group[each] = goes_to

    def groups(self) -> tuple[frozenset[str], ...]:
        """Give the groups in an order that depends on their sites alone."""
        found = [frozenset(name for name in self._names if self.group[name] == each) for each in range(self._count)]
        return tuple(sorted(found, key=min))
