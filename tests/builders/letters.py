"""Cases with letters in the outbox, for a patient and a doctor who can be reached by e-mail, or by post alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.incoming import IncomingReferrer
from scheduler.pathway.events import Event
from tests.builders.memory import a_case, a_patient, list_for_test, step

if TYPE_CHECKING:
    from db.engine import Database

DOCTOR = IncomingReferrer(
    name="Dr Referrer", provider_number="2426621B", organisation="Sample Clinic", email="doctor@example.org"
)
PATIENT = {"email": "given@example.net", "address": "1 Sample Street", "general_practitioner": "Dr P Sample"}
BY_MAIL = {"patient": a_patient(1, **PATIENT), "referrer": DOCTOR}


def an_accepted_case(database: Database, number: int = 1, **changes: object) -> str:
    """A case that was accepted, so that a letter to the referrer and one to the patient wait to be sent."""
    ref = a_case(database, number, **(BY_MAIL | changes))
    step(database, ref, Event.START_TRIAGE)
    step(database, ref, Event.ACCEPT)
    return ref


def a_listed_case(database: Database, **changes: object) -> str:
    """A case on the waiting list, with all the letters that led there waiting to be sent."""
    return list_for_test(database, 1, **(BY_MAIL | changes))
