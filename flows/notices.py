"""Notices: letters leave the house, each once."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.NOTICES, flow_run_name="notices: {about}")
async def notices(steps: list[str], about: str) -> list[str]:
    """Send the letters of these due steps; gives what became of each, with references only."""
    return await work(FlowName.NOTICES, steps, about)
