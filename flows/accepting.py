"""A proposed plan is published, whole or in part, following what others changed meanwhile; or it says who changed it.

The plan is first published as it was shown. Where cases or lists have changed since, it is laid over what stands now:
what somebody else changed stays as they left it, and so does whatever no longer goes beside it. That is audited anew
and published. Most of the laying keeps nobody waiting; what others change meanwhile is read again while they do wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from db import approvals, due_steps, freezing, overtaken, proposals, publishing, writes
from db.mapping import ref_of
from flows.handlers import PUBLISHED_STEP
from flows.laying import Laid, Since, part, since, whole
from scheduler.errors import FrozenDaysError, NeurolistError, PlanOvertakenError, StaleVersionError

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from db.audit import Author
    from db.publishing import PublishReport
    from flows.service import Service

MOST_REBASES = 3
PUBLISH = "publish"
MOST_TOLD = 4  # other people's changes named in a refusal


class NothingToApproveError(NeurolistError):
    """What was asked a second person for needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What is accepted of a proposal: everything, or the changes of some cases.

    Visits on frozen days change only with the `approval` of a second person, and those alone that it names.
    """

    proposal: str
    cases: tuple[str, ...] | None = None
    reason: str = ""
    expected_version: int | None = None
    approval: str | None = None
    agreed: tuple[str, ...] = ()


def frozen_changes(service: Service, asked: Acceptance) -> tuple[str, ...]:
    """List the visits on frozen days that publishing this would change now; nothing is written and nobody waits.

    Raises NothingToApproveError where there are none, and what publishing it would be refused for: what makes a plan
    unlawful nobody can approve.
    """
    with service.database.reading() as session:
        as_shown, _ = _ways(session, asked, None)
        row = proposals.proposal_row(session, asked.proposal)
        row.expect(asked.expected_version)
        proposals.must_be_ready(row)
        if as_shown:
            problem, plan = proposals.problem_of(row), proposals.plan_of(row)
            publishing.must_be_sound(problem, plan)
        else:
            laid = _laid(session, asked, now=service.clock.now())
            problem, plan = laid.made.problem, laid.taken.plan
        changed = () if row.options.get("event") else freezing.changed(session, problem, plan, service.clock.today())
    if not changed:
        raise NothingToApproveError("No visit on a frozen day would change, so nobody has to approve: publish it.")
    return changed


@publishing.leaving_garbage()
def accept(service: Service, asked: Acceptance, *, author: Author, write_id: str | None) -> PublishReport:
    """Publish what is accepted, in one transaction or not at all.

    Raises PlanOvertakenError when others were faster even so, FrozenDaysError when a second person must approve, and
    NeurolistError with the sentences in the way when a choice cannot be taken alone.
    """
    name = write_id or str(uuid4())
    with service.database.reading() as session:
        as_shown, alone = _ways(session, asked, name)
    if as_shown:
        try:
            return _publish(service, asked, None, author, name)
        except PlanOvertakenError:
            if alone:
                raise
    last = ""
    for _ in range(MOST_REBASES):
        with service.database.reading() as session:  # nobody is kept waiting by this
            laid = _laid(session, asked, now=service.clock.now())
        try:
            return _publish(service, asked, laid, author, name)
        except PlanOvertakenError as refusal:
            last = str(refusal)
    raise PlanOvertakenError(_given_up(service, asked.proposal, last))


def _laid(session: Session, asked: Acceptance, *, now: datetime, before: Since | None = None) -> Laid:
    """Lay the plan over what stands now, or over what was read `before` and is brought up to now."""
    if asked.cases is None:
        return whole(session, asked.proposal, now=now, before=before)
    return part(session, asked.proposal, asked.cases, now=now, before=before)


def _publish(service: Service, asked: Acceptance, before: Laid | None, author: Author, write_id: str) -> PublishReport:
    """Publish the plan as it was shown, or as it was laid `before` and is laid again over what changed since."""
    now, today = service.clock.now(), service.clock.today()

    def work(session: Session) -> PublishReport:
        name, laid, frozen = asked.proposal, before, tuple[str, ...]()
        done = writes.answered(session, write_id, PUBLISH)
        if not done:
            if asked.approval is not None:
                approvals.approve(session, asked.approval)
            if before is not None:
                overtaken.hold_still(session, proposals.proposal_row(session, name))
                changed = since(session, before)
                laid = before if changed is None else _laid(session, asked, now=now, before=changed)
            name = _kept(session, asked, laid, author, now=now)
            frozen = freezing.in_the_way(session, name, today=today)
        report = publishing.publish(
            session, name, actor=author, now=now, write_id=write_id, left_alone=laid.left_alone if laid else ()
        )
        _must_be_agreed(session, asked, frozen, today=today)  # last: what makes a plan unlawful nobody can approve
        if asked.approval is not None and not done:
            approvals.done(session, asked.approval, published=report.proposal_id)
        due_steps.enqueue(
            session,
            key=f"{report.proposal_id}:{PUBLISHED_STEP}",
            name=PUBLISHED_STEP,
            due_at=now,
            payload={"proposal": report.proposal_id},
        )
        return report

    return service.database.write(work, author=author, now=now, why=asked.reason)


def _must_be_agreed(session: Session, asked: Acceptance, frozen: tuple[str, ...], *, today: date) -> None:
    """Refuse to change a visit on a frozen day that no second person has approved."""
    if asked.approval is None and frozen:
        raise FrozenDaysError(freezing.refusal(session, frozen, today=today), frozen)
    if set(frozen) - set(asked.agreed):
        others = ", ".join(sorted(set(frozen) - set(asked.agreed)))
        raise StaleVersionError(
            f"Since this was asked for, more visits on the frozen days would change: {others}. Ask again."
        )


def _kept(session: Session, asked: Acceptance, laid: Laid | None, author: Author, *, now: datetime) -> str:
    """Keep the plan as it is to be published; gives its id, which is a new one for a part."""
    name, shown = asked.proposal, asked.expected_version
    if laid is None:
        row = proposals.proposal_row(session, name)
        row.expect(shown)
        proposals.must_be_ready(row)
    elif asked.cases is None:
        proposals.adapt(session, name, laid.made, laid.taken.plan, expected_version=shown)
    else:
        plan = laid.taken.plan
        return proposals.part_of(session, name, laid.made, plan, actor=author, now=now, expected_version=shown)
    return name


def _ways(session: Session, asked: Acceptance, write_id: str | None) -> tuple[bool, bool]:
    """Say whether the plan is tried as it was shown, and whether it is published like that or not at all.

    A plan that was overtaken already is laid over what stands at once: trying it would keep others waiting for nothing.
    One made for a suite down or a radiologist away is asked for anew, not laid over.
    """
    row = proposals.proposal_row(session, asked.proposal)
    done = write_id is not None and writes.answered(session, write_id, PUBLISH)
    event = row.options.get("event")
    alone = isinstance(event, dict) and "start" in event
    return done or (asked.cases is None and (alone or not overtaken.is_overtaken(session, row))), alone


def _given_up(service: Service, proposal: str, last: str) -> str:
    """Say who changed the cases of a plan since it was made."""
    with service.database.reading() as session:
        row = proposals.proposal_row(session, proposal)
        refs = {ref_of(case.id) for case in proposals.problem_of(row).cases}
        changed = overtaken.changed_meanwhile(row.versions.get("cases"), overtaken.versions_now(session, refs))
        said = sorted(overtaken.said_of(session, changed).values())[:MOST_TOLD]
    return f"Others kept changing what this plan is made of, so nothing was booked. {' '.join(said) or last}"
