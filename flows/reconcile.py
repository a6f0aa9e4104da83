"""Reconcile: whatever was missed is found in our own memory and driven again; Prefect's states decide nothing."""

from __future__ import annotations

import asyncio

from prefect import flow

from flows.keeping_watch import keep_watch
from flows.service import the_service
from flows.steps import re_drive
from flows.tether import tether_if_marked

EVERY_SECONDS = 300.0

# Prefect starts each run in a process of its own; it must not outlive the runner.
tether_if_marked()


@flow(name="reconcile", flow_run_name="reconcile")
async def reconcile() -> list[str]:
    """Work every step that is overdue, also those whose worker died, and find silent cases; a line for each."""
    reports = await asyncio.to_thread(re_drive, the_service())
    watched = await asyncio.to_thread(keep_watch, the_service())
    return [*map(str, reports), *watched.lines()]
