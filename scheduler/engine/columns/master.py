"""The linear programme over columns: every case once, every list once, nothing shared used twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.math_opt.python import mathopt

from scheduler.engine.columns.duals import Charges, Duals, duals_of, padded
from scheduler.engine.columns.linear import WarmSolver
from scheduler.engine.columns.pricing import Prices
from scheduler.engine.columns.tables import SCALE
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from scheduler.engine.columns.cuts import Cut
    from scheduler.engine.columns.linear import Mixture
    from scheduler.engine.columns.pricing import Column, Pricer
    from scheduler.engine.columns.shared import StaffLimit, UnitDay
    from scheduler.engine.columns.tables import Tables, Truth, Whole
    from scheduler.problem import Radiologist, Site

    Real = NDArray[np.float64]

# What breaking a rule costs while columns are still few: more than any case left out is likely to.
PRICE_OF_A_BREACH = 1e5
COLUMNS_PER_ROW = 8  # more than this many and the dearest are dropped
DEAREST_KEPT = 1.0


@dataclass(slots=True)
class _Rows:
    case: list[mathopt.LinearConstraint] = field(default_factory=list)
    session: list[mathopt.LinearConstraint] = field(default_factory=list)
    limit: list[mathopt.LinearConstraint] = field(default_factory=list)
    person: dict[int, mathopt.LinearConstraint] = field(default_factory=dict)
    site: dict[int, mathopt.LinearConstraint] = field(default_factory=dict)
    unit: dict[tuple[int, int], mathopt.LinearConstraint] = field(default_factory=dict)
    cut: list[mathopt.LinearConstraint] = field(default_factory=list)


class _Charged(NamedTuple):
    """Pairs of a slot and a row it is charged for."""

    slot: Whole
    row: Whole


def _charged(rows_by_slot: list[list[int]]) -> _Charged:
    pairs = [(slot, row) for slot, rows in enumerate(rows_by_slot) for row in rows]
    return _Charged(*np.array(pairs, dtype=np.int64).reshape(-1, 2).T)


class Master:
    """Holds the columns found so far, solves for their best mixture, and turns its duals into prices and a bound."""

    def __init__(
        self, tables: Tables, pricer: Pricer, limits: tuple[StaffLimit, ...], unit_days: tuple[UnitDay, ...]
    ) -> None:
        self.tables = tables
        self.columns: list[Column] = []
        self.cuts: list[Cut] = []
        self._pricer = pricer
        self._limits = limits
        self._unit_days = unit_days
        self._model = mathopt.Model()
        self._rows = _Rows()
        self._variables: list[mathopt.Variable] = []
        self._known: set[tuple[int, int, tuple[int, ...]]] = set()
        self._limits_by_staff: dict[tuple[int, int], list[int]] = {}
        self._cuts_by_place: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._marked: dict[int, list[tuple[int, Truth]]] = {}  # by list: cuts and their marks on its menu
        self._result: Mixture | None = None
        self._add_rows()
        self._unit_order = {key: number for number, key in enumerate(self._rows.unit)}
        self._charged = self._charged_slots()
        self._solver = WarmSolver(self._model)

    # The rows.

    def _add_rows(self) -> None:
        rows, model, tables = self._rows, self._model, self.tables
        model.minimize(0)
        for case in range(len(tables.cases)):
            row = model.add_linear_constraint(lb=1, ub=1)
            out = PRICE_OF_A_BREACH * 10 if tables.pinned[case] else float(tables.left_out[case])
            self._add_slack(row, 1, out)
            rows.case.append(row)
        rows.session = [model.add_linear_constraint(ub=1) for _ in tables.lists]
        for number, limit in enumerate(self._limits):
            rows.limit.append(model.add_linear_constraint(ub=limit.most))
            for session in limit.lists:
                self._limits_by_staff.setdefault((session, limit.person), []).append(number)
        for person, who in enumerate(tables.people):
            if who.target_minutes is not None:
                rows.person[person] = self._target(_target_of(who), tables.person_balance_cost)
        for place, site in enumerate(tables.sites):
            if site.target_minutes is not None:
                rows.site[place] = self._target(_target_of(site), tables.site_balance_cost)
        self._add_units()

    def _target(self, steps: int, cost: int) -> mathopt.LinearConstraint:
        row = self._model.add_linear_constraint(ub=steps)
        self._add_slack(row, -1, cost)
        return row

    def _add_slack(self, row: mathopt.LinearConstraint, sign: float, cost: float) -> None:
        slack = self._model.add_variable(lb=0)
        row.set_coefficient(slack, sign)
        self._model.objective.set_linear_coefficient(slack, cost)

    def _add_units(self) -> None:
        """Let a list use a mobile kind only as far as units stand at its site, each at one site a date."""
        rows, model = self._rows, self._model
        for kind, session in sorted({(kind, slot.session) for slot in self._pricer.slots for kind in slot.kinds}):
            rows.unit[kind, session] = model.add_linear_constraint(ub=0)
        for unit in self._unit_days:
            once = model.add_linear_constraint(ub=1)
            for lists in unit.lists_by_site:
                here = model.add_variable(lb=0, ub=1)
                once.set_coefficient(here, 1)
                for session in lists:
                    rows.unit[unit.kind, session].set_coefficient(here, -1)

    def _charged_slots(self) -> tuple[_Charged, _Charged]:
        """Pair slots with the limits and the (kind, list) rows they are charged for."""
        slots, order = self._pricer.slots, self._unit_order
        limits = [self._limits_by_staff.get((slot.session, slot.person), []) for slot in slots]
        return _charged(limits), _charged([[order[kind, slot.session] for kind in slot.kinds] for slot in slots])

    # Columns and cuts.

    def add(self, column: Column) -> bool:
        """Take a column, unless it is known."""
        key = (column.session, column.person, column.cases)
        if key in self._known:
            return False
        self._known.add(key)
        variable = self._model.add_variable(lb=0)
        self._model.objective.set_linear_coefficient(variable, column.cost)
        for row, coefficient in self._entries(column):
            row.set_coefficient(variable, coefficient)
        self.columns.append(column)
        self._variables.append(variable)
        return True

    def _entries(self, column: Column) -> Iterable[tuple[mathopt.LinearConstraint, float]]:
        rows = self._rows
        yield rows.session[column.session], 1
        for case in column.cases:
            yield rows.case[case], 1
        for number in self._limits_by_staff.get((column.session, column.person), ()):
            yield rows.limit[number], 1
        steps = float(self.tables.duration[list(column.cases)].sum())
        if column.person in rows.person:
            yield rows.person[column.person], steps
        site = int(self.tables.site[column.session])
        if site in rows.site:
            yield rows.site[site], steps
        for kind in column.kinds:
            yield rows.unit[kind, column.session], 1
        found: dict[int, int] = {}
        for case in column.cases:
            for number, coefficient in self._cuts_by_place.get((case, column.session), ()):
                found[number] = found.get(number, 0) + coefficient
        for number in self._marking(column):
            found[number] = found.get(number, 0) + 1
        for number, coefficient in found.items():
            yield rows.cut[number], coefficient

    def _marking(self, column: Column) -> list[int]:
        """List the cuts that mark the column's combination."""
        return self._marks(column.session, column.cases)

    def _marks(self, session: int, cases: Sequence[int]) -> list[int]:
        marked = self._marked.get(session, [])
        if not marked or not cases:
            return []
        at = self._pricer.combination(session, np.array(cases, dtype=np.int64))
        return [number for number, marks in marked if marks[at]]

    def add_cut(self, cut: Cut) -> None:
        """Take a row that every plan keeps."""
        number = len(self.cuts)
        row = self._model.add_linear_constraint(ub=cut.most)
        self._add_slack(row, -1, PRICE_OF_A_BREACH)
        places: dict[tuple[int, int], int] = {}
        for case, session, coefficient in zip(
            cut.cases.tolist(), cut.lists.tolist(), cut.coefficients.tolist(), strict=True
        ):
            places[case, session] = coefficient
            self._cuts_by_place.setdefault((case, session), []).append((number, coefficient))
        for session, marks in cut.combinations:
            self._marked.setdefault(session, []).append((number, marks))
        concerned = {session for session, _ in cut.combinations}
        for column, variable in zip(self.columns, self._variables, strict=True):
            total = sum(places.get((case, column.session), 0) for case in column.cases)
            total += column.session in concerned and number in self._marking(column)
            if total:
                row.set_coefficient(variable, total)
        self.cuts.append(cut)
        self._rows.cut.append(row)

    def fix(self, numbers: Iterable[int], *, at: tuple[float, float]) -> None:
        """Hold the columns' shares between two values."""
        for number in numbers:
            self._variables[number].lower_bound, self._variables[number].upper_bound = at

    def drop_dearest(self) -> None:
        """Forget the columns least likely to be of use, when there are many."""
        keep = COLUMNS_PER_ROW * (len(self.tables.cases) + len(self.tables.lists))
        if len(self.columns) <= keep or self._result is None:
            return
        reduced = self._result.reduced_of(self._variables)
        edge = max(float(np.partition(reduced, keep)[keep]), DEAREST_KEPT)
        stays = reduced <= edge
        for number in np.flatnonzero(~stays).tolist():
            column = self.columns[number]
            self._known.discard((column.session, column.person, column.cases))
            self._model.delete_variable(self._variables[number])
        self.columns = [column for column, stay in zip(self.columns, stays, strict=True) if stay]
        self._variables = [variable for variable, stay in zip(self._variables, stays, strict=True) if stay]

    # Solving.

    def solve(self, seconds: float) -> float | None:
        """Find the cheapest mixture, warm from the last; None if there is none or time ran out."""
        self._result = self._solver.find(seconds)
        return None if self._result is None else self._result.cost

    def shares(self) -> Real:
        """Give each column's share in the mixture."""
        return self._solved().shares_of(self._variables)

    def bookings(self) -> Real:
        """Give how much of each case the mixture books on each list."""
        booked = np.zeros(self.tables.fits.shape)
        for column, share in zip(self.columns, self.shares().tolist(), strict=True):
            if share > 0:
                booked[list(column.cases), column.session] += share
        return booked

    def combinations(self) -> dict[int, dict[int, float]]:
        """Give, list by list, how much of each combination on its menu the mixture holds."""
        held: dict[int, dict[int, float]] = {}
        for column, share in zip(self.columns, self.shares().tolist(), strict=True):
            if share > 0 and self._pricer.menus[column.session] is not None:
                at = self._pricer.combination(column.session, np.array(column.cases, dtype=np.int64))
                here = held.setdefault(column.session, {})
                here[at] = here.get(at, 0.0) + share
        return held

    def _solved(self) -> Mixture:
        if self._result is None:
            raise ValueError("The linear programme has no solution to read; solve it first.")
        return self._result

    def duals(self) -> Duals:
        """Read the last solve's duals."""
        rows = self._rows
        return Duals(
            case=self._read(rows.case),
            session=self._read(rows.session),
            limit=self._read(rows.limit),
            person=self._read(list(rows.person.values())),
            site=self._read(list(rows.site.values())),
            unit=self._read(list(rows.unit.values())),
            cut=self._read(rows.cut),
        )

    def _read(self, rows: Sequence[mathopt.LinearConstraint]) -> Real:
        return self._solved().duals_of(rows)

    # Prices and the bound.

    def charges(self, duals: Duals) -> Charges:
        """Round duals to whole 1/4096ths, within what the proof of a bound allows."""
        tables = self.tables
        person, site = np.zeros(len(tables.people), np.int64), np.zeros(len(tables.sites), np.int64)
        person[list(self._rows.person)] = np.minimum(_charge(duals.person), tables.person_balance_cost * SCALE)
        site[list(self._rows.site)] = np.minimum(_charge(duals.site), tables.site_balance_cost * SCALE)
        return Charges(
            case=np.rint(duals.case * SCALE).astype(np.int64),
            limit=_charge(duals.limit),
            person=person,
            site=site,
            unit=_charge(duals.unit),
            cut=_charge(padded(duals.cut, len(self.cuts))),
        )

    def prices(self, charges: Charges) -> Prices:
        """Say what the pricer should find the best sets at."""
        tables = self.tables
        worth = charges.case[:, None] - tables.cost * SCALE
        worth -= charges.site[tables.site][None, :] * tables.duration[:, None]
        for cut, charge in zip(self.cuts, charges.cut.tolist(), strict=True):
            if charge:
                worth[cut.cases, cut.lists] -= cut.coefficients * charge
        limits, units = self._charged
        slot = np.zeros(len(self._pricer.slots), dtype=np.int64)
        np.add.at(slot, limits.slot, charges.limit[limits.row])
        np.add.at(slot, units.slot, charges.unit[units.row])
        person = tables.person_cost * SCALE + charges.person[None, :] * tables.duration[:, None]
        return Prices(worth=worth, person=person, slot=slot, combinations=self._combination_charges(charges))

    def _combination_charges(self, charges: Charges) -> tuple[tuple[int, Whole], ...]:
        """Give what is asked for the combinations of each list whose combinations are marked."""
        asked = []
        for session, marked in self._marked.items():
            total = np.zeros(len(marked[0][1]), dtype=np.int64)
            for number, marks in marked:
                if charges.cut[number]:
                    total += marks * charges.cut[number]
            if total.any():
                asked.append((session, total))
        return tuple(asked)

    def combination_charge(self, column: Column, charges: Charges) -> int:
        """Give what a column pays for its combination."""
        return int(charges.cut[self._marking(column)].sum())

    def first_duals(self) -> Duals:
        """Give duals to start from: each case asks for no more than its cheapest place costs."""
        tables = self.tables
        dear = np.where(tables.fits, tables.cost, tables.left_out[:, None]).min(axis=1, initial=1 << 40)
        rows = self._rows
        return Duals(
            case=np.minimum(dear, tables.left_out).astype(np.float64),
            session=np.zeros(len(rows.session)),
            limit=np.zeros(len(rows.limit)),
            person=np.zeros(len(rows.person)),
            site=np.zeros(len(rows.site)),
            unit=np.zeros(len(rows.unit)),
            cut=np.zeros(len(rows.cut)),
        )

    def moved(self, duals: Duals, direction: Duals, step: float) -> Duals:
        """Go so far in a direction, staying where duals may be."""
        least, most = self._span

        def move(name: str) -> Real:
            here, by = getattr(duals, name), getattr(direction, name)
            moved: Real = np.clip(here + step * by, getattr(least, name), getattr(most, name))
            return moved

        return duals_of(move)

    def open_part(self, duals: Duals, direction: Duals) -> Duals:
        """Leave out of a direction what leads at once to where duals may not be."""
        least, most = self._span

        def part(name: str) -> Real:
            here, by = getattr(duals, name), getattr(direction, name)
            blocked = ((here >= getattr(most, name)) & (by > 0)) | ((here <= getattr(least, name)) & (by < 0))
            return np.where(blocked, 0.0, by)

        return duals_of(part)

    @property
    def _span(self) -> tuple[Duals, Duals]:
        """Give the least and the most duals that are of use."""
        tables, rows = self.tables, self._rows
        sizes = {name: len(getattr(rows, name)) for name in ("session", "limit", "person", "site", "unit", "cut")}
        none = {name: np.zeros(size) for name, size in sizes.items()}
        free = np.where(tables.pinned, PRICE_OF_A_BREACH * 10, tables.left_out).astype(np.float64)
        prices = {"person": float(tables.person_balance_cost), "site": float(tables.site_balance_cost)}
        least = {name: np.full(size, -prices.get(name, PRICE_OF_A_BREACH)) for name, size in sizes.items()}
        return Duals(case=np.full(len(free), -np.inf), **least), Duals(case=free, **none)

    def wanting(self, charges: Charges, chosen: Whole, sets: list[tuple[int, ...]]) -> Duals:
        """Give each row's right-hand side less what the sets of the chosen slots use of it: the bound's slope."""
        tables, rows = self.tables, self._rows
        case, session = np.ones(len(tables.cases)), np.zeros(len(rows.session))
        person = np.array([_target_of(tables.people[key]) for key in rows.person], dtype=np.float64)
        site = np.array([_target_of(tables.sites[key]) for key in rows.site], dtype=np.float64)
        cut = np.array([row.most for row in self.cuts], dtype=np.float64)
        order = {key: number for number, key in enumerate(rows.person)}
        places = {key: number for number, key in enumerate(rows.site)}
        for number in chosen.tolist():
            slot, cases = self._pricer.slots[number], list(sets[number])
            case[cases] -= 1
            steps = float(tables.duration[cases].sum())
            if slot.person in order:
                person[order[slot.person]] -= steps
            if (where := int(tables.site[slot.session])) in places:
                site[places[where]] -= steps
            for one in cases:
                for which, coefficient in self._cuts_by_place.get((one, slot.session), ()):
                    cut[which] -= coefficient
            cut[self._marks(slot.session, cases)] -= 1
        limits, units = self._charged
        limit = np.array([row.most for row in self._limits], dtype=np.float64)
        unit = self._placed(charges)
        there = np.zeros(len(self._pricer.slots), dtype=np.bool_)
        there[chosen] = True
        np.subtract.at(limit, limits.row[there[limits.slot]], 1)
        np.subtract.at(unit, units.row[there[units.slot]], 1)
        return Duals(case=case, session=session, limit=limit, person=person, site=site, unit=unit, cut=cut)

    def chosen_slots(self, best: Whole) -> Whole:
        """Give each list's best slot, where that is worth anything."""
        order = np.lexsort((-best, self._pricer.session))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = np.diff(self._pricer.session[order]) != 0
        top = order[first]
        chosen: Whole = top[best[top] > 0]
        return chosen

    def _placed(self, charges: Charges) -> Real:
        """Count, per (kind, list), the mobile units that stand there if each goes where most is paid for it."""
        placed = np.zeros(len(self._rows.unit))
        for unit in self._unit_days:
            paid = [[self._unit_order[unit.kind, session] for session in lists] for lists in unit.lists_by_site]
            best = max(paid, key=lambda rows: int(charges.unit[rows].sum()))
            placed[best] += 1
        return placed

    def limits_of(self, session: int, person: int) -> list[tuple[int, int]]:
        """List the limits on the radiologist's time that doing the list counts towards, each with its most."""
        return [(number, self._limits[number].most) for number in self._limits_by_staff.get((session, person), [])]

    def worth_of_booking(self) -> Duals:
        """Give duals at which a case is worth what leaving it out costs, and nothing else has a price."""
        first = self.first_duals()
        return replace(first, case=self._span[1].case)

    def staff_charge(self, column: Column, charges: Charges) -> int:
        """Give what a column pays for its radiologist's time."""
        asked = self._limits_by_staff.get((column.session, column.person), [])
        return int(charges.limit[asked].sum())

    def unit_charge(self, column: Column, charges: Charges) -> int:
        """Give what a column pays for the mobile kinds it uses."""
        return int(charges.unit[[self._unit_order[kind, column.session] for kind in column.kinds]].sum())

    def bound(self, charges: Charges, best: Whole) -> int:
        """Give a cost no plan is below: the Lagrangian bound, in whole 1/4096ths all the way (Geoffrion, 1974).

        Each list takes at most one column, worth at most its best; each mobile unit stands at one site at most.
        """
        tables = self.tables
        free: Truth = ~tables.pinned
        total = int(charges.case.sum())
        total += int(np.minimum(0, tables.left_out * SCALE - charges.case)[free].sum())
        total -= sum(limit.most * int(charge) for limit, charge in zip(self._limits, charges.limit, strict=True))
        total -= sum(int(charges.person[key]) * _target_of(tables.people[key]) for key in self._rows.person)
        total -= sum(int(charges.site[key]) * _target_of(tables.sites[key]) for key in self._rows.site)
        total -= sum(cut.most * int(charge) for cut, charge in zip(self.cuts, charges.cut, strict=True))
        order = self._unit_order
        for unit in self._unit_days:
            total -= max(
                sum(int(charges.unit[order[unit.kind, session]]) for session in lists) for lists in unit.lists_by_site
            )
        most = np.zeros(len(tables.lists), dtype=np.int64)
        np.maximum.at(most, self._pricer.session, best)
        return -((int(most.sum()) - total) // SCALE)


def _charge(duals: Real) -> Whole:
    """Turn the duals of "at most" rows, 0 or less, into whole charges."""
    whole: Whole = np.maximum(0, np.rint(-duals * SCALE)).astype(np.int64)
    return whole


def _target_of(who: Radiologist | Site) -> int:
    """Give the target in steps, rounded up, so that the price is never overstated."""
    return -(-(who.target_minutes or 0) // MINUTES_PER_STEP)
