"""The clinic's words as closed sets: every target, technique, side, class and category a case may carry.

Source: docs/glossary.md. The values are the codes used in problem files and in the database; the labels are what
people read.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Target(StrEnum):
    """The nerve structure that is blocked or treated."""

    COELIAC = "coeliac"
    SPLANCHNIC = "splanchnic"
    LUMBAR_SYMPATHETIC = "lumbar_sympathetic"
    LUMBAR_PLEXUS = "lumbar_plexus"
    SUPERIOR_HYPOGASTRIC = "superior_hypogastric"
    GANGLION_IMPAR = "ganglion_impar"
    STELLATE = "stellate"
    THORACIC_SYMPATHETIC = "thoracic_sympathetic"

    @property
    def label(self) -> str:
        """The name people read."""
        return TARGET_LABELS[self]


class Technique(StrEnum):
    """How the nerve is interrupted or modulated."""

    LOCAL_ANAESTHETIC = "local_anaesthetic"
    CHEMICAL = "chemical"
    RF_THERMAL = "rf_thermal"
    RF_PULSED = "rf_pulsed"
    CRYO = "cryo"

    @property
    def label(self) -> str:
        """The name people read."""
        return TECHNIQUE_LABELS[self]


class Modality(StrEnum):
    """The imaging that guides the needle."""

    CT = "ct"
    FLUOROSCOPY = "fluoroscopy"
    ULTRASOUND = "ultrasound"

    @property
    def label(self) -> str:
        """The name people read."""
        return "CT" if self is Modality.CT else self.value.capitalize()


class Funding(StrEnum):
    """Who pays for the episode, and so which lists accept it."""

    PUBLIC = "public"
    PRIVATE = "private"
    DVA = "dva"
    TAC = "tac"
    WORKSAFE = "worksafe"
    SELF_FUNDED = "self_funded"
    MEDICARE_INELIGIBLE = "medicare_ineligible"

    @property
    def label(self) -> str:
        """The name people read."""
        return FUNDING_LABELS[self]


class Urgency(IntEnum):
    """The clinical urgency category set by the treating clinician (METEOR 598034)."""

    CATEGORY_1 = 1
    CATEGORY_2 = 2
    CATEGORY_3 = 3

    @property
    def label(self) -> str:
        """The name people read."""
        return f"Category {self.value}"


class Readiness(StrEnum):
    """Whether an open waiting-list episode may be offered a date (METEOR 598039)."""

    READY = "RFS"
    STAGED = "NRFS_STAGED"
    NOT_READY_CLINICAL = "NRFS_CLINICAL"
    NOT_READY_PERSONAL = "NRFS_PERSONAL"

    @property
    def label(self) -> str:
        """The name people read."""
        return READINESS_LABELS[self]


class Laterality(StrEnum):
    """The side of the patient that is treated; repeated on every document, and it must agree."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    MIDLINE = "midline"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        """The name people read."""
        return self.value.replace("_", " ").capitalize()


class Stage(StrEnum):
    """The two procedures a case may wait for."""

    TEST_BLOCK = "test_block"
    DEFINITIVE = "definitive"

    @property
    def label(self) -> str:
        """The name people read."""
        return "Test block" if self is Stage.TEST_BLOCK else "Definitive neurolysis"


class Commitment(StrEnum):
    """How firmly an earlier booking was promised, which sets what moving it costs."""

    PROPOSED = "proposed"
    HELD = "held"
    BOOKED = "booked"
    CONFIRMED = "confirmed"


class Role(StrEnum):
    """What a person is trusted to do, at one site or at all of them."""

    BOOKINGS = "bookings"
    IR_LEAD = "ir_lead"
    MDT_COORDINATOR = "mdt_coordinator"
    CLINICIAN = "clinician"
    VIEWER = "viewer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The name people read."""
        return ROLE_LABELS[self]


TARGET_LABELS = {
    Target.COELIAC: "Coeliac plexus",
    Target.SPLANCHNIC: "Splanchnic nerves",
    Target.LUMBAR_SYMPATHETIC: "Lumbar sympathetic chain",
    Target.LUMBAR_PLEXUS: "Lumbar plexus",
    Target.SUPERIOR_HYPOGASTRIC: "Superior hypogastric plexus",
    Target.GANGLION_IMPAR: "Ganglion impar",
    Target.STELLATE: "Stellate ganglion",
    Target.THORACIC_SYMPATHETIC: "Thoracic sympathetic chain",
}

TECHNIQUE_LABELS = {
    Technique.LOCAL_ANAESTHETIC: "Local anaesthetic",
    Technique.CHEMICAL: "Chemical neurolysis",
    Technique.RF_THERMAL: "Thermal radiofrequency",
    Technique.RF_PULSED: "Pulsed radiofrequency",
    Technique.CRYO: "Cryoneurolysis",
}

FUNDING_LABELS = {
    Funding.PUBLIC: "Public",
    Funding.PRIVATE: "Private fund",
    Funding.DVA: "Veterans' Affairs (DVA)",
    Funding.TAC: "Transport accident (TAC)",
    Funding.WORKSAFE: "WorkSafe",
    Funding.SELF_FUNDED: "Self-funded",
    Funding.MEDICARE_INELIGIBLE: "Medicare-ineligible",
}

READINESS_LABELS = {
    Readiness.READY: "Ready",
    Readiness.STAGED: "Not ready: staged",
    Readiness.NOT_READY_CLINICAL: "Not ready: clinical",
    Readiness.NOT_READY_PERSONAL: "Not ready: personal",
}

ROLE_LABELS = {
    Role.BOOKINGS: "Bookings",
    Role.IR_LEAD: "IR lead",
    Role.MDT_COORDINATOR: "MDT coordinator",
    Role.CLINICIAN: "Clinician",
    Role.VIEWER: "Viewer",
    Role.ADMINISTRATOR: "Administrator",
}

# The coeliac plexus and ganglion impar lie on the midline, so "left" or "right" of the patient means nothing there;
# one coeliac needle is recorded as midline. Both stellates are never treated together (risk to both phrenic nerves).
SIDES_ALLOWED: dict[Target, frozenset[Laterality]] = {
    Target.COELIAC: frozenset({Laterality.BILATERAL, Laterality.MIDLINE}),
    Target.SPLANCHNIC: frozenset({Laterality.BILATERAL, Laterality.LEFT, Laterality.RIGHT}),
    Target.LUMBAR_SYMPATHETIC: frozenset({Laterality.LEFT, Laterality.RIGHT, Laterality.BILATERAL}),
    Target.LUMBAR_PLEXUS: frozenset({Laterality.LEFT, Laterality.RIGHT}),
    Target.SUPERIOR_HYPOGASTRIC: frozenset(
        {Laterality.BILATERAL, Laterality.LEFT, Laterality.RIGHT, Laterality.MIDLINE}
    ),
    Target.GANGLION_IMPAR: frozenset({Laterality.NOT_APPLICABLE}),
    Target.STELLATE: frozenset({Laterality.LEFT, Laterality.RIGHT}),
    Target.THORACIC_SYMPATHETIC: frozenset({Laterality.LEFT, Laterality.RIGHT}),
}


def side_fits(target: Target, side: Laterality) -> bool:
    """Say whether this side makes sense for this target."""
    return side in SIDES_ALLOWED[target]
