"""Records are kept as long as the protocol says, and destroyed when one person proposes it and another approves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import approvals, destroying, retention, writes
from db.approvals import ApprovalLine, Asking
from db.audit import record
from db.retention import DisposalLine, HoldLine, Kept
from db.words import ApprovalKind, ApprovalState
from flows.outbox.to_files import remove_letters
from flows.permissions import Action
from scheduler.errors import NotFoundError, TransitionNotAllowedError

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from db.audit import Author
    from flows.desk import Desk


APPROVED, DECLINED = "approve_request", "decline_request"  # what the writes are called, so that a repeat finds them


class Retention:
    """Everything about how long records are kept, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def due(self) -> tuple[Kept, ...]:
        """List the cases whose records may be destroyed, each with why; nothing happens to them by itself."""
        self.desk._permitted(Action.LOOK_AT_RETENTION, "retention", "due")
        today = self.desk.today()
        with self.desk.service.database.reading() as session:
            return retention.due(session, today)

    def judge(self, ref: str) -> Kept:
        """Say whether one case's record may be destroyed today, with everything in the way."""
        self.desk._permitted(Action.LOOK_AT_RETENTION, "retention", ref)
        today = self.desk.today()
        with self.desk.service.database.reading() as session:
            return retention.judge(session, ref, today)

    def proposed(self) -> tuple[ApprovalLine, ...]:
        """List the destructions that wait for a second person."""
        self.desk._permitted(Action.LOOK_AT_RETENTION, "retention", "proposed")
        now = self.desk.now()
        with self.desk.service.database.reading() as session:
            return approvals.lines(session, now=now, kind=ApprovalKind.DESTROY)

    def holds(self) -> tuple[HoldLine, ...]:
        """List the cases under a legal hold."""
        self.desk._permitted(Action.LOOK_AT_RETENTION, "retention", "holds")
        with self.desk.service.database.reading() as session:
            return retention.holds(session)

    def register(self) -> tuple[DisposalLine, ...]:
        """Give the register of disposals, which names people; that this person read it goes into the audit trail."""
        author = self.desk._permitted(Action.READ_REGISTER, "disposal", "register")
        return self.desk._write(author, retention.register)

    # Acting

    def propose(self, ref: str, *, reason: str, write_id: str | None = None) -> str:
        """Propose that the record of a case be destroyed; gives the id of the request.

        Raises TransitionNotAllowedError with everything in the way: a case still open, in its period, or held.
        """
        author = self.desk._on_case(Action.PROPOSE_DESTRUCTION, ref)
        today = self.desk.today()

        def work(session: Session) -> str:
            kept = _must_be_due(session, ref, today)
            return approvals.ask(
                session,
                Asking(
                    kind=ApprovalKind.DESTROY,
                    says=f"Destroy the record of case {ref}. {kept.says}",
                    reason=reason,
                    version=kept.version,
                    payload={},
                    ref=ref,
                ),
            )

        return self.desk._do_once(author, ("propose_destruction", write_id), work, again=str)

    def approve(self, ref: str, *, write_id: str | None = None) -> str:
        """Approve the destruction of a case's record that somebody else proposed, which does it."""
        self.desk._permitted(Action.APPROVE_DESTRUCTION, "case", ref)
        kept = kept_answer(self.desk, write_id, APPROVED)
        if kept is not None:
            return kept
        self.desk._on_case(Action.APPROVE_DESTRUCTION, ref)
        return self.desk.approvals.approve(self._open(ref).id, write_id=write_id)

    def decline(self, ref: str, *, reason: str, write_id: str | None = None) -> ApprovalState:
        """Turn the destruction of a case's record down, or take back one's own proposal."""
        self.desk._on_case(Action.PROPOSE_DESTRUCTION, ref)
        kept = kept_answer(self.desk, write_id, DECLINED)
        if kept is not None:
            return ApprovalState(kept)
        return self.desk.approvals.decline(self._open(ref).id, reason=reason, write_id=write_id)

    def hold(self, ref: str, *, reason: str, write_id: str | None = None) -> None:
        """Put a case under a legal hold: its record is not destroyed, whatever its age."""
        author = self.desk._on_case(Action.HOLD_FOR_LAW, ref)
        self.desk._do_once(
            author, ("hold_for_law", write_id), lambda session: retention.hold(session, ref, reason), again=_nothing
        )

    def lift(self, ref: str, *, reason: str, write_id: str | None = None) -> None:
        """Lift the legal hold of a case."""
        author = self.desk._on_case(Action.HOLD_FOR_LAW, ref)
        self.desk._do_once(
            author, ("lift_hold", write_id), lambda session: retention.lift(session, ref, reason), again=_nothing
        )

    # Inside

    def _open(self, ref: str) -> ApprovalLine:
        now = self.desk.now()
        with self.desk.service.database.reading() as session:
            found = approvals.lines(session, now=now, kind=ApprovalKind.DESTROY, ref=ref)
        if not found:
            raise NotFoundError(f"Nobody has proposed that the record of case {ref} be destroyed.")
        return found[0]


def kept_answer(desk: Desk, write_id: str | None, action: str) -> str | None:
    """Give the answer that this write was given before, if it was done."""
    if write_id is None:
        return None
    with desk.service.database.reading() as session:
        kept = writes.answer(session, write_id, action)
    return None if kept is None else str(kept["answer"])


def carry_out(desk: Desk, line: ApprovalLine, author: Author, write_id: str | None) -> str:
    """Destroy what a second person approves, in one transaction; whoever calls this has asked for their role."""
    ref, today, home = str(line.ref), desk.today(), desk.service.home

    def work(session: Session) -> str:
        agreed = approvals.approve(session, line.id)
        kept = _must_be_due(session, ref, today)
        gone = destroying.destroy(session, kept, reason=agreed.reason, asked_by=agreed.asker.name, on=today)
        remove_letters(home, gone.letters)
        record(session, action="destroy_record", entity="case", ref=ref, facts={"rows": gone.rows})
        approvals.done(session, line.id)
        count = sum(gone.rows.values())
        return f"The record of case {ref} is destroyed: {count} rows, and it is in the register of disposals."

    return desk._do_once(author, (APPROVED, write_id), work, again=str)


def _must_be_due(session: Session, ref: str, today: date) -> Kept:
    kept = retention.judge(session, ref, today)
    if not kept.due:
        raise TransitionNotAllowedError(f"The record of case {ref} is not destroyed. {kept.says}")
    return kept


def _nothing(_: object) -> None:
    """Give the answer of a write that has none."""
