"""Nightly planning: each night a plan is asked for if anything has changed, and people decide what becomes of it."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.NIGHTLY_PLANNING, flow_run_name="nightly_planning: {about}")
async def nightly_planning(steps: list[str], about: str) -> list[str]:
    """Work these due steps of nights, each in one transaction; gives what became of each."""
    return await work(FlowName.NIGHTLY_PLANNING, steps, about)
