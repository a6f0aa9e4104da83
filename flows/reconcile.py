"""Reconcile: whatever was missed is found in our own memory and driven again; Prefect's states decide nothing."""

from __future__ import annotations

import asyncio

from prefect import flow

from flows.service import the_service
from flows.steps import re_drive

EVERY_SECONDS = 300.0  # an interval, not a cron line: `*/5` would skip the hour that repeats when daylight saving ends


@flow(name="reconcile", flow_run_name="reconcile")
async def reconcile() -> list[str]:
    """Work every step that is overdue, also those whose worker died; gives one line for each."""
    return [str(report) for report in await asyncio.to_thread(re_drive, the_service())]
