"""Publishing: what follows a published plan, such as proposals it overtook."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.PUBLISHING, flow_run_name="publishing: {about}")
async def publishing(steps: list[str], about: str) -> list[str]:
    """Work these due steps of published plans, each in one transaction; gives what became of each."""
    return await work(FlowName.PUBLISHING, steps, about)
