"""One worker that moves a plan about: answers in, better answers out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.answer import Answer
from scheduler.engine.moving.annealing import anneal
from scheduler.engine.moving.arrays import NOBODY, NOWHERE, empty_desk, empty_state, table
from scheduler.engine.moving.placing import keep_times, put_on, take_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scheduler.engine.columns.tables import Tables, Whole

ODD = 0x9E3779B97F4A7C15  # spreads small seeds over the whole range


class Mover:
    """Holds a plan and the best seen, and moves on from there. It may run beside other threads."""

    def __init__(self, world: Whole, tables: Tables, seed: int) -> None:
        self._world = world
        self._tables = tables
        self._now, self._spare, self._best = (empty_state(world) for _ in range(3))
        self._desk = empty_desk(world)
        self._desk[0] = np.uint64((seed + 1) * ODD % (1 << 64)).astype(np.int64)
        self._case = {case.id: place for place, case in enumerate(tables.cases)}
        self._list = {facts.id: place for place, facts in enumerate(tables.lists)}
        self._person = {person.id: place for place, person in enumerate(tables.people)}

    @property
    def cost(self) -> int:
        """The best plan's cost."""
        return int(table(self._world, self._best, "TOTAL")[0])

    @property
    def idle(self) -> bool:
        """Whether there is nothing to move, nowhere to move it or nobody to do it."""
        return not (self._tables.cases and self._tables.lists and self._tables.people)

    @property
    def cost_now(self) -> int:
        """The cost of the plan as it stands."""
        return int(self._now_table("TOTAL")[0])

    def load(self, answer: Answer) -> bool:
        """Start from an answer; a booking that cannot be had in its order is left out. False if a pinned one is."""
        self._clear()
        self._tidy()
        pinned = table(self._world, self._world, "PINNED")
        for case_id, session_id in _in_order(answer, self._tables):
            case, session = self._case[case_id], self._list[session_id]
            person = self._person[answer.staff[session_id]]
            if not self._append(case, session, person) and pinned[case] != NOWHERE:
                return False
        self._spare[:] = self._best[:] = self._now
        return True

    def _append(self, case: int, session: int, person: int) -> bool:
        world, state, desk = self._world, self._now, self._desk
        where, count, group = self._now_table("WHERE"), self._now_table("COUNT"), table(world, world, "GROUP")
        earlier = int(table(world, world, "EARLIER")[case])
        if earlier != NOWHERE and where[earlier] == NOWHERE:
            return False
        if put_on(world, state, desk, case, session, int(count[session]), person):
            return True
        take_off(world, state, desk, case)
        self._tidy()
        keep_times(world, state, desk, int(group[session]))
        return False

    def _tidy(self) -> None:
        for name in ("POOLED", "WAITS", "TOUCHED"):
            table(self._world, self._desk, name)[...] = 0
        for name in ("SHUT", "FAVOURED", "CHOSEN"):
            table(self._world, self._desk, name)[...] = NOWHERE

    def move(self, rounds: int, temperature: float) -> None:
        """Change the plan for so many rounds at a temperature, in units of cost."""
        if self.idle:
            return
        anneal(self._world, self._now, self._spare, self._best, self._desk, rounds, temperature)

    def answer(self) -> Answer:
        """Give the best plan so far."""
        return self._read(self._best)

    def now(self) -> Answer:
        """Give the plan as it stands."""
        return self._read(self._now)

    def _read(self, state: Whole) -> Answer:
        tables, names = self._tables, ("COUNT", "ORDER", "STEP", "STAFF")
        count, order, step, who = (table(self._world, state, name) for name in names)
        bookings: dict[str, tuple[str, int]] = {}
        staff: dict[str, str] = {}
        for session in np.flatnonzero(count).tolist():
            name = tables.lists[session].id
            staff[name] = tables.people[int(who[session])].id
            for turn in range(int(count[session])):
                bookings[tables.cases[int(order[session, turn])].id] = (name, int(step[session, turn]))
        return Answer(bookings=bookings, staff=staff, placed=frozenset(self._placed(state)))

    def _placed(self, state: Whole) -> Iterator[tuple[str, date, str]]:
        tables, at = self._tables, table(self._world, state, "UNIT_AT")
        day = table(self._world, self._world, "DAY")
        dates = {int(day[place]): facts.date for place, facts in enumerate(tables.lists)}
        for unit, when in zip(*np.nonzero(at != NOWHERE), strict=True):
            yield tables.mobile[int(unit)].id, dates[int(when)], tables.sites[int(at[unit, when])].id

    def _now_table(self, name: str) -> Whole:
        return table(self._world, self._now, name)

    def _clear(self) -> None:
        """Empty the plan: every case is left out."""
        self._now[:] = 0
        self._now_table("WHERE")[:] = NOWHERE
        self._now_table("STAFF")[:] = NOBODY
        self._now_table("UNIT_AT")[:] = NOWHERE
        self._now_table("TOTAL")[0] = int(self._tables.left_out.sum())


def _in_order(answer: Answer, tables: Tables) -> list[tuple[str, str]]:
    """List an answer's bookings so that each may be put after those before it."""
    lists = {facts.id: facts for facts in tables.lists}
    pairs = sorted(answer.bookings.items(), key=lambda item: (lists[item[1][0]].start + item[1][1], item[0]))
    return [(case, session) for case, (session, _) in pairs]
