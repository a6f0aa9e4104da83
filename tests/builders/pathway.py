"""Cases and protocols for tests of the pathway; each test states only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from scheduler.pathway.booking import BookingState
from scheduler.pathway.entries import decide_entry
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.facts import (
    BookingFacts,
    CaseFacts,
    CategoryFrom,
    Consent,
    Episode,
    MdtDecision,
    MdtRecommendation,
    Measure,
    NotReadyPeriod,
    ProcedureDone,
    Reading,
    ReferralItem,
    TestResult,
    Visit,
)
from scheduler.pathway.items import REQUIRED_ITEMS
from scheduler.pathway.machine import Step, decide
from scheduler.pathway.protocols import Protocol, Value, protocol_from_json
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Funding, Laterality, Modality, Readiness, Stage, Target, Technique, Urgency

SEED = Path(__file__).resolve().parents[2] / "db" / "seed" / "protocol.json"
TODAY = date(2026, 11, 23)  # a Monday


@cache
def a_protocol() -> Protocol:
    """The protocol as it is seeded."""
    return protocol_from_json(SEED.read_text(encoding="utf-8"))


def with_value(protocol: Protocol, key: str, value: Value) -> Protocol:
    """The same protocol with another value under this key."""
    changed = replace(protocol.values[key], value=value)
    return replace(protocol, values={**protocol.values, key: changed})


def all_items(dated: date = TODAY) -> tuple[ReferralItem, ...]:
    """R1 to R7, received, with one date."""
    return tuple(ReferralItem(key=key, received=True, dated=dated) for key in REQUIRED_ITEMS)


def an_episode(stage: Stage = Stage.TEST_BLOCK, **changes: Any) -> Episode:
    """An open listing, ready, listed a week ago in category 2."""
    listed_on = changes.pop("listed_on", TODAY - timedelta(days=7))
    urgency = changes.pop("urgency", Urgency.CATEGORY_2)
    usual: dict[str, Any] = {
        "stage": stage,
        "listed_on": listed_on,
        "readiness": Readiness.READY,
        "categories": (CategoryFrom(on=listed_on, urgency=urgency),),
    }
    return Episode(**(usual | changes))


def not_ready(since: date, until: date | None = None, readiness: Readiness = Readiness.NOT_READY_CLINICAL):
    """A not-ready period."""
    return NotReadyPeriod(readiness=readiness, since=since, until=until)


def a_booking(stage: Stage = Stage.TEST_BLOCK, **changes: Any) -> BookingFacts:
    """A held slot a week ahead, with a radiologist, CT and everything else."""
    usual: dict[str, Any] = {
        "stage": stage,
        "state": BookingState.HELD,
        "on": TODAY + timedelta(days=7),
        "suite_modalities": (Modality.CT, Modality.FLUOROSCOPY),
        "radiologist": "R1",
        "equipment": ("rf_generator", "cryo_console"),
        "anaesthetist": True,
    }
    return BookingFacts(**(usual | changes))


def a_consent(stage: Stage = Stage.TEST_BLOCK, **changes: Any) -> Consent:
    """A consent signed today for the usual plan."""
    usual: dict[str, Any] = {
        "stage": stage,
        "on": TODAY,
        "target": Target.COELIAC,
        "laterality": Laterality.BILATERAL,
    }
    return Consent(**(usual | changes))


def scores(baseline: int | None = 8, **after: int) -> tuple[Reading, ...]:
    """Pain scores at rest: the baseline (the same on movement), then `m15=3` for a score of 3 at 15 minutes."""
    before = () if baseline is None else tuple(Reading(score=baseline, measure=measure) for measure in Measure)
    return (*before, *(Reading(score=score, minutes_after=int(at[1:])) for at, score in after.items()))


def a_test(**changes: Any) -> ProcedureDone:
    """A completed, positive test block of the usual plan, done yesterday."""
    usual: dict[str, Any] = {
        "stage": Stage.TEST_BLOCK,
        "on": TODAY - timedelta(days=1),
        "target": Target.COELIAC,
        "technique": Technique.LOCAL_ANAESTHETIC,
        "laterality": Laterality.BILATERAL,
        "readings": scores(m15=3, m60=3, m240=3),
        "result": TestResult.POSITIVE,
        "result_on": TODAY,
    }
    return ProcedureDone(**(usual | changes))


def a_treatment(**changes: Any) -> ProcedureDone:
    """A completed chemical neurolysis of the usual plan, done 100 days ago."""
    usual: dict[str, Any] = {
        "stage": Stage.DEFINITIVE,
        "on": TODAY - timedelta(days=100),
        "target": Target.COELIAC,
        "technique": Technique.CHEMICAL,
        "laterality": Laterality.BILATERAL,
    }
    return ProcedureDone(**(usual | changes))


def a_case_facts(state: PathwayState = PathwayState.REFERRAL_RECEIVED, **changes: Any) -> CaseFacts:
    """A complete, consented, category 2 coeliac case with a recent MDT decision, in this state."""
    usual: dict[str, Any] = {
        "ref": "N10001",
        "state": state,
        "received_on": TODAY - timedelta(days=10),
        "funding": Funding.PUBLIC,
        "target": Target.COELIAC,
        "technique": Technique.CHEMICAL,
        "laterality": Laterality.BILATERAL,
        "urgency": Urgency.CATEGORY_2,
        "referrer_recorded": True,
        "items": all_items(),
        "mdt": MdtDecision(on=TODAY, recommendation=MdtRecommendation.PROCEED_TEST, target=Target.COELIAC),
        "consents": (a_consent(), a_consent(Stage.DEFINITIVE)),
        "history": (Visit(state=state, entered_on=TODAY),),
    }
    return CaseFacts(**(usual | changes))


def step(facts: CaseFacts, event: Event, today: date = TODAY, protocol: Protocol | None = None, **details: Any) -> Step:
    """Decide one step by the seeded protocol."""
    return decide(facts, event, details, protocol=protocol or a_protocol(), today=today)


SIGN_IN: Mapping[str, object] = {
    "identity_checked": "yes",
    "side": "bilateral",
    "consent_checked": "yes",
    "allergies_checked": "yes",
    "anticoagulants_checked": "yes",
    "inr": "1.1",
    "platelets": "200",
}
QUORUM = "interventional_radiology,palliative_care,pain_anaesthesia"

# For every transition: a case that may take it, and the form filled in.
_S = PathwayState
_WEEK_AHEAD = (TODAY + timedelta(days=7)).isoformat()
_INCOMPLETE = tuple(item for item in all_items() if item.key != "R1")
_ASKED = (*all_items(), ReferralItem(key="ECG", received=False))
_ATTEMPTS = "phone=2026-11-20,sms=2026-11-21,letter=2026-11-22"
_BOOKED_TEST = a_booking(state=BookingState.BOOKED)
_BOOKED_DEFINITIVE = a_booking(Stage.DEFINITIVE, state=BookingState.BOOKED)
_TESTED = a_test(result=None, result_on=None)
_WAITING_TEST = {"episodes": (an_episode(),)}
_WAITING_DEFINITIVE = {"episodes": (an_episode(Stage.DEFINITIVE),), "procedures": (a_test(),)}

STATE_FACTS: dict[PathwayState, dict[str, Any]] = {
    _S.REFERRAL_INCOMPLETE: {"items": _INCOMPLETE},
    _S.MDT_MORE_INFO: {"items": _ASKED},
    _S.TEST_WAITING: _WAITING_TEST,
    _S.TEST_BOOKED: _WAITING_TEST | {"booking": _BOOKED_TEST},
    _S.TEST_IN_PROGRESS: {"episodes": (an_episode(closed_on=TODAY),)},
    _S.TEST_AWAITING_RESULT: {"procedures": (_TESTED,)},
    _S.TEST_POSITIVE: _WAITING_DEFINITIVE,
    _S.TEST_EQUIVOCAL: {"procedures": (a_test(result=TestResult.EQUIVOCAL),)},
    _S.TEST_NEGATIVE: {"procedures": (a_test(result=TestResult.NEGATIVE),)},
    _S.DEFINITIVE_WAITING: _WAITING_DEFINITIVE,
    _S.DEFINITIVE_BOOKED: _WAITING_DEFINITIVE | {"booking": _BOOKED_DEFINITIVE},
    _S.DEFINITIVE_IN_PROGRESS: {
        "episodes": (an_episode(Stage.DEFINITIVE, closed_on=TODAY),),
        "procedures": (a_test(),),
    },
    _S.FOLLOW_UP: {"procedures": (a_test(on=TODAY - timedelta(days=120)), a_treatment())},
    _S.REPEAT_REVIEW: {"procedures": (a_test(on=TODAY - timedelta(days=120)), a_treatment())},
}
ELSE_FACTS: dict[tuple[PathwayState, Event], dict[str, Any]] = {
    (_S.REFERRAL_RECEIVED, Event.MARK_INCOMPLETE): {"items": _INCOMPLETE},
    (_S.CONSULTATION, Event.LIST_FOR_DEFINITIVE): {
        "direct": True,
        "mdt": MdtDecision(on=TODAY, recommendation=MdtRecommendation.PROCEED_DIRECT, target=Target.COELIAC),
    },
    (_S.TEST_WAITING, Event.BOOK_TEST): _WAITING_TEST | {"booking": a_booking()},
    (_S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE): _WAITING_DEFINITIVE | {"booking": a_booking(Stage.DEFINITIVE)},
    (_S.TEST_AWAITING_RESULT, Event.RESULT_EQUIVOCAL): {"procedures": (replace(_TESTED, readings=scores(m15=5)),)},
    (_S.TEST_AWAITING_RESULT, Event.RESULT_NEGATIVE): {
        "procedures": (replace(_TESTED, readings=scores(m15=7, m60=7, m240=7)),)
    },
}
FORMS: dict[Event, dict[str, object]] = {
    Event.INFORMATION_RECEIVED: {"items": "R1=2026-11-20,ECG"},
    Event.RETURN_TO_REFERRER: {"told_on": "2026-11-20"},
    Event.DECLINE_REFERRAL: {"reason": "Not a candidate", "alternative": "Palliative care"},
    Event.REQUEST_INFORMATION: {"items": "R1"},
    Event.ACCEPT_WITH_PRIOR_MDT: {
        "mdt_on": "2026-11-01",
        "mdt_target": "coeliac",
        "recommendation": "proceed_test",
    },
    Event.MDT_PROCEED_TEST: {"attended": QUORUM},
    Event.MDT_PROCEED_DIRECT: {"attended": QUORUM, "reason": "Short prognosis"},
    Event.MDT_MORE_INFO: {"items": "ECG", "owner": "Registrar", "rediscuss_on": _WEEK_AHEAD},
    Event.MDT_NOT_SUITABLE: {"attended": QUORUM, "reason": "No safe path", "alternative": "Pump"},
    Event.LIST_FOR_TEST: {"seen_on": "2026-11-23", "consent_on": "2026-11-23"},
    Event.PATIENT_DECLINES: {"discussion": "Prefers tablets"},
    Event.UNSUITABLE_AT_CONSULT: {"reason": "Infection", "mdt_informed": "yes"},
    Event.MDT_RECALL: {"change": "New scan"},
    Event.CANCEL_HOSPITAL: {"reason": "equipment"},
    Event.CANCEL_PATIENT: {"reason": "unwell"},
    Event.DID_NOT_ATTEND: {"attempts": "phone"},
    Event.START_TEST: dict(SIGN_IN),
    Event.START_DEFINITIVE: dict(SIGN_IN),
    Event.COMPLETE_TEST: {
        "signed_out": "yes",
        "baseline_rest": "8",
        "baseline_movement": "8",
        "readings": "15min=3,1h=2",
        "agent": "Local anaesthetic",
        "volume_ml": "10",
    },
    Event.ABANDON_TEST: {"reason": "Could not lie prone"},
    Event.ABANDON_DEFINITIVE: {"reason": "Could not lie prone"},
    Event.REPEAT_TEST: {"changed": "Higher level"},
    Event.COMPLETE_DEFINITIVE: {
        "signed_out": "yes",
        "side": "bilateral",
        "agent": "Alcohol",
        "volume_ml": "20",
        "concentration_percent": "99.5",
        "complications": "none",
    },
    Event.PAIN_RETURNS: {"pain_score": "7", "opioid_dose_mg": "120"},
    Event.COMPLETE_FOLLOW_UP: {"handed_to_referrer": "yes"},
    Event.NEW_PLAN: {"technique": "cryo"},
    Event.STOP: {"reason": "Patient's wish"},
    Event.PATIENT_WITHDRAWS: {"requested_by": "Patient", "requested_on": "2026-11-23", "channel": "phone"},
    Event.TREATED_ELSEWHERE: {"source": "Referrer"},
    Event.UNCONTACTABLE: {"attempts": _ATTEMPTS, "referrer_told": "yes"},
    Event.DEATH_NOTIFIED: {"died_on": "2026-11-22", "source": "Family"},
    Event.DUPLICATE_OR_ERROR: {"reason": "Sent twice"},
}
ELSE_FORMS: dict[tuple[PathwayState, Event], dict[str, object]] = {
    (_S.CONSULTATION, Event.LIST_FOR_DEFINITIVE): {"seen_on": "2026-11-23", "consent_on": "2026-11-23"},
    (_S.TEST_POSITIVE, Event.LIST_FOR_DEFINITIVE): {"consent_on": "2026-11-23"},
    (_S.TEST_NEGATIVE, Event.MDT_RECALL): {"technique": "cryo"},
}


ENTRY_FACTS: dict[Entry, tuple[PathwayState, dict[str, Any]]] = {
    Entry.CHANGE_CATEGORY: (_S.TEST_WAITING, _WAITING_TEST),
    Entry.CHANGE_PLAN: (_S.TEST_WAITING, _WAITING_TEST | {"target": Target.SPLANCHNIC, "consents": ()}),
    Entry.ADD_READINGS: (_S.TEST_AWAITING_RESULT, {"procedures": (_TESTED,)}),
    Entry.RECORD_REVIEW: (_S.FOLLOW_UP, {"procedures": (a_test(), a_treatment(on=TODAY - timedelta(days=7)))}),
    Entry.RECORD_COMPLICATION: (_S.FOLLOW_UP, {"procedures": (a_test(), a_treatment())}),
    Entry.EVIDENCE_RECEIVED: (_S.TEST_BOOKED, _WAITING_TEST | {"booking": _BOOKED_TEST}),
}
ENTRY_ANSWERS: dict[Entry, dict[str, object]] = {
    Entry.CHANGE_CATEGORY: {"urgency": "1", "reason": "The pain is worse"},
    Entry.CHANGE_PLAN: {"laterality": "left", "reason": "One side only hurts"},
    Entry.ADD_READINGS: {"readings": "2h=3,24h=7"},
    Entry.RECORD_REVIEW: {
        "pain_score": "3",
        "opioid_dose_mg": "60",
        "complications": "none",
        "following": "continue",
    },
    Entry.RECORD_COMPLICATION: {"what": "Foot drop", "complication_scale": "cirse", "complication_grade": "3"},
    Entry.EVIDENCE_RECEIVED: {"items": "R2=2026-11-23"},
}


def ready_to_write(entry: Entry) -> tuple[CaseFacts, dict[str, object]]:
    """A case about which this may be written down, and the form filled in."""
    state, known = ENTRY_FACTS[entry]
    return a_case_facts(state, **known), ENTRY_ANSWERS[entry]


def enter(
    facts: CaseFacts, entry: Entry, today: date = TODAY, protocol: Protocol | None = None, **answers: Any
) -> Step:
    """Write one thing down about a case by the seeded protocol."""
    return decide_entry(facts, entry, answers, protocol=protocol or a_protocol(), today=today)


def ready_for(state: PathwayState, event: Event) -> tuple[CaseFacts, dict[str, object]]:
    """A case in this state that may take this event, and its form filled in."""
    facts = a_case_facts(state, **(STATE_FACTS.get(state, {}) | ELSE_FACTS.get((state, event), {})))
    return facts, ELSE_FORMS.get((state, event), FORMS.get(event, {}))
