"""How quick the board is, with 1,500 bookings on it, in one run on this machine.

python -m benchmarks.board                       prints the figures and writes docs/board-load.md (about ten minutes)
python -m benchmarks.board --bookings 200 --into DIR
python -m benchmarks.board --home DIR            keeps the clinic in DIR, and measures on it again the next time
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from benchmarks.board.crowd import crowd, repeat
from benchmarks.board.gestures import gestures
from benchmarks.board.ground import USERS, Ground, make_ground, open_ground
from benchmarks.board.server import Served, serving
from benchmarks.contest import ROOT
from benchmarks.load_page import Figures, Measure, measures_table, ran_on
from benchmarks.machine import machine_facts
from flows.desk import open_desk

PAGE, FIGURES = "board-load.md", "board-load.json"
PEOPLE, CROWD_SECONDS = 30, 60.0
RERUNS, WARM_RERUNS = 1000, 100
GOALS = {
    "pick-up to marked lists p95, ms": (100.0, "at most"),
    "drop to repaint p95, ms": (300.0, "at most"),
    "another user's change seen p95, ms": (1000.0, "at most"),
    "30 people, an action each second, p95, ms": (300.0, "at most"),
    "memory grown over 1,000 reruns, %": (10.0, "at most"),
}
INTRODUCTION = """\
# What the board carries

`python -m benchmarks.board` wrote this page in one run, on the machine named below and on the real server and database.
A real Chromium picks cases up, drops them and watches somebody else's drop; `pick-up` is from the key or the mouse to
the moment every list is marked yes, yes-but or no, `drop` from letting go to the list drawn again from the database.
Thirty people are thirty live connections that each ask for the board again about once a second, and fetch the lists
that changed. Memory is that of the web process after 100 and after 1,100 of those on one connection.
"""


def main(words: Sequence[str] | None = None) -> None:
    """Make the clinic, measure, print, and write the page."""
    asked = _arguments(words)
    facts = machine_facts(("streamlit", "starlette", "uvicorn", "playwright"), "")
    figures = Figures(facts=[*facts, f"on {datetime.now(tz=UTC):%Y-%m-%d}, load {_load():.1f} at the start"])
    with _home(asked.home) as home:
        ground = open_ground(home) or make_ground(home, bookings=asked.bookings)
        figures.facts.append(f"{ground.bookings} bookings on {ground.lists} lists of four weeks")
        with serving(ground) as served:
            for name, value in _measures(ground, served):
                figures.measures.append(Measure.of(name, value, GOALS.get(name)))
                print(figures.measures[-1], flush=True)
    _keep(asked.into, figures)


def _measures(ground: Ground, served: Served) -> Iterator[tuple[str, float]]:
    for name, milliseconds in gestures(ground, served).items():
        yield f"{name} p50, ms", _percentile(milliseconds, 50)
        yield f"{name} p95, ms", _percentile(milliseconds, 95)
    tokens = _tokens(ground, PEOPLE)
    seconds = asyncio.run(crowd(served.address, tokens, seconds=CROWD_SECONDS))
    yield "30 people, an action each second, actions", len(seconds)
    yield "30 people, an action each second, p50, ms", _percentile(seconds, 50) * 1000
    yield "30 people, an action each second, p95, ms", _percentile(seconds, 95) * 1000
    asyncio.run(repeat(served.address, tokens[0], times=WARM_RERUNS))
    before = served.memory_megabytes()
    asyncio.run(repeat(served.address, tokens[0], times=RERUNS))
    after = served.memory_megabytes()
    yield "memory after 100 reruns, MB", before
    yield "memory grown over 1,000 reruns, %", (after - before) / before * 100


def _tokens(ground: Ground, number: int) -> list[str]:
    """Open so many sessions, as signing in does."""
    desk = open_desk(ground.settings)
    return [desk.sign_in(USERS[at % len(USERS)], ground.password, "127.0.0.1") for at in range(number)]


def _percentile(values: Sequence[float], per_cent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[per_cent - 1]


def _load() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="neurolist-board-") as made:
        yield Path(made)


def _keep(into: Path, figures: Figures) -> None:
    into.mkdir(parents=True, exist_ok=True)
    (into / FIGURES).write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    parts = [INTRODUCTION, ran_on(figures.facts), measures_table([asdict(each) for each in figures.measures])]
    (into / PAGE).write_text("\n".join(parts), encoding="utf-8")


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bookings", type=int, default=1500)
    parser.add_argument("--into", type=Path, default=ROOT / "docs")
    parser.add_argument("--home", type=Path, help="keep the clinic in this folder")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
