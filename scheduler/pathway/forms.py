"""Every field that a step of the pathway asks for, defined once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scheduler.pathway.facts import HIGHEST_PAIN_SCORE, Channel, MdtRecommendation, NextAfterReview, Scale
from scheduler.pathway.fields import Choice, Field, FieldType, When
from scheduler.pathway.items import REQUIRED_ITEMS
from scheduler.pathway.relief import WHOLE
from scheduler.vocabulary import Laterality, Readiness, Target, Technique, Urgency

MEETING_ROLES = {
    "interventional_radiology": "Interventional radiology",
    "palliative_care": "Palliative care",
    "pain_anaesthesia": "Pain medicine or anaesthesia",
    "treating_oncology": "Treating oncology",
    "radiology": "Diagnostic radiology",
    "nurse_consultant": "Clinical nurse consultant",
    "mdt_coordinator": "MDT coordinator",
    "referrer": "Referrer",
}
CHANNELS = {
    Channel.PHONE: "Phone",
    Channel.SMS: "Text message",
    Channel.EMAIL: "Email",
    Channel.LETTER: "Letter",
    Channel.GENERAL_PRACTITIONER: "Through the general practitioner",
}
HOSPITAL_REASONS = {
    "list_closed": "List closed",
    "staff_unavailable": "Staff not available",
    "equipment": "Equipment not available",
    "overrun": "List ran over time",
    "bed": "No recovery bay or bed",
    "emergency": "Displaced by an emergency",
    "preparation": "Preparation not complete",
    "other": "Other",
}
PATIENT_REASONS = {
    "unwell": "Unwell",
    "personal": "Personal reasons",
    "transport": "Transport",
    "preparation": "Preparation not followed",
    "other": "Other",
}


NEXT_AFTER_REVIEW = {
    NextAfterReview.CONTINUE: "Go on to the next review",
    NextAfterReview.SEE_AGAIN: "See the patient sooner",
    NextAfterReview.PAIN_RETURNED: "The pain has returned",
    NextAfterReview.FINISH: "Finish follow-up",
}
NO_COMPLICATION = "none"


def choices(words: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
    """Answers to choose from, value and words."""
    return tuple(Choice(str(value), label) for value, label in words)


_TARGETS = tuple((target, target.label) for target in Target)
_SIDES = tuple((side, side.label) for side in Laterality)
_URGENCIES = tuple((str(urgency.value), urgency.label) for urgency in Urgency)
_TREATMENTS = tuple((way, way.label) for way in Technique if way is not Technique.LOCAL_ANAESTHETIC)
_LISTED_AS = tuple((found, found.label) for found in Readiness if found is not Readiness.STAGED)
_CHANNELS = choices(CHANNELS.items())


def _text(key: str, label: str, help_: str = "") -> Field:
    return Field(key=key, type=FieldType.TEXT, label=label, help=help_)


def _past(key: str, label: str, help_: str = "") -> Field:
    return Field(key=key, type=FieldType.DATE, label=label, help=help_, when=When.PAST)


def _ahead(key: str, label: str, help_: str = "") -> Field:
    return Field(key=key, type=FieldType.DATE, label=label, help=help_, when=When.AHEAD)


def _yes(key: str, label: str) -> Field:
    return Field(key=key, type=FieldType.BOOLEAN, label=label)


def _choice(key: str, label: str, words: Iterable[tuple[str, str]], help_: str = "") -> Field:
    return Field(key=key, type=FieldType.CHOICE, label=label, choices=choices(words), help=help_)


def optional(field: Field) -> Field:
    """The same field, asked for only where a guard needs it."""
    return replace(field, required=False)


def required(field: Field) -> Field:
    """The same field, asked for always."""
    return replace(field, required=True)


IF_CHANGED = "Leave empty to keep what is planned."

TARGET = optional(_choice("target", "Target", _TARGETS, IF_CHANGED))
TECHNIQUE = optional(_choice("technique", "Definitive technique", _TREATMENTS, IF_CHANGED))
SIDE = optional(_choice("laterality", "Side", _SIDES, IF_CHANGED))
URGENCY = optional(_choice("urgency", "Urgency category", _URGENCIES, IF_CHANGED))
NEW_URGENCY = _choice("urgency", "New urgency category", _URGENCIES)
LEAD_APPROVAL = optional(
    _text(
        "lead_approval",
        "IR lead who approves",
        "Needed only where the protocol asks for the lead's approval. Unless you are an IR lead, one is then asked.",
    )
)

MISSING_ITEMS = Field(
    key="items",
    type=FieldType.ITEMS,
    label="Items that are missing",
    required=False,
    help=f"{', '.join(REQUIRED_ITEMS)}, or words for anything else. Leave empty for what the referral lacks.",
)
WANTED_ITEMS = Field(
    key="items",
    type=FieldType.ITEMS,
    label="Items asked for",
    help=f"{', '.join(REQUIRED_ITEMS)}, or words for anything else, separated by commas.",
)
RECEIVED_ITEMS = Field(
    key="items",
    type=FieldType.DATED_ITEMS,
    label="Items received",
    required=False,
    help="Such as R1=2026-12-01,R4: the item and, where it has one, the date of the scan, sample or letter.",
    when=When.PAST,
)
REASON = _text("reason", "Reason")
ALTERNATIVE = _text("alternative", "Suggested alternative")
TOLD_ON = _past("told_on", "Date the referrer was told in writing")
LATE_REASON = optional(_text("late_reason", "Why the referrer was told late"))

MDT_ON = _past("mdt_on", "Date of the meeting")
MEETING_ON = optional(_past("mdt_on", "Date of the meeting", "Leave empty for today."))
MDT_TARGET = _choice("mdt_target", "Target the meeting decided on", _TARGETS)
RECOMMENDATION = _choice(
    "recommendation",
    "Recommendation",
    (
        (MdtRecommendation.PROCEED_TEST, "Test block first"),
        (MdtRecommendation.PROCEED_DIRECT, "Straight to neurolysis"),
    ),
)
DIRECT_REASON = _text("reason", "Reason for leaving out the test block")
ATTENDED = Field(
    key="attended",
    type=FieldType.ITEMS,
    label="Who attended",
    choices=choices(MEETING_ROLES.items()),
    help="Roles separated by commas.",
)
OWNER = _text("owner", "Who will get the information")
REDISCUSS_ON = _ahead("rediscuss_on", "Discuss again by")

SEEN_ON = _past("seen_on", "Date the patient was seen")
CONSENT_ON = _past("consent_on", "Date consent was signed")
NEW_CONSENT_ON = optional(_past("consent_on", "Date a new consent was signed", "Only if consent was renewed."))
READINESS = optional(_choice("readiness", "Readiness", _LISTED_AS, "Leave empty for ready."))
READY_REVIEW_ON = optional(_ahead("review_on", "Review readiness by", "Needed when the patient is not ready."))
DISCUSSION = _text("discussion", "What was discussed")
MDT_INFORMED = _yes("mdt_informed", "The MDT has been told")

BLOODS_ON = optional(_ahead("bloods_on", "New bloods planned for", "Leave empty to have them ordered."))
IMAGING_ON = optional(_ahead("imaging_on", "New imaging planned for", "Leave empty to have it ordered."))
REFERRAL_UNTIL = optional(_ahead("referral_valid_until", "Referral renewed until", "Only if it was renewed."))

ADVICE_ON = _past("specialist_advice_on", "Date a specialist advised on stopping them")

CHANGE = _text("change", "What has changed, or why the meeting should see it again")
HOSPITAL_REASON = _choice("reason", "Reason", HOSPITAL_REASONS.items())
PATIENT_REASON = _choice("reason", "Reason", PATIENT_REASONS.items())
OFFER_BY = optional(_ahead("offer_by", "Offer a new date by", "Leave empty for the protocol's limit."))
ATTEMPTS = Field(
    key="attempts",
    type=FieldType.DATED_ITEMS,
    label="Attempts to reach the patient",
    choices=_CHANNELS,
    help="Such as phone=2026-12-01,sms=2026-12-02; without a date it was today.",
    when=When.PAST,
)

SIGNED_SIDE = _choice("side", "Side confirmed at sign-in", _SIDES)
IDENTITY_CHECKED = _yes("identity_checked", "Identity checked")
CONSENT_CHECKED = _yes("consent_checked", "Consent checked")
ALLERGIES_CHECKED = _yes("allergies_checked", "Allergies checked")
ANTICOAGULANTS_CHECKED = _yes("anticoagulants_checked", "Blood thinners checked")
INR = optional(Field(key="inr", type=FieldType.NUMBER, label="INR", lowest=0))
PLATELETS = optional(Field(key="platelets", type=FieldType.INTEGER, label="Platelets (10^9/L)", lowest=0))
BLOODS_DATED = optional(_past("bloods_dated", "Date of these bloods", "Leave empty if they are those on record."))
OVERRIDE_BY = optional(_text("override_by", "Radiologist who goes ahead in spite of the bloods"))
OVERRIDE_REASON = optional(_text("override_reason", "Reason for going ahead in spite of the bloods"))

SIGNED_OUT = _yes("signed_out", "Sign-out complete")
BASELINE_REST = Field(
    key="baseline_rest",
    type=FieldType.INTEGER,
    label="Pain score at rest before the block",
    lowest=0,
    highest=HIGHEST_PAIN_SCORE,
)
BASELINE_MOVEMENT = Field(
    key="baseline_movement",
    type=FieldType.INTEGER,
    label="Pain score on movement before the block",
    lowest=0,
    highest=HIGHEST_PAIN_SCORE,
)
BASELINE_HOURS = optional(
    Field(
        key="baseline_hours_before",
        type=FieldType.INTEGER,
        label="Hours from that score to the block",
        help="Leave empty if it was asked within the hour.",
        lowest=0,
    )
)
READINGS = Field(
    key="readings",
    type=FieldType.READINGS,
    label="Pain scores at rest after the block",
    help="Such as 15min=3,1h=2: time after the injection and score.",
)
READINGS_MOVEMENT = optional(
    Field(
        key="readings_movement",
        type=FieldType.READINGS,
        label="Pain scores on movement after the block",
        help="Such as 15min=4,1h=3.",
    )
)
AGENT = _text("agent", "Agent")
VOLUME = Field(key="volume_ml", type=FieldType.NUMBER, label="Volume (mL)", lowest=0)
CONCENTRATION = optional(
    Field(
        key="concentration_percent",
        type=FieldType.NUMBER,
        label="Concentration (per cent)",
        help="Needed for chemical neurolysis, as are agent and volume.",
        lowest=0,
        highest=WHOLE,
    )
)
TEMPERATURE = optional(
    Field(
        key="temperature_c",
        type=FieldType.NUMBER,
        label="Lesion temperature (°C)",
        help="Needed for radiofrequency, as is the time.",
    )
)
LESION_SECONDS = optional(
    Field(key="lesion_seconds", type=FieldType.INTEGER, label="Time at each lesion (seconds)", lowest=1)
)
FREEZE_CYCLES = optional(
    Field(
        key="freeze_cycles",
        type=FieldType.INTEGER,
        label="Freeze cycles",
        help="Needed for cryoneurolysis, as is the probe.",
        lowest=1,
    )
)
PROBE = optional(_text("probe", "Probe"))
PARAMETERS = optional(_text("parameters", "Anything else about agent, energy or lesions"))
COMPLICATIONS = _text("complications", "Complications", f"Write {NO_COMPLICATION} if there were none.")
COMPLICATION = _text("what", "What went wrong")
COMPLICATION_SCALE = optional(
    _choice(
        "complication_scale",
        "Scale of the grade",
        ((scale, scale.label) for scale in Scale),
        "Needed with a complication.",
    )
)
COMPLICATION_GRADE = optional(
    Field(
        key="complication_grade",
        type=FieldType.INTEGER,
        label="Grade on that scale",
        help="Needed with a complication.",
        lowest=1,
    )
)
COMPLICATION_ON = optional(_past("complication_on", "When it happened", "Leave empty for today."))
COMPLICATION_OUTCOME = optional(_text("complication_outcome", "How it ended, or how it stands"))
PAIN_BEFORE = optional(
    Field(
        key="pain_before",
        type=FieldType.INTEGER,
        label="Pain score before the procedure",
        help="Left empty, success is judged from the pain before the test block.",
        lowest=0,
        highest=HIGHEST_PAIN_SCORE,
    )
)
OPIOID_BEFORE = optional(
    Field(
        key="opioid_before_mg",
        type=FieldType.INTEGER,
        label="Opioid dose before the procedure (mg of oral morphine a day)",
        lowest=0,
    )
)

PATTERN_CONCERN = optional(_text("pattern_concern", "Why the relief does not fit the block's place or time"))
CHANGED_VARIABLE = _text("changed", "What will be changed in the repeat")

PAIN_SCORE = Field(
    key="pain_score", type=FieldType.INTEGER, label="Pain score now", lowest=0, highest=HIGHEST_PAIN_SCORE
)
OPIOID_DOSE = Field(
    key="opioid_dose_mg", type=FieldType.INTEGER, label="Opioid dose (mg of oral morphine a day)", lowest=0
)
REVIEW_POINT = optional(
    Field(
        key="point",
        type=FieldType.INTEGER,
        label="Which review, in days after neurolysis",
        help="Leave empty for the next one.",
        lowest=0,
    )
)
REVIEWED_ON = optional(_past("reviewed_on", "Date of the review", "Leave empty for today."))
FOLLOWING = _choice("following", "What follows", NEXT_AFTER_REVIEW.items())
FINAL_REVIEW_ON = optional(
    _past("final_review_on", "Date of the final review", "Unless it is recorded already; then with both scores.")
)
HANDED_OVER = optional(_yes("handed_to_referrer", "Follow-up was handed to the referrer"))

REQUESTED_BY = _text("requested_by", "Who asked")
REQUESTED_ON = _past("requested_on", "When they asked")
CHANNEL = Field(key="channel", type=FieldType.CHOICE, label="How they asked", choices=_CHANNELS)
SOURCE = _text("source", "Who told us")
REFERRER_TOLD = _yes("referrer_told", "The general practitioner or referrer has been told")
DIED_ON = _past("died_on", "Date of death")
ORIGINAL = optional(_text("original", "Reference of the original, for a duplicate"))
NOTE = optional(_text("note", "Note"))
