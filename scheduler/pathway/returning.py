"""A case that has ended goes on only as a new case, linked to it: who may return, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import forms
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.fields import Details, Field, read_details
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target, side_fits

RETURN_FIELDS: tuple[Field, ...] = (
    forms.REASON,
    forms.TARGET,
    forms.TECHNIQUE,
    forms.SIDE,
    forms.URGENCY,
    forms.REFERRAL_UNTIL,
)


def check_return(facts: CaseFacts, details: Mapping[str, object], *, today: date) -> Details:
    """Read the form of a return; raises TransitionNotAllowedError when this patient cannot come back this way."""
    if not facts.state.ends:
        raise TransitionNotAllowedError(
            f"Case {facts.ref} has not ended ('{facts.state.label}'): go on with it as it stands."
        )
    if facts.state is PathwayState.ENTERED_IN_ERROR:
        raise TransitionNotAllowedError(f"Case {facts.ref} was entered in error: import the referral that is meant.")
    if facts.state is PathwayState.DECEASED:
        raise TransitionNotAllowedError(
            f"Case {facts.ref} says that the patient has died: if that is a mistake, take it back "
            f"(neurolist reverse {facts.ref})."
        )
    answers = read_details(RETURN_FIELDS, details, today=today)
    target = Target(answers.text("target")) if answers.text("target") else facts.target
    side = Laterality(answers.text("laterality")) if answers.text("laterality") else facts.laterality
    if target is not None and side is not None and not side_fits(target, side):
        raise TransitionNotAllowedError(
            f"{target.label} cannot be treated as '{side.label.lower()}': give another 'target' or 'laterality'."
        )
    return answers
