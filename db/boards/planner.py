"""How the planner stands: a run that should have come back, and a last plan that was refused or ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db.proposals import FAULT
from db.tables import ProposalRow
from db.words import ProposalStatus

ALLOWED = timedelta(seconds=8)  # beyond its time limit, for reading the problem and checking the plan
SOLVED = (ProposalStatus.READY, ProposalStatus.PUBLISHED, ProposalStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerNow:
    """How many runs are past their time, and what was wrong with the newest answer; empty when nothing was."""

    overdue: int
    fault: str


def planner_now(session: Session, *, now: datetime) -> PlannerNow:
    """Look at the runs under way and at the newest that ended."""
    running = select(ProposalRow.started_at, ProposalRow.options).where(ProposalRow.status == ProposalStatus.RUNNING)
    asked = select(ProposalRow.run).where(
        col(ProposalRow.status).in_(SOLVED), col(ProposalRow.finished_at).is_not(None)
    )
    newest = session.exec(asked.order_by(col(ProposalRow.finished_at).desc()).limit(1)).first()
    late = (
        started is not None and now - started > timedelta(seconds=float(str(options["time_limit"]))) + ALLOWED
        for started, options in session.exec(running)
        if options.get("time_limit") is not None
    )
    return PlannerNow(overdue=sum(late), fault=str((newest or {}).get(FAULT, "")))
