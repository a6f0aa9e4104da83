"""Grave acts take two people: one asks with the reason, and a different one approves, which does it, or declines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from db import approvals, cases, clinic, facts
from db import protocol as protocols
from db.approvals import ApprovalLine, Asking
from db.proposals import proposal_row
from db.words import ApprovalKind, ApprovalState
from flows.accepting import PUBLISH, Acceptance, accept, frozen_changes
from flows.handlers import PUBLISHED_STEP
from flows.happened import event_named
from flows.permissions import APPROVING, Action
from flows.retention import APPROVED, DECLINED, carry_out, kept_answer
from flows.steps import run_due_steps
from scheduler.errors import NeurolistError, StaleVersionError
from scheduler.pathway.forms import LEAD_APPROVAL
from scheduler.pathway.happenings import work_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

    from db.audit import Author
    from flows.desk import Desk
    from flows.permissions import Asked
    from scheduler.pathway.events import Happening
    from scheduler.pathway.machine import Step

REASONS = ("override_reason", "reason", LEAD_APPROVAL.key)  # where a form says why, the plainest first
MOST_NAMED = 12  # cases named in a request; more would hide what it asks


class Approvals:
    """Everything that takes a second person, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def open(self, *, ref: str | None = None, proposal: str | None = None) -> tuple[ApprovalLine, ...]:
        """List what waits for a second person, the newest first: all of it, or about one case or plan."""
        now = self.desk.now()
        return self.desk._look(lambda session: approvals.lines(session, now=now, ref=ref, proposal=proposal))

    def all(self, *, ref: str | None = None, proposal: str | None = None) -> tuple[ApprovalLine, ...]:
        """List every request, decided ones too, the newest first."""
        now = self.desk.now()
        return self.desk._look(
            lambda session: approvals.lines(session, now=now, ref=ref, proposal=proposal, every=True)
        )

    # Asking

    def ask_to_publish(
        self,
        proposal_id: str,
        *,
        reason: str,
        cases: Sequence[str] | None = None,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> str:
        """Ask that a plan, or the changes of some cases, be published although frozen days change; gives the id.

        Raises NeurolistError where nothing stands in the way, or something no approval would help.
        """
        chosen = None if cases is None else tuple(cases)
        self.desk._permitted(Action.PUBLISH, "proposal", proposal_id)
        sites = self.desk._sites_of(proposal_id, chosen)
        author = self.desk._permitted(Action.PUBLISH, "proposal", proposal_id, sites=sites)
        asked = Acceptance(proposal=proposal_id, cases=chosen, expected_version=expected_version)
        earlier = kept_answer(self.desk, write_id, "ask_to_publish")
        if earlier is not None:
            return earlier
        frozen = frozen_changes(self.desk.service, asked)
        more = f" and {len(frozen) - MOST_NAMED} more" if len(frozen) > MOST_NAMED else ""
        says = f"Publish this plan although visits on the frozen days change: {', '.join(frozen[:MOST_NAMED])}{more}."

        def work(session: Session) -> str:
            row = proposal_row(session, proposal_id)
            row.expect(expected_version)
            payload = {"cases": None if chosen is None else list(chosen), "frozen": list(frozen)}
            return approvals.ask(
                session,
                Asking(
                    kind=ApprovalKind.PUBLISH,
                    says=says,
                    reason=reason,
                    version=row.version,
                    payload=payload,
                    proposal=proposal_id,
                ),
            )

        return self.desk._do_once(author, ("ask_to_publish", write_id), work, again=str)

    def ask_to_go_ahead(
        self,
        ref: str,
        event: Happening | str,
        details: Mapping[str, object],
        *,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> str:
        """Ask for a step in spite of what stops it, or that is the IR lead's, as the form `details` says; gives the id.

        Raises NeurolistError where the step needs no approval, or something no approval would help is in its way.
        """
        happened = event_named(event)
        author = self.desk._on_case(happened, ref)

        def work(session: Session) -> str:
            row = facts.case_row(session, ref)
            row.expect(expected_version)
            move = self._worked_out(session, ref, happened, details)
            stops = self.desk._not_alone(session, ref, move)
            if not stops:
                raise NeurolistError("Nothing stops this step, so nobody has to approve it: record it.")
            return approvals.ask(
                session,
                Asking(
                    kind=ApprovalKind.GO_AHEAD,
                    says=f"{happened.label}. {' '.join(stops)}",
                    reason=next((str(details[key]) for key in REASONS if details.get(key)), ""),
                    version=row.version,
                    payload={"event": happened.value, "details": dict(details), "on": self.desk.today().isoformat()},
                    ref=ref,
                ),
            )

        return self.desk._do_once(author, ("ask_to_go_ahead", write_id), work, again=str)

    # Deciding

    def approve(self, approval_id: str, *, expected_version: int | None = None, write_id: str | None = None) -> str:
        """Approve what somebody else asked for, which does it; gives what was done, in a sentence.

        Raises NotPermittedError for whoever asked, StaleVersionError when it has lapsed; nothing is done then.
        """
        line = self._line(approval_id)
        kept = kept_answer(self.desk, write_id, APPROVED)
        if kept is not None:
            return kept
        author = self._may_decide(line)
        self.desk._checked(
            author,
            APPROVING[line.kind],
            "approval",
            line.about,
            lambda: approvals.must_be_another(line, self.desk.actor.id, self.desk.actor.name),
        )
        repeated = self.desk._was_done(write_id, PUBLISH)
        if not repeated and expected_version not in {None, line.version}:
            raise StaleVersionError("Somebody decided about this since it was shown. Look at it again.")
        if line.lapsed:
            self.desk._write(author, lambda session: approvals.void(session, line.id))
            raise StaleVersionError(line.lapsed)
        if line.kind is ApprovalKind.PUBLISH:
            return self._publish(line, author, write_id)
        if line.kind is ApprovalKind.GO_AHEAD:
            return self._go_ahead(line, author, write_id)
        return carry_out(self.desk, line, author, write_id)

    def decline(
        self, approval_id: str, *, reason: str, expected_version: int | None = None, write_id: str | None = None
    ) -> ApprovalState:
        """Turn a request down, or take back one's own, with the reason; nothing is done."""
        line = self._line(approval_id)
        author = self._may_decide(line, own=line.asked_by == self.desk.actor.id)
        return self.desk._do_once(
            author,
            (DECLINED, write_id),
            lambda session: approvals.decline(session, line.id, reason=reason, expected_version=expected_version),
            again=lambda kept: ApprovalState(str(kept)),
        )

    # Inside

    def _publish(self, line: ApprovalLine, author: Author, write_id: str | None) -> str:
        with self.desk.service.database.reading() as session:
            asked = approvals.payload_of(session, line.id)
        chosen, frozen = asked.payload.get("cases"), asked.payload.get("frozen")
        acceptance = Acceptance(
            proposal=str(line.proposal),
            cases=tuple(map(str, chosen)) if isinstance(chosen, list) else None,
            reason=line.reason,
            expected_version=asked.version,
            approval=line.id,
            agreed=tuple(map(str, frozen)) if isinstance(frozen, list) else (),
        )
        report = accept(self.desk.service, acceptance, author=author, write_id=write_id)
        run_due_steps(self.desk.service, names=(PUBLISHED_STEP,))
        done = ((len(report.booked), "booked"), (len(report.moved), "moved"), (len(report.cancelled), "postponed"))
        counts = ", ".join(f"{number} {what}" for number, what in done if number) or "nothing changed"
        return f"Approved and published: {counts}."

    def _go_ahead(self, line: ApprovalLine, author: Author, write_id: str | None) -> str:
        ref, now = str(line.ref), self.desk.now()

        def work(session: Session) -> str:
            agreed = approvals.approve(session, line.id)
            happened = event_named(str(agreed.payload["event"]))
            given = agreed.payload["details"]
            details = given if isinstance(given, dict) else {}
            if agreed.payload.get("on") != self.desk.today().isoformat():
                raise StaleVersionError("This was asked for on another day, and its form is of that day. Ask again.")
            if details.get(LEAD_APPROVAL.key):
                details = {**details, LEAD_APPROVAL.key: self.desk.actor.name}
            move = self._worked_out(session, ref, happened, details)
            # The history says who signed the patient in; the trail says who approved that it goes ahead.
            done = cases.apply_step(
                session, ref, move, details, actor=agreed.asker, now=now, expected_version=agreed.version
            )
            approvals.done(session, line.id, event=happened.value, line=done.seq)
            return f"Approved and recorded: {happened.label}. {' '.join(move.cautions)}".strip()

        said = self.desk._do_once(author, (APPROVED, write_id), work, again=str)
        run_due_steps(self.desk.service, case_ref=ref)
        return said

    def _worked_out(self, session: Session, ref: str, happened: Happening, details: Mapping[str, object]) -> Step:
        today = self.desk.today()
        return work_out(
            facts.case_facts(session, ref),
            happened,
            details,
            protocol=protocols.protocol(session, today),
            today=today,
            holidays=clinic.holidays(session),
        )

    def _line(self, approval_id: str) -> ApprovalLine:
        self.desk._permitted(Action.LOOK, "approval", approval_id)
        with self.desk.service.database.reading() as session:
            return approvals.line(session, approval_id, now=self.desk.now())

    def _may_decide(self, line: ApprovalLine, *, own: bool = False) -> Author:
        """Give who a decision is attributed to; the role is asked for at the sites of what it is about."""
        asked: Asked = Action.LOOK if own else APPROVING[line.kind]
        if line.ref is not None:
            return self.desk._on_case(asked, line.ref)
        self.desk._permitted(asked, "proposal", str(line.proposal))
        sites: Iterable[str | None] = (None,) if own else self.desk._sites_of(str(line.proposal))
        return self.desk._permitted(asked, "proposal", str(line.proposal), sites=sites)
