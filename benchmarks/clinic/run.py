"""The run: time moves from day to day, the staff and the service work, and somebody kills processes all the while."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random

from benchmarks.clinic.checker import Books, Verdict
from benchmarks.clinic.front_office import FrontOffice
from benchmarks.clinic.journal import Journal
from benchmarks.clinic.killing import Arming, Crew
from benchmarks.clinic.office import CaseOffice
from benchmarks.clinic.world import World, found, post
from db.engine import open_database
from db.settings import MemorySettings
from flows.clock import FILE_VARIABLE, move_to
from flows.demo.days import ONE_DAY, at, next_working_day
from flows.desk import Desk
from flows.home import free_port
from flows.plan_requests import PLAN_STEP
from flows.prefect_home import HOST, answers, api_url, health_url, prefect_environment
from flows.serve import PREFECT, WEB, ServicePlan, children
from flows.service import Service, open_service, the_service
from flows.steps import STAGES
from flows.supervisor import Supervisor
from flows.words import FlowName

OPENS = 8  # o'clock
LOOK_SECONDS = 0.1
PATIENT_SECONDS = 3.0  # before waiting is shortened, so that the leases of the killed end
SHORTENED_BY = timedelta(seconds=30)
LONGEST_PLAN_SECONDS = 120.0
SLOWEST_DAY_SECONDS = 900.0
OFFICES = ("wards", "clinics")
FRONT = "front"
STAFF = frozenset({*OFFICES, FRONT})
SUPERVISED = {"prefect": "flows.prefect_server", "dispatcher": "flows.dispatcher", "planner": "flows.planner"}
SUPERVISED["runner"] = "flows.runner"
# How often each is chosen to be killed at random, against the others.
VICTIMS = {"wards": 3, "clinics": 3, FRONT: 2, "second dispatcher": 3, "second planner": 1, "supervised dispatcher": 2}
VICTIMS |= {"supervised planner": 1, "supervised runner": 1, "supervised prefect": 1}
SHARE_OF_PLANS_KILLED = 0.25
FEWEST_COMMITS = 60
SETTLED_EVERY = 10  # days between two looks at the books


class StuckError(Exception):
    """A day did not end: somebody waits for something that does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a run is asked for."""

    world: World
    home: Path
    database_url: str | None = None
    acts_between_kills: int = 25  # on average; 0 kills nobody
    prefect: bool = True
    planning_seconds: float = 4.0
    most_days: int = 400
    tell: Callable[[str], None] = lambda _: None

    @property
    def furthest_commit(self) -> int:
        """The furthest commit at which a process kills itself; further in a large clinic, which has to end too."""
        return max(FEWEST_COMMITS, self.world.cases) if self.acts_between_kills else 0


@dataclass(slots=True)
class Run:
    """One simulation under way."""

    orders: Orders
    settings: MemorySettings
    crew: Crew
    chance: Random
    supervisor: int = 0
    next_kill: int = 0  # the number of acts at which somebody is killed next
    planned: set[str] = field(default_factory=set)  # the plans at which it was decided whether a planner is killed
    days: int = 0
    broken: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the journals are."""
        return self.orders.home / "clinic"

    @property
    def clock(self) -> Path:
        """The file that every process takes its time from."""
        return self.folder / "clock"


def simulate(orders: Orders) -> Verdict:
    """Run the clinic until every case has ended or the days are up, then look through the books."""
    run = _prepare(orders)
    began = time.monotonic()
    try:
        _staff(run)
        _live(run)
    finally:
        run.crew.stop()
        _stop_service(run)
    seconds = time.monotonic() - began
    books = Books(run.settings, run.folder, open_service(settings=run.settings))
    verdict = books.close(days=run.days, seconds=seconds, broken=run.broken, faults=run.faults)
    (run.folder / "verdict.json").write_text(json.dumps(verdict.as_document(), indent=1, default=str))
    return verdict


def _prepare(orders: Orders) -> Run:
    given = {"home": orders.home}
    if orders.database_url is not None:
        os.environ["NEUROLIST_DATABASE_URL"] = orders.database_url
    os.environ["NEUROLIST_HOME"] = str(orders.home)
    os.environ |= {"NEUROLIST_MDT_EMAIL": "mdt@example.com", "NEUROLIST_PALLIATIVE_EMAIL": "palliative@example.com"}
    settings = MemorySettings(**given)  # type: ignore[arg-type]
    folder = orders.home / "clinic"
    folder.mkdir(parents=True)
    chance = Random(orders.world.seed)
    run = Run(orders, settings, Crew(folder, chance, furthest=orders.furthest_commit), chance)
    os.environ[FILE_VARIABLE] = str(run.clock)
    opened = _opening(orders.world.first, settings.timezone)
    move_to(run.clock, opened)
    database = open_database(settings)
    database.prepare(opened)
    found(database, orders.world)
    database.close()
    post(orders.world, folder / "post")
    return run


def _opening(day: date, timezone: str) -> datetime:
    return at(day, OPENS, timezone=timezone)


# The processes


def _staff(run: Run) -> None:
    """Start the service under its supervisor, and everybody who works at the desk."""
    plan = ServicePlan(
        home=run.orders.home,
        port=0,
        prefect_port=free_port(HOST, 0),
        environment={name: value for name, value in os.environ.items() if name.startswith("NEUROLIST_")},
    )
    run.supervisor = _fork_supervisor(run, plan)
    api = api_url(plan.prefect_port)
    _load_what_is_forked("flows.plan_runs", "flows.outbox.sending", "flows.dispatcher")
    if run.orders.prefect:
        os.environ.update(prefect_environment(run.orders.home, api))
        _load_what_is_forked("flows.registry")
    for number, name in enumerate(OFFICES):
        run.crew.mains[name] = _case_office(run, name, (number, len(OFFICES)))
    run.crew.mains[FRONT] = _front_office(run)
    run.crew.mains["second dispatcher"] = _dispatcher(frozenset(STAGES))
    run.crew.mains["second planner"] = _dispatcher(frozenset({FlowName.PLANNING}))
    if run.orders.prefect:
        _wait_for(lambda: answers(health_url(api)), 120)
    for name in run.crew.mains:
        run.crew.start(name)


def _load_what_is_forked(*modules: str) -> None:
    """Load Prefect and the solver once, so that whoever is killed is back at work in a moment."""
    for module in modules:
        import_module(module)
    gc.freeze()


def _fork_supervisor(run: Run, plan: ServicePlan) -> int:
    kept = [child for child in children(plan) if child.name != WEB and (run.orders.prefect or child.name != PREFECT)]
    harness, child = os.getpid(), os.fork()
    if child:
        return child
    try:
        from flows.tether import tether

        tether(harness)
        supervisor = Supervisor(kept, logs=run.orders.home / "logs")
        signal.signal(signal.SIGTERM, supervisor.ask_to_stop)
        supervisor.run()
    finally:
        os._exit(0)


def _stop_service(run: Run) -> None:
    if run.supervisor:
        os.kill(run.supervisor, signal.SIGTERM)
        os.waitpid(run.supervisor, 0)


def _desk(arming: Arming | None) -> Desk:
    """Open a desk of one's own in a new process, armed where asked."""
    service: Service = open_service()
    if arming is not None:
        arming.arm(service.database)
    return Desk(service)


def _case_office(run: Run, name: str, share: tuple[int, int]) -> Callable[[Arming | None], None]:
    def work(arming: Arming | None) -> None:
        seed = run.orders.world.seed
        CaseOffice(name=name, desk=_desk(arming), seed=seed, share=share, folder=run.folder).work()

    return work


def _front_office(run: Run) -> Callable[[Arming | None], None]:
    def work(arming: Arming | None) -> None:
        FrontOffice(
            name=FRONT,
            desk=_desk(arming),
            seed=run.orders.world.seed,
            share=(0, 1),
            folder=run.folder,
            post=run.folder / "post",
            others=tuple(run.folder / f"{name}.done" for name in OFFICES),
            planning_seconds=run.orders.planning_seconds,
        ).work()

    return work


def _dispatcher(flows: frozenset[FlowName]) -> Callable[[Arming | None], None]:
    def work(arming: Arming | None) -> None:
        from flows.dispatcher import dispatch  # loaded once Prefect's settings stand in the environment

        if arming is not None:
            arming.arm(the_service().database)
        asyncio.run(dispatch(flows))

    return work


def _supervised(run: Run) -> dict[str, int]:
    """Give the processes that the supervisor keeps, by name."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            status, line = _read(entry / "stat"), _read(entry / "cmdline")
            if status and status.rsplit(")", 1)[1].split()[1] == str(run.supervisor):
                found.update({name: int(entry.name) for name, part in SUPERVISED.items() if part in line})
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text().replace("\0", " ")
    except OSError:
        return ""


def _wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


# The days


def _live(run: Run) -> None:
    """Live one working day after another, leaving out those on which nothing happens."""
    day: date | None = run.orders.world.first
    books = Books(run.settings, run.folder, open_service(settings=run.settings))
    while day is not None and run.days < run.orders.most_days:
        move_to(run.clock, _opening(day, run.settings.timezone))
        _one_day(run, day, books)
        run.days += 1
        if run.days % SETTLED_EVERY == 0:
            run.faults += [f"{day}: {fault}" for fault in books.look()]
            run.orders.tell(f"{day}: {books.standing()}, {len(list(run.crew.deaths.entries()))} kills")
        day = _following(run, day, books)


def _one_day(run: Run, day: date, books: Books) -> None:
    """Wait until every office has done this day and nothing that is due is left, killing as we go."""
    began = waited = time.monotonic()
    while not (_all_done(run, day) and books.nothing_due()):
        run.broken += run.crew.look()
        _perhaps_kill(run)
        time.sleep(LOOK_SECONDS)
        now = time.monotonic()
        if now - waited > PATIENT_SECONDS and (now - began > LONGEST_PLAN_SECONDS or not _plan_is_made(books)):
            _shorten(run, day)
            waited = now - PATIENT_SECONDS + 1
        if now - began > SLOWEST_DAY_SECONDS:
            done = {name: _mark(run, name) for name in (*OFFICES, FRONT)}
            raise StuckError(f"{day} did not end: the offices stand at {done}, due is {books.due()[:5]}.")


def _plan_is_made(books: Books) -> bool:
    """Whether somebody alive computes a plan: the search takes real time, and its lease must not end before it does."""
    owners = [owner for name, _, state, _, owner, *_ in books.due() if (name, state) == (PLAN_STEP, "taken")]
    return any(Path(f"/proc/{owner.rpartition(':')[2]}").exists() for owner in owners)


def _shorten(run: Run, day: date) -> None:
    """Let half a minute pass at once, within the day."""
    shown = open_service(settings=run.settings).clock.now()
    if shown + SHORTENED_BY < at(day, 23, timezone=run.settings.timezone):
        move_to(run.clock, shown + SHORTENED_BY)


def _mark(run: Run, name: str) -> str:
    path = run.folder / f"{name}.done"
    return path.read_text() if path.exists() else ""


def _all_done(run: Run, day: date) -> bool:
    return all(_mark(run, name).startswith(day.isoformat()) for name in (*OFFICES, FRONT))


def _following(run: Run, day: date, books: Books) -> date | None:
    """Give the next working day on which somebody acts or something falls due; None when nothing is left."""
    marks = [_mark(run, name).split() for name in (*OFFICES, FRONT)]
    coming = [date.fromisoformat(words[1]) for words in marks]
    due = books.next_due()
    if due is not None:
        coming.append(due)
    nearest = min(coming)
    if nearest == date.max or (not books.open_cases() and not _post_left(run, day)):
        return None
    return next_working_day(max(nearest, day + ONE_DAY))


def _post_left(run: Run, day: date) -> bool:
    return any(date.fromisoformat(file.stem) > day for file in (run.folder / "post").glob("*.csv"))


# The kills


def _perhaps_kill(run: Run) -> None:
    """Kill somebody once enough was done since the last time, so that kills fall amid work on slow machines too."""
    every, acts = run.orders.acts_between_kills, _acts(run)
    if every == 0:
        return
    _perhaps_kill_the_planner(run)
    if acts < run.next_kill:
        return
    if run.next_kill:
        _kill(run, run.chance.choices(list(VICTIMS), list(VICTIMS.values()))[0])
    run.next_kill = acts + 1 + int(every * run.chance.uniform(0.3, 1.7))


def _perhaps_kill_the_planner(run: Run) -> None:
    """Kill a planner amid some of the plans it is asked for; between plans there would be little to lose."""
    last = (_read(run.folder / f"{FRONT}.jsonl").splitlines() or ["{}"])[-1]
    asked = json.loads(last)
    if asked.get("kind") != "planned" or asked["proposal"] in run.planned:
        return
    run.planned.add(asked["proposal"])
    if run.chance.random() < SHARE_OF_PLANS_KILLED:
        _kill(run, run.chance.choice(("second planner", "supervised planner")))


def _acts(run: Run) -> int:
    """Count what the staff has written down, two lines for an act."""
    return sum(file.read_bytes().count(b"\n") for file in run.folder.glob("*.jsonl") if file.stem in STAFF) // 2


def _kill(run: Run, victim: str) -> None:
    kind, _, name = victim.partition(" ")
    if kind != "supervised":
        run.crew.kill(victim)
        return
    process = _supervised(run).get(name)
    if process is not None:  # it may have died just before and wait for its pause to end
        Journal(run.folder / "deaths.jsonl").write("death", victim=victim, how="at random")
        os.kill(process, signal.SIGKILL)
