"""Conditions on follow-up and on treating again."""

from __future__ import annotations

from datetime import timedelta

from scheduler.pathway import validity
from scheduler.pathway.guards.registry import guard
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day
from scheduler.vocabulary import Stage


@guard(answers=False)
def within_repeat_policy(case: Situation) -> str | None:
    """The patient may be treated again within the repeat policy."""
    limit, done = case.protocol.whole("repeats_allowed"), _treatments_in_period(case)
    if done < limit:
        return None
    period = case.protocol.days("repeats_counted_over")
    return f"This target was treated {done} times in {period} days, the most is {limit}: complete follow-up instead."


def _treatments_in_period(case: Situation) -> int:
    since = case.today - timedelta(days=case.protocol.days("repeats_counted_over"))
    return sum(
        done.stage is Stage.DEFINITIVE and done.completed and done.target is case.facts.target and done.on > since
        for done in case.facts.procedures
    )


@guard()
def final_review_done(case: Situation) -> str | None:
    """The final review is done, or follow-up was handed to the referrer."""
    if case.details.yes("handed_to_referrer"):
        return None
    reviewed, treated = case.details.date("final_review_on"), case.facts.last_definitive
    if reviewed is None or treated is None:
        return "Give 'final_review_on', or answer 'handed_to_referrer' with yes."
    due = treated.on + timedelta(days=max(case.protocol.wholes("follow_up_days")))
    if reviewed >= due:
        return None
    return f"The final review is due on {day(due)}: review then, or answer 'handed_to_referrer' with yes."


@guard(answers=False)
def interval_passed(case: Situation) -> str | None:
    """The technique's minimum interval has passed."""
    treated = case.facts.last_definitive
    if treated is None:
        return "No completed neurolysis is recorded: propose a new plan instead."
    first = treated.on + timedelta(days=case.protocol.days(f"repeat_after.{treated.technique}"))
    if case.today >= first:
        return None
    return f"{treated.technique.label} may be repeated from {day(first)}."


@guard()
def mdt_current_or_approved(case: Situation) -> str | None:
    """The MDT decision still holds and this is not one treatment too many, or the IR lead approves."""
    if case.details.text("lead_approval"):
        return None
    standing = validity.mdt_decision(case.facts, case.today, case.protocol)
    if not standing.holds:
        return f"{standing.says} Name the IR lead who approves in 'lead_approval', or propose a new plan."
    limit = case.protocol.whole("mdt_before_procedure")
    if _treatments_in_period(case) + 1 < limit:
        return None
    return f"Treatment number {limit} in the period goes to the meeting first, unless 'lead_approval' names the lead."
