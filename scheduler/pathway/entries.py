"""What may be written down about a case without moving it: where, on what conditions, by whom, and with what effect."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import cautions as caution
from scheduler.pathway import evidence, forms, reviews
from scheduler.pathway import outcomes as leaves
from scheduler.pathway.clocks import NO_HOLIDAYS
from scheduler.pathway.effects import Audience, NoticeKind
from scheduler.pathway.events import Entry
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.fields import Details, Field, read_details
from scheduler.pathway.forms import required
from scheduler.pathway.guards.registry import Check
from scheduler.pathway.machine import NextStep, Step, cautioned, demand, left_to_the_lead, next_step
from scheduler.pathway.outcomes import Outcome, keep, letters
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import CLINICAL, STAFF
from scheduler.vocabulary import Role

_S = PathwayState


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryForm:
    """One thing to write down: the states in which it makes sense, and otherwise as a transition."""

    entry: Entry
    states: frozenset[PathwayState]
    says: str
    roles: frozenset[Role]
    fields: tuple[Field, ...]
    guards: tuple[str, ...] = ()
    cautions: tuple[Check, ...] = ()
    effects: tuple[Outcome, ...]


_WITH_A_CATEGORY = frozenset(
    {
        _S.AWAITING_MDT,
        _S.MDT_MORE_INFO,
        _S.CONSULTATION,
        _S.TEST_WAITING,
        _S.TEST_BOOKED,
        _S.TEST_AWAITING_RESULT,
        _S.TEST_POSITIVE,
        _S.TEST_EQUIVOCAL,
        _S.DEFINITIVE_WAITING,
        _S.DEFINITIVE_BOOKED,
        _S.REPEAT_REVIEW,
    }
)
_AFTER_A_PROCEDURE = frozenset(PathwayState) - {
    _S.REFERRAL_RECEIVED,
    _S.REFERRAL_INCOMPLETE,
    _S.TRIAGE,
    _S.TEST_IN_PROGRESS,
    _S.DEFINITIVE_IN_PROGRESS,
    _S.ENTERED_IN_ERROR,
}

ENTRIES: tuple[EntryForm, ...] = (
    EntryForm(
        entry=Entry.CHANGE_CATEGORY,
        states=_WITH_A_CATEGORY,
        says="A clinician finds the patient more or less urgent than before; the limits follow from today.",
        roles=CLINICAL,
        fields=(forms.NEW_URGENCY, forms.REASON),
        guards=("other_category",),
        effects=(
            leaves.change_category,
            keep("reason"),
            letters(NoticeKind.CATEGORY_CHANGED, Audience.PATIENT, Audience.REFERRER),
        ),
    ),
    EntryForm(
        entry=Entry.CHANGE_PLAN,
        states=frozenset({_S.AWAITING_MDT, _S.MDT_MORE_INFO, _S.CONSULTATION, _S.TEST_WAITING, _S.DEFINITIVE_WAITING}),
        says="The plan changes as far as the meeting's decision leaves it open.",
        roles=CLINICAL,
        fields=(forms.TARGET, forms.TECHNIQUE, forms.SIDE, forms.REASON, forms.LEAD_APPROVAL),
        guards=(
            "plan_differs",
            "within_the_decision",
            "side_allowed",
            "technique_offered",
            "no_slot_held",
            "test_still_supports",
        ),
        cautions=(caution.consent_outdated,),
        effects=(leaves.set_plan, keep("reason", "lead_approval")),
    ),
    EntryForm(
        entry=Entry.ADD_READINGS,
        states=frozenset({_S.TEST_AWAITING_RESULT}),
        says="Pain scores of the patient's diary are written down as they come.",
        roles=CLINICAL,
        fields=(forms.optional(forms.READINGS), forms.READINGS_MOVEMENT),
        guards=("scores_given", "scores_new"),
        cautions=(caution.what_they_show, caution.scores_missing),
        effects=(leaves.add_readings,),
    ),
    EntryForm(
        entry=Entry.RECORD_REVIEW,
        states=frozenset({_S.FOLLOW_UP}),
        says="A planned review after neurolysis was held: pain, opioid dose, complications and what follows.",
        roles=CLINICAL,
        fields=(
            forms.PAIN_SCORE,
            forms.OPIOID_DOSE,
            forms.COMPLICATIONS,
            forms.FOLLOWING,
            forms.REVIEW_POINT,
            forms.REVIEWED_ON,
            forms.COMPLICATION_SCALE,
            forms.COMPLICATION_GRADE,
            forms.COMPLICATION_ON,
            forms.COMPLICATION_OUTCOME,
            forms.NOTE,
        ),
        guards=("review_fits", "complication_graded"),
        cautions=(caution.review_missed,),
        effects=(reviews.record_review, keep("note")),
    ),
    EntryForm(
        entry=Entry.RECORD_COMPLICATION,
        states=_AFTER_A_PROCEDURE,
        says="Something went wrong in or after a procedure, and is graded; a grave one goes back to the meeting.",
        roles=CLINICAL,
        fields=(
            forms.COMPLICATION,
            required(forms.COMPLICATION_SCALE),
            required(forms.COMPLICATION_GRADE),
            forms.COMPLICATION_ON,
            forms.COMPLICATION_OUTCOME,
        ),
        guards=("procedure_started", "complication_dated", "complication_graded"),
        cautions=(caution.case_has_ended,),
        effects=(leaves.complication,),
    ),
    EntryForm(
        entry=Entry.EVIDENCE_RECEIVED,
        states=frozenset(state for state in PathwayState if not state.ends),
        says="New bloods, imaging, documents, a consent, advice or a renewed referral came.",
        roles=STAFF,
        fields=evidence.FIELDS,
        effects=(evidence.received,),
    ),
)
_BY_ENTRY = {form.entry: form for form in ENTRIES}


def decide_entry(
    facts: CaseFacts,
    entry: Entry,
    details: Mapping[str, object],
    *,
    protocol: Protocol,
    today: date,
    holidays: Set[date] = NO_HOLIDAYS,
) -> Step:
    """Work out what one entry leaves behind; raises TransitionNotAllowedError with every sentence in the way."""
    form = _BY_ENTRY[entry]
    if facts.state not in form.states:
        places = ", ".join(state.label for state in PathwayState if state in form.states)
        raise TransitionNotAllowedError(
            f"'{entry}' cannot be recorded in the state '{facts.state.label}', only in: {places}."
        )
    answers = read_details(form.fields, details, today=today)
    case = Situation(facts=facts, details=answers, protocol=protocol, today=today, holidays=holidays)
    demand(case, form.guards)
    return Step(
        event=entry,
        from_state=facts.state,
        to_state=facts.state,
        effects=tuple(effect for outcome in form.effects for effect in outcome(case)),
        cautions=cautioned(case, form.cautions),
        by_lead=left_to_the_lead(case, form.guards),
    )


def possible_entries(
    facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS
) -> tuple[NextStep, ...]:
    """List what may be written down about a case where it stands."""
    case = Situation(facts=facts, details=Details({}), protocol=protocol, today=today, holidays=holidays)
    found = [
        next_step(case, form.entry, says=form.says, fields=form.fields, roles=form.roles, guards=form.guards)
        for form in ENTRIES
        if facts.state in form.states
    ]
    return tuple(step for step in found if step.allowed or not _out_of_place(facts, step))


def _out_of_place(facts: CaseFacts, step: NextStep) -> bool:
    """Whether nobody would look for this here: a case without any procedure has no complications to record."""
    return step.event is Entry.RECORD_COMPLICATION and not facts.procedures


def entry_roles(entry: Entry) -> frozenset[Role]:
    """The roles that may write this down."""
    return _BY_ENTRY[entry].roles
