"""Conditions on follow-up and on treating again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.pathway import validity
from scheduler.pathway.follow_up import PointState, final_point, review_points
from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.guards.slot import held_booking
from scheduler.pathway.limits import first_day_after_interval, treated_in_period, used_up
from scheduler.pathway.reviews import point_asked
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day


@guard(answers=False)
def within_repeat_policy(case: Situation) -> str | None:
    """The patient may be treated again within the repeat policy of the planned technique."""
    full = used_up(case.facts, case.protocol, case.today)
    if full is None:
        return None
    period = case.protocol.days("repeats_counted_over")
    return (
        f"This nerve was treated {full.done} times by {full.counted} in {period} days, and the most is {full.limit}: "
        "complete follow-up instead."
    )


@guard()
def yearly_limit_today(case: Situation) -> str | None:
    """The nerve has not been treated too often by this technique in the period, over all of the patient's cases."""
    return _too_often(case, case.today)


@guard(answers=False)
def yearly_limit_on_the_day(case: Situation) -> str | None:
    """On the day of the slot, the nerve will not have been treated too often by this technique in the period."""
    booking = held_booking(case)
    return _too_often(case, booking.on) if booking is not None else None


def _too_often(case: Situation, on: date) -> str | None:
    planned = replace(case.facts, target=case.target, laterality=case.laterality, technique=case.technique)
    full = used_up(planned, case.protocol, on)
    if full is None:
        return None
    period = case.protocol.days("repeats_counted_over")
    return (
        f"This nerve was treated {full.done} times by {full.counted} in the {period} days to {day(on)}, and the most "
        f"is {full.limit}: the first day it may be treated so again is {day(full.free_on)}."
    )


@guard(answers=False)
def interval_on_the_day(case: Situation) -> str | None:
    """On the day of the slot, the technique's minimum interval has passed since the nerve was last treated."""
    booking = held_booking(case)
    return _too_soon(case, booking.on) if booking is not None else None


@guard(answers=False)
def interval_today(case: Situation) -> str | None:
    """The technique's minimum interval has passed since the nerve was last treated."""
    return _too_soon(case, case.today)


def _too_soon(case: Situation, on: date) -> str | None:
    first = first_day_after_interval(case.facts, case.protocol)
    if first is None or on >= first:
        return None
    return f"This nerve was treated too recently for {day(on)}: it may be treated again from {day(first)}."


@guard()
def review_fits(case: Situation) -> str | None:
    """The review is one of those planned, is not recorded yet, and was held after the neurolysis."""
    treated, point = case.facts.last_definitive, point_asked(case)
    if treated is None:
        return "No completed neurolysis is recorded, so there is nothing to review."
    known = {one.point: one for one in review_points(case.facts, case.protocol, case.today)}
    if point is None or point not in known:
        return f"Say in 'point' which review it was, in days after neurolysis: {listed(map(str, known))}."
    if known[point].state is PointState.DONE:
        return f"The review of day {point} is recorded already: correct it, or name another in 'point'."
    held = case.details.date("reviewed_on") or case.today
    if held < treated.on:
        return f"A review on {day(held)} was before the neurolysis of {day(treated.on)}: check the date."
    return None


@guard()
def final_review_done(case: Situation) -> str | None:
    """The final review is recorded, now or before, or follow-up was handed to the referrer."""
    final = final_point(case.facts, case.protocol, case.today)
    if case.details.yes("handed_to_referrer") or (final is not None and final.state is PointState.DONE):
        return None
    reviewed = case.details.date("final_review_on")
    if reviewed is None or final is None:
        return "Record the final review, give 'final_review_on', or answer 'handed_to_referrer' with yes."
    if reviewed < final.due_on:
        return f"The final review is due on {day(final.due_on)}: review then, or answer 'handed_to_referrer' with yes."
    lacking = [f"'{key}'" for key in ("pain_score", "opioid_dose_mg") if case.details.whole(key) is None]
    return f"With the final review give {listed(lacking)}." if lacking else None


@guard(answers=False)
def interval_passed(case: Situation) -> str | None:
    """The technique's minimum interval has passed."""
    treated = case.facts.last_definitive
    if treated is None:
        return "No completed neurolysis is recorded: propose a new plan instead."
    first = first_day_after_interval(case.facts, case.protocol)
    if first is None or case.today >= first:
        return None
    return f"{treated.technique.label} may be repeated from {day(first)}."


def beyond_the_meeting(case: Situation) -> str | None:
    """The MDT decision no longer holds, or this treatment is one that the meeting sees first."""
    standing = validity.mdt_decision(case.facts, case.today, case.protocol)
    if not standing.holds:
        return standing.says
    limit = case.protocol.whole("mdt_before_procedure")
    if treated_in_period(case.facts, case.protocol, case.today) + 1 < limit:
        return None
    return f"Treatment number {limit} in the period goes to the meeting first."


@guard(by_lead=beyond_the_meeting)
def mdt_current_or_approved(case: Situation) -> str | None:
    """The MDT decision still holds and this is not one treatment too many, or the IR lead approves."""
    says = beyond_the_meeting(case)
    if says is None or case.details.text("lead_approval"):
        return None
    return f"{says} Name the IR lead who approves in 'lead_approval', or propose a new plan."
