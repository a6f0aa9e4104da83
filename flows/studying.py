"""Studies: scenarios and the worth of capacity are worked out beside the plans, which do not wait for them."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.STUDIES, flow_run_name="studies: {about}")
async def studying(steps: list[str], about: str) -> list[str]:
    """Work out these studies, each kept in one transaction; gives what became of each."""
    return await work(FlowName.STUDIES, steps, about)
