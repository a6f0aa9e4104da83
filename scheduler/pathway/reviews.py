"""What recording a follow-up review leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from scheduler.pathway.complications import graded
from scheduler.pathway.duties import timer
from scheduler.pathway.effects import CancelDueSteps, CompleteTasks, Effect, RecordReview, Task, TaskKind, Timer
from scheduler.pathway.facts import NextAfterReview, Review
from scheduler.pathway.follow_up import PointState, final_point, next_point, review_points
from scheduler.pathway.situation import Situation, needed
from scheduler.vocabulary import Role


def record_review(case: Situation) -> tuple[Effect, ...]:
    """Keep the review with what went wrong, and plan what follows from it."""
    after = with_review(case)
    review = after.facts.reviews[-1]
    return (_kept(review), *graded(case, "complications"), *_planned(after, review))


def with_review(case: Situation) -> Situation:
    """The same case once the review on the form is recorded."""
    point = needed(point_asked(case), "Every planned review is done or missed: say which in 'point'.")
    review = _review(case, point, case.details.date("reviewed_on") or case.today)
    return replace(case, facts=replace(case.facts, reviews=(*case.facts.reviews, review)))


def final_review(case: Situation) -> tuple[Effect, ...]:
    """Keep the final review that is recorded together with the end of follow-up."""
    on, last = case.details.date("final_review_on"), final_point(case.facts, case.protocol, case.today)
    scores = (case.details.whole("pain_score"), case.details.whole("opioid_dose_mg"))
    if on is None or last is None or last.review is not None or None in scores:
        return ()
    return (_kept(_review(case, last.point, on)),)


def point_asked(case: Situation) -> int | None:
    """The planned review that the form is about: the one it names, or the next."""
    named = case.details.whole("point")
    following = next_point(case.facts, case.protocol, case.today)
    return named if named is not None else following.point if following else None


def _review(case: Situation, point: int, on: date) -> Review:
    return Review(
        on=on,
        point=point,
        pain_score=needed(case.details.whole("pain_score"), "Give 'pain_score'."),
        opioid_dose_mg=needed(case.details.whole("opioid_dose_mg"), "Give 'opioid_dose_mg'."),
        following=NextAfterReview(case.details.text("following") or NextAfterReview.FINISH),
    )


def _kept(review: Review) -> RecordReview:
    return RecordReview(
        on=review.on,
        point=review.point,
        pain_score=review.pain_score,
        opioid_dose_mg=review.opioid_dose_mg,
        following=review.following,
    )


def _planned(case: Situation, review: Review) -> tuple[Effect, ...]:
    """Ask for what follows, with a timer for each review that is left; `case` knows the new review."""
    coming = [
        timer(
            case,
            Timer.FOLLOW_UP,
            max(point.due_on, case.today),
            role=Role.CLINICIAN,
            says=f"Follow-up review, {point.point} days after neurolysis.",
            key=str(point.point),
        )
        for point in review_points(case.facts, case.protocol, case.today)
        if point.state in {PointState.DUE, PointState.COMING}
    ]
    return (
        CompleteTasks(kinds=(TaskKind.AFTER_REVIEW,)),
        CancelDueSteps(names=(Timer.FOLLOW_UP,)),
        *_asked(case, review),
        *coming,
    )


def _asked(case: Situation, review: Review) -> tuple[Effect, ...]:
    """The task that the review's decision makes; going on to the next review needs none."""
    left = next_point(case.facts, case.protocol, case.today) is not None
    says = {
        NextAfterReview.SEE_AGAIN: f"See the patient sooner, as the review of day {review.point} asked.",
        NextAfterReview.PAIN_RETURNED: "The pain has returned: record it and decide what follows.",
        NextAfterReview.FINISH: "Finish follow-up: hand it to the referrer, or hold the reviews that are left.",
    }.get(review.following)
    if says is None or (review.following is NextAfterReview.FINISH and not left):
        return ()
    due_on = case.today + timedelta(days=case.protocol.days("decide_within"))
    return (Task(kind=TaskKind.AFTER_REVIEW, role=Role.CLINICIAN, says=says, due_on=due_on),)
