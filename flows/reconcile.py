"""Reconcile: whatever was missed is found in our own memory and driven again; Prefect's states decide nothing."""

from __future__ import annotations

import asyncio

from prefect import flow

from flows.service import the_service
from flows.steps import re_drive
from flows.tether import tether_if_marked

EVERY_SECONDS = 300.0

# Prefect starts each run in a process of its own; it must not outlive the runner.
tether_if_marked()


@flow(name="reconcile", flow_run_name="reconcile")
async def reconcile() -> list[str]:
    """Work every step that is overdue, also those whose worker died; gives one line for each."""
    return [str(report) for report in await asyncio.to_thread(re_drive, the_service())]
