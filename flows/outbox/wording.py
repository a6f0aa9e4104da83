"""What each letter says, by what it is about and who reads it.

A paragraph with a placeholder that has nothing to say is left out; a letter that lacks what it `needs` is not sent.
Letters to patients carry no diagnosis, nerve, technique or result, and never tell anyone to stop a medicine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.pathway.effects import Audience, NoticeKind

_N, _A = NoticeKind, Audience


@dataclass(frozen=True, slots=True)
class Wording:
    """The subject and the paragraphs of one letter, with `$placeholders` that flows.outbox.telling fills."""

    subject: str
    paragraphs: tuple[str, ...]
    needs: tuple[str, ...] = ()


CORRECTION = "correction"  # what follows a letter that was sent by mistake
MEDICINES = "Please do not stop any of your medicines without talking to your doctor."
SEE_YOUR_DOCTOR = "If you feel worse, see your doctor or call us. " + MEDICINES
TELL_US = "Please tell us if your telephone number, your address, your health or your medicines change."
PLAN = "Plan: $plan."
WHY = "Reason: $reason"

TO_CLINICIANS: Mapping[str, Wording] = {
    _N.ACCEPTED: Wording(
        "Referral accepted",
        (
            "Thank you for referring $patient. We have accepted the referral.",
            PLAN,
            "$next_step",
            "Once a patient of this category is listed, we aim to treat within $wait.",
        ),
    ),
    _N.DECLINED: Wording(
        "Referral declined",
        (
            "We have looked at the referral of $patient and cannot offer the procedure.",
            WHY,
            "What we suggest instead: $alternative",
            "If the situation changes, or if you would like to talk about it, please call us.",
        ),
    ),
    _N.INFORMATION_NEEDED: Wording(
        "Information needed for a referral",
        (
            "The referral of $patient cannot go on until we have:",
            "$missing",
            "Please send it to us with our reference, $ref. Until it arrives the case stands still.",
        ),
        needs=("missing",),
    ),
    _N.RETURNED: Wording(
        "Referral returned",
        (
            "We return the referral of $patient, because what we asked for has not arrived.",
            "Still missing:\n$missing",
            "A complete referral is welcome at any time, and we will look at it at once.",
        ),
    ),
    _N.MDT_OUTCOME: Wording(
        "Outcome of the multidisciplinary meeting",
        (
            "The multidisciplinary meeting has discussed $patient.",
            "Recommendation: $recommendation.",
            PLAN,
            WHY,
            "$next_step",
        ),
    ),
    _N.LISTED: Wording(
        "Patient on the waiting list",
        (
            "$patient was seen, has agreed, and is on our waiting list for $awaited.",
            PLAN,
            "We aim to treat within $wait of listing.",
            "It will not be done before $earliest.",
            "Please tell us of any change in health, in blood results or in blood thinners.",
        ),
    ),
    _N.BOOKED: Wording(
        "Procedure booked",
        (
            "$patient is booked for $awaited on $when, at $where.",
            PLAN,
            (
                "We will agree with the prescriber on any medicine to be paused. The patient has been told to stop "
                "none without talking to a doctor."
            ),
        ),
        needs=("when", "where"),
    ),
    _N.MOVED: Wording(
        "Procedure moved",
        (
            "The procedure of $patient has a new time or place.",
            "$patient is now booked for $awaited on $when, at $where.",
            PLAN,
            "Please set aside what we wrote to you about the time before.",
        ),
        needs=("when", "where"),
    ),
    _N.POSTPONED: Wording(
        "Procedure postponed",
        (
            "$awaited_capital of $patient was not done, or not finished, as planned.",
            WHY,
            "The patient keeps the place on the waiting list, and we will offer a new date.",
        ),
    ),
    _N.MISSED: Wording(
        "Appointment missed",
        (
            "$patient did not come to the appointment with us.",
            "We tried to reach the patient: $attempts.",
            (
                "If you know how the patient can be reached, or of a reason, please tell us. Nobody is taken off the "
                "list without a clinician's decision."
            ),
        ),
    ),
    _N.RESULT: Wording(
        "Result of the test block",
        (
            "$patient had a test block on $tested.",
            "Result: $result.",
            "$judged",
            "$next_step",
        ),
        needs=("result",),
    ),
    _N.PROCEDURE_DONE: Wording(
        "Procedure done",
        (
            "$patient had neurolysis on $treated.",
            "Procedure: $treatment.",
            "Details: $parameters",
            "Complications: $complications",
            (
                "Our reviews follow $reviews after the procedure. Please review the pain medicines with the patient, "
                "and call us if anything worries you."
            ),
        ),
        needs=("treated",),
    ),
    _N.REMOVED: Wording(
        "Patient no longer waiting",
        (
            "$patient is no longer on our pathway: $removal.",
            "We tried to reach the patient: $attempts.",
            "A new referral is welcome at any time.",
        ),
    ),
    _N.DISCHARGED: Wording(
        "Patient discharged",
        (
            "$patient is discharged from our service.",
            "Test block on $tested: $result.",
            "Neurolysis on $treated: $treatment.",
            WHY,
            "A new referral is welcome at any time.",
        ),
    ),
    _N.CATEGORY_CHANGED: Wording(
        "Urgency changed",
        (
            "We have looked at the case of $patient again, and its urgency has changed.",
            PLAN,
            WHY,
            "We aim to treat within $wait of listing.",
        ),
    ),
    CORRECTION: Wording(
        "Please set our last letter aside",
        (
            "Something in the record of $patient was a mistake and has been put right.",
            "Please set aside what we wrote to you about it.",
            "The case now stands as: $stands.",
            "We are sorry for the trouble. Please call us if anything is unclear.",
        ),
    ),
    _N.UNSUITABLE: Wording(
        "Procedure not suitable",
        (
            "$patient was seen in consultation, and the procedure is not suitable.",
            WHY,
            "If you would like to talk about it, please call us.",
        ),
    ),
}

TO_PATIENTS: Mapping[str, Wording] = {
    _N.ACCEPTED: Wording(
        "Your referral to us",
        (
            "Your doctor has referred you to our service, and we have accepted the referral.",
            "Our team will look at it, and we will then write to you or call you. You need not do anything now.",
            TELL_US,
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.DECLINED: Wording(
        "Your referral to us",
        (
            (
                "Your doctor referred you to our service. We have looked at the referral with care, and we cannot "
                "offer you this treatment."
            ),
            (
                "We have written to your doctor with our reasons and with what we suggest. Please see your doctor to "
                "talk about it."
            ),
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.RETURNED: Wording(
        "Your referral to us",
        (
            "Some papers that we need have not reached us, so we have sent the referral back to your doctor.",
            "Please see your doctor, who can send it to us again at any time.",
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.LISTED: Wording(
        "You are on our waiting list",
        (
            "You are on our waiting list for your procedure.",
            "We aim to offer you a date within $wait. We will write to you as soon as there is one.",
            TELL_US,
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.BOOKED: Wording(
        "Your appointment with us",
        (
            "Your procedure is booked for:",
            "$when\n$where",
            "We will call you before the day to tell you how to prepare, and when to stop eating and drinking.",
            MEDICINES + " If you take a blood thinner, tell us when we call.",
            "Please bring your Medicare card and a list of your medicines, and arrange for somebody to take you home.",
            "If you cannot come, please call us as soon as you can, so that we can offer you another day.",
        ),
        needs=("when", "where"),
    ),
    _N.MOVED: Wording(
        "Your appointment with us has changed",
        (
            "We have had to change the time or the place of your procedure. It is now booked for:",
            "$when\n$where",
            "Please set aside what we wrote to you about the time before. We are sorry for the trouble.",
            "We will call you before the day to tell you how to prepare, and when to stop eating and drinking.",
            MEDICINES + " If you take a blood thinner, tell us when we call.",
            "If you cannot come, please call us as soon as you can, so that we can offer you another day.",
        ),
        needs=("when", "where"),
    ),
    _N.REMINDER: Wording(
        "Your appointment with us",
        (
            "We look forward to seeing you:",
            "$when\n$where",
            MEDICINES,
            "If you cannot come, please call us as soon as you can, so that we can offer you another day.",
        ),
        needs=("when", "where"),
    ),
    _N.CATEGORY_CHANGED: Wording(
        "Your place on our waiting list",
        (
            "We have looked again at how soon you should be treated.",
            "We now aim to treat you within $wait from when you were put on our waiting list.",
            TELL_US,
            SEE_YOUR_DOCTOR,
        ),
    ),
    CORRECTION: Wording(
        "Please set our last letter aside",
        (
            "Something in our last letter to you was a mistake. Please set that letter aside; we are sorry.",
            "If you are not sure what holds now, please call us.",
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.POSTPONED: Wording(
        "Your appointment with us",
        (
            "$postponed",
            "You keep your place on the waiting list. We will offer you a new date by $offer_by.",
            TELL_US,
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.MISSED: Wording(
        "We missed you",
        (
            "We expected you for an appointment, and you did not come.",
            "Please call us, so that we can find another day that suits you.",
            SEE_YOUR_DOCTOR,
        ),
    ),
    _N.REMOVED: Wording(
        "Your place with us",
        (
            "As you asked, we have taken you off our list.",
            "If you change your mind, your doctor can refer you again at any time.",
            SEE_YOUR_DOCTOR,
        ),
    ),
}

TO_THE_MEETING: Mapping[str, Wording] = {
    _N.MDT_OUTCOME: Wording(
        "A case comes back to the meeting",
        (
            "The case $ref comes back to the multidisciplinary meeting.",
            "What has changed: $change",
            PLAN,
            "Latest test block, on $tested: $result.",
        ),
    ),
    **{kind: TO_CLINICIANS[kind] for kind in (_N.UNSUITABLE, CORRECTION)},
}

CLINICIANS = frozenset({_A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PALLIATIVE_TEAM})


def wording_for(kind: NoticeKind, audience: Audience) -> Wording | None:
    """Give the wording of a letter; None where no such letter is written."""
    if audience is _A.PATIENT:
        return TO_PATIENTS.get(kind)
    return (TO_CLINICIANS if audience in CLINICIANS else TO_THE_MEETING).get(kind)
