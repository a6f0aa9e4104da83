"""How long treated patients waited, as one chart for each category, and as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.palette import CATEGORY, MUTED, TEXT
from dashboard.shapes.charts import chart
from dashboard.shapes.markup import Cell
from dashboard.shapes.words import count, safe
from flows.desk import Waits, WaitSummary

STAGES: Final = {"Either": None, "Test block": "test_block", "Neurolysis": "definitive"}
FULL: Final = 100
FAR: Final = 3  # times the longest wait shown
WAIT_HEADS: Final = ("Month", "Category", "#Treated", "#Median", "#90th percentile", "#In time")
WAIT_CSV_HEADS: Final = (
    "Month",
    "Category",
    "Limit (days)",
    "Treated",
    "Median (days)",
    "90th percentile (days)",
    "In time",
    "In time (%)",
)


def in_time_words(one: WaitSummary) -> str:
    """The share treated in time, or that nobody was treated."""
    return "—" if one.share_in_time is None else f"{round(FULL * one.share_in_time)} %"


def category_head(one: WaitSummary) -> str:
    """The head of one category's chart: how many were treated, and how many of them in time."""
    number = int(one.urgency)
    mark = f'<span class="nl-mark nl-mark-{number}" role="img" aria-label="Category {number}">{number}</span>'
    if not one.treated:
        return f'<p class="nl-wait">{mark} Nobody of category {number} was treated in these months.</p>'
    late = f' <span class="nl-over">{one.treated - one.in_time} late</span>' if one.treated > one.in_time else ""
    words = f"{count(one.treated, 'patient')} treated, {in_time_words(one)} within {one.limit} days."
    return f'<p class="nl-wait">{mark} {safe(words)}{late}</p>'


def wait_chart(waits: Waits, number: int) -> Mapping[str, Any]:
    """The median and the 90th percentile of one category by month, with a line at its limit where that is near."""
    found = [(month.month, one) for month in waits.months for one in month.categories if int(one.urgency) == number]
    first = next((at for at, (_, one) in enumerate(found) if one.treated), 0)
    shown, limit = found[first:], found[0][1].limit
    rows = [
        {"month": f"{month:%b}", "what": what, "days": days, "treated": one.treated}
        for month, one in shown
        for what, days in (("Median", one.median), ("90th percentile", one.ninetieth))
    ]
    lines = {
        "transform": [{"filter": "isValid(datum.days)"}],
        "mark": {
            "type": "line",
            "point": {"size": 45, "color": CATEGORY[number], "filled": True},
            "strokeWidth": 2,
            "color": CATEGORY[number],
        },
        "encoding": {
            "x": {
                "field": "month",
                "type": "ordinal",
                "title": None,
                "scale": {"domain": [f"{month:%b}" for month, _ in shown]},
                "axis": {"labelAngle": 0},
            },
            "y": {"field": "days", "type": "quantitative", "title": "Days waited", "scale": {"zero": True}},
            "strokeDash": {
                "field": "what",
                "type": "nominal",
                "sort": ["Median", "90th percentile"],
                "legend": {"title": None, "orient": "bottom", "labelColor": TEXT, "symbolStrokeColor": TEXT},
            },
            "tooltip": [
                {"field": "month", "title": "Month"},
                {"field": "what", "title": "Figure"},
                {"field": "days", "title": "Days"},
                {"field": "treated", "title": "Treated"},
            ],
        },
    }
    described = f"Days waited by patients of category {number} treated in each month; the limit is {limit} days."
    longest = max((one.ninetieth or 0 for _, one in shown), default=0)
    near = limit <= FAR * longest  # a far limit would press the lines flat
    return chart(described, rows, height=190, layer=[lines, *([_limit_line(limit)] if near else [])])


def _limit_line(limit: int) -> Mapping[str, Any]:
    return {
        "data": {"values": [{"limit": limit}]},
        "mark": {"type": "rule", "color": MUTED, "strokeDash": [2, 3]},
        "encoding": {"y": {"field": "limit", "type": "quantitative"}},
    }


def wait_rows(waits: Waits) -> list[list[Cell | str]]:
    """One row for each month and category in which anybody was treated, the newest month first."""
    return [
        [
            f"{month.month:%b %Y}",
            Cell(text="", category=int(one.urgency)),
            str(one.treated),
            f"{one.median} days",
            f"{one.ninetieth} days",
            in_time_words(one),
        ]
        for month in reversed(waits.months)
        for one in month.categories
        if one.treated
    ]


def wait_csv_rows(waits: Waits) -> list[list[object]]:
    """Every month and category, for a spreadsheet; without anybody treated the figures are empty."""
    return [
        [
            f"{month.month:%Y-%m}",
            int(one.urgency),
            one.limit,
            one.treated,
            one.median,
            one.ninetieth,
            one.in_time,
            None if one.share_in_time is None else round(FULL * one.share_in_time),
        ]
        for month in waits.months
        for one in month.categories
    ]
