"""Intake: a received referral goes on to triage, or its referrer is asked for what is missing."""

from __future__ import annotations

from prefect import flow

from flows.stage_run import work
from flows.words import FlowName


@flow(name=FlowName.INTAKE, flow_run_name="intake: {about}")
async def intake(steps: list[str], about: str) -> list[str]:
    """Work these due steps of received referrals, each in one transaction; gives what became of each."""
    return await work(FlowName.INTAKE, steps, about)
