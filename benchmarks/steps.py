"""How fast due steps and publishing go, what Prefect adds, how soon a decision shows, how fast the service stops.

python -m benchmarks.steps                   prints a table and writes docs/pathway-load.md
python -m benchmarks.steps --cases 200 --into DIR
python -m benchmarks.steps --profile         tells where the time of a step goes, and measures nothing else
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import json
import os
import pstats
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import TYPE_CHECKING

from benchmarks.clinic.checker import Books
from benchmarks.clinic.world import World, arrivals
from benchmarks.contest import ROOT
from benchmarks.load_page import Figures, Measure, keep
from benchmarks.machine import circumstances
from benchmarks.publish import publish_times
from db import referrals
from db.engine import Database, open_database
from db.settings import MemorySettings
from flows.clock import FILE_VARIABLE, move_to
from flows.demo.days import at
from flows.demo.referrals import referral
from flows.demo.staff import BOOKINGS
from flows.home import free_port
from flows.prefect_home import HOST, answers, api_url, health_url, prefect_environment
from flows.serve import PREFECT, WEB, ServicePlan, children
from flows.service import Service, open_service
from flows.steps import LEASE, STAGES, StepReport, run_due_steps, run_steps, waiting_steps
from flows.supervisor import Supervisor
from flows.tether import tether
from flows.words import FlowName

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.incoming import IncomingReferral
    from flows.registry import StageFlow

FIRST = date(2026, 8, 3)
LATER = timedelta(days=30)  # on, every timer of a case in triage has fallen due
WORKERS = 2
KILL_EVERY_SECONDS = 0.7
DECISIONS = 60
BETWEEN_DECISIONS = (0.05, 0.6)  # seconds
LONGEST_WAIT = 60.0
PREFECT_STARTS_WITHIN = 300.0
GOALS = {
    "steps a second, undisturbed": (150.0, "at least"),
    "steps a second, inside one sweep flow": (150.0, "at least"),
    "steps a second, workers killed": (100.0, "at least"),
    "Prefect's own share, ms a step": (1.0, "below"),
    "decision to effect p95, s": (3.0, "at most"),
    "decision to effect p95 with Prefect down, s": (3.0, "at most"),
    "the service stops, s": (10.0, "at most"),
    "a publish that moves 200 bookings, s": (2.0, "at most"),
}


@dataclass(slots=True, kw_only=True)
class Bench:
    """One memory to measure on, with the clock its processes follow."""

    home: Path
    settings: MemorySettings
    cases: int
    made: int = 0

    @property
    def clock(self) -> Path:
        """The clock file."""
        return self.home / "clock"

    def service(self) -> Service:
        """Open the service anew, with connections of its own."""
        return open_service(settings=self.settings)

    def refer(self, database: Database, number: int, *, at_once: int = 50) -> None:
        """Store so many more referrals; each leaves a step to be worked."""
        world = World(seed=1, cases=self.made + number, weeks=1, first=FIRST)
        coming = [arrival for sent in arrivals(world).values() for arrival in sent][self.made :]
        now = open_service(settings=self.settings).clock.now()
        for first in range(0, len(coming), at_once):
            batch = [referral(1, one, today=FIRST) for one in coming[first : first + at_once]]

            def store(session: Session, batch: list[IncomingReferral] = batch) -> None:
                for one in batch:
                    referrals.store(session, one, actor=BOOKINGS.author, now=now)

            database.write(store, author=BOOKINGS.author, now=now, why="import")
        self.made += number


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print, and write the page."""
    told = _arguments(words)
    with tempfile.TemporaryDirectory(prefix="neurolist-steps-") as folder:
        bench = _bench(Path(folder), told.cases, told.database_url)
        if told.profile:
            _profile(bench)
            return
        figures = Figures(facts=circumstances(("prefect", "sqlmodel", "sqlalchemy", "psycopg")))
        for name, value in _measures(bench):
            figures.measures.append(Measure.of(name, value, GOALS.get(name)))
            print(figures.measures[-1], flush=True)
    keep(told.into, steps=figures, engine=bench.settings.url.get_backend_name())


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--into", type=Path, default=ROOT / "docs")
    parser.add_argument("--database-url", help="measure on this empty database instead of SQLite")
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args(words)


def _bench(home: Path, cases: int, url: str | None) -> Bench:
    os.environ["NEUROLIST_HOME"] = str(home)
    if url:
        os.environ["NEUROLIST_DATABASE_URL"] = url
    settings = MemorySettings()
    bench = Bench(home=home, settings=settings, cases=cases)
    os.environ[FILE_VARIABLE] = str(bench.clock)
    opened = at(FIRST, 8, timezone=settings.timezone)
    move_to(bench.clock, opened)
    database = open_database(settings)
    database.prepare(opened)
    database.close()
    return bench


def _measures(bench: Bench) -> Iterator[tuple[str, float]]:
    rate, processor = _undisturbed(bench)
    yield "steps a second, undisturbed", rate
    yield "processor time of a step, ms", processor
    yield "steps a second, workers killed", _among_kills(bench)
    with _prefect(bench) as environment:
        rate, share = _in_a_sweep(bench, environment)
        yield "steps a second, inside one sweep flow", rate
        yield "Prefect's own share, ms a step", share
        seconds = _decisions(bench, environment)
        yield "decision to effect p50, s", quantiles(seconds, n=20)[9]
        yield "decision to effect p95, s", quantiles(seconds, n=20)[18]
    down = prefect_environment(bench.home, api_url(free_port(HOST, 0)))
    seconds = _decisions(bench, down)
    yield "decision to effect p50 with Prefect down, s", quantiles(seconds, n=20)[9]
    yield "decision to effect p95 with Prefect down, s", quantiles(seconds, n=20)[18]
    yield "the service stops, s", _stopping(bench)
    if bench.settings.url.get_backend_name() == "sqlite":
        times = publish_times(bench.home / "publish")
        yield "a publish that books 200 cases, s", times.booked
        yield "a publish that moves 200 bookings, s", times.moved
        yield "processor time of that move, s", times.processor


# Steps a second


def _undisturbed(bench: Bench) -> tuple[float, float]:
    """Work a step for each new referral, then every timer they leave, in one process.

    Gives the rate, and the processor time of a step, which a busy machine stretches far less than the rate.
    """
    service = bench.service()
    bench.refer(service.database, bench.cases)
    gc.freeze()  # as the dispatcher does once everything is loaded
    began, worked = time.monotonic(), time.process_time()
    done = len(run_due_steps(service))
    _let_timers_fall_due(bench)
    done += len(run_due_steps(service))
    seconds, processor = time.monotonic() - began, time.process_time() - worked
    service.database.close()
    return done / seconds, processor / done * 1000


def _let_timers_fall_due(bench: Bench) -> None:
    move_to(bench.clock, bench.service().clock.now() + LATER)


def _among_kills(bench: Bench) -> float:
    """Work the same with two workers, one of which is killed again and again."""
    service = bench.service()
    bench.refer(service.database, bench.cases)
    service.database.close()
    books = Books(bench.settings, bench.home, bench.service())
    before, began = books.done(), time.monotonic()
    crew, chance = [_worker(bench) for _ in range(WORKERS)], Random(1)
    for turn in range(2):
        while books.due():
            time.sleep(KILL_EVERY_SECONDS * chance.uniform(0.5, 1.5))
            _end(crew.pop(0))
            crew.append(_worker(bench))
            _let_a_little_pass(bench)
        if turn == 0:
            _let_timers_fall_due(bench)
    seconds = time.monotonic() - began
    for child in crew:
        _end(child)
    return (books.done() - before) / seconds


def _let_a_little_pass(bench: Bench) -> None:
    """Let the leases of the killed end: the rate of work is measured here, and not how long a lease is."""
    move_to(bench.clock, bench.service().clock.now() + LEASE)


def _worker(bench: Bench) -> int:
    def work() -> None:
        service = bench.service()
        while True:
            if not run_due_steps(service):
                time.sleep(0.05)

    return _fork(work)


def _fork(work: Callable[[], None]) -> int:
    """Fork a process that ends with this one, and says nothing on the screen."""
    harness, child = os.getpid(), os.fork()
    if child:
        return child
    try:
        tether(harness)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        work()
    finally:
        os._exit(1)


def _end(child: int, how: int = signal.SIGKILL) -> None:
    os.kill(child, how)
    os.waitpid(child, 0)


# With Prefect


@contextmanager
def _prefect(bench: Bench) -> Iterator[dict[str, str]]:
    """Run a Prefect server; gives what its clients need to be told."""
    port = free_port(HOST, 0)
    environment = prefect_environment(bench.home, api_url(port))
    (server,) = (child for child in children(_plan(bench, port)) if child.name == PREFECT)
    with (bench.home / "prefect.log").open("wb") as log:
        process = subprocess.Popen(
            server.command, env={**os.environ, **server.environment}, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until(lambda: answers(health_url(api_url(port))), PREFECT_STARTS_WITHIN)
        yield environment
    finally:
        process.kill()
        process.wait()


def _plan(bench: Bench, port: int) -> ServicePlan:
    ours = {name: value for name, value in os.environ.items() if name.startswith("NEUROLIST_")}
    return ServicePlan(home=bench.home, port=0, prefect_port=port, environment=ours)


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"Waited {seconds:.0f} s in vain.")
        time.sleep(0.05)


def _in_a_sweep(bench: Bench, environment: Mapping[str, str]) -> tuple[float, float]:
    """Work every new referral's step in one run of its flow; gives the rate, and what Prefect added to each step."""
    service = bench.service()
    bench.refer(service.database, bench.cases)
    ids = [step.id for step in waiting_steps(service, flows={FlowName.INTAKE}, limit=bench.cases)]
    service.database.close()
    outcome = bench.home / "sweep.json"

    def sweep() -> None:
        os.environ.update(environment)
        from flows.registry import FLOWS  # Prefect reads its settings when it is loaded

        inside: list[float] = []

        def timed(service: Service, steps: Sequence[str]) -> tuple[StepReport, ...]:
            began = time.monotonic()
            reports = run_steps(service, steps)
            inside.append(time.monotonic() - began)
            return reports

        stage_run.run_steps = timed
        asyncio.run(_run_flow(FLOWS[FlowName.INTAKE], ids[:1]))  # the first run of a process loads a good deal
        inside.clear()
        began = time.monotonic()
        asyncio.run(_run_flow(FLOWS[FlowName.INTAKE], ids[1:]))
        outcome.write_text(json.dumps([time.monotonic() - began, sum(inside), len(ids) - 1]))

    from flows import stage_run

    os.waitpid(_fork(sweep), 0)
    whole, inner, number = json.loads(outcome.read_text())
    return number / whole, (whole - inner) / number * 1000


async def _run_flow(flow: StageFlow, ids: list[str]) -> None:
    await flow(ids, f"{len(ids)} referrals")


def _decisions(bench: Bench, environment: Mapping[str, str]) -> list[float]:
    """Let a referral come in every now and then beside a dispatcher; gives how long each took to reach triage."""
    child = _fork(lambda: _dispatch(environment))
    service, chance = bench.service(), Random(2)
    books = Books(bench.settings, bench.home, service)
    seconds: list[float] = []
    bench.refer(service.database, 1)
    _wait_until(lambda: not books.standing_in("referral_received"), LONGEST_WAIT)  # the dispatcher has started
    for _ in range(DECISIONS):
        time.sleep(chance.uniform(*BETWEEN_DECISIONS))
        bench.refer(service.database, 1)
        began = time.monotonic()
        _wait_until(lambda: not books.standing_in("referral_received"), LONGEST_WAIT)
        seconds.append(time.monotonic() - began)
    _end(child)
    service.database.close()
    return seconds


def _dispatch(environment: Mapping[str, str]) -> None:
    os.environ.update(environment)
    from flows.dispatcher import dispatch

    asyncio.run(dispatch(STAGES))


def _stopping(bench: Bench) -> float:
    """Start the service without its screens, give it work, and stop it in the middle."""
    port = free_port(HOST, 0)
    plan = _plan(bench, port)

    def supervise() -> None:
        supervisor = Supervisor([one for one in children(plan) if one.name != WEB], logs=bench.home / "logs")
        signal.signal(signal.SIGTERM, supervisor.ask_to_stop)
        supervisor.run()

    child = _fork(supervise)
    _wait_until(lambda: answers(health_url(api_url(port))), PREFECT_STARTS_WITHIN)
    service = bench.service()
    bench.refer(service.database, bench.cases)
    began = time.monotonic()
    _end(child, signal.SIGTERM)
    service.database.close()
    return time.monotonic() - began


# Where the time goes


def _profile(bench: Bench) -> None:
    service = bench.service()
    bench.refer(service.database, bench.cases)
    watch = cProfile.Profile()
    watch.enable()
    run_due_steps(service)
    _let_timers_fall_due(bench)
    run_due_steps(service)
    watch.disable()
    pstats.Stats(watch, stream=sys.stdout).sort_stats("cumulative").print_stats(70)


if __name__ == "__main__":
    main()
