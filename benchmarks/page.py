"""The page that shows a benchmark: the tables, the pictures, what ran where, and what each entrant leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.entrants import OURS, SINGLE
from benchmarks.table import best_bound, heading, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.contest import Row

INTRODUCTION = """\
# Benchmarks

`make bench` writes this page: every entrant plans the same problems on the same machine, one after another, each in a
process of its own with two workers. Every plan is priced and audited by Neurolist's own rules, whoever made it. The
gap is how far a plan's cost lies above the highest bound that anybody proved for that problem; no plan can cost less
than a bound. Small gaps are better, and 0.0% is proven best. Seconds count from the problem to the plan; memory is
the most that the entrant's processes held at once.
"""

WHO = (
    ("Neurolist", "`neurolist solve`: columns, CP-SAT on parts, neighbourhoods", "nothing"),
    ("single CP-SAT model", "all rules and goals in one model, one call of CP-SAT", "nothing"),
    (
        "HiGHS",
        "a mixed-integer program over lists, dates and people; CP-SAT then gives its choice times",
        "the order in a list, equipment and bays in use at once; a case that then finds no time is not booked",
    ),
    (
        "PyJobShop",
        "a public scheduling library; lists and bays are its resources, a case's lists its modes",
        "the longest wait of a follow-up, one date a patient; all costs but lateness, waiting and opening a list",
    ),
    (
        "clerk",
        "first come, first served: by the day they were ready, on the earliest list and start that break no rule",
        "looking ahead; nobody is moved",
    ),
)
REMARKS = """\
HiGHS, PyJobShop and the clerk tell nothing before they are done, so each is a single mark in the picture. What a
plan costs here is what Neurolist's goals say, whatever its entrant looked at.
"""


def write_page(rows: Sequence[Row], growth: Sequence[Row], facts: Sequence[str], pictures: str) -> str:
    """Write the whole page; `pictures` is the folder of the two pictures, from where the page lies."""
    parts = [INTRODUCTION, "Ran on:\n\n" + "".join(f"- {fact}\n" for fact in facts)]
    parts += ["## Families\n", _table(rows), f"![Cost over time]({pictures}/bench-cost-over-time.svg)\n"]
    parts += ["## Against a single model\n", _against_single([*rows, *growth])]
    if growth:
        parts += ["## Growth\n", GROWTH, _table(growth), f"![Growth]({pictures}/bench-growth.svg)\n"]
    return "\n".join([*parts, "## Who is compared\n", _who(), REMARKS])


GROWTH = """\
The busy family at sizes from tens of cases to thousands, with as many cases per list and per radiologist throughout.
Every size gets the same seconds.
"""


def _who() -> str:
    lines = ["| entrant | what it is | what it leaves out |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in WHO)]) + "\n"


def _table(rows: Sequence[Row]) -> str:
    bounds = {row.problem: best_bound(rows, row.problem) for row in rows}
    return "\n".join([heading(), *(line(row, bounds[row.problem]) for row in rows)]) + "\n"


def _against_single(rows: Sequence[Row]) -> str:
    """Say on which problems ours is worse than the single model, or that it never is."""
    ours = {row.problem: row for row in rows if row.entrant == OURS}
    pairs = [(ours[row.problem], row) for row in rows if row.entrant == SINGLE and row.problem in ours]
    worse = [
        f"- {mine.problem}: {_cost(mine)} against {theirs.cost:,}\n"
        for mine, theirs in pairs
        if theirs.legal and theirs.cost is not None and (not mine.legal or (mine.cost or 0) > theirs.cost)
    ]
    if not pairs:
        return "The single model took no part.\n"
    if worse:
        return f"Neurolist is dearer than a single model given the same time on:\n\n{''.join(worse)}"
    return f"Neurolist's plan costs no more than the single model's on any of the {len(pairs)} problems.\n"


def _cost(row: Row) -> str:
    return f"{row.cost:,}" if row.legal else "no plan"
