"""What a list not yet in the plan would take from others: a radiologist's time, and mobile units for the date."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.pricing import SCALE, Column
from scheduler.engine.columns.shared import staff_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.engine.columns.duals import Charges
    from scheduler.engine.columns.imagining import Imagined
    from scheduler.engine.columns.relaxation import Relaxation
    from scheduler.engine.columns.shared import StaffLimit
    from scheduler.engine.columns.tables import Whole

BEYOND_PRICE = 1 << 48  # 1/4096ths: a unit that cannot come


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One limit on a radiologist that the list would come under: the others under it, how many may be done, its rows.

    `rows` are the numbers of the limits that hold already among the others.
    """

    others: tuple[int, ...]
    most: int
    rows: tuple[int, ...]
    new: frozenset[int]


class Claims:
    """Prices the time and the units that lists outside the relaxation would take."""

    def __init__(self, imagined: Imagined, relaxation: Relaxation) -> None:
        self._imagined = imagined
        self._relaxation = relaxation
        self._tables = imagined.tables
        self._limits = staff_limits(imagined.problem, imagined.tables)
        self._unit_rows = {(kind, slot.session) for slot in relaxation.pricer.slots for kind in slot.kinds}

    def of_list(self, session: int) -> dict[int, tuple[Claim, ...]]:
        """List, by radiologist, the limits that one more list would come under."""
        staffs = np.zeros_like(self._tables.staffs)
        week = self._tables.week == self._tables.week[session]
        staffs[week] = self._tables.staffs[week]
        staffs[session] = self._imagined.could[session]
        staffs[:, ~staffs[session]] = False
        return self._claims(staffs, frozenset({session}))

    def of_lists(self, person: int, joined: Whole) -> dict[int, tuple[Claim, ...]]:
        """List the limits that hold already and that more lists of one radiologist would come under."""
        staffs = np.zeros_like(self._tables.staffs)
        staffs[:, person] = self._tables.staffs[:, person]
        staffs[joined, person] = True
        return self._claims(staffs, frozenset(joined.tolist()))

    def _claims(
        self, staffs: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], new: frozenset[int]
    ) -> dict[int, tuple[Claim, ...]]:
        known: dict[tuple[int, frozenset[int], int], list[int]] = defaultdict(list)
        for number, limit in enumerate(self._limits):
            known[limit.person, limit.lists, limit.most].append(number)
        found: dict[int, tuple[Claim, ...]] = defaultdict(tuple)
        for limit in staff_limits(self._imagined.problem, replace(self._tables, staffs=staffs)):
            if limit.lists & new:
                found[limit.person] += (_claim(limit, new, known),)
        return found

    def time(self, claims: Sequence[Claim], charges: Charges, spare: Whole) -> int:
        """Price the radiologist's time: what is asked under each limit already, and what the other lists would lose.

        `spare` (m) is what each other list is worth more with this radiologist than without. What it loses to one
        limit it cannot lose to the next.
        """
        left = spare.copy()
        asked = 0
        for claim in claims:
            asked += int(charges.limit[list(claim.rows)].sum())
            others = np.array(claim.others, dtype=np.int64)
            if 0 < claim.most <= len(others):
                lost = int(np.sort(left[others])[-claim.most])
                left[others] = np.maximum(0, left[others] - lost)
                asked += lost
        return asked

    def staff(self, session: int, person: int, charges: Charges) -> int:
        """Give what is asked already for the time of a radiologist who may do the list as it is."""
        return self._relaxation.master.staff_charge(_nothing(session, person), charges)

    def held(self, claims: Sequence[Claim], session: int, charges: Charges) -> int:
        """Give what is asked already under the limits that a list would come under, when more lists join with it."""
        return sum(int(charges.limit[list(claim.rows)].sum()) for claim in claims if session in claim.new)

    def unit_as_it_is(self, kind: int, session: int, charges: Charges) -> int:
        """Give what is asked already for a kind on a list; nothing where no list has needed it so far."""
        if (kind, session) in self._unit_rows:
            return self._asked(kind, session, charges)
        site = self._tables.sites[int(self._tables.site[session])].id
        come = any(unit.kind == self._tables.kinds[kind] and site in unit.sites for unit in self._tables.mobile)
        return 0 if come else BEYOND_PRICE

    def unit(self, kind: int, session: int, charges: Charges) -> int:
        """Price having a mobile unit of a kind at the list's site that date."""
        tables = self._tables
        site = tables.sites[int(tables.site[session])].id
        come = [unit for unit in tables.mobile if unit.kind == tables.kinds[kind] and site in unit.sites]
        if not come:
            return BEYOND_PRICE
        if (kind, session) in self._unit_rows:
            return self._asked(kind, session, charges)
        asked: dict[str, int] = defaultdict(int)
        for which, other in self._unit_rows:
            if which == kind and tables.day[other] == tables.day[session]:
                asked[tables.sites[int(tables.site[other])].id] += self._asked(kind, other, charges)
        # So much may be asked without any unit costing more, wherever else it would stand.
        return min(max(asked[where] for where in unit.sites) - asked[site] for unit in come)

    def _asked(self, kind: int, session: int, charges: Charges) -> int:
        return self._relaxation.master.unit_charge(_nothing(session, 0, kind), charges)


def _nothing(session: int, person: int, *kinds: int) -> Column:
    """Make a column without cases, to ask what a list pays."""
    return Column(session=session, person=person, cases=(), kinds=kinds, cost=0)


def _claim(limit: StaffLimit, new: frozenset[int], known: dict[tuple[int, frozenset[int], int], list[int]]) -> Claim:
    others = limit.lists - new
    same = known.get((limit.person, others, limit.most), [])
    return Claim(
        others=tuple(sorted(others)),
        most=limit.most,
        rows=(same.pop(0),) if same else (),
        new=limit.lists & new,
    )


def whole_units(value: int) -> int:
    """Turn 1/4096ths into whole cost units, rounded up."""
    return -(-value // SCALE)
