"""Due steps: what falls due is claimed under a lease, worked once, and finished, refused, tried again or parked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, and_, col, or_, select

from db import audit
from db.localtime import start_of_day, timezone_of
from db.tables import CaseRow, DueStepRow, TaskRow
from db.words import StepState
from scheduler.errors import NotFoundError, StaleVersionError
from scheduler.vocabulary import Role

OPEN = (StepState.WAITING, StepState.TAKEN)
HELD = "held step"
_BY_ID = select(DueStepRow).where(col(DueStepRow.id) == bindparam("id")).with_for_update()
_BY_KEY = select(DueStepRow).where(col(DueStepRow.key).in_(bindparam("keys", expanding=True)))
_OF_CASES = select(DueStepRow).where(
    col(DueStepRow.case_ref).in_(bindparam("refs", expanding=True)), col(DueStepRow.state).in_(OPEN)
)
_OF_NAMES = _OF_CASES.where(col(DueStepRow.name).in_(bindparam("names", expanding=True)))
LONGEST_ERROR = 500  # characters kept of why a step failed


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """One step as it stands; `fence` tells one lease from the next."""

    id: str
    key: str
    name: str
    case_ref: str | None
    payload: Mapping[str, object]
    due_at: datetime
    state: StepState
    owner: str | None
    fence: int
    failures: int
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    """One step to be added."""

    key: str
    name: str
    due_at: datetime
    case_ref: str | None
    payload: Mapping[str, object]


def enqueue(
    session: Session,
    *,
    key: str,
    name: str,
    due_at: datetime,
    case_ref: str | None = None,
    payload: Mapping[str, object] | None = None,
    revive: bool = False,
) -> bool:
    """Add a step; its key is unique for ever, so a second one with the same key is ignored. Says whether it is new.

    With `revive`, a step of that key that was dropped, or worked already, comes back instead: a case that comes to a
    state for the second time in a day is asked for the same again.
    """
    asked = NewStep(key=key, name=name, due_at=due_at, case_ref=case_ref, payload=payload or {})
    return enqueue_each(session, [asked], revive=revive) == 1


def enqueue_each(session: Session, steps: Sequence[NewStep], *, revive: bool = False) -> int:
    """Do the same for several steps, written together; says how many are new or came back."""
    if not steps:
        return 0
    known = {row.key: row for row in session.exec(_BY_KEY, params={"keys": [step.key for step in steps]})}
    there = [(step, known[step.key]) for step in steps if step.key in known]
    back = [(step, row) for step, row in there if revive and row.state not in OPEN]
    for step, row in back:
        row.state, row.due_at, row.finished_at = StepState.WAITING, step.due_at, None
        row.failures = 0
    new = [step for step in steps if step.key not in known]
    for step in new:
        add(session, step)
    session.flush()
    return len(back) + len(new)


def add(session: Session, step: NewStep) -> None:
    """Add a step of a key that nothing can have had before, with whatever else the transaction writes."""
    session.add(
        DueStepRow(
            key=step.key,
            name=step.name,
            case_ref=step.case_ref,
            payload=dict(step.payload),
            due_at=step.due_at,
            created_at=audit.attribution(session).now,
        )
    )


def timer_key(case_ref: str, name: str, about: str) -> str:
    """Give the key of a case's timer; `about` tells timers of one name apart."""
    return f"{case_ref}:{name}:{about}"


def set_timer(
    session: Session, case_ref: str, *, name: str, about: str, due_on: date, told: Mapping[str, object]
) -> bool:
    """Set a timer of a case that falls due as a local day begins, or bring back the one it was; says if it is new."""
    asked = timer(session, case_ref, name=name, about=about, due_on=due_on, told=told)
    return enqueue_each(session, [asked], revive=True) == 1


def timer(
    session: Session, case_ref: str, *, name: str, about: str, due_on: date, told: Mapping[str, object]
) -> NewStep:
    """Make the step of such a timer; `told` is what its task will say, and to which role."""
    return NewStep(
        key=timer_key(case_ref, name, about),
        name=name,
        due_at=start_of_day(due_on, timezone_of(session)),
        case_ref=case_ref,
        payload={**told, "due_on": due_on.isoformat()},
    )


def due(
    session: Session,
    *,
    now: datetime,
    limit: int = 100,
    names: Collection[str] | None = None,
    case_ref: str | None = None,
) -> list[DueStep]:
    """List what is due and not under a live lease, of one case or of all, oldest first, without claiming it."""
    asked = select(DueStepRow).where(_claimable(now)).order_by(col(DueStepRow.due_at), col(DueStepRow.id)).limit(limit)
    if names is not None:
        asked = asked.where(col(DueStepRow.name).in_(names))
    if case_ref is not None:
        asked = asked.where(DueStepRow.case_ref == case_ref)
    return [_step(row) for row in session.exec(asked)]


def next_due(session: Session, *, name: str, case_ref: str | None = None) -> datetime | None:
    """Give when the next open step of this name, of a case or of none, falls due; None when none is open."""
    asked = select(DueStepRow.due_at).where(
        DueStepRow.name == name,
        col(DueStepRow.state).in_(OPEN),
        col(DueStepRow.case_ref).is_(None) if case_ref is None else DueStepRow.case_ref == case_ref,
    )
    return session.exec(asked.order_by(col(DueStepRow.due_at)).limit(1)).first()


def claim_due(
    session: Session,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    limit: int = 20,
    ids: Collection[str] | None = None,
    names: Collection[str] | None = None,
) -> list[DueStep]:
    """Take due steps under a lease, skipping those another worker is taking; an expired lease may be taken over."""
    asked = select(DueStepRow).where(_claimable(now)).order_by(col(DueStepRow.due_at), col(DueStepRow.id)).limit(limit)
    for column, wanted in ((col(DueStepRow.id), ids), (col(DueStepRow.name), names)):
        asked = asked.where(column.in_(wanted)) if wanted is not None else asked
    rows = session.exec(asked.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.state, row.owner, row.lease_until = StepState.TAKEN, owner, now + lease
        row.fence += 1
    session.flush()
    return [_step(row) for row in rows]


def hold(session: Session, step: DueStep) -> None:
    """Make sure the lease is still ours before anything is written for the step; a late worker is stopped here."""
    session.info[HELD] = _held(session, step)


def is_held(session: Session, step: DueStep) -> bool:
    """Say whether the lease is still ours; no other worker has taken the step over."""
    row = session.exec(_BY_ID, params={"id": step.id}).first()
    return row is not None and _is_ours(row, step)


def lengthen(session: Session, step: DueStep, until: datetime) -> None:
    """Hold the lease until then, for work whose length is known beforehand."""
    _held(session, step).lease_until = until
    session.flush()


def finish(session: Session, step: DueStep, *, now: datetime) -> None:
    """The step is done, in the same transaction as what it did."""
    held: DueStepRow | None = session.info.pop(HELD, None)  # locked since, so it is still ours
    _end(held if held is not None and held.id == step.id else _held(session, step), StepState.DONE, now)


def note(session: Session, step: DueStep, says: str) -> None:
    """Keep in words what working a step came to."""
    row = _held(session, step)
    row.payload = {**row.payload, "says": says}
    session.flush()


def refuse(session: Session, step: DueStep, *, now: datetime, why: str) -> None:
    """The step no longer makes sense: keep the reason, and never try it again."""
    row = _held(session, step)
    row.last_error = why[:LONGEST_ERROR]
    _end(row, StepState.REFUSED, now)
    audit.record(session, action="refuse_step", entity="due_step", ref=row.case_ref or row.id, why=row.last_error)


def fail(
    session: Session, step: DueStep, *, now: datetime, error: str, park_after: int = 5, pause: timedelta
) -> StepState:
    """The step went wrong: try it again after a pause, or park it as somebody's task once it has failed too often."""
    row = _held(session, step)
    row.failures += 1
    row.last_error = error[:LONGEST_ERROR]
    if row.failures < park_after:
        row.state, row.owner, row.lease_until, row.due_at = StepState.WAITING, None, None, now + pause
        session.flush()
        return row.state
    _end(row, StepState.PARKED, now)
    session.add(_task_for(session, row, now))
    audit.record(session, action="park_step", entity="due_step", ref=row.case_ref or row.id, why=row.last_error)
    return row.state


def retry_parked(session: Session, step_id: str, *, now: datetime) -> None:
    """Put a parked step back to work, with a clean count."""
    row = session.get(DueStepRow, step_id)
    if row is None or row.state is not StepState.PARKED:
        raise NotFoundError("No parked step has this id.")
    row.state, row.failures, row.due_at, row.owner, row.finished_at = StepState.WAITING, 0, now, None, None
    audit.record(session, action="retry_step", entity="due_step", ref=row.case_ref or row.id)


def cancel(
    session: Session,
    *,
    refs: Collection[str],
    names: Collection[str] = (),
    keeping: Collection[str] = (),
    now: datetime,
) -> int:
    """Drop the waiting steps of these cases and names, or all of them but those kept; says how many."""
    of_cases = {"refs": list(refs)}
    asked = (_OF_NAMES, {**of_cases, "names": list(names)}) if names else (_OF_CASES, of_cases)
    rows = session.exec(asked[0], params=asked[1]).all()
    dropped = [row for row in rows if row.state is StepState.WAITING and row.name not in keeping]
    for row in dropped:
        _end(row, StepState.CANCELLED, now)
    session.flush()
    return len(dropped)


def parked(session: Session) -> list[DueStep]:
    """List the steps that were given up on."""
    asked = select(DueStepRow).where(DueStepRow.state == StepState.PARKED).order_by(col(DueStepRow.due_at))
    return [_step(row) for row in session.exec(asked)]


def finished(session: Session, name: str) -> list[DueStep]:
    """List the steps of one name that were worked, by when they were due."""
    asked = select(DueStepRow).where(DueStepRow.name == name, DueStepRow.state == StepState.DONE)
    return [_step(row) for row in session.exec(asked.order_by(col(DueStepRow.due_at)))]


def states(session: Session) -> dict[str, StepState]:
    """Say how every step stands, by its key."""
    return {row.key: row.state for row in session.exec(select(DueStepRow))}


def _claimable(now: datetime) -> ColumnElement[bool]:
    waiting = and_(col(DueStepRow.state) == StepState.WAITING, col(DueStepRow.due_at) <= now)
    abandoned = and_(col(DueStepRow.state) == StepState.TAKEN, col(DueStepRow.lease_until) <= now)
    return or_(waiting, abandoned)


def _held(session: Session, step: DueStep) -> DueStepRow:
    row = session.exec(_BY_ID, params={"id": step.id}).first()
    if row is None or not _is_ours(row, step):
        raise StaleVersionError(f"The step '{step.name}' was taken over by another worker, which will finish it.")
    return row


def _is_ours(row: DueStepRow, step: DueStep) -> bool:
    return (row.state, row.owner, row.fence) == (StepState.TAKEN, step.owner, step.fence)


def _end(row: DueStepRow, state: StepState, now: datetime) -> None:
    row.state, row.lease_until, row.finished_at = state, None, now


def _task_for(session: Session, row: DueStepRow, now: datetime) -> TaskRow:
    found = session.exec(select(CaseRow.id).where(CaseRow.ref == row.case_ref)).first() if row.case_ref else None
    says = f"The step '{row.name}' failed {row.failures} times and was set aside. Look at its error, then retry it."
    return TaskRow(case_id=found, kind="parked_step", role=Role.ADMINISTRATOR, says=says, made_at=now)


def _step(row: DueStepRow) -> DueStep:
    return DueStep(
        id=row.id,
        key=row.key,
        name=row.name,
        case_ref=row.case_ref,
        payload=dict(row.payload),
        due_at=row.due_at,
        state=row.state,
        owner=row.owner,
        fence=row.fence,
        failures=row.failures,
        last_error=row.last_error,
    )
