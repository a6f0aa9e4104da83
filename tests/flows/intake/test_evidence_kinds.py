"""Reports are told apart by code and by words."""

import pytest

from flows.intake.element import Code
from flows.intake.evidence_kinds import Group, groups_in, records_a_consultation, shows_a_scan
from flows.intake.procedures import LOINC


@pytest.mark.parametrize("title", ["CT abdomen", "MRI pelvis", "PET-CT", "Computed tomography of chest", "FDG PET"])
def test_a_cross_sectional_scan(title):
    assert shows_a_scan((), title)


@pytest.mark.parametrize(
    "title", ["Chest X-ray", "Ultrasound abdomen", "Letter from Mr Sample", "Petition", "Contract"]
)
def test_no_cross_sectional_scan(title):
    assert not shows_a_scan((), title)


def test_all_four_groups_by_their_usual_names():
    assert groups_in((), "FBC, INR, U&E, LFT") == frozenset(Group)
    assert groups_in((), "FBE; coags; UEC; liver function tests") == frozenset(Group)


def test_groups_by_code():
    panel = Code(system=LOINC, code="24323-8", display="")
    assert groups_in((panel,), "") == {Group.KIDNEY, Group.LIVER}
    assert groups_in((Code(system="http://example.net", code="24323-8", display=""),), "") == frozenset()


def test_a_word_inside_another_is_no_group():
    assert groups_in((), "unfair penuria; value; pinrage") == frozenset()


@pytest.mark.parametrize("title", ["Palliative care consultation", "Specialist letter", "MDT summary", "Consult note"])
def test_a_consultation_by_its_title(title):
    assert records_a_consultation((), title)


def test_a_discharge_summary_is_no_consultation():
    assert not records_a_consultation((), "Discharge summary")
