"""The benchmark's two pictures: cost over time by family, and what growth does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("Agg")  # no screen is needed

from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from benchmarks.entrants import CLERK, ENTRANTS, OURS
from benchmarks.table import best_bound, gap_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchmarks.contest import Row

# Told apart by shape as well as by colour (colours after Okabe and Ito, safe for most colour-blind eyes).
STYLES = dict(
    zip(
        ENTRANTS,
        (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#555555", "X")),
        strict=True,
    )
)
COLUMNS = 3
PANEL = (4.3, 3.1)  # inches
LEAST_GAP, MOST_GAP = 0.005, 10.0  # smaller gaps lie on the lower edge, larger ones on the upper
GAP_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SECOND_TICKS = (0.01, 0.1, 1, 10, 100)
SIZE_TICKS = (75, 150, 300, 600, 1200, 2000)
SETTINGS = {
    "svg.hashsalt": "neurolist",  # the same figures give the same file
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
}


def draw_cost_over_time(path: Path, rows: Sequence[Row]) -> None:
    """Draw a panel a problem: how far each entrant's plan lies above the best bound, second by second."""
    problems = list(dict.fromkeys(row.problem for row in rows))
    with mpl.rc_context(SETTINGS):
        lines = -(-len(problems) // COLUMNS)
        across = min(COLUMNS, len(problems))
        figure, panels = plt.subplots(lines, across, figsize=(PANEL[0] * across, PANEL[1] * lines + 0.6), squeeze=False)
        for panel, problem in zip(panels.flat, problems, strict=False):
            _cost_panel(panel, [row for row in rows if row.problem == problem], best_bound(rows, problem))
        for panel in list(panels.flat)[len(problems) :]:
            panel.set_visible(False)
        _finish(figure, path)


def _cost_panel(panel: Axes, rows: list[Row], bound: int | None) -> None:
    panel.set_title(f"{rows[0].problem}: {rows[0].total} cases", loc="left", fontweight="bold")
    panel.set_xlabel("seconds")
    panel.set_ylabel("cost above the best bound")
    panel.set_xscale("log")
    if not bound:
        panel.text(0.5, 0.5, "nobody proved a bound", transform=panel.transAxes, ha="center")
        return
    for row in rows:
        if row.legal:
            _cost_line(panel, row, bound)
    _log_axis(panel, "x", SECOND_TICKS, lambda seconds, _: f"{seconds:g}")
    _, high = panel.get_ylim()
    panel.set_ylim(LEAST_GAP * 0.85, min(max(high, 0.1), MOST_GAP * 1.2))
    _log_axis(panel, "y", GAP_TICKS, _gap_label)


def _cost_line(panel: Axes, row: Row, bound: int) -> None:
    """Draw steps where the entrant told of its progress, and a mark for the plan it handed in."""
    colour, mark = STYLES[row.entrant]
    at = [(point.seconds, point.cost) for point in row.points if point.cost and point.seconds < row.seconds]
    end = (row.seconds, row.cost or 0)
    track = [(seconds, min(max(cost / bound - 1, LEAST_GAP), MOST_GAP)) for seconds, cost in (*at, end)]
    if len(at) > 1:
        panel.step(*zip(*track, strict=True), where="post", color=colour, linewidth=1.8)
    panel.plot(*track[-1], mark, color=colour, markersize=8, markeredgecolor="white", label=row.entrant, zorder=3)


def draw_growth(path: Path, rows: Sequence[Row]) -> None:
    """Draw gap, seconds until the clerk is beaten, and memory against the number of cases."""
    clerks = {row.problem: row.cost for row in rows if row.entrant == CLERK}
    with mpl.rc_context(SETTINGS):
        figure, (gaps, times, memory) = plt.subplots(1, 3, figsize=(PANEL[0] * 3, PANEL[1] + 0.8))
        for entrant in ENTRANTS:
            own = [row for row in rows if row.entrant == entrant]
            if not own:
                continue
            _growth_line(gaps, entrant, [(row.total, gap_of(row, best_bound(rows, row.problem))) for row in own])
            if entrant != CLERK:
                beaten = [(row.total, seconds_to_beat(row, clerks.get(row.problem))) for row in own]
                _growth_line(times, entrant, beaten)
            _growth_line(memory, entrant, [(row.total, row.memory_mb / 1000) for row in own])
        for panel, title, says in (
            (gaps, "Gap to the best bound", "cost above the bound"),
            (times, "Seconds to beat the clerk's plan", "seconds"),
            (memory, "Peak memory", "GB"),
        ):
            panel.set_title(title, loc="left", fontweight="bold")
            panel.set_xlabel("cases")
            panel.set_ylabel(says)
            panel.set_xscale("log")
            _log_axis(panel, "x", SIZE_TICKS, lambda size, _: f"{size:g}")
            panel.set_ylim(bottom=0)
        gaps.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
        _finish(figure, path)


def seconds_to_beat(row: Row, cost: int | None) -> float | None:
    """Give the seconds until the entrant's plan cost less than this; None if it never did."""
    times = [point.seconds for point in row.points if cost is not None and point.cost < cost and point.booked]
    handed_in = [row.seconds] if row.legal and cost is not None and (row.cost or 0) < cost else []
    return min((*times, *handed_in), default=None)


def _growth_line(panel: Axes, entrant: str, points: Sequence[tuple[int, float | None]]) -> None:
    colour, mark = STYLES[entrant]
    known = sorted((size, value) for size, value in points if value is not None)
    if known:
        panel.plot(*zip(*known, strict=True), f"{mark}-", color=colour, linewidth=1.6, label=entrant)


def _log_axis(panel: Axes, which: str, ticks: Sequence[float], show: object) -> None:
    """Label a logarithmic axis at numbers people say."""
    if which == "y":
        panel.set_yscale("log")
    axis = panel.yaxis if which == "y" else panel.xaxis
    low, high = panel.get_ylim() if which == "y" else panel.get_xlim()
    axis.set_major_locator(mpl.ticker.FixedLocator([tick for tick in ticks if low <= tick <= high]))
    axis.set_major_formatter(FuncFormatter(show))  # type: ignore[arg-type]
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _gap_label(gap: float, _: object) -> str:
    edge = {LEAST_GAP: " or less", MOST_GAP: " or more"}
    return f"{100 * gap:g}%{edge.get(gap, '')}"


def _finish(figure: Figure, path: Path) -> None:
    """Put one legend under all panels and save."""
    named: dict[str, Artist] = {}
    for panel in figure.axes:
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    ours_first = sorted(named, key=lambda name: list(ENTRANTS).index(name) if name != OURS else -1)
    figure.tight_layout(rect=(0, 0.35 / figure.get_figheight(), 1, 1))
    figure.legend([named[name] for name in ours_first], ours_first, loc="lower center", ncols=len(ours_first) or 1)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)
