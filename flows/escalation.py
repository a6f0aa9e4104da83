"""Escalation: what is late is told to the next role, once at each level."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.ESCALATION, flow_run_name="escalation: {about}")
async def escalation(steps: list[str], about: str) -> list[str]:
    """Work these due steps of late cases, each in one transaction; gives what became of each."""
    return await work(FlowName.ESCALATION, steps, about)
