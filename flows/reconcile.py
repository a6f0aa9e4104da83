"""Reconcile: whatever was missed is found in our own memory and driven again; Prefect's states decide nothing."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.artifacts import acreate_table_artifact

from flows.service import the_service
from flows.sweeping import SweepReport, sweep
from flows.tether import tether_if_marked

EVERY_SECONDS = 300.0
ARTIFACT = "reconcile"

# Prefect starts each run in a process of its own; it must not outlive the runner.
tether_if_marked()


@flow(name="reconcile", flow_run_name="reconcile")
async def reconcile() -> list[str]:
    """Set what is missing, work what is overdue or was left by a dead worker, find silent cases; a line for each."""
    report = await asyncio.to_thread(sweep, the_service())
    if report.rows():
        await _leave_table(report)
    return report.lines()


async def _leave_table(report: SweepReport) -> None:
    await acreate_table_artifact(key=ARTIFACT, table=report.rows(), description="What this sweep found and put right.")
