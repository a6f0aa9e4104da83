"""Follow-up: each review after the procedure becomes somebody's task on its day."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.FOLLOW_UP, flow_run_name="follow_up: {about}")
async def follow_up(steps: list[str], about: str) -> list[str]:
    """Work these due reviews, each in one transaction; gives what became of each."""
    return await work(FlowName.FOLLOW_UP, steps, about)
