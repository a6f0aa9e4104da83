"""Definitive neurolysis: staged dates, treat-by dates and ageing results are chased until the procedure is done."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.DEFINITIVE_NEUROLYSIS, flow_run_name="definitive_neurolysis: {about}")
async def definitive_neurolysis(steps: list[str], about: str) -> list[str]:
    """Work these due steps of definitive procedures, each in one transaction; gives what became of each."""
    return await work(FlowName.DEFINITIVE_NEUROLYSIS, steps, about)
