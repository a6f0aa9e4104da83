"""Planning in parts: one task for each part, each worked by whichever worker of the pool is free.

Prefect is told a run's name and a part's key. The part and its plan go through the run's folder, and whether a part is
done, or its worker dead, is read there too: Prefect's states decide nothing.
"""

from __future__ import annotations

import asyncio
import time
from enum import Enum

from prefect import flow, task, unmapped
from prefect.deployments import arun_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.types.entrypoint import EntrypointType

from flows.part_home import store_of
from flows.part_store import PartStore
from flows.part_work import work_on
from flows.tether import tether_if_marked

POOL = "neurolist"
DEPLOYMENT = "worker"
TRIES = 3
LOOK_EVERY_SECONDS = 0.5
SILENT_SECONDS = 15.0  # a worker shows every second that it lives
ASK_FOR_SECONDS = 30.0
ASK_EVERY_SECONDS = 2.0
BEGIN_WITHIN_SECONDS = 30.0  # doubled each time, since the pool may just be busy


class How(Enum):
    """How watching a part ended."""

    DONE = "done"
    SILENT = "its worker fell silent"
    UNTOUCHED = "nobody began"


# A worker starts each run in a process of its own; it must not outlive the worker.
tether_if_marked()


@flow(name="planning part", flow_run_name="part {key} of {run}")
async def planning_part(run: str, key: str) -> None:
    """Work one part of a run, in this worker's process."""
    await asyncio.to_thread(work_on, store_of(run), key)


@task(name="part", task_run_name="part {key}")
async def part(run: str, key: str) -> str:
    """Hand a part to the pool until a worker has stored its plan.

    It is handed out again when its worker fell silent, and, ever more seldom, while nobody has begun on it: a run whose
    worker or database failed while it was submitted stays pending for good. Worked twice, the part is done once.
    """
    store, attempt, failed = store_of(run), 0, 0
    while failed < TRIES:
        attempt += 1
        await _hand_out(run, key, attempt)
        how = await _watched(store, key, patience=BEGIN_WITHIN_SECONDS * 2 ** (attempt - failed - 1))
        if how is How.DONE:
            return f"{key}: done, handed out {attempt} times"
        failed += how is How.SILENT
    return f"{key}: given up after {failed} workers fell silent"


@flow(name="planning in parts", flow_run_name="planning in parts: {run}")
async def planning_in_parts(run: str, keys: list[str]) -> list[str]:
    """Have these parts of a run worked side by side; gives what became of each."""
    futures = part.map(unmapped(run), keys)
    await asyncio.to_thread(futures.wait)
    return [str(future.result(raise_on_failure=False)) for future in futures]


async def _hand_out(run: str, key: str, attempt: int) -> None:
    """Ask Prefect for a run of the part; again for a while, since the first worker may still be registering."""
    patience = time.monotonic() + ASK_FOR_SECONDS
    while True:
        try:
            await arun_deployment(
                f"{planning_part.name}/{DEPLOYMENT}",
                parameters={"run": run, "key": key},
                timeout=0,
                idempotency_key=f"{run} {key} {attempt}",
            )
        except (ObjectNotFound, PrefectHTTPStatusError):
            if time.monotonic() > patience:
                raise
            await asyncio.sleep(ASK_EVERY_SECONDS)
        else:
            return


async def _watched(store: PartStore, key: str, *, patience: float) -> How:
    """Wait until a part is done, its worker falls silent, or nobody has begun on it for so many seconds."""
    beat, heard, began = store.last_beat(key), time.monotonic(), False
    while store.folder.exists() and not store.finished(key):
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        now = store.last_beat(key)
        if now != beat:
            beat, heard, began = now, time.monotonic(), True
        silence = time.monotonic() - heard
        if began and silence > SILENT_SECONDS:
            return How.SILENT
        if not began and silence > patience:
            return How.UNTOUCHED
    return How.DONE  # or nobody waits for it any more


async def register() -> None:
    """Make the part's flow known to Prefect, to be run by the pool's workers from the code they have installed."""
    deployment = RunnerDeployment.from_flow(
        planning_part, name=DEPLOYMENT, work_pool_name=POOL, entrypoint_type=EntrypointType.MODULE_PATH
    )
    await deployment.aapply()
