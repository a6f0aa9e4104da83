"""A problem is solved whole or in parts, as its size asks for, here or spread over Prefect's workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from db.settings import MemorySettings
from flows.home import read_note
from flows.part_home import parts_folder
from flows.part_store import PartStore
from flows.part_work import THREADS
from flows.parts_here import PartsHere
from flows.parts_on_prefect import PartsOnPrefect
from flows.prefect_home import answers, health_url, prefect_environment
from scheduler.engine import Progress, solve
from scheduler.engine.parts import Crew, most_parts, parts_for, solve_in_parts
from scheduler.errors import BadInputError, NeurolistError
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

API = "PREFECT_API_URL"
AS_MANY_AS_THE_SIZE_ASKS_FOR = 0


class NoPrefectError(NeurolistError):
    """The plan was to be spread over workers, and Prefect does not answer."""


def solve_by_size(
    problem: SchedulingProblem,
    *,
    parts: int = AS_MANY_AS_THE_SIZE_ASKS_FOR,
    prefect_api: str | None = None,
    time_limit: float,
    workers: int,
    seed: int,
    effort: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Find a plan in so many parts at a time (0: as many as the size asks for; 1: whole).

    With the address of a Prefect that answers, parts are spread over its workers; else they are solved here.
    """
    if effort is not None and parts > 1:
        says = "counts work on the whole problem, so it does not go with parts. Leave one of the two out."
        raise BadInputError.of("--effort", says)
    count = min(parts or parts_for(problem), most_parts(problem))
    if count <= 1 or effort is not None:
        return solve(
            problem,
            time_limit=time_limit,
            workers=workers,
            seed=seed,
            effort=effort,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    with _crew(prefect_api, workers) as crew:
        return solve_in_parts(
            problem,
            crew,
            count=count,
            time_limit=time_limit,
            workers=min(workers, os.cpu_count() or 1),
            seed=seed,
            on_progress=on_progress,
            should_stop=should_stop,
        )


def prefect_to_use(*, asked: bool) -> str | None:
    """Give the address of the Prefect to spread parts over; None when none was asked for and none is named here.

    Raises NoPrefectError when one was asked for and does not answer.
    """
    if asked:
        home = MemorySettings().home.expanduser().absolute()
        os.environ.update(prefect_environment(home, prefect_address(home)))
        return os.environ[API]
    api = os.environ.get(API)
    return api if api is not None and answers(health_url(api)) else None


def prefect_address(home: Path, *, given: str | None = None) -> str:
    """Give the address of a Prefect that answers: the one given, named in the environment, or run from this folder."""
    note = read_note(home)
    for address in (given, os.environ.get(API), None if note is None else note.prefect_api):
        if address is not None:
            if answers(health_url(address)):
                return address
            raise NoPrefectError(f"Prefect does not answer at {address}. Start it with: neurolist up")
    raise NoPrefectError(f"No Neurolist runs from {home}, so there is no Prefect. Start it with: neurolist up")


@contextmanager
def _crew(prefect_api: str | None, workers: int) -> Iterator[Crew]:
    crew: PartsHere | PartsOnPrefect
    if prefect_api is None:
        crew = PartsHere(PartStore.make(), hands=workers // THREADS)
    else:
        crew = PartsOnPrefect(PartStore.make(parts_folder()), hands=workers)
    try:
        yield crew
    finally:
        crew.close()
