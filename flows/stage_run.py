"""What every stage flow does: work its due steps off the event loop, and show on Prefect's page what moved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from prefect.artifacts import acreate_table_artifact

from flows.service import the_service
from flows.steps import SOLVED, StepReport, run_plan_steps, run_steps
from flows.words import FlowName

A_BATCH = 5  # fewer are named in the run's tags, so a table would only repeat them


async def work(flow_name: FlowName, steps: Sequence[str], about: str) -> list[str]:
    """Work these due steps, each in one transaction; gives one line for each, with references only."""
    plain = run_plan_steps if flow_name in SOLVED else run_steps
    reports = await asyncio.to_thread(plain, the_service(), steps)
    if len(reports) >= A_BATCH:
        await _leave_table(flow_name, reports, about)
    return [str(report) for report in reports]


async def _leave_table(flow_name: FlowName, reports: Sequence[StepReport], about: str) -> None:
    rows = [{"case": report.case_ref or "", "step": report.name, "outcome": report.outcome} for report in reports]
    key = re.sub(r"[^a-z0-9]+", "-", flow_name.value)
    await acreate_table_artifact(key=f"moved-{key}", table=rows, description=f"What this run moved: {about}.")
