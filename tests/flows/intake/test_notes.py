"""Labelled lines in notes, and the values in them."""

import pytest

from flows.intake import notes


def test_labelled_lines_are_found_among_others():
    found = notes.labelled(["Thank you for seeing her.\nNRS: 7/10\n- Pain site: left arm", "Medicines: none"])
    assert found == {"pain_score": "7/10", "pain_site": "left arm", "medicines": "none"}


def test_a_label_written_twice_keeps_both():
    assert notes.labelled(["Tried: phenol\nTried: surgery"]) == {"tried": "phenol; surgery"}


@pytest.mark.parametrize(("written", "score"), [("0", 0), ("10", 10), ("7/10", 7), ("7 out of 10", 7)])
def test_a_pain_score_runs_from_0_to_10(written, score):
    assert notes.pain_score(written) == (score, None)


@pytest.mark.parametrize("written", ["11", "-1", "7.5", "severe", "70/100", ""])
def test_another_pain_score_is_refused(written):
    assert notes.pain_score(written)[0] is None
    assert notes.pain_score(written)[1]


@pytest.mark.parametrize(
    ("written", "dose"), [("120 mg", 120), ("0", 0), ("none", 0), ("60 mg a day", 60), ("5000", 5000)]
)
def test_a_dose_is_milligrams(written, dose):
    assert notes.opioid_dose(written) == (dose, None)


@pytest.mark.parametrize("written", ["5001", "a lot", "12.5", "120 mcg"])
def test_another_dose_is_refused(written):
    assert notes.opioid_dose(written)[0] is None
    assert notes.opioid_dose(written)[1]


def test_sedation_is_one_of_four_levels():
    assert notes.sedation("Moderate") == ("moderate", None)
    assert "deep_or_ga" in (notes.sedation("heavy")[1] or "")


def test_none_is_an_answer():
    assert notes.listed("nil") == ()
    assert notes.listed("apixaban; aspirin") == ("apixaban", "aspirin")
    assert notes.stated("NKDA", notes.NO_ALLERGIES) == "None known"
    assert notes.stated("Penicillin", notes.NO_ALLERGIES) == "Penicillin"
