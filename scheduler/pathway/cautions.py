"""What a person is told as they take a step, though nothing stops it."""

from __future__ import annotations

from scheduler.pathway import validity
from scheduler.pathway.follow_up import PointState, review_points
from scheduler.pathway.guards.procedure import out_of_limits
from scheduler.pathway.guards.registry import listed
from scheduler.pathway.guards.slot import held_booking
from scheduler.pathway.relief import after_words, judge, missing_readings
from scheduler.pathway.reviews import with_review
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day


def unusual_day(case: Situation) -> str | None:
    """The procedure starts on another day than the booked one."""
    booking = held_booking(case)
    if booking is None or booking.on == case.today:
        return None
    return f"The booking is for {day(booking.on)}, but the procedure starts on {day(case.today)}."


def inr_questioned(case: Situation) -> str | None:
    """The INR is in the range that asks for a second look."""
    risk = validity.bleeding_risk(case.target, case.protocol)
    inr, warn = case.details.number("inr"), case.protocol.number(f"inr_warns_above.{risk}")
    return f"INR {inr:g} is above {warn:g}: confirm with the radiologist." if inr is not None and inr > warn else None


def bloods_overridden(case: Situation) -> str | None:
    """The procedure goes ahead although the bloods stop it."""
    found = out_of_limits(case)
    return f"It would go ahead although {listed(found)}." if found else None


def ageing_result(case: Situation) -> str | None:
    """The test result that supports treatment is getting old."""
    test = validity.supporting_test(case.facts)
    ageing = case.protocol.days("test_result_warns_after")
    if test is None or not validity.result_needed(case.facts) or (case.today - test.on).days <= ageing:
        return None
    expires = validity.result_expires_on(case.facts, case.protocol)
    return f"The test result of {day(test.on)} is ageing; it holds to {day(expires)}." if expires else None


def scores_missing(case: Situation) -> str | None:
    """Pain scores that the protocol asks for have still to come."""
    missing = missing_readings(case.readings_so_far, case.protocol)
    return f"Pain scores still to come: {after_words(missing)} after the block." if missing else None


def what_they_show(case: Situation) -> str | None:
    """What the pain scores show so far, which is for a clinician to declare."""
    judged = judge(case.readings, case.protocol)
    return f"So far this is {judged.result.value}: {judged.says}"


def consent_outdated(case: Situation) -> str | None:
    """A consent was signed for another side than the plan has now."""
    before = case.facts.laterality
    if case.laterality is before or not case.facts.consents:
        return None
    return "The consent was signed for another side: take a new one before booking."


def review_missed(case: Situation) -> str | None:
    """An earlier review was never held, and with this one it no longer will be."""
    points = review_points(with_review(case).facts, case.protocol, case.today)
    missed = [point.point for point in points if point.state is PointState.MISSED]
    return f"Never held: the review of day {', '.join(map(str, missed))}." if missed else None


def case_has_ended(case: Situation) -> str | None:
    """The case has ended, so it cannot go back to the meeting itself."""
    if not case.facts.state.ends:
        return None
    return "The case has ended: where the meeting should see this, a task asks to refer the patient again."


def treated_again(case: Situation) -> str | None:
    """The patient has another live case of the same target."""
    twins = [other.ref for other in case.facts.other_cases if not other.state.ends and other.target is case.target]
    return f"The patient has another case of the same target under way: {', '.join(twins)}." if twins else None
