"""What one person asks for and a different one approves or declines; nothing is done before, and change voids it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db import audit
from db.audit import Author
from db.facts import case_row
from db.localtime import local_date
from db.protocol import protocol
from db.tables import ApprovalRow, CaseRow, ProposalRow
from db.words import ApprovalKind, ApprovalState
from scheduler.errors import (
    BadInputError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
    TransitionNotAllowedError,
)

LASTS = "approval_lasts."  # the protocol's value for each kind, in hours
LEAST_OF_ID = 6  # characters of an id that a person may type in place of the whole
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """One request as people see it; `lapsed` says why an open one can no longer be approved, empty while it can."""

    id: str
    kind: ApprovalKind
    ref: str | None
    proposal: str | None
    says: str
    reason: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    expires_at: datetime
    state: ApprovalState
    decided_name: str
    decided_at: datetime | None
    decision: str
    version: int
    lapsed: str

    @property
    def about(self) -> str:
        """Name what it is about, as the audit trail does."""
        return self.ref or self.proposal or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for: about one case or one proposed plan, as it stood at this version."""

    kind: ApprovalKind
    says: str
    reason: str
    version: int
    payload: Mapping[str, object]
    ref: str | None = None
    proposal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What a second person has approved and is now to be done."""

    id: str
    reason: str
    payload: Mapping[str, object]
    asker: Author
    version: int


def ask(session: Session, asking: Asking) -> str:
    """Keep a request until another person decides; gives its id. One at a time of a kind for each case or plan."""
    reason = said(asking.reason)
    bound = audit.attribution(session)
    case = None if asking.ref is None else case_row(session, asking.ref)
    for row in _asked_of(session, asking.kind, case, asking.proposal):
        if not lapsed(session, row, bound.now):
            raise TransitionNotAllowedError(
                f"{row.asked_name} has asked for this already. Have it decided, or take it back, before asking again."
            )
        _void(session, row, bound.now)
    made = ApprovalRow(
        kind=asking.kind,
        case_id=case.id if case else None,
        proposal_id=asking.proposal,
        about_version=asking.version,
        says=asking.says,
        reason=reason,
        payload=audit.plain_map(asking.payload),
        asked_by=bound.author.id,
        asked_name=bound.author.name,
        asked_role=bound.author.role,
        asked_at=bound.now,
        expires_at=bound.now + _lasts(session, asking.kind, bound.now),
    )
    session.add(made)
    audit.record(
        session, action=f"ask_{asking.kind.value}", entity="approval", ref=_about(session, made), facts={"id": made.id}
    )
    return made.id


def lines(
    session: Session,
    *,
    now: datetime,
    kind: ApprovalKind | None = None,
    ref: str | None = None,
    proposal: str | None = None,
    every: bool = False,
) -> tuple[ApprovalLine, ...]:
    """List the requests that wait for a second person, or with `every` the decided ones too, the newest first."""
    asked = select(ApprovalRow).order_by(col(ApprovalRow.asked_at).desc(), ApprovalRow.id)
    if not every:
        asked = asked.where(ApprovalRow.state == ApprovalState.ASKED)
    if kind is not None:
        asked = asked.where(ApprovalRow.kind == kind)
    if proposal is not None:
        asked = asked.where(ApprovalRow.proposal_id == proposal)
    if ref is not None:
        asked = asked.where(col(ApprovalRow.case_id).in_(select(CaseRow.id).where(CaseRow.ref == ref)))
    return tuple(_line(session, row, now) for row in session.exec(asked))


def line(session: Session, approval_id: str, *, now: datetime) -> ApprovalLine:
    """Give one request; its id may be shortened to its first characters."""
    return _line(session, _row(session, approval_id), now)


def payload_of(session: Session, approval_id: str) -> Approved:
    """Give what is to be done once a request is approved; nothing is approved by this."""
    return _what(_row(session, approval_id))


def must_be_another(asked: ApprovalLine | ApprovalRow, person: str, name: str) -> None:
    """Raise NotPermittedError for the person who asked: the second person is somebody else."""
    if asked.asked_by == person:
        raise NotPermittedError(f"{name} asked for this, so somebody else must approve it.")


def approve(session: Session, approval_id: str, *, expected_version: int | None = None) -> Approved:
    """Note that a different person approves, as the first thing of the transaction that then does it; see `done`.

    Raises NotPermittedError for whoever asked, StaleVersionError when it was decided, has run out or was overtaken.
    """
    row, bound = _open(session, approval_id, expected_version), audit.attribution(session)
    must_be_another(row, bound.author.id, bound.author.name)
    found = lapsed(session, row, bound.now)
    if found:
        raise StaleVersionError(found)
    _decide(row, ApprovalState.APPROVED, bound.author, bound.now)
    session.flush()
    return _what(row)


def _what(row: ApprovalRow) -> Approved:
    return Approved(
        id=row.id,
        reason=row.reason,
        payload=row.payload,
        asker=Author(id=row.asked_by, name=row.asked_name, role=row.asked_role),
        version=row.about_version,
    )


def done(session: Session, approval_id: str, **facts: object) -> None:
    """Note that what was approved has been done, as the last thing of the transaction that did it."""
    row = session.get_one(ApprovalRow, approval_id)
    row.done_at = audit.attribution(session).now
    told = {"id": row.id, "asked_by": row.asked_by, **facts}
    about = _about(session, row)
    audit.record(session, action=f"approve_{row.kind.value}", entity="approval", ref=about, facts=told)


def decline(session: Session, approval_id: str, *, reason: str, expected_version: int | None = None) -> ApprovalState:
    """Turn a request down, or take back one's own; nothing is done."""
    row, bound = _open(session, approval_id, expected_version), audit.attribution(session)
    state = ApprovalState.WITHDRAWN if row.asked_by == bound.author.id else ApprovalState.DECLINED
    row.decision = said(reason)
    _decide(row, state, bound.author, bound.now)
    verb = "withdraw" if state is ApprovalState.WITHDRAWN else "decline"
    about = _about(session, row)
    audit.record(session, action=f"{verb}_{row.kind.value}", entity="approval", ref=about, facts={"id": row.id})
    return state


def void(session: Session, approval_id: str) -> None:
    """Close a request that has lapsed, so that it is asked for no longer; one that has not stays open."""
    row, now = _row(session, approval_id), audit.attribution(session).now
    if row.state is ApprovalState.ASKED and lapsed(session, row, now):
        _void(session, row, now)


def lapsed(session: Session, row: ApprovalRow, now: datetime) -> str:
    """Say why a request can no longer be approved: its time is over, or what it is about has changed."""
    if row.state is not ApprovalState.ASKED:
        return ""
    if now >= row.expires_at:
        return f"The request of {row.asked_name} has run out. Ask again if it is still wanted."
    if _version_now(session, row) != row.about_version:
        return f"What {row.asked_name} asked about has changed since. Look at it again, and ask again."
    return ""


def said(reason: str) -> str:
    """Give a reason without the space around it; BadInputError when there is none or it is too long."""
    found = reason.strip()
    if not found:
        raise BadInputError.of("reason", "say why, for the person who decides and for the trail.")
    if len(found) > LONGEST_REASON:
        raise BadInputError.of("reason", f"write at most {LONGEST_REASON} characters.")
    return found


def _lasts(session: Session, kind: ApprovalKind, now: datetime) -> timedelta:
    rules = protocol(session, local_date(session, now))
    return timedelta(hours=rules.hours(f"{LASTS}{kind.value}"))


def _void(session: Session, row: ApprovalRow, now: datetime) -> None:
    row.state, row.decided_at = ApprovalState.VOID, now
    about = _about(session, row)
    audit.record(session, action=f"void_{row.kind.value}", entity="approval", ref=about, facts={"id": row.id})


def _decide(row: ApprovalRow, state: ApprovalState, who: Author, now: datetime) -> None:
    row.state, row.decided_by, row.decided_name, row.decided_at = state, who.id, who.name, now


def _asked_of(session: Session, kind: ApprovalKind, case: CaseRow | None, proposal: str | None) -> list[ApprovalRow]:
    asked = select(ApprovalRow).where(ApprovalRow.kind == kind, ApprovalRow.state == ApprovalState.ASKED)
    if case is not None:
        return list(session.exec(asked.where(ApprovalRow.case_id == case.id)))
    return list(session.exec(asked.where(ApprovalRow.proposal_id == proposal)))


def _row(session: Session, approval_id: str) -> ApprovalRow:
    row = session.get(ApprovalRow, approval_id)
    if row is None and len(approval_id) >= LEAST_OF_ID:
        like = select(ApprovalRow).where(col(ApprovalRow.id).startswith(approval_id, autoescape=True))
        found = session.exec(like.limit(2)).all()
        row = found[0] if len(found) == 1 else None
    if row is None:
        raise NotFoundError("No request for a second person has this id. List them with: neurolist approvals list")
    return row


def _open(session: Session, approval_id: str, expected_version: int | None) -> ApprovalRow:
    row = _row(session, approval_id)
    row.expect(expected_version)
    if row.state is not ApprovalState.ASKED:
        who = f"{row.decided_name} has decided about this already: it" if row.decided_name else "This request"
        raise StaleVersionError(f"{who} is {row.state.value}.")
    return row


def _version_now(session: Session, row: ApprovalRow) -> int:
    if row.case_id is not None:
        return session.get_one(CaseRow, row.case_id).version
    return session.get_one(ProposalRow, row.proposal_id).version


def _about(session: Session, row: ApprovalRow) -> str:
    return session.get_one(CaseRow, row.case_id).ref if row.case_id else str(row.proposal_id)


def _line(session: Session, row: ApprovalRow, now: datetime) -> ApprovalLine:
    return ApprovalLine(
        id=row.id,
        kind=row.kind,
        ref=session.get_one(CaseRow, row.case_id).ref if row.case_id else None,
        proposal=row.proposal_id,
        says=row.says,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_name=row.asked_name,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        state=row.state,
        decided_name=row.decided_name,
        decided_at=row.decided_at,
        decision=row.decision,
        version=row.version,
        lapsed=lapsed(session, row, now),
    )
