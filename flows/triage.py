"""Triage: somebody is told when a referral nears its time to be answered."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.TRIAGE, flow_run_name="triage: {about}")
async def triage(steps: list[str], about: str) -> list[str]:
    """Work these due steps of referrals in triage, each in one transaction; gives what became of each."""
    return await work(FlowName.TRIAGE, steps, about)
