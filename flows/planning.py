"""Planning: a requested plan is computed, audited and kept as a proposal."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.PLANNING, flow_run_name="planning: {about}")
async def planning(steps: list[str], about: str) -> list[str]:
    """Compute these requested plans, each kept in one transaction; gives what became of each."""
    return await work(FlowName.PLANNING, steps, about)
