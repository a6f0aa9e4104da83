"""The demonstration's accounts, one for each role, with names nobody has."""

from __future__ import annotations

from dataclasses import dataclass

from db.audit import Author
from db.meetings import Attendee
from flows.permissions import EVERY_SITE, Actor
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One account: the name to sign in with, the name people read, and the role."""

    username: str
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        """The person at the desk."""
        return Actor(id=self.username, name=self.name, roles={EVERY_SITE: frozenset({self.role})})

    @property
    def author(self) -> Author:
        """The person in the audit trail."""
        return Author(id=self.username, name=self.name, role=self.role.value)


BOOKINGS = StaffMember("bookings", "Keziah Lindqvist-Mbeki", Role.BOOKINGS)
LEAD = StaffMember("lead", "Dr Anneliese Brandvold", Role.IR_LEAD)
COORDINATOR = StaffMember("mdt", "Tobias Aranguren", Role.MDT_COORDINATOR)
CLINICIAN = StaffMember("clinician", "Dr Prakash Subramoney", Role.CLINICIAN)
VIEWER = StaffMember("viewer", "Odalys Freyberg", Role.VIEWER)
ADMINISTRATOR = StaffMember("admin", "Ignatius Wolanski", Role.ADMINISTRATOR)
# Who sits in the demonstration's meetings.
TEAM = (
    Attendee(discipline="interventional_radiology", person=LEAD.name),
    Attendee(discipline="palliative_care", person="Dr Wilhelmina Osei-Tutu"),
    Attendee(discipline="pain_anaesthesia", person="Dr Casimir Lindholm"),
    Attendee(discipline="treating_oncology", person="Dr Rosalind Achterberg"),
    Attendee(discipline="nurse_consultant", person="Meiling Castellanos"),
    Attendee(discipline="mdt_coordinator", person=COORDINATOR.name, voting=False),
)
STAFF = (BOOKINGS, LEAD, COORDINATOR, CLINICIAN, VIEWER, ADMINISTRATOR)

_OFFICE_EVENTS = frozenset(
    {
        Event.START_TRIAGE,
        Event.MARK_INCOMPLETE,
        Event.INFORMATION_RECEIVED,
        Event.RETURN_TO_REFERRER,
        Event.CANCEL_HOSPITAL,
        Event.CANCEL_PATIENT,
        Event.DID_NOT_ATTEND,
        Event.PATIENT_WITHDRAWS,
        Event.TREATED_ELSEWHERE,
        Event.UNCONTACTABLE,
        Event.DEATH_NOTIFIED,
    }
)
_MEETING_EVENTS = frozenset(
    {Event.MDT_PROCEED_TEST, Event.MDT_PROCEED_DIRECT, Event.MDT_MORE_INFO, Event.MDT_NOT_SUITABLE, Event.MDT_RECALL}
)


def who_records(event: Event) -> StaffMember:
    """Give who records this step."""
    if event in {Event.DUPLICATE_OR_ERROR, Event.REPEAT_SAME}:
        return LEAD
    if event in _OFFICE_EVENTS:
        return BOOKINGS
    return COORDINATOR if event in _MEETING_EVENTS else CLINICIAN
