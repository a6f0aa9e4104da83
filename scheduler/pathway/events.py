"""The things that happen to a case: the name each has in files and at the command line, and what people read."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """One thing that moves a case along its pathway."""

    START_TRIAGE = "start_triage"
    MARK_INCOMPLETE = "mark_incomplete"
    INFORMATION_RECEIVED = "information_received"
    RETURN_TO_REFERRER = "return_to_referrer"
    ACCEPT = "accept"
    DECLINE_REFERRAL = "decline_referral"
    REQUEST_INFORMATION = "request_information"
    ACCEPT_WITH_PRIOR_MDT = "accept_with_prior_mdt"
    MDT_PROCEED_TEST = "mdt_proceed_test"
    MDT_PROCEED_DIRECT = "mdt_proceed_direct"
    MDT_MORE_INFO = "mdt_more_info"
    MDT_NOT_SUITABLE = "mdt_not_suitable"
    LIST_FOR_TEST = "list_for_test"
    LIST_FOR_DEFINITIVE = "list_for_definitive"
    PATIENT_DECLINES = "patient_declines"
    UNSUITABLE_AT_CONSULT = "unsuitable_at_consult"
    BOOK_TEST = "book_test"
    MDT_RECALL = "mdt_recall"
    CANCEL_HOSPITAL = "cancel_hospital"
    CANCEL_PATIENT = "cancel_patient"
    DID_NOT_ATTEND = "did_not_attend"
    START_TEST = "start_test"
    COMPLETE_TEST = "complete_test"
    ABANDON_TEST = "abandon_test"
    RESULT_POSITIVE = "result_positive"
    RESULT_EQUIVOCAL = "result_equivocal"
    RESULT_NEGATIVE = "result_negative"
    REPEAT_TEST = "repeat_test"
    DISCHARGE = "discharge"
    BOOK_DEFINITIVE = "book_definitive"
    START_DEFINITIVE = "start_definitive"
    COMPLETE_DEFINITIVE = "complete_definitive"
    ABANDON_DEFINITIVE = "abandon_definitive"
    PAIN_RETURNS = "pain_returns"
    COMPLETE_FOLLOW_UP = "complete_follow_up"
    REPEAT_SAME = "repeat_same"
    NEW_PLAN = "new_plan"
    STOP = "stop"
    PATIENT_WITHDRAWS = "patient_withdraws"
    TREATED_ELSEWHERE = "treated_elsewhere"
    UNCONTACTABLE = "uncontactable"
    DEATH_NOTIFIED = "death_notified"
    DUPLICATE_OR_ERROR = "duplicate_or_error"

    @property
    def label(self) -> str:
        """The name people read, as on a button."""
        return EVENT_LABELS[self]


EVENT_LABELS = {
    Event.START_TRIAGE: "Start triage",
    Event.MARK_INCOMPLETE: "Mark referral incomplete",
    Event.INFORMATION_RECEIVED: "Information received",
    Event.RETURN_TO_REFERRER: "Return to referrer",
    Event.ACCEPT: "Accept referral",
    Event.DECLINE_REFERRAL: "Decline referral",
    Event.REQUEST_INFORMATION: "Ask for information",
    Event.ACCEPT_WITH_PRIOR_MDT: "Accept with an earlier MDT decision",
    Event.MDT_PROCEED_TEST: "MDT: proceed to test block",
    Event.MDT_PROCEED_DIRECT: "MDT: proceed without a test block",
    Event.MDT_MORE_INFO: "MDT: more information needed",
    Event.MDT_NOT_SUITABLE: "MDT: not suitable",
    Event.LIST_FOR_TEST: "Add to test block waiting list",
    Event.LIST_FOR_DEFINITIVE: "Add to neurolysis waiting list",
    Event.PATIENT_DECLINES: "Patient declines treatment",
    Event.UNSUITABLE_AT_CONSULT: "Found unsuitable at consultation",
    Event.BOOK_TEST: "Book test block",
    Event.MDT_RECALL: "Send back to MDT meeting",
    Event.CANCEL_HOSPITAL: "Hospital-initiated postponement",
    Event.CANCEL_PATIENT: "Patient-initiated postponement",
    Event.DID_NOT_ATTEND: "Did not attend",
    Event.START_TEST: "Start test block",
    Event.COMPLETE_TEST: "Complete test block",
    Event.ABANDON_TEST: "Abandon test block",
    Event.RESULT_POSITIVE: "Result: positive",
    Event.RESULT_EQUIVOCAL: "Result: equivocal",
    Event.RESULT_NEGATIVE: "Result: negative",
    Event.REPEAT_TEST: "Repeat test block",
    Event.DISCHARGE: "Discharge",
    Event.BOOK_DEFINITIVE: "Book neurolysis",
    Event.START_DEFINITIVE: "Start neurolysis",
    Event.COMPLETE_DEFINITIVE: "Complete neurolysis",
    Event.ABANDON_DEFINITIVE: "Abandon neurolysis",
    Event.PAIN_RETURNS: "Pain returns",
    Event.COMPLETE_FOLLOW_UP: "Complete follow-up",
    Event.REPEAT_SAME: "Repeat the same procedure",
    Event.NEW_PLAN: "Propose a new plan",
    Event.STOP: "Stop treatment",
    Event.PATIENT_WITHDRAWS: "Patient withdraws",
    Event.TREATED_ELSEWHERE: "Treated elsewhere",
    Event.UNCONTACTABLE: "Could not be contacted",
    Event.DEATH_NOTIFIED: "Death notified",
    Event.DUPLICATE_OR_ERROR: "Duplicate or entered in error",
}


class ReadinessEvent(StrEnum):
    """One thing that changes, or questions, whether a patient is ready."""

    LIST = "list"
    LIST_STAGED = "list_staged"
    CLINICALLY_UNREADY = "clinically_unready"
    PERSONAL_DEFERRAL = "personal_deferral"
    READY_AGAIN = "ready_again"
    LIMIT_REACHED = "limit_reached"
    REVIEW_DUE = "review_due"

    @property
    def label(self) -> str:
        """The name people read."""
        return self.value.replace("_", " ").capitalize()


class Entry(StrEnum):
    """One thing that is written down about a case and does not move it along its pathway."""

    CHANGE_CATEGORY = "change_category"
    CHANGE_PLAN = "change_plan"
    ADD_READINGS = "add_readings"
    RECORD_REVIEW = "record_review"
    RECORD_COMPLICATION = "record_complication"
    EVIDENCE_RECEIVED = "evidence_received"

    @property
    def label(self) -> str:
        """The name people read, as on a button."""
        return ENTRY_LABELS[self]


ENTRY_LABELS = {
    Entry.CHANGE_CATEGORY: "Change urgency category",
    Entry.CHANGE_PLAN: "Change the plan",
    Entry.ADD_READINGS: "Add pain scores of the test block",
    Entry.RECORD_REVIEW: "Record a follow-up review",
    Entry.RECORD_COMPLICATION: "Record a complication",
    Entry.EVIDENCE_RECEIVED: "Documents and results received",
}

Happening = Event | ReadinessEvent | Entry
