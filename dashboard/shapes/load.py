"""How full the network's lists are and who does the work, as heat table, chart and rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from dashboard.palette import BAR, REFUSED, TEXT
from dashboard.shapes.charts import chart
from dashboard.shapes.markup import Figure
from dashboard.shapes.words import count, safe
from flows.desk import NetworkLoad, RadiologistLoad, SuiteWeek

USABLE, SHARE = "Usable free minutes", "Share booked"
MEASURES: Final = (USABLE, SHARE)
STEPS: Final = 5  # shades beside the empty one
FULL: Final = 100
MUCH_MINUTES: Final = 480  # a whole day of one suite: the darkest shade of free minutes
EVEN_POINTS: Final = 25  # a spread of shares that people call even

SUITE_HEADS: Final = (
    "Week of",
    "Site",
    "Suite",
    "Lists",
    "Open (min)",
    "Booked (min)",
    "Booked (%)",
    "Free (min)",
    "Usable (min)",
)
WORK_HEADS: Final = ("Radiologist", "#Lists", "#Cases", "#Case minutes", "#Target minutes", "#Of target")
WORK_CSV_HEADS: Final = ("Radiologist", "Lists", "Cases", "Case minutes", "Target minutes", "Of target (%)")


def load_figures(load: NetworkLoad) -> tuple[Figure, ...]:
    """The numbers over the page."""
    usable, free = sum(week.usable for week in load.weeks), sum(week.free for week in load.weeks)
    booked, opened = sum(week.booked for week in load.weeks), sum(week.open for week in load.weeks)
    return (
        Figure(label="Usable free time", value=f"{usable:,} min"),
        Figure(label="Free, and nobody waiting fits", value=f"{free - usable:,} min"),
        Figure(label="Booked of open time", value=f"{percent(booked, opened)} %"),
        Figure(label="Lists open", value=str(sum(week.lists for week in load.weeks))),
        Figure(label="Waiting without a place", value=count(load.waiting, "case")),
    )


def percent(part: int, whole: int) -> int:
    """A share in whole per cent; of nothing, none."""
    return round(FULL * part / whole) if whole else 0


def heat_table(load: NetworkLoad, measure: str) -> str:
    """The suites by site against the weeks, each cell with its number and a shade; a row for each whole site."""
    weeks = sorted({each.week for each in load.weeks})
    heads = "".join(f'<th scope="col" class="number">{week.day} {week:%b}</th>' for week in weeks)
    body = "".join(_site_rows(lines, weeks, measure) for lines in _by(load.weeks, lambda each: each.site).values())
    every = _row("All sites", "", load.weeks, weeks, measure, look="whole")
    unit = (
        "free minutes that a waiting case could use, of all that are free"
        if measure == USABLE
        else "booked minutes in per cent of open ones"
    )
    return (
        f'<div class="nl-sheet"><table class="nl-table nl-heat"><caption>{safe(measure)} by suite and week: '
        f'<span class="nl-quiet">{safe(unit)}; a dash is a week without lists</span></caption><thead><tr>'
        f'<th scope="col">Site</th><th scope="col">Suite</th>{heads}<th scope="col" class="number">All weeks</th>'
        f"</tr></thead><tbody>{body}{every}</tbody></table></div>"
    )


def _site_rows(lines: list[SuiteWeek], weeks: list[date], measure: str) -> str:
    suites = _by(lines, lambda each: each.suite)
    name, unseen = safe(lines[0].site_name), f'<span class="nl-unseen">{safe(lines[0].site_name)}</span>'
    rows = [
        _row(unseen if at else name, found[0].suite_name, found, weeks, measure)
        for at, found in enumerate(suites.values())
    ]
    whole = _row(unseen, "All suites", lines, weeks, measure, look="whole") if len(suites) > 1 else ""
    return "".join(rows) + whole


def _row(site: str, suite: str, lines: Iterable[SuiteWeek], weeks: list[date], measure: str, *, look: str = "") -> str:
    lines = tuple(lines)
    of_week = _by(lines, lambda each: each.week)
    cells = "".join(_cell(of_week.get(week, []), measure) for week in weeks)
    look = f' class="{look}"' if look else ""
    whole = _cell(lines, measure, shade=False)
    return f'<tr{look}><th scope="row">{site}</th><td>{safe(suite)}</td>{cells}{whole}</tr>'


def _cell(lines: Iterable[SuiteWeek], measure: str, *, shade: bool = True) -> str:
    lines = tuple(lines)
    if not lines:
        return '<td class="number quiet">—</td>'
    suites = len({line.suite for line in lines})
    if measure == USABLE:
        value, free = sum(line.usable for line in lines), sum(line.free for line in lines)
        shown = f'{value:,} <span class="nl-of">of {free:,}</span>'
        return f'<td class="number{_shade(value, MUCH_MINUTES * suites) if shade else ""}">{shown}</td>'
    value = percent(sum(line.booked for line in lines), sum(line.open for line in lines))
    return f'<td class="number{_shade(value, FULL) if shade else ""}">{value} %</td>'


def _shade(value: int, most: int) -> str:
    """The darker, the more; nothing at all stays white."""
    step = min(STEPS, -(-STEPS * value // most)) if value > 0 else 0
    return f" nl-heat-{step}"


def _by(lines: Iterable[SuiteWeek], name: Any) -> dict[Any, list[SuiteWeek]]:
    groups: dict[Any, list[SuiteWeek]] = defaultdict(list)
    for line in lines:
        groups[name(line)].append(line)
    return groups


def suite_rows(load: NetworkLoad) -> list[list[object]]:
    """One row for each suite and week, for a spreadsheet."""
    return [
        [
            each.week.isoformat(),
            each.site_name,
            each.suite_name,
            each.lists,
            each.open,
            each.booked,
            percent(each.booked, each.open),
            each.free,
            each.usable,
        ]
        for each in load.weeks
    ]


def work_rows(people: Iterable[RadiologistLoad]) -> list[list[str]]:
    """One row for each radiologist, the fullest first."""
    return [
        [
            one.name,
            str(one.lists),
            str(one.cases),
            f"{one.minutes:,}",
            f"{one.target:,}" if one.target else "none set",
            f"{share_percent(one)} %" if one.share is not None else "—",
        ]
        for one in people
    ]


def work_csv_rows(people: Iterable[RadiologistLoad]) -> list[list[object]]:
    """The same for a spreadsheet."""
    return [[one.name, one.lists, one.cases, one.minutes, one.target, share_percent(one)] for one in people]


def share_percent(one: RadiologistLoad) -> int | None:
    """The booked minutes in whole per cent of the target."""
    return None if one.share is None else round(FULL * one.share)


def fairness_words(people: Iterable[RadiologistLoad]) -> str:
    """How evenly the work is shared, in a sentence."""
    shares = {one.name: share for one in people if (share := share_percent(one)) is not None}
    if not shares:
        return "No radiologist has a target, so fairness cannot be told. Targets are set in Set-up."
    if not any(shares.values()):
        return "Nothing is booked in these weeks, so nobody has any work yet."
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    spread = shares[most] - shares[least]
    how = "evenly" if spread <= EVEN_POINTS else "unevenly"
    over = sum(share > FULL for share in shares.values())
    above = f" {count(over, 'radiologist')} above target." if over else " Nobody is above target."
    return (
        f"Work is shared {how}: from {shares[least]} % of target ({least}) to {shares[most]} % ({most}), "
        f"{spread} points apart.{above}"
    )


def work_chart(people: Iterable[RadiologistLoad]) -> Mapping[str, Any]:
    """A bar of case minutes for each radiologist, with a tick where the target is."""
    rows = [
        {
            "name": one.name,
            "minutes": one.minutes,
            "target": one.target,
            "over": bool(one.target and one.minutes > one.target),
        }
        for one in people
    ]
    names = {"field": "name", "type": "nominal", "sort": None, "title": None}
    minutes = {"type": "quantitative", "title": "Case minutes (tick: target)", "axis": {"tickCount": 6, "format": ","}}
    told = [
        {"field": "name", "title": "Radiologist"},
        {"field": "minutes", "title": "Case minutes", "format": ","},
        {"field": "target", "title": "Target minutes", "format": ","},
    ]
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.5}},
        "encoding": {
            "x": {"field": "minutes", **minutes},
            "color": {"condition": {"test": "datum.over", "value": REFUSED}, "value": BAR},
            "tooltip": told,
        },
    }
    ticks = {
        "transform": [{"filter": "isValid(datum.target)"}],
        "mark": {"type": "tick", "color": TEXT, "thickness": 2, "height": {"band": 0.7}},
        "encoding": {"x": {"field": "target", **minutes}, "tooltip": told},
    }
    described = "Booked case minutes of each radiologist against the target; the table beside it has the numbers."
    return chart(described, rows, height={"step": 36}, encoding={"y": names}, layer=[bars, ticks])


def heat_key() -> str:
    """What the shades mean."""
    steps = "".join(f'<span class="nl-heat-{step}"></span>' for step in range(STEPS + 1))
    return f'<p class="nl-key nl-heat-key">Less {steps} more</p>'
