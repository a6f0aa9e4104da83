"""Conditions on starting and finishing a procedure: sign-in, bloods, side, sign-out."""

from __future__ import annotations

from scheduler.pathway import validity
from scheduler.pathway.booking import AGREED, BookingState
from scheduler.pathway.complications import complication_told
from scheduler.pathway.facts import Measure, Scale
from scheduler.pathway.guards.registry import all_yes, guard, listed
from scheduler.pathway.guards.slot import held_booking
from scheduler.pathway.items import BLOODS
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day
from scheduler.vocabulary import Technique


@guard(answers=False)
def visit_booked(case: Situation) -> str | None:
    """The visit is booked: an agreed booking for this procedure exists."""
    booking = held_booking(case)
    if booking is not None and booking.state in AGREED | {BookingState.ARRIVED}:
        return None
    return f"No {case.stage.label.lower()} is booked for this patient: book it first."


all_yes(
    "sign_in_complete",
    "Sign-in is complete: identity, consent, allergies and blood thinners are checked.",
    ("identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked"),
)


@guard()
def side_agrees(case: Situation) -> str | None:
    """The side confirmed is the side planned."""
    confirmed, planned = case.details.text("side"), case.facts.laterality
    if planned is not None and confirmed == planned:
        return None
    wanted = planned.label.lower() if planned else "no side"
    return f"Stop: the side confirmed is '{confirmed}', but the plan says {wanted}. Settle the side before starting."


@guard(answers=False)
def consent_today(case: Situation) -> str | None:
    """A consent for this stage, target and side holds today."""
    standing = validity.consent(case.facts, case.stage, case.today, case.protocol)
    return None if standing.holds else f"{standing.says} Take a new consent and book again."


@guard()
def bloods_known(case: Situation) -> str | None:
    """Bloods are recent enough, and the INR and platelets are known where the bleeding risk is not low."""
    risk = validity.bleeding_risk(case.target, case.protocol)
    unknown = [key for key in ("inr", "platelets") if case.details.number(key) is None]
    if risk != "low" and unknown:
        names = listed(f"'{key}'" for key in unknown)
        return f"{names} must be known before a procedure of {risk} bleeding risk: give the results."
    dated = case.details.date("bloods_dated")
    limit = validity.bloods_days(case.facts, case.protocol)
    if dated is None:
        standing = validity.bloods(case.facts, case.today, case.protocol)
        return None if standing.holds else f"{standing.says} Give 'bloods_dated' for new bloods."
    if (case.today - dated).days <= limit:
        return None
    return f"Bloods of {day(dated)} are older than {limit} days: take new ones before starting."


@guard()
def inr_fresh_after_warfarin(case: Situation) -> str | None:
    """After warfarin was stopped, the INR is fresh."""
    if not any("warfarin" in medicine.lower() for medicine in case.facts.medicines):
        return None
    item = case.facts.item(BLOODS)
    dated = case.details.date("bloods_dated") or (item.dated if item else None)
    limit = case.protocol.days("bloods_valid.after_warfarin")
    if dated is not None and (case.today - dated).days <= limit:
        return None
    return f"The patient took warfarin: the INR must be at most {limit} days old. Repeat it before starting."


@guard()
def bloods_safe(case: Situation) -> str | None:
    """INR and platelets are within the limits, or a named radiologist goes ahead with a reason and a second person."""
    if case.details.text("override_by") and case.details.text("override_reason"):
        return None
    found = out_of_limits(case)
    if not found:
        return None
    return (
        f"Stop: {listed(found)}. A radiologist may go ahead with 'override_by' and 'override_reason', "
        "once a second person approves."
    )


def out_of_limits(case: Situation) -> tuple[str, ...]:
    """Say which of the bloods given at sign-in stop the procedure."""
    risk = validity.bleeding_risk(case.target, case.protocol)
    inr, platelets = case.details.number("inr"), case.details.number("platelets")
    stop, least = case.protocol.number(f"inr_stops_above.{risk}"), case.protocol.number(f"platelets_stop_below.{risk}")
    found = [f"INR {inr:g} is above {stop:g}"] if inr is not None and inr > stop else []
    found += [f"platelets {platelets:g} are below {least:g}"] if platelets is not None and platelets < least else []
    return tuple(found)


all_yes("sign_out_complete", "Sign-out is complete.", ("signed_out",))


@guard()
def scores_recorded(case: Situation) -> str | None:
    """Pain scores from before the block, at rest and on movement, and from after it are recorded."""
    given = case.given_readings
    before = {reading.measure for reading in given if reading.is_baseline} == set(Measure)
    after = any(not reading.is_baseline for reading in given)
    return None if before and after else "Give both baselines and at least one score in 'readings'."


# What makes the record of each technique whole.
RECORDED: dict[Technique, tuple[str, ...]] = {
    Technique.CHEMICAL: ("agent", "volume_ml", "concentration_percent"),
    Technique.RF_THERMAL: ("temperature_c", "lesion_seconds"),
    Technique.RF_PULSED: ("temperature_c", "lesion_seconds"),
    Technique.CRYO: ("freeze_cycles", "probe"),
}


@guard()
def record_complete(case: Situation) -> str | None:
    """The record has what its technique asks for: the agent, the lesions or the freezes."""
    technique = case.facts.technique
    if technique is None:
        return "No technique is planned: record one first."
    lacking = [f"'{key}'" for key in RECORDED.get(technique, ()) if key not in case.details]
    return f"The record of {technique.label.lower()} is not whole: give {listed(lacking)}." if lacking else None


@guard()
def complication_graded(case: Situation) -> str | None:
    """A complication has a grade on a scale, and no grade stands without a complication."""
    told = complication_told(case, "complications") or complication_told(case, "what")
    scale, grade = case.details.text("complication_scale"), case.details.whole("complication_grade")
    if not told:
        return "A grade is given but no complication: say what went wrong." if scale or grade else None
    if not scale or grade is None:
        return "Give 'complication_scale' and 'complication_grade' with a complication."
    highest = case.protocol.whole(f"complication_grades.{scale}")
    return None if grade <= highest else f"{Scale(scale).label} grades run from 1 to {highest}: correct the grade."


@guard(answers=False)
def procedure_started(case: Situation) -> str | None:
    """A procedure of this case is recorded."""
    return None if case.facts.procedures else "No procedure is recorded for this case, so it has no complication."


@guard()
def complication_dated(case: Situation) -> str | None:
    """The complication came with or after a procedure of this case."""
    first = min((done.on for done in case.facts.procedures), default=None)
    happened = case.details.date("complication_on") or case.today
    if first is None or happened >= first:
        return None
    return f"The first procedure was on {day(first)}: give a later 'complication_on'."
