"""Test block: offers, treat-by dates and results are chased until the block has its result."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.TEST_BLOCK, flow_run_name="test_block: {about}")
async def test_block(steps: list[str], about: str) -> list[str]:
    """Work these due steps of test blocks, each in one transaction; gives what became of each."""
    return await work(FlowName.TEST_BLOCK, steps, about)
