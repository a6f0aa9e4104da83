"""Documents, results and other evidence may arrive for a case at any time, and do not move it."""

from __future__ import annotations

from dataclasses import replace

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import forms
from scheduler.pathway.effects import (
    AddItem,
    Effect,
    RecordConsent,
    RecordMedicineFacts,
    RecordPerformance,
    RenewReferral,
)
from scheduler.pathway.facts import HIGHEST_ECOG, CaseFacts, ClotRisk
from scheduler.pathway.fields import DatedItem, Details, Field, FieldType
from scheduler.pathway.items import AGEING_ITEMS, REQUIRED_ITEMS, item_label
from scheduler.pathway.situation import Situation, needed
from scheduler.pathway.validity import day
from scheduler.vocabulary import Stage, Technique

NO_RISK = "none"

FIELDS: tuple[Field, ...] = (
    forms.RECEIVED_ITEMS,
    Field(
        key="consent_for",
        type=FieldType.CHOICE,
        label="Consent is for",
        required=False,
        choices=forms.choices((stage, stage.label) for stage in Stage),
        help="Needed with a consent unless the case is listed for one of the two.",
    ),
    replace(forms.NEW_CONSENT_ON, help="For the target and side that are planned."),
    forms.REFERRAL_UNTIL,
    Field(
        key="clot_risks",
        type=FieldType.ITEMS,
        label="Risks of stopping blood thinners",
        required=False,
        choices=forms.choices([*((risk, risk.label.capitalize()) for risk in ClotRisk), (NO_RISK, "None of these")]),
        help="With any of them, a specialist advises before a medicine is stopped.",
    ),
    forms.optional(forms.ADVICE_ON),
    Field(
        key="creatinine_clearance",
        type=FieldType.INTEGER,
        label="Creatinine clearance (mL/min)",
        required=False,
        lowest=0,
    ),
    Field(
        key="ecog",
        type=FieldType.INTEGER,
        label="ECOG performance status",
        required=False,
        lowest=0,
        highest=HIGHEST_ECOG,
        help="A change since the meeting decided is one for the meeting.",
    ),
    Field(
        key="ecog_on",
        type=FieldType.DATE,
        label="Day the performance status was assessed",
        required=False,
        help="Today unless said.",
    ),
)


def received(case: Situation) -> tuple[Effect, ...]:
    """What new evidence changes; raises TransitionNotAllowedError with the sentence in the way."""
    facts, answers = case.facts, case.details
    effects = (
        *(_item(facts, item) for item in answers.dated_items("items")),
        *_consent(facts, answers),
        *_referral(answers),
        *_medicines(answers),
        *_performance(case),
    )
    if not effects:
        raise TransitionNotAllowedError("Nothing was recorded: give at least one of the fields.")
    return effects


def _item(facts: CaseFacts, item: DatedItem) -> Effect:
    wanted = [*REQUIRED_ITEMS, *(known.key for known in facts.items if known.key not in REQUIRED_ITEMS)]
    key = next((each for each in wanted if each.lower() == item.key.lower()), None)
    if key is None:
        raise TransitionNotAllowedError(f"'{item.key}' is not asked for; what may come is {', '.join(wanted)}.")
    if item.dated is None and key in AGEING_ITEMS:
        raise TransitionNotAllowedError(f"{item_label(key)} needs the date of the scan, sample or letter: {key}=DATE.")
    known = facts.item(key)
    if known is not None and known.received and known.dated and item.dated and item.dated < known.dated:
        raise TransitionNotAllowedError(
            f"{item_label(key)} of {day(known.dated)} is on record, which is newer than {day(item.dated)}."
        )
    return AddItem(key=key, dated=item.dated)


def _consent(facts: CaseFacts, answers: Details) -> tuple[Effect, ...]:
    signed, given = answers.date("consent_on"), answers.text("consent_for")
    if signed is None:
        if given:
            raise TransitionNotAllowedError("Give the day the consent was signed in 'consent_on'.")
        return ()
    listed = facts.episode.stage if facts.episode else None
    stage = needed(Stage(given) if given else listed, "Say in 'consent_for' which procedure the consent is for.")
    return (
        RecordConsent(
            stage=stage,
            on=signed,
            target=needed(facts.target, "No target is planned: record one before consent."),
            laterality=needed(facts.laterality, "No side is planned: record one before consent."),
            technique=Technique.LOCAL_ANAESTHETIC if stage is Stage.TEST_BLOCK else facts.technique,
        ),
    )


def _referral(answers: Details) -> tuple[Effect, ...]:
    until = answers.date("referral_valid_until")
    return (RenewReferral(valid_until=until),) if until else ()


def _performance(case: Situation) -> tuple[Effect, ...]:
    ecog, on = case.details.whole("ecog"), case.details.date("ecog_on")
    if ecog is None and on is not None:
        raise TransitionNotAllowedError("Give the performance status in 'ecog', or leave its day out.")
    if on is not None and on > case.today:
        raise TransitionNotAllowedError(f"The performance status of {day(on)} lies ahead: check the date.")
    return () if ecog is None else (RecordPerformance(on=on or case.today, ecog=ecog),)


def _medicines(answers: Details) -> tuple[Effect, ...]:
    named, advised = answers.items("clot_risks"), answers.date("specialist_advice_on")
    clearance = answers.whole("creatinine_clearance")
    if NO_RISK in named and len(named) > 1:
        raise TransitionNotAllowedError("'clot_risks' says none and a risk: give one or the other.")
    risks = tuple(ClotRisk(name) for name in named if name != NO_RISK) if named else None
    if risks is None and advised is None and clearance is None:
        return ()
    return (RecordMedicineFacts(clot_risks=risks, specialist_advice_on=advised, creatinine_clearance=clearance),)
