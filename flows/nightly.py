"""Each night a plan is asked for, if anybody waits and anything has changed; it stays a proposal until people act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from db import audit, due_steps, proposals, waiting
from db import protocol as protocols
from db.words import ProposalStatus
from flows.handling import Moment
from flows.plan_requests import PLAN_STEP, PlanRequest
from flows.service import MACHINE

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.proposals import NightlyPlan

STANDS = frozenset(set(ProposalStatus) - {ProposalStatus.FAILED})


def propose_tonight(session: Session, at: Moment) -> str:
    """Ask for tonight's plan, or say why there is none; an older night's plan that nobody published is set aside."""
    rules = protocols.protocol(session, at.today)
    start = at.today + timedelta(days=1)
    end = at.today + timedelta(weeks=rules.whole("nightly_plan_covers"))
    asked = PlanRequest(
        proposal="", start=start, end=end, time_limit=float(rules.whole("nightly_plan_searches")), seed=0
    )
    seen = waiting.digest(session, start, end)
    before = proposals.last_nightly(session)
    why_not = _why_not(session, seen, before)
    if why_not is not None:
        audit.record(session, action="skip_nightly_plan", entity="proposal", ref=at.today.isoformat(), why=why_not)
        return f"No plan tonight. {why_not}"
    _set_aside(session, before, at)
    return f"Plan {_ask(session, asked, seen, at)} was asked for."


def _why_not(session: Session, seen: str, before: NightlyPlan | None) -> str | None:
    if not waiting.anybody(session):
        return "No case that is ready waits for a place."
    if before is not None and before.seen == seen and before.status in STANDS:
        return f"Nothing has changed since plan {before.id}, which is {before.status.value}."
    return None


def _set_aside(session: Session, before: NightlyPlan | None, at: Moment) -> None:
    if before is not None and before.status is ProposalStatus.READY:
        proposals.withdraw(session, before.id, now=at.now)


def _ask(session: Session, asked: PlanRequest, seen: str, at: Moment) -> str:
    options = {"time_limit": asked.time_limit, "seed": asked.seed, "risk": asked.risk, "nightly": seen}
    made = proposals.request(session, start=asked.start, end=asked.end, actor=MACHINE, now=at.now, options=options)
    wanted = replace(asked, proposal=made).as_payload()
    due_steps.enqueue(session, key=f"{made}:{PLAN_STEP}", name=PLAN_STEP, due_at=at.now, payload=wanted)
    return made
