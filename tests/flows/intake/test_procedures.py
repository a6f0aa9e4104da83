"""Codes and words are understood as one target, technique and side, or refused with the reason."""

import pytest

from flows.intake.element import Code
from flows.intake.procedures import (
    LOINC,
    SIDE_SYSTEM,
    SNOMED,
    TARGET_SYSTEM,
    TECHNIQUE_SYSTEM,
    read_side,
    read_target,
    read_technique,
    target_named,
)
from scheduler.vocabulary import SIDES_ALLOWED, Laterality, Target, Technique


def code(system: str, value: str) -> Code:
    return Code(system=system, code=value, display="")


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Coeliac plexus neurolysis", Target.COELIAC),
        ("Celiac plexus block", Target.COELIAC),
        ("CŒLIAC-PLEXUS alcohol ablation", Target.COELIAC),
        ("Bilateral splanchnic nerve radiofrequency ablation", Target.SPLANCHNIC),
        ("Splanchnicectomy by phenol", Target.SPLANCHNIC),
        ("CT-guided lumbar sympathetic block", Target.LUMBAR_SYMPATHETIC),
        ("Chemical lumbar sympathectomy", Target.LUMBAR_SYMPATHETIC),
        ("Lumbar plexus block", Target.LUMBAR_PLEXUS),
        ("Psoas compartment block", Target.LUMBAR_PLEXUS),
        ("Superior hypogastric plexus neurolysis", Target.SUPERIOR_HYPOGASTRIC),
        ("Presacral nerve block", Target.SUPERIOR_HYPOGASTRIC),
        ("Ganglion impar block", Target.GANGLION_IMPAR),
        ("Neurolysis of the ganglion of Walther", Target.GANGLION_IMPAR),
        ("Stellate ganglion block", Target.STELLATE),
        ("Thoracic sympathetic chain cryoneurolysis", Target.THORACIC_SYMPATHETIC),
    ],
)
def test_words_name_a_target(words, target):
    assert read_target((), words) == (target, None)


@pytest.mark.parametrize(
    "words",
    [
        "Chest X-Ray",
        "Insertion of grommets",
        "Coeliac disease serology",
        "Coeliac artery stent",
        "Lumbar puncture",
        "Lumbar facet joint block",
        "Lumbar medial branch neurolysis",
        "Pelvic splanchnic nerve block",
        "Inferior hypogastric plexus block",
    ],
)
def test_what_the_service_does_not_do_is_refused_by_name(words):
    target, fault = read_target((), words)
    assert target is None
    assert fault == f'Asks for "{words}", which is not a block or neurolysis this service offers.'


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("Lumbar block", "lumbar plexus or the lumbar sympathetic chain"),
        ("Lumbar neurolysis", "choose one"),
        ("Sympathetic chain block", "choose lumbar, thoracic or stellate"),
        ("Hypogastric plexus block", '"superior hypogastric plexus"'),
        ("Coeliac plexus and splanchnic nerve neurolysis", "send one referral for each"),
        ("Lumbar plexus or lumbar sympathetic block", "send one referral for each"),
        ("Biopsy of coeliac plexus", "names a place and no procedure"),
        ("", "Does not say what is asked for"),
    ],
)
def test_what_may_mean_two_things_is_asked_back(words, asks):
    target, fault = read_target((), words)
    assert target is None
    assert asks in (fault or "")


def test_the_details_name_the_target_when_the_code_does_not():
    assert read_target((), "Nerve block", "; Coeliac plexus") == (Target.COELIAC, None)
    assert read_target((), "Stellate ganglion", "pulsed radiofrequency") == (Target.STELLATE, None)


def test_an_ambiguous_name_is_not_rescued_by_the_body_site():
    assert read_target((), "Lumbar block", "lumbar plexus")[0] is None


@pytest.mark.parametrize(
    ("system", "value", "target"),
    [
        (TARGET_SYSTEM, "ganglion_impar", Target.GANGLION_IMPAR),
        (LOINC, "24623-1", Target.COELIAC),
        (SNOMED, "764909009", Target.THORACIC_SYMPATHETIC),
    ],
)
def test_codes_name_a_target(system, value, target):
    assert read_target((code(system, value),), "") == (target, None)


def test_a_code_and_words_that_disagree_are_refused():
    target, fault = read_target((code(TARGET_SYSTEM, "coeliac"),), "Stellate ganglion block")
    assert (target, fault) == (None, "Names several targets (coeliac, stellate); send one referral for each.")


def test_a_code_our_system_does_not_have_is_refused_with_those_it_has():
    fault = read_target((code(TARGET_SYSTEM, "knee"),), "Coeliac plexus block")[1]
    assert '"knee" is not a code of urn:neurolist:target; it has coeliac,' in (fault or "")


@pytest.mark.parametrize(
    ("words", "technique"),
    [
        ("Coeliac plexus alcohol neurolysis", Technique.CHEMICAL),
        ("with 6 % phenol", Technique.CHEMICAL),
        ("Pulsed radiofrequency", Technique.RF_PULSED),
        ("radio-frequency, pulsed", Technique.RF_PULSED),
        ("Radiofrequency ablation", Technique.RF_THERMAL),
        ("thermal RF", Technique.RF_THERMAL),
        ("Cryoablation", Technique.CRYO),
        ("Diagnostic coeliac plexus block", Technique.LOCAL_ANAESTHETIC),
        ("Local anesthetic block", Technique.LOCAL_ANAESTHETIC),
        ("Test block, then chemical neurolysis", Technique.CHEMICAL),
        ("Coeliac plexus block", None),
    ],
)
def test_words_name_a_technique(words, technique):
    assert read_technique((), words) == (technique, None)


def test_two_definitive_techniques_are_asked_back():
    assert read_technique((), "cryo or phenol")[1] == "Names several techniques (chemical, cryo); choose one."
    assert read_technique((code(TECHNIQUE_SYSTEM, "cryo"),), "phenol")[1] is not None


@pytest.mark.parametrize(
    ("target", "codes", "words", "side"),
    [
        (Target.STELLATE, (), "Left stellate ganglion block", Laterality.LEFT),
        (Target.STELLATE, (code(SNOMED, "24028007"),), "Right", Laterality.RIGHT),
        (Target.SPLANCHNIC, (code(SNOMED, "51440002"),), "Right and left", Laterality.BILATERAL),
        (Target.SPLANCHNIC, (), "both sides", Laterality.BILATERAL),
        (Target.COELIAC, (), "single needle", Laterality.MIDLINE),
        (Target.COELIAC, (), "", None),
        (Target.GANGLION_IMPAR, (), "", Laterality.NOT_APPLICABLE),
        (Target.LUMBAR_PLEXUS, (code(SIDE_SYSTEM, "left"),), "", Laterality.LEFT),
    ],
)
def test_a_side_is_read(target, codes, words, side):
    assert read_side(target, codes, words) == (side, None)


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("side", Laterality)
def test_a_side_the_target_does_not_have_is_refused(target, side):
    found, fault = read_side(target, (code(SIDE_SYSTEM, side.value),), "")
    if side in SIDES_ALLOWED[target]:
        assert (found, fault) == (side, None)
    else:
        assert found is None
        assert f'"{side.label}" does not fit the {target.label.lower()}' in (fault or "")


def test_left_by_code_and_right_by_words_is_refused():
    fault = read_side(Target.STELLATE, (code(SNOMED, "7771000"),), "Right stellate")[1]
    assert fault == "Names several sides (left, right); choose one, or say bilateral."


@pytest.mark.parametrize(
    ("cell", "target"), [("stellate", Target.STELLATE), ("Ganglion impar", Target.GANGLION_IMPAR), ("lumbar", None)]
)
def test_a_cell_names_a_target_without_a_verb(cell, target):
    assert target_named(cell)[0] is target
