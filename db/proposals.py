"""Proposals: a planning run from the asking to the answer, kept with the problem it solved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from db import audit, writes
from db.audit import Author
from db.mapping import Planning
from db.tables import ProposalRow
from db.words import ProposalStatus
from scheduler.documents.plans import read_plan, write_plan
from scheduler.documents.problems import read_problem, write_problem
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.plan import Plan, Unscheduled
from scheduler.problem import SchedulingProblem

T = TypeVar("T")

REQUEST = "request_plan"
WORKING = (ProposalStatus.QUEUED, ProposalStatus.RUNNING)
PART_OF = "part_of"  # the proposal that a part was taken from
FIGURES = "figures"  # a plan's counts and cost, beside how it was made
FAULT = "fault"  # of the planner, beside how a run was made: one of the two that follow
REFUSED, HUNG = "refused", "hung"
LOOKED_AT = "proposals"
BULKY = ("problem", "plan", "versions")  # columns too large to read for a line about a proposal


def request(
    session: Session,
    *,
    start: date,
    end: date,
    actor: Author,
    now: datetime,
    options: Mapping[str, object] | None = None,
    write_id: str | None = None,
) -> str:
    """Ask for a plan of these dates; gives the proposal's id."""
    done = writes.earlier(session, write_id, REQUEST)
    if done is not None:
        return str(done["id"])
    row = ProposalRow(start=start, finish=end, asked_at=now, asked_by=actor.name, options=dict(options or {}))
    session.add(row)
    audit.record(session, action=REQUEST, entity="proposal", ref=row.id)
    writes.finish(session, write_id, {"id": row.id})
    return row.id


def begin(session: Session, proposal_id: str, made: Planning, *, now: datetime) -> None:
    """Keep the problem a run works on, with the versions it was read at."""
    row = _open(session, proposal_id)
    row.status, row.started_at = ProposalStatus.RUNNING, now
    _keep_problem(row, made)
    audit.record(session, action="begin_plan", entity="proposal", ref=proposal_id)


def progress(session: Session, proposal_id: str, facts: Mapping[str, object]) -> None:
    """Say how far a run has come."""
    row = _open(session, proposal_id)
    row.progress = audit.plain_map(facts)
    session.flush()


def finish(session: Session, proposal_id: str, plan: Plan, *, now: datetime, run: Mapping[str, object]) -> None:
    """Keep the plan a run found, with what it was run with."""
    row = _open(session, proposal_id)
    row.status, row.finished_at = ProposalStatus.READY, now
    row.run = audit.plain_map(run)
    _keep_plan(row, plan)
    audit.record(session, action="finish_plan", entity="proposal", ref=proposal_id, facts={"cost": plan.cost})


def give_up(session: Session, proposal_id: str, *, why: str, now: datetime, fault: str = "") -> None:
    """Keep why a run gave no plan, and what was wrong with the planner itself if it was to blame."""
    row = _open(session, proposal_id)
    row.status, row.finished_at, row.failure = ProposalStatus.FAILED, now, why
    row.run = {**row.run, FAULT: fault} if fault else row.run
    audit.record(session, action="fail_plan", entity="proposal", ref=proposal_id, why=why)


def withdraw(
    session: Session,
    proposal_id: str,
    *,
    now: datetime,
    expected_version: int | None = None,
    why: str | None = None,
) -> None:
    """Set a proposal aside, or end its run before it has a plan; a published one stays."""
    row = proposal_row(session, proposal_id, lock=True)
    row.expect(expected_version)
    if row.status is ProposalStatus.PUBLISHED:
        raise NeurolistError("This proposal is published. Plan again to change what it booked.")
    row.status, row.finished_at = ProposalStatus.WITHDRAWN, row.finished_at or now
    row.failure = why or row.failure
    audit.record(session, action="withdraw_proposal", entity="proposal", ref=proposal_id, why=why)


def wanted(session: Session, proposal_id: str) -> bool:
    """Say whether a run still has something to do: nobody ended it, and it has no plan yet."""
    return proposal_row(session, proposal_id).status in WORKING


def adapt(session: Session, proposal_id: str, made: Planning, plan: Plan, *, expected_version: int | None) -> None:
    """Let a ready plan follow what has changed since it was made; what nobody touched stays as it was proposed."""
    row = proposal_row(session, proposal_id, lock=True)
    row.expect(expected_version)
    must_be_ready(row)
    _keep_problem(row, made)
    _keep_plan(row, plan)
    audit.record(session, action="rebase_proposal", entity="proposal", ref=proposal_id, facts={"cost": plan.cost})


def part_of(
    session: Session,
    proposal_id: str,
    made: Planning,
    plan: Plan,
    *,
    actor: Author,
    now: datetime,
    expected_version: int | None,
) -> str:
    """Keep part of a ready plan as a proposal of its own; gives its id. The rest of the plan stays ready."""
    whole = proposal_row(session, proposal_id, lock=True)
    whole.expect(expected_version)
    must_be_ready(whole)
    row = ProposalRow(
        status=ProposalStatus.READY,
        start=whole.start,
        finish=whole.finish,
        asked_at=now,
        asked_by=actor.name,
        options={PART_OF: proposal_id},
        started_at=now,
        finished_at=now,
    )
    _keep_problem(row, made)
    _keep_plan(row, plan)
    session.add(row)
    audit.record(session, action="take_part", entity="proposal", ref=row.id, facts={PART_OF: proposal_id})
    return row.id


def must_be_ready(row: ProposalRow) -> None:
    """Refuse a proposal that is anything but ready to be published."""
    if row.status is not ProposalStatus.READY:
        raise NeurolistError(f"This proposal is {row.status.value}; only a ready one can be published.")


def _keep_problem(row: ProposalRow, made: Planning) -> None:
    row.problem = _document(write_problem(made.problem))
    _read_once(row, "problem", lambda: made.problem)
    row.versions = {
        "cases": dict(made.versions["cases"]),
        "lists": dict(made.versions["lists"]),
        "left_out": [{"case": left.case, "reasons": list(left.reasons)} for left in made.left_out],
    }


def _keep_plan(row: ProposalRow, plan: Plan) -> None:
    row.plan = _document(write_plan(plan))
    _read_once(row, "plan", lambda: plan)
    row.run = {**row.run, FIGURES: _counted(row)}


def figures_of(row: ProposalRow) -> Mapping[str, int]:
    """Give a plan's counts and cost; those of a plan kept before they were kept with it are counted now."""
    kept = row.run.get(FIGURES)
    if isinstance(kept, dict):
        return kept
    return {} if row.plan is None else _counted(row)


def _counted(row: ProposalRow) -> dict[str, int]:
    plan, cases = row.plan or {}, {str(case["id"]): case for case in _rows(row.problem or {}, "cases")}
    bookings = _rows(plan, "bookings")
    return {
        "placed": len(bookings),
        "moved": sum(_moved(booking, cases[str(booking["case"])].get("previous")) for booking in bookings),
        "left_over": len(_rows(plan, "unscheduled")) + len(left_out_of(row)),
        **{name: int(str(plan[name])) for name in ("cost", "bound") if name in plan},
    }


def _rows(document: Mapping[str, object], name: str) -> list[dict[str, object]]:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _moved(booking: Mapping[str, object], before: object) -> bool:
    if not isinstance(before, dict):
        return False
    starts = [datetime.fromisoformat(str(found["start"])) for found in (booking, before)]
    return before["session"] != booking["session"] or starts[0] != starts[1]


def proposal_row(session: Session, proposal_id: str, *, lock: bool = False) -> ProposalRow:
    """Find a proposal."""
    asked = select(ProposalRow).where(ProposalRow.id == proposal_id)
    row = session.exec(asked.with_for_update() if lock else asked).first()
    if row is None:
        raise NotFoundError("No proposal has this id.")
    session.info.setdefault(LOOKED_AT, {})[proposal_id] = row  # with what was read of it, until the transaction ends
    return row


def problem_of(row: ProposalRow) -> SchedulingProblem:
    """Read the problem a proposal was made for."""
    if row.problem is None:
        raise NotFoundError("This proposal has not been worked on yet.")
    return _read_once(row, "problem", lambda: read_problem(json.dumps(row.problem)))


def plan_of(row: ProposalRow) -> Plan:
    """Read the plan a proposal holds."""
    problem = problem_of(row)
    if row.plan is None:
        raise NotFoundError("This proposal has no plan yet.")
    return _read_once(row, "plan", lambda: read_plan(json.dumps(row.plan), problem))


def _read_once(row: ProposalRow, name: str, read: Callable[[], T]) -> T:
    """Keep with a row what was read of it, for several look at it in one act; a new document is read again."""
    known, documents = inspect(row).info, (row.problem, row.plan if name == "plan" else None)
    if name not in known or any(new is not old for new, old in zip(documents, known[name][0], strict=True)):
        known[name] = documents, read()
    found: T = known[name][1]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """What was read of a proposal that has a plan, and of which version of it."""

    version: int
    problem: SchedulingProblem
    plan: Plan


def read_of(row: ProposalRow) -> ReadPlan:
    """Give what a proposal holds, for another transaction to go by."""
    return ReadPlan(version=row.version, problem=problem_of(row), plan=plan_of(row))


def recall(row: ProposalRow, read: ReadPlan) -> None:
    """Take over what another transaction read of a proposal, where nobody has changed it since."""
    if row.version == read.version:
        _read_once(row, "problem", lambda: read.problem)
        _read_once(row, "plan", lambda: read.plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class NightlyPlan:
    """The plan last asked for at night: how it stands, and the state of things it was asked for."""

    id: str
    status: ProposalStatus
    seen: str


def last_nightly(session: Session) -> NightlyPlan | None:
    """Give the plan last asked for at night; None when there was none yet."""
    asked = select(ProposalRow.id, ProposalRow.options).order_by(col(ProposalRow.asked_at).desc())
    nightly = next(((made, options["nightly"]) for made, options in session.exec(asked) if "nightly" in options), None)
    if nightly is None:
        return None
    made, seen = nightly
    return NightlyPlan(id=made, status=proposal_row(session, made).status, seen=str(seen))


def left_out_of(row: ProposalRow) -> tuple[Unscheduled, ...]:
    """List the waiting cases that could not be planned at all, with the reasons."""
    found = row.versions.get("left_out", [])
    rows = found if isinstance(found, list) else []
    return tuple(Unscheduled(case=str(one["case"]), reasons=tuple(one["reasons"])) for one in rows)


def working(session: Session) -> Sequence[str]:
    """List the proposals asked for or being worked on, oldest first."""
    asked = select(ProposalRow.id).where(col(ProposalRow.status).in_(WORKING))
    return session.exec(asked.order_by(col(ProposalRow.asked_at))).all()


def _open(session: Session, proposal_id: str) -> ProposalRow:
    row = proposal_row(session, proposal_id, lock=True)
    if row.status not in WORKING:
        raise NeurolistError(f"This proposal is {row.status.value}, so its run has nothing left to do.")
    return row


def _document(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)
    return found
