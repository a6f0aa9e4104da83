"""The twenty-five places a case can stand, with the clock that runs there and the column on the board."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StateKind(StrEnum):
    """What sort of place a state is: who or what the case is waiting for."""

    START = "start"
    HOLD = "hold"
    ACTIVE = "active"
    WAITLIST = "waitlist"
    DECISION = "decision"
    TERMINAL = "terminal"


class PathwayState(StrEnum):
    """Where a case stands; the value is what problem files, the database and the command line use."""

    REFERRAL_RECEIVED = "referral_received"
    REFERRAL_INCOMPLETE = "referral_incomplete"
    TRIAGE = "triage"
    AWAITING_MDT = "awaiting_mdt"
    MDT_MORE_INFO = "mdt_more_info"
    CONSULTATION = "consultation"
    TEST_WAITING = "test_waiting"
    TEST_BOOKED = "test_booked"
    TEST_IN_PROGRESS = "test_in_progress"
    TEST_AWAITING_RESULT = "test_awaiting_result"
    TEST_POSITIVE = "test_positive"
    TEST_EQUIVOCAL = "test_equivocal"
    TEST_NEGATIVE = "test_negative"
    DEFINITIVE_WAITING = "definitive_waiting"
    DEFINITIVE_BOOKED = "definitive_booked"
    DEFINITIVE_IN_PROGRESS = "definitive_in_progress"
    FOLLOW_UP = "follow_up"
    REPEAT_REVIEW = "repeat_review"
    DISCHARGED = "discharged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    TREATED_ELSEWHERE = "treated_elsewhere"
    REMOVED_UNCONTACTABLE = "removed_uncontactable"
    DECEASED = "deceased"
    ENTERED_IN_ERROR = "entered_in_error"

    @property
    def label(self) -> str:
        """The name people read."""
        return STATES[self].label

    @property
    def kind(self) -> StateKind:
        """What sort of place this is."""
        return STATES[self].kind

    @property
    def clock(self) -> str:
        """The clock that runs here, such as C1; "-" where none does."""
        return STATES[self].clock

    @property
    def column(self) -> int:
        """The state's place from left to right on the board of stages, counted from zero."""
        return list(STATES).index(self)

    @property
    def ends(self) -> bool:
        """Whether the pathway ends here: nothing may follow but a new, linked referral."""
        return self.kind is StateKind.TERMINAL


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What is true of one state whoever the patient is."""

    label: str
    kind: StateKind
    clock: str


STATES: dict[PathwayState, StateFacts] = {
    PathwayState.REFERRAL_RECEIVED: StateFacts("Referral received", StateKind.START, "C1"),
    PathwayState.REFERRAL_INCOMPLETE: StateFacts("Referral incomplete", StateKind.HOLD, "C1-paused"),
    PathwayState.TRIAGE: StateFacts("In triage", StateKind.ACTIVE, "C1"),
    PathwayState.AWAITING_MDT: StateFacts("Waiting for MDT meeting", StateKind.ACTIVE, "C2"),
    PathwayState.MDT_MORE_INFO: StateFacts("MDT needs more information", StateKind.HOLD, "C2-paused"),
    PathwayState.CONSULTATION: StateFacts("Consultation", StateKind.ACTIVE, "C2"),
    PathwayState.TEST_WAITING: StateFacts("Waiting for test block", StateKind.WAITLIST, "C3"),
    PathwayState.TEST_BOOKED: StateFacts("Test block booked", StateKind.WAITLIST, "C3"),
    PathwayState.TEST_IN_PROGRESS: StateFacts("Test block under way", StateKind.ACTIVE, "C3-stopped"),
    PathwayState.TEST_AWAITING_RESULT: StateFacts("Waiting for test result", StateKind.ACTIVE, "C5r"),
    PathwayState.TEST_POSITIVE: StateFacts("Test positive", StateKind.DECISION, "C5v"),
    PathwayState.TEST_EQUIVOCAL: StateFacts("Test equivocal", StateKind.DECISION, "C5v"),
    PathwayState.TEST_NEGATIVE: StateFacts("Test negative", StateKind.DECISION, "-"),
    PathwayState.DEFINITIVE_WAITING: StateFacts("Waiting for neurolysis", StateKind.WAITLIST, "C4"),
    PathwayState.DEFINITIVE_BOOKED: StateFacts("Neurolysis booked", StateKind.WAITLIST, "C4"),
    PathwayState.DEFINITIVE_IN_PROGRESS: StateFacts("Neurolysis under way", StateKind.ACTIVE, "C4-stopped"),
    PathwayState.FOLLOW_UP: StateFacts("Follow-up", StateKind.ACTIVE, "C6"),
    PathwayState.REPEAT_REVIEW: StateFacts("Repeat under review", StateKind.DECISION, "C6"),
    PathwayState.DISCHARGED: StateFacts("Discharged", StateKind.TERMINAL, "-"),
    PathwayState.DECLINED: StateFacts("Declined", StateKind.TERMINAL, "-"),
    PathwayState.WITHDRAWN: StateFacts("Withdrawn", StateKind.TERMINAL, "-"),
    PathwayState.TREATED_ELSEWHERE: StateFacts("Treated elsewhere", StateKind.TERMINAL, "-"),
    PathwayState.REMOVED_UNCONTACTABLE: StateFacts("Removed: could not be contacted", StateKind.TERMINAL, "-"),
    PathwayState.DECEASED: StateFacts("Deceased", StateKind.TERMINAL, "-"),
    PathwayState.ENTERED_IN_ERROR: StateFacts("Entered in error", StateKind.TERMINAL, "-"),
}

LIVE = tuple(state for state in PathwayState if not state.ends)
WAITING = (PathwayState.TEST_WAITING, PathwayState.DEFINITIVE_WAITING)
BOOKED = (PathwayState.TEST_BOOKED, PathwayState.DEFINITIVE_BOOKED)
