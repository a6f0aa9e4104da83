"""A search that columns guide: they give the bound, and the choice of lists that is then timed and improved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.columns.diving import choose_columns
from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.tables import Tables
    from scheduler.engine.places import Places
    from scheduler.problem import SchedulingProblem

SHARE_FOR_BOUND = 0.35  # of the time left; most problems need far less
SHARE_FOR_CHOICE = 0.4  # of the time left after that


class ColumnSearch(Search):
    """Bounds and guides by columns; all else as in any search."""

    def relax(self, share: float = SHARE_FOR_BOUND) -> None:
        """Prove a bound by columns, then choose whole columns as the guide."""
        tables = tables_of(self.problem, self.places)
        relaxation = Relaxation(self.problem, tables, lambda: self.run.over)
        relaxation.tighten(self.run.seconds_left * share, self.run.raise_bound)
        if not self.run.over:
            seconds = self.run.seconds_left * SHARE_FOR_CHOICE
            chosen = choose_columns(relaxation, seconds, lambda: self.run.over)
            self.guide = guide_of(tables, chosen)


def guide_of(tables: Tables, columns: Iterable[Column]) -> Answer:
    """Write chosen columns as an answer whose times of day are still open; a case on two lists keeps the first."""
    staff: dict[str, str] = {}
    bookings: dict[str, tuple[str, int]] = {}
    for column in columns:
        session = tables.lists[column.session].id
        staff[session] = tables.people[column.person].id
        for case in column.cases:
            bookings.setdefault(tables.cases[case].id, (session, 0))
    return Answer(bookings=bookings, staff=staff)


def prove_bound(problem: SchedulingProblem, places: Places, *, time_limit: float) -> int:
    """Give a cost that no plan is below, as high as columns prove it within the time."""
    relaxation = Relaxation(problem, tables_of(problem, places), lambda: False)
    relaxation.tighten(time_limit)
    return relaxation.bound
