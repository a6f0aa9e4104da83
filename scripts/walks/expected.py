"""What must be true of each state and event, written down by hand beside the pathway and never read from it."""

from __future__ import annotations

from collections.abc import Mapping

WAITING = {"test_waiting": "test_block", "definitive_waiting": "definitive"}
BOOKED = {"test_booked": "test_block", "definitive_booked": "definitive"}
UNDER_WAY = {"test_in_progress": "test_block", "definitive_in_progress": "definitive"}
LISTED: Mapping[str, str] = {**WAITING, **BOOKED, "test_positive": "definitive"}
MAY_BE_LISTED = frozenset({"awaiting_mdt", "mdt_more_info", "consultation"})  # called back while on a list
ENDS = frozenset(
    {
        "discharged",
        "declined",
        "withdrawn",
        "treated_elsewhere",
        "removed_uncontactable",
        "deceased",
        "entered_in_error",
    }
)
NEVER_WRITTEN_TO = frozenset({"deceased", "entered_in_error"})

ROLE_OF: Mapping[str, str] = {
    "referral_received": "bookings",
    "referral_incomplete": "bookings",
    "triage": "clinician",
    "awaiting_mdt": "mdt_coordinator",
    "mdt_more_info": "mdt_coordinator",
    "consultation": "clinician",
    "test_waiting": "bookings",
    "test_booked": "clinician",
    "test_in_progress": "clinician",
    "test_awaiting_result": "clinician",
    "test_positive": "clinician",
    "test_equivocal": "clinician",
    "test_negative": "clinician",
    "definitive_waiting": "bookings",
    "definitive_booked": "clinician",
    "definitive_in_progress": "clinician",
    "follow_up": "clinician",
    "repeat_review": "clinician",
}

_RESPONSE = frozenset({"referral_received", "triage"})
_TEST_LIST, _TREATMENT_LIST = (
    frozenset({"test_waiting", "test_booked"}),
    frozenset({"definitive_waiting", "definitive_booked"}),
)
_RESULT = frozenset({"test_positive", *_TREATMENT_LIST})
# The states in which a timer of this name may wait.
TIMER_WAITS_IN: Mapping[str, frozenset[str]] = {
    "response_due": _RESPONSE | {"referral_incomplete"},  # looked at every day while its clock stands still
    "add_to_mdt_agenda": frozenset({"awaiting_mdt"}),
    "mdt_due": frozenset({"awaiting_mdt", "consultation", "mdt_more_info"}),
    "rediscuss": frozenset({"mdt_more_info"}),
    "treat_by": _TEST_LIST | _TREATMENT_LIST,
    "result_due": frozenset({"test_awaiting_result"}),
    "result_ageing": _RESULT,
    "result_expires": _RESULT,
    "reoffer_due": frozenset(WAITING),
    "review_readiness": frozenset(WAITING),
    "staged_until": frozenset({"test_positive", "definitive_waiting"}),
    "follow_up": frozenset({"follow_up"}),
    "hold_expires": frozenset(WAITING),
    "visit_reminder": frozenset(BOOKED),
    "confirm_visit": frozenset(BOOKED),
}
RAISE_NO_TASK = frozenset({"add_to_mdt_agenda", "hold_expires", "visit_reminder"})  # not one task each time, at least
ASK_ABOUT_READINESS = frozenset({"review_readiness", "staged_until"})
UNREADY = frozenset({"NRFS_CLINICAL", "NRFS_PERSONAL", "NRFS_STAGED"})
# The timers that run in a state from the day it was entered, whether they have fallen due yet or not.
TIMERS_OF: Mapping[str, tuple[str, ...]] = {
    "referral_received": ("response_due",),
    "triage": ("response_due",),
    "awaiting_mdt": ("mdt_due", "add_to_mdt_agenda"),
    "consultation": ("mdt_due",),
    "mdt_more_info": ("rediscuss",),
    **dict.fromkeys((*_TEST_LIST, *_TREATMENT_LIST), ("treat_by",)),
    "test_awaiting_result": ("result_due",),
    "test_positive": ("result_ageing", "result_expires"),
    "follow_up": ("follow_up",),
}
# The states between which such a timer goes on running.
TIMER_GOES_ON: tuple[frozenset[str], ...] = (
    _RESPONSE,
    frozenset({"awaiting_mdt", "consultation"}),
    _TEST_LIST,
    _TREATMENT_LIST,
)

_BOTH = ("gp", "referrer")
_ALL = ("gp", "palliative_team", "referrer")
LETTERS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "referral_received": (),
    "start_triage": (),
    "mark_incomplete": (("information_needed", ("referrer",)),),
    "information_received": (),
    "return_to_referrer": (("returned", ("patient", "referrer")),),
    "accept": (("accepted", ("patient", "referrer")),),
    "decline_referral": (("declined", ("patient", "referrer")),),
    "request_information": (("information_needed", ("referrer",)),),
    "accept_with_prior_mdt": (("accepted", ("patient", "referrer")),),
    "mdt_proceed_test": (("mdt_outcome", _BOTH),),
    "mdt_proceed_direct": (("mdt_outcome", _BOTH),),
    "mdt_more_info": (("information_needed", ("referrer",)),),
    "mdt_not_suitable": (("declined", ("gp", "patient", "referrer")),),
    "list_for_test": (("listed", ("patient", "referrer")),),
    "list_for_definitive": (("listed", ("patient", "referrer")),),
    "patient_declines": (("removed", _BOTH),),
    "unsuitable_at_consult": (("unsuitable", ("gp", "mdt", "referrer")),),
    "book_test": (("booked", ("patient", "referrer")),),
    "mdt_recall": (("mdt_outcome", ("mdt",)),),
    "cancel_hospital": (("postponed", ("patient",)),),
    "cancel_patient": (("postponed", ("patient",)),),
    "did_not_attend": (("missed", ("patient", "referrer")),),
    "start_test": (),
    "complete_test": (),
    "abandon_test": (("postponed", ("patient", "referrer")),),
    "result_positive": (("result", _BOTH),),
    "result_equivocal": (("result", _BOTH),),
    "result_negative": (("result", _BOTH),),
    "repeat_test": (("listed", ("patient",)),),
    "discharge": (("discharged", _ALL),),
    "book_definitive": (("booked", ("patient", "referrer")),),
    "start_definitive": (),
    "complete_definitive": (("procedure_done", _ALL),),
    "abandon_definitive": (("postponed", ("patient", "referrer")),),
    "pain_returns": (),
    "complete_follow_up": (("discharged", _ALL),),
    "repeat_same": (("listed", ("patient", "referrer")),),
    "new_plan": (("mdt_outcome", ("mdt",)),),
    "stop": (("discharged", _ALL),),
    "patient_withdraws": (("removed", ("gp", "patient", "referrer")),),
    "treated_elsewhere": (("removed", _BOTH),),
    "uncontactable": (("removed", _BOTH),),
    "death_notified": (),
    "duplicate_or_error": (),
    "clinically_unready": (),
    "personal_deferral": (),
    "ready_again": (),
    "booking_moved": (),
    "change_category": (("category_changed", ("patient", "referrer")),),
    "change_plan": (),
    "add_readings": (),
    "record_review": (),
    "record_complication": (),
}
COUNTED: Mapping[str, str] = {
    "test_repeats": "repeat_test",
    "patient_postponements": "cancel_patient",
    "hospital_postponements": "cancel_hospital",
    "missed_appointments": "did_not_attend",
}
MEETING_SAYS: Mapping[str, str] = {
    "mdt_proceed_test": "proceed_test",
    "mdt_proceed_direct": "proceed_direct",
    "mdt_more_info": "more_information",
    "mdt_not_suitable": "not_suitable",
}
