"""Letters as people get them, written from real cases: who, where, when, why, and nothing that is not known."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from db import publishing
from db.tables import AuditEventRow
from db.words import SendState
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, NotPermittedError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.letters import BY_MAIL, DOCTOR, a_listed_case, an_accepted_case
from tests.builders.memory import (
    CLERK,
    MORNING,
    a_case,
    a_clinic,
    a_patient,
    a_proposal,
    a_referral,
    read,
    step,
    write,
)
from tests.builders.service import MovingClock, a_desk, a_service

ATTENDED = "interventional_radiology,palliative_care,pain_anaesthesia,treating_oncology"


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def desk(sqlite_database, clock):
    return a_desk(a_service(sqlite_database, source=clock))


def texts(desk):
    """Send what waits; give each letter's text by its kind and reader, the latest of each."""
    desk.send_letters()
    found = {}
    for letter in desk.letters():
        page = desk.letter(letter.id)
        found[letter.kind.value, letter.audience.value] = page.text
        assert page.text is None or not re.search(r"\$\w", page.text)
    return found


def database(desk):
    return desk.service.database


def test_a_referrer_reads_that_the_patient_is_accepted_what_follows_and_how_long_it_takes(desk):
    an_accepted_case(database(desk))
    text = texts(desk)["accepted", "referrer"]
    assert text.startswith("To: doctor@example.org\nSubject: N10001: Referral accepted\n")
    for said in (
        "Tuesday 24 November 2026",
        "Our reference: N10001",
        "Dr Referrer\nSample Clinic",
        "About: Given Family1, born 2 January 1960",
        "Plan: coeliac plexus, bilateral, chemical neurolysis, category 1.",
        "The case goes to our next multidisciplinary meeting",
        "we aim to treat within 30 days",
    ):
        assert said in text


def test_a_patient_reads_nothing_of_the_illness(desk):
    a_listed_case(database(desk), diagnosis="Pancreatic cancer", pain_site="Abdomen")
    for (_, audience), text in texts(desk).items():
        if audience == "patient":
            said = text.replace("Percutaneous Neurolysis Service", "")  # how the service signs
            assert not re.search(r"pancrea|cancer|coeliac|neurolysis|abdomen|category", said, re.IGNORECASE)
            assert "1 Sample Street\nMelbourne 3000" in text


def test_a_referrer_is_told_exactly_what_is_missing(desk):
    short = tuple(item for item in a_referral().items if item.key not in {"R1", "R2"})
    a_case(database(desk), 1, **(BY_MAIL | {"items": short}))
    desk.run_due_now()
    text = texts(desk)["information_needed", "referrer"]
    assert "  - R1 (recent CT, MRI or PET" in text
    assert "  - R2 (blood results" in text
    assert "R3" not in text


def test_a_declined_referral_tells_why_and_what_instead_and_the_patient_to_see_the_doctor(desk):
    ref = a_case(database(desk), 1, **BY_MAIL)
    desk.run_due_now()
    desk.record(ref, Event.DECLINE_REFERRAL, {"reason": "No safe path.", "alternative": "An intrathecal pump"})
    found = texts(desk)
    assert "Reason: No safe path.\n" in found["declined", "referrer"]
    assert "What we suggest instead: An intrathecal pump" in found["declined", "referrer"]
    assert "No safe path" not in found["declined", "patient"]
    assert "Please see your doctor to talk about it." in found["declined", "patient"]


def test_an_appointment_says_when_and_where_in_local_time(desk):
    a_clinic(database(desk))
    ref = a_listed_case(database(desk))
    made = a_proposal(database(desk), {f"{ref}-T": ("S01-1", 0, "R01")})
    desk.publish(made)
    text = texts(desk)["booked", "patient"]
    assert "Wednesday 25 November 2026 at 8:30 am\nSite 1, CT 1" in text
    assert "do not stop any of your medicines without talking to your doctor" in text
    assert "is booked for a test block on Wednesday" in texts(desk)["booked", "referrer"]


def test_an_appointment_given_back_before_it_was_told_is_not_told(desk):
    a_clinic(database(desk))
    ref = a_listed_case(database(desk))
    desk.send_letters()
    made = a_proposal(database(desk), {f"{ref}-T": ("S01-1", 0, "R01")})
    write(database(desk), lambda session: publishing.publish(session, made, actor=CLERK, now=MORNING))
    step(database(desk), ref, Event.CANCEL_HOSPITAL, reason="equipment")
    desk.send_letters()
    found = {(letter.kind.value, letter.audience.value): letter for letter in desk.letters(ref)}
    assert found["booked", "patient"].state is SendState.DROPPED
    assert "no longer has what this letter tells" in found["booked", "patient"].problem
    told = desk.letter(found["postponed", "patient"].id).text
    assert "We are sorry: we have to postpone your procedure." in told
    assert re.search(r"We will offer you a new date by \w+ \d+ \w+ 2026\.", told)


# Reading and repeating


def test_each_look_at_a_letter_is_in_the_trail_and_a_viewer_may_not_look(desk):
    an_accepted_case(database(desk))
    desk.send_letters()
    letter = desk.letters()[0]
    with pytest.raises(NotPermittedError):
        a_desk(desk.service, Role.VIEWER).letter(letter.id)
    desk.letter(letter.id)
    asked = select(AuditEventRow).where(AuditEventRow.action == "read_document")
    looks = read(database(desk), lambda session: session.exec(asked).all())
    assert [(look.actor, look.ref) for look in looks] == [(desk.actor.id, "N10001")]


def test_a_letter_sent_again_takes_the_place_of_the_first_and_says_why_to_colleagues_alone(desk, clock):
    an_accepted_case(database(desk))
    desk.send_letters()
    clock.pass_(timedelta(days=2))
    for letter in desk.letters():
        desk.repeat_letter(letter.id, "The wrong side was named")
    found = [letter for letter in desk.letters() if letter.replaces]
    assert {letter.state for letter in found} == {SendState.SENT}
    by_reader = {letter.audience.value: desk.letter(letter.id).text for letter in found}
    first = "This letter takes the place of the one we wrote on Tuesday 24 November 2026."
    assert f"{first} Reason: The wrong side was named." in by_reader["referrer"]
    assert first in by_reader["patient"]
    assert "wrong side" not in by_reader["patient"]


def test_a_repeat_of_the_same_request_makes_one_letter(desk):
    an_accepted_case(database(desk))
    desk.send_letters()
    letter = desk.letters()[0]
    made = {desk.repeat_letter(letter.id, "Lost", write_id="once") for _ in range(2)}
    assert len(made) == 1
    assert len(desk.letters()) == 3


def test_a_letter_is_repeated_once_and_then_its_repeat(desk):
    an_accepted_case(database(desk))
    desk.send_letters()
    letter = desk.letters()[0]
    second = desk.repeat_letter(letter.id, "Lost")
    with pytest.raises(NeurolistError, match="was replaced by N10001-3"):
        desk.repeat_letter(letter.id, "Lost")
    desk.repeat_letter(second, "Lost again")


def test_the_repeat_of_a_letter_sent_by_mistake_never_goes_and_one_correction_follows_the_first(desk, monkeypatch):
    an_accepted_case(database(desk))
    desk.send_letters()
    monkeypatch.setenv("NEUROLIST_OUTBOX", "smtp")
    monkeypatch.setenv("NEUROLIST_SMTP_HOST", "mail.invalid")
    [letter] = [letter for letter in desk.letters() if letter.audience.value == "referrer"]
    again = desk.repeat_letter(letter.id, "Lost")
    desk.reverse("N10001", "Another patient was meant", expected_version=desk.reversal("N10001").version)
    assert next(one.state for one in desk.letters() if one.id == again) is SendState.DROPPED
    corrections = [one.audience.value for one in desk.letters() if one.kind.value == "correction"]
    assert sorted(corrections) == ["patient", "referrer"]


def test_sending_a_letter_of_one_case_again_sends_no_letter_of_another(desk):
    an_accepted_case(database(desk))
    desk.send_letters()
    an_accepted_case(database(desk), 2)
    desk.repeat_letter(next(one.id for one in desk.letters() if one.case_ref == "N10001"), "Lost")
    assert {one.state for one in desk.letters() if one.case_ref == "N10002"} == {SendState.WAITING}


def test_a_letter_that_could_not_be_posted_goes_once_the_address_is_known(desk):
    an_accepted_case(database(desk), patient=a_patient(1))
    desk.send_letters()
    (letter,) = desk.letters(state="to_post")
    a_case(database(desk), 2, patient=a_patient(1), referrer=DOCTOR)
    desk.repeat_letter(letter.id, "Wrong address")
    assert desk.letters(state="to_post")[0].replaces == letter.id
    (task,) = [task for task in desk.tasks() if task.kind == "letter"]
    assert letter.name not in task.says


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_letter_is_not_repeated_without_a_reason_that_fits(desk, reason):
    an_accepted_case(database(desk))
    desk.send_letters()
    with pytest.raises(BadInputError, match="Say why the letter is sent again"):
        desk.repeat_letter(desk.letters()[0].id, reason)


def test_what_is_not_there_is_said_so(desk):
    with pytest.raises(NotFoundError, match="No letter is called nothing"):
        desk.letter("nothing")
    with pytest.raises(NotFoundError, match="No letter is ever 'flown'"):
        desk.letters(state="flown")


def test_a_waiting_letter_cannot_be_repeated_yet(desk):
    an_accepted_case(database(desk))
    with pytest.raises(NeurolistError, match="waiting to be sent, so there is nothing to repeat yet"):
        desk.repeat_letter(desk.letters()[0].id, "Too early")


def test_the_whole_way_to_discharge_leaves_no_letter_waiting(desk):
    ref = an_accepted_case(database(desk))
    step(database(desk), ref, Event.MDT_NOT_SUITABLE, attended=ATTENDED, reason="No path", alternative="Pump")
    found = texts(desk)
    assert "Reason: No path" in found["declined", "referrer"]
    assert {letter.state for letter in desk.letters()} <= {SendState.SENT, SendState.TO_POST, SendState.DROPPED}
