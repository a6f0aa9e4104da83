"""A problem's tables with all that is wished for standing ready in them, so that one set of prices fits every wish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.tables import tables_of
from scheduler.engine.columns.wishes import ListWish, list_wishes, skill_wishes, with_lists, with_skill
from scheduler.engine.places import Places, possible_places

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Tables, Truth
    from scheduler.engine.columns.wishes import SkillWish, Wish
    from scheduler.problem import Radiologist, SchedulingProblem


# Not slotted: it keeps what it has worked out once.
@dataclass(frozen=True, kw_only=True)
class Imagined:
    """Wished-for lists stand after the real ones, and extra radiologists after the real ones; nobody does those lists.

    `tables.fits` counts every radiologist as able to do everything, so it holds for any wish about skills too.
    """

    problem: SchedulingProblem  # with every wished-for list at once
    lists: tuple[ListWish, ...]
    skills: tuple[SkillWish, ...]
    real_lists: int
    tables: Tables  # as things stand
    could: Truth  # m, p: may do the list, wished-for lists and extra radiologists too
    willing: Truth  # m, p: the same if everybody were credentialed everywhere

    @cached_property
    def _row(self) -> dict[str, int]:
        return {wish.session.id: self.real_lists + number for number, wish in enumerate(self.lists)}

    @cached_property
    def _column(self) -> dict[str, int]:
        return {who.id: number for number, who in enumerate(self.tables.people)}

    @cached_property
    def _learnt(self) -> dict[SkillWish, Truth]:
        """Say which cases each radiologist could do with what is wished for."""
        twins = [self._twin(wish, number) for number, wish in enumerate(self.skills)]
        skilled = _skilled(replace(self.problem, radiologists=tuple(twins)))
        return {wish: skilled[:, number] for number, wish in enumerate(self.skills)}

    def _twin(self, wish: SkillWish, number: int) -> Radiologist:
        return replace(with_skill(self.problem.radiologist_by_id[wish.radiologist], wish), id=f"twin {number}")

    def row(self, wish: ListWish) -> int:
        """Give the wished-for list's number."""
        return self._row[wish.session.id]

    def person(self, wish: SkillWish) -> int:
        """Give the number of the radiologist who would learn."""
        return self._column[wish.radiologist]

    def learnt(self, wish: SkillWish) -> Truth:
        """Say which cases (n) the radiologist could do then."""
        return self._learnt[wish]

    def joined(self, wish: SkillWish) -> Truth:
        """Say which real lists (m) the radiologist could do then."""
        person = self.person(wish)
        found = self.tables.staffs[:, person].copy()
        if wish.site is not None:
            sites = np.array([site.id == wish.site for site in self.tables.sites], dtype=np.bool_)
            found |= self.willing[:, person] & sites[self.tables.site]
            found[self.real_lists :] = False
        return found

    @cached_property
    def real(self) -> Tables:
        """Give the tables without a case that fits a wished-for list, so that no work is spent on those."""
        fits = self.tables.fits.copy()
        fits[:, self.real_lists :] = False
        return replace(self.tables, fits=fits)

    def granted(self, wish: Wish) -> Tables:
        """Give the tables as they would be with this one wish."""
        staffs, skilled, fits = self.tables.staffs.copy(), self.tables.skilled, self.real.fits
        if isinstance(wish, ListWish):
            fits = fits.copy()
            fits[:, self.row(wish)] = self.tables.fits[:, self.row(wish)]
            staffs[self.row(wish)] = self.could[self.row(wish)]
        else:
            person = self.person(wish)
            skilled = skilled.copy()
            skilled[:, person] = self.learnt(wish)
            staffs[:, person] = self.joined(wish)
        return replace(self.tables, fits=fits, staffs=staffs, skilled=skilled)


def imagine(problem: SchedulingProblem) -> Imagined:
    """Set up every wish for a problem."""
    lists = list_wishes(problem)
    everything = with_lists(problem, lists)
    able = _with_every_skill(everything)
    options = possible_places(able)
    tables = tables_of(everything, replace(options, barred=possible_places(replace(everything, sessions=())).barred))
    could = tables.staffs & _staffs(everything, possible_places(replace(everything, cases=())))
    _keep_extras_to_their_lists(could, lists, len(problem.sessions), len(problem.radiologists))
    staffs = could.copy()
    staffs[len(problem.sessions) :] = False
    return Imagined(
        problem=everything,
        lists=lists,
        skills=skill_wishes(problem),
        real_lists=len(problem.sessions),
        tables=replace(tables, staffs=staffs),
        could=could,
        willing=tables.staffs,
    )


def _with_every_skill(problem: SchedulingProblem) -> SchedulingProblem:
    sites = tuple(problem.site_by_id)
    targets = tuple({case.target for case in problem.cases})
    techniques = tuple({case.technique for case in problem.cases})
    return replace(
        problem,
        radiologists=tuple(
            replace(who, sites=sites, targets=targets, techniques=techniques) for who in problem.radiologists
        ),
    )


def _staffs(problem: SchedulingProblem, places: Places) -> Truth:
    return np.array(
        [[who.id in places.staff[key] for who in problem.radiologists] for key in problem.lists], dtype=np.bool_
    ).reshape(len(problem.lists), len(problem.radiologists))


def _skilled(problem: SchedulingProblem) -> Truth:
    barred = possible_places(replace(problem, sessions=())).barred
    return np.array(
        [[(case.id, who.id) not in barred for who in problem.radiologists] for case in problem.cases], dtype=np.bool_
    ).reshape(len(problem.cases), len(problem.radiologists))


def _keep_extras_to_their_lists(could: Truth, lists: tuple[ListWish, ...], real_lists: int, real_people: int) -> None:
    """An extra radiologist does the list they are imagined for and no other."""
    could[:real_lists, real_people:] = False
    for number, wish in enumerate(lists):
        if wish.extra is None:
            could[real_lists + number, real_people:] = False
