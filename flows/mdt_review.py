"""MDT review: cases reach the agenda, and what was put off comes back."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.MDT_REVIEW, flow_run_name="mdt_review: {about}")
async def mdt_review(steps: list[str], about: str) -> list[str]:
    """Work these due steps of cases before the meeting, each in one transaction; gives what became of each."""
    return await work(FlowName.MDT_REVIEW, steps, about)
