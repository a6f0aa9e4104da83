"""What people write into the form of each step, for a case of the demonstration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from flows.demo.arrivals import Twist
from flows.demo.days import ONE_DAY
from flows.demo.journey import AfterCare, Journey
from scheduler.pathway.events import Event
from scheduler.pathway.facts import MdtRecommendation, TestResult
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness, Technique

Answers = Mapping[str, object]
Writer = Callable[[Journey, date], Answers]

QUORUM = "interventional_radiology,palliative_care,pain_anaesthesia,nurse_consultant,mdt_coordinator"
WITH_ONCOLOGY = f"{QUORUM},treating_oncology"
LEAD = "Dr Anneliese Brandvold"
RECORDS: Mapping[str, Answers] = {
    Technique.CHEMICAL.value: {
        "agent": "Alcohol",
        "volume_ml": 20,
        "concentration_percent": 99.5,
        "parameters": "Two needles, spread checked with contrast",
    },
    Technique.RF_THERMAL.value: {"temperature_c": 80, "lesion_seconds": 90, "parameters": "Two lesions each side"},
    Technique.RF_PULSED.value: {"temperature_c": 42, "lesion_seconds": 240},
    Technique.CRYO.value: {"freeze_cycles": 2, "probe": "17 gauge", "parameters": "Three minutes each"},
}
LOW_PRESSURE: Answers = {
    "complications": "Brief low blood pressure",
    "complication_scale": "cirse",
    "complication_grade": 1,
    "complication_outcome": "Settled with fluids",
}
BRUISE: Answers = {"complications": "Local bruising", "complication_scale": "cirse", "complication_grade": 1}
NOTHING: Answers = {"complications": "none"}
COMPLICATIONS = (NOTHING, NOTHING, NOTHING, NOTHING, LOW_PRESSURE, BRUISE)


def answers(event: Event, journey: Journey, day: date) -> Answers:
    """Fill in the form of this step for this case on this day."""
    writer = WRITERS.get(event)
    return writer(journey, day) if writer else {}


def _received(journey: Journey, day: date) -> Answers:
    dated = (day - ONE_DAY - ONE_DAY).isoformat()
    return {"items": ",".join(f"{key}={dated}" for key in journey.asked)}


def _meeting(journey: Journey, _: date) -> Answers:
    return {"attended": WITH_ONCOLOGY if journey.arrival.condition.cancer else QUORUM}


def _met_elsewhere(journey: Journey, day: date) -> Answers:
    return {
        "mdt_on": day - timedelta(days=journey.chance.randint(8, 20)),
        "mdt_target": journey.arrival.condition.target.value,
        "recommendation": MdtRecommendation.PROCEED_TEST.value,
    }


def _listing(journey: Journey, day: date) -> Answers:
    readiness = {
        Twist.NOT_READY_CLINICAL: Readiness.NOT_READY_CLINICAL,
        Twist.NOT_READY_PERSONAL: Readiness.NOT_READY_PERSONAL,
    }.get(journey.arrival.twist or Twist.DIRECT)
    return {"seen_on": day, "consent_on": day, **_not_ready(readiness, day)}


def _listing_for_treatment(journey: Journey, day: date) -> Answers:
    seen = {"seen_on": day} if journey.state is PathwayState.CONSULTATION else {}
    return {"consent_on": day, **seen, **_not_ready(Readiness.NOT_READY_PERSONAL if journey.deferred else None, day)}


def _not_ready(readiness: Readiness | None, day: date) -> Answers:
    return {"readiness": readiness.value, "review_on": day + timedelta(days=28)} if readiness else {}


def _sign_in(journey: Journey, day: date) -> Answers:
    return {
        "identity_checked": True,
        "side": journey.arrival.laterality.value,
        "consent_checked": True,
        "allergies_checked": True,
        "anticoagulants_checked": True,
        "inr": journey.chance.choice((0.9, 1.0, 1.0, 1.1, 1.1, 1.2, 1.3)),
        "platelets": journey.chance.randint(150, 390),
        "bloods_dated": day - ONE_DAY,
    }


def _test_done(journey: Journey, _: date) -> Answers:
    before = journey.arrival.pain_score
    best = score_for(journey.result or TestResult.POSITIVE, before)
    return {
        "signed_out": True,
        "baseline_rest": before,
        "baseline_movement": before,
        "readings": f"15min={min(before, best + 1)},1h={best},4h={best}",
        "agent": "Ropivacaine 0.5%",
        "volume_ml": journey.chance.choice((8, 10, 15, 20)),
    }


def score_for(result: TestResult, before: int) -> int:
    """Give a pain score after the block that means this result, for scores of 6 to 9 beforehand."""
    match result:
        case TestResult.POSITIVE:
            return before // 2 - 1
        case TestResult.EQUIVOCAL:
            return before - round(before * 0.4)
        case TestResult.NEGATIVE:
            return before - 1


def _treated(journey: Journey, _: date) -> Answers:
    return {
        "signed_out": True,
        "side": journey.arrival.laterality.value,
        "pain_before": journey.arrival.pain_score,
        "opioid_before_mg": journey.arrival.opioid_dose_mg,
        **RECORDS[journey.technique],
        **journey.chance.choice(COMPLICATIONS),
    }


def _follow_up_over(journey: Journey, day: date) -> Answers:
    handed = journey.after_care is AfterCare.HANDED_OVER
    if handed:
        return {"handed_to_referrer": True}
    relieved = journey.arrival.pain_score // 2 - 1
    return {"final_review_on": day, "pain_score": relieved, "opioid_dose_mg": journey.arrival.opioid_dose_mg // 2}


def _trend(journey: Journey, _: date) -> Answers:
    return {
        "pain_score": max(4, journey.arrival.pain_score - 1),
        "opioid_dose_mg": journey.arrival.opioid_dose_mg,
    }


def other_technique(journey: Journey) -> Technique:
    """Choose a technique that is not the present one and that every target is offered."""
    return Technique.CRYO if journey.technique != Technique.CRYO.value else Technique.RF_PULSED


def _new_technique(journey: Journey, _: date) -> Answers:
    return {"technique": other_technique(journey).value}


def _recall(journey: Journey, day: date) -> Answers:
    if journey.state is PathwayState.TEST_NEGATIVE:
        return _new_technique(journey, day)
    return {"change": "The test result is old or unclear, and the pain has changed since."}


def _missed(_: Journey, day: date) -> Answers:
    return {"attempts": f"phone={day.isoformat()},sms={day.isoformat()}"}


def _unreachable(_: Journey, day: date) -> Answers:
    tried = ((5, "phone"), (3, "sms"), (2, "phone"), (1, "letter"))
    attempts = ",".join(f"{how}={(day - timedelta(days=ago)).isoformat()}" for ago, how in tried)
    return {"referrer_told": True, "attempts": attempts}


WRITERS: Mapping[Event, Writer] = {
    Event.INFORMATION_RECEIVED: _received,
    Event.RETURN_TO_REFERRER: lambda _, day: {"told_on": day},
    Event.DECLINE_REFERRAL: lambda *_: {
        "reason": "The pain is controlled by medicines that are well tolerated.",
        "alternative": "Review by the pain clinic nearest home.",
    },
    Event.REQUEST_INFORMATION: lambda journey, _: {"items": ",".join(journey.asked)},
    Event.ACCEPT_WITH_PRIOR_MDT: _met_elsewhere,
    Event.MDT_PROCEED_TEST: _meeting,
    Event.MDT_PROCEED_DIRECT: lambda journey, day: {
        **_meeting(journey, day),
        "reason": "Cancer pain with a typical pattern; one procedure is all that is wanted.",
    },
    Event.MDT_MORE_INFO: lambda journey, day: {
        "items": ",".join(journey.asked),
        "owner": "MDT coordinator",
        "rediscuss_on": day + timedelta(days=14),
    },
    Event.MDT_NOT_SUITABLE: lambda journey, day: {
        **_meeting(journey, day),
        "reason": "No safe path for the needle on imaging.",
        "alternative": "Medicines first, with the palliative care team.",
    },
    Event.LIST_FOR_TEST: _listing,
    Event.LIST_FOR_DEFINITIVE: _listing_for_treatment,
    Event.PATIENT_DECLINES: lambda *_: {"discussion": "Benefits and risks discussed; the patient prefers medicines."},
    Event.UNSUITABLE_AT_CONSULT: lambda *_: {"reason": "Cannot lie prone for long enough.", "mdt_informed": True},
    Event.MDT_RECALL: _recall,
    Event.CANCEL_HOSPITAL: lambda journey, _: {
        "reason": journey.chance.choice(("staff_unavailable", "emergency", "equipment"))
    },
    Event.CANCEL_PATIENT: lambda journey, _: {"reason": journey.chance.choice(("unwell", "personal", "transport"))},
    Event.DID_NOT_ATTEND: _missed,
    Event.START_TEST: _sign_in,
    Event.COMPLETE_TEST: _test_done,
    Event.ABANDON_TEST: lambda *_: {"reason": "Could not stay prone."},
    Event.REPEAT_TEST: lambda *_: {"changed": "Lower level and a smaller volume."},
    Event.DISCHARGE: lambda *_: {"note": "No benefit from the test block; back to the referring team."},
    Event.START_DEFINITIVE: _sign_in,
    Event.COMPLETE_DEFINITIVE: _treated,
    Event.ABANDON_DEFINITIVE: lambda *_: {"reason": "Bowel lay in the path of the needle."},
    Event.PAIN_RETURNS: _trend,
    Event.COMPLETE_FOLLOW_UP: _follow_up_over,
    Event.REPEAT_SAME: lambda _, day: {"lead_approval": LEAD, "consent_on": day},
    Event.NEW_PLAN: _new_technique,
    Event.STOP: lambda *_: {"reason": "Relief lasted, and the remaining pain is mild."},
    Event.PATIENT_WITHDRAWS: lambda _, day: {
        "requested_by": "Patient",
        "requested_on": day,
        "channel": "phone",
    },
    Event.TREATED_ELSEWHERE: lambda *_: {"source": "Letter from another hospital"},
    Event.UNCONTACTABLE: _unreachable,
    Event.DEATH_NOTIFIED: lambda _, day: {"died_on": day - ONE_DAY, "source": "General practitioner"},
    Event.DUPLICATE_OR_ERROR: lambda *_: {"reason": "Sent twice by the referrer."},
}
