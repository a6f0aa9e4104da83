"""Follow-up after neurolysis: which reviews are done, missed or to come, and whether the treatment worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scheduler.pathway.facts import CaseFacts, ProcedureDone, Review
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.relief import baseline_of, percent_relief


class PointState(StrEnum):
    """How one planned review stands."""

    DONE = "done"
    MISSED = "missed"
    DUE = "due"
    COMING = "coming"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPoint:
    """One planned review: so many days after neurolysis, and the review that was held for it."""

    point: int
    due_on: date
    state: PointState
    review: Review | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentOutcome:
    """What neurolysis did for the pain by the review that success is judged at.

    `relief` is in whole per cent of the pain before, `drop` in points; an opioid dose that is not known is None.
    """

    pain_before: int
    pain_after: int
    relief: int
    drop: int
    success: bool
    opioid_before_mg: int | None
    opioid_after_mg: int
    says: str


def review_points(facts: CaseFacts, protocol: Protocol, today: date) -> tuple[ReviewPoint, ...]:
    """List the planned reviews of the latest neurolysis in order; none before there was one.

    One that was not held is missed once the next one has fallen due or was held.
    """
    treated = facts.last_definitive
    if treated is None:
        return ()
    points = sorted(protocol.wholes("follow_up_days"))
    held = {review.point: review for review in facts.reviews if review.on >= treated.on}
    due = {point: treated.on + timedelta(days=point) for point in points}
    overtaken = [later for later in points if later in held or due[later] <= today]
    return tuple(
        ReviewPoint(
            point=point,
            due_on=due[point],
            state=_state(
                held=point in held, overtaken=any(later > point for later in overtaken), due=due[point] <= today
            ),
            review=held.get(point),
        )
        for point in points
    )


def _state(*, held: bool, overtaken: bool, due: bool) -> PointState:
    if held:
        return PointState.DONE
    if overtaken:
        return PointState.MISSED
    return PointState.DUE if due else PointState.COMING


def next_point(facts: CaseFacts, protocol: Protocol, today: date) -> ReviewPoint | None:
    """The review to hold next: the one that is due, or the first to come; None when all are done or missed."""
    open_ = (PointState.DUE, PointState.COMING)
    return next((point for point in review_points(facts, protocol, today) if point.state in open_), None)


def final_point(facts: CaseFacts, protocol: Protocol, today: date) -> ReviewPoint | None:
    """The last planned review; None before any neurolysis."""
    points = review_points(facts, protocol, today)
    return points[-1] if points else None


def treatment_outcome(facts: CaseFacts, protocol: Protocol) -> TreatmentOutcome | None:
    """Judge the latest neurolysis at the protocol's review; None while a score from before or after is missing."""
    treated = facts.last_definitive
    judged_at = protocol.whole("success_at")
    review = next((one for one in facts.reviews if treated and one.on >= treated.on and one.point == judged_at), None)
    before = pain_before(facts, treated, protocol) if treated else None
    if treated is None or review is None or not before:
        return None
    relief, drop = percent_relief(before, review.pain_score), before - review.pain_score
    success = relief >= protocol.whole("success_from")
    says = (
        f"Pain {before} before and {review.pain_score} at {judged_at} days: {relief}% relief, a drop of {drop} points; "
        f"{'a success' if success else 'not a success'} (from {protocol.whole('success_from')}%)."
    )
    return TreatmentOutcome(
        pain_before=before,
        pain_after=review.pain_score,
        relief=relief,
        drop=drop,
        success=success,
        opioid_before_mg=treated.opioid_before_mg,
        opioid_after_mg=review.opioid_dose_mg,
        says=says,
    )


def pain_before(facts: CaseFacts, treated: ProcedureDone, protocol: Protocol) -> int | None:
    """The pain before this neurolysis: as recorded with it, or else the baseline of the test block before it."""
    if treated.pain_before is not None:
        return treated.pain_before
    test = facts.last_test
    baseline = baseline_of(test.readings, protocol) if test is not None and test.on <= treated.on else None
    return baseline.score if baseline else None
