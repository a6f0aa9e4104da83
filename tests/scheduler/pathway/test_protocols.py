from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scheduler.errors import BadInputError, NotFoundError
from scheduler.pathway.facts import MdtRecommendation
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.protocols import MedicationHold, protocol_from_json
from scheduler.vocabulary import Laterality, Stage, Target, Technique, Urgency
from tests.builders.pathway import SEED, a_protocol, with_value

LA = Technique.LOCAL_ANAESTHETIC
CELLS = {
    (Target.COELIAC, LA): (30, 45, 60, 120),
    (Target.COELIAC, Technique.RF_THERMAL): (60, 75, 120, 240),
    (Target.SPLANCHNIC, Technique.RF_THERMAL): (60, 90, 120, 240),
    (Target.LUMBAR_SYMPATHETIC, Technique.CHEMICAL): (30, 45, 75, 180),
    (Target.SUPERIOR_HYPOGASTRIC, LA): (30, 45, 60, 90),
    (Target.GANGLION_IMPAR, Technique.CRYO): (45, 60, 90, 120),
    (Target.STELLATE, Technique.RF_PULSED): (30, 45, 75, 120),
    (Target.THORACIC_SYMPATHETIC, Technique.CRYO): (60, 75, 120, 240),
}


def stage_of(technique: Technique) -> Stage:
    return Stage.TEST_BLOCK if technique is LA else Stage.DEFINITIVE


def test_every_target_and_technique_has_a_row() -> None:
    wanted = {(target, technique, stage_of(technique)) for target in Target for technique in Technique}
    assert set(a_protocol().procedures) == wanted


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_seeded_minutes_are_those_of_the_clinic(cell: tuple[Target, Technique]) -> None:
    row = a_protocol().procedure(*cell, stage_of(cell[1]))
    assert (row.minimum_minutes, row.planned_minutes, row.maximum_minutes, row.recovery_minutes) == CELLS[cell]


def test_only_chemical_treatment_of_the_lumbar_plexus_is_not_offered() -> None:
    held_back = [key for key, row in a_protocol().procedures.items() if not row.offered]
    assert held_back == [(Target.LUMBAR_PLEXUS, Technique.CHEMICAL, Stage.DEFINITIVE)]


def test_every_row_has_a_source_and_nobody_has_approved_one_yet() -> None:
    protocol = a_protocol()
    rows = [*protocol.procedures.values(), *protocol.values.values(), *protocol.holds]
    assert all(len(row.source) > 10 for row in rows)
    assert {row.approval for row in rows} == {"unapproved default"}
    assert all(row.version == 1 for row in rows)


def test_an_approved_row_says_who_approved_it() -> None:
    value = replace(a_protocol().value("mdt_valid"), approved_by="IR lead")
    assert value.approval == "IR lead"


def test_equipment_goes_with_the_technique() -> None:
    for (_, technique, _), row in a_protocol().procedures.items():
        wanted = {Technique.RF_THERMAL: ("rf_generator",), Technique.RF_PULSED: ("rf_generator",)}
        assert row.equipment == wanted.get(technique, ("cryo_console",) if technique is Technique.CRYO else ())
        assert row.modalities
        assert row.anaesthetist is (technique is Technique.RF_THERMAL)


def test_both_sides_of_a_per_side_procedure_take_twice_as_long() -> None:
    protocol = a_protocol()
    target = Target.LUMBAR_SYMPATHETIC
    assert protocol.minutes(target, LA, Stage.TEST_BLOCK, Laterality.LEFT) == 40
    assert protocol.minutes(target, LA, Stage.TEST_BLOCK, Laterality.BILATERAL) == 80
    assert protocol.minutes(Target.COELIAC, LA, Stage.TEST_BLOCK, Laterality.BILATERAL) == 45


def test_every_category_target_and_technique_has_its_values() -> None:
    protocol = a_protocol()
    for urgency in Urgency:
        for key in ("treat_within", "mdt_within", "personal_deferral", "reoffer_within"):
            assert protocol.days(f"{key}.{urgency}") > 0
    for target in Target:
        risk = protocol.word(f"bleeding_risk.{target}")
        assert protocol.number(f"inr_stops_above.{risk}") >= protocol.number(f"inr_warns_above.{risk}")
    for technique in set(Technique) - {LA}:
        assert protocol.days(f"repeat_after.{technique}") > 0
    for risk in ("low", "high", "neuraxial"):
        assert protocol.days(f"bloods_valid.{risk}") > 0
        assert protocol.number(f"platelets_stop_below.{risk}") > 0


def test_the_quorum_names_roles_that_the_form_offers() -> None:
    protocol = a_protocol()
    assert {*protocol.words("mdt_quorum"), *protocol.words("mdt_quorum.cancer")} <= set(MEETING_ROLES)
    assert len(MdtRecommendation) == 4


def test_what_is_not_in_the_table_is_named() -> None:
    protocol = a_protocol()
    with pytest.raises(NotFoundError, match="no value named 'shoe_size'"):
        protocol.days("shoe_size")
    with pytest.raises(NotFoundError, match="no row for Coeliac plexus, Local anaesthetic, definitive neurolysis"):
        protocol.procedure(Target.COELIAC, LA, Stage.DEFINITIVE)


def test_a_value_of_another_kind_is_refused() -> None:
    protocol = a_protocol()
    with pytest.raises(NotFoundError, match="is in per cent, where days are needed"):
        protocol.days("test_positive_from")
    for wrong in ("soon", 1.5, (1, 2)):
        with pytest.raises(NotFoundError, match="should be a whole number"):
            with_value(protocol, "mdt_valid", wrong).whole("mdt_valid")
    for ask in (protocol.word, protocol.words, protocol.wholes):
        with pytest.raises(NotFoundError, match="should be"):
            ask("mdt_valid")
    with pytest.raises(NotFoundError, match="should be a number"):
        protocol.number("mdt_quorum")


@pytest.mark.parametrize(
    ("medicine", "clearance", "fits"),
    [
        ("Apixaban 5 mg twice a day", 40, True),
        ("APIXABAN", 26, True),
        ("apixaban", 25, False),
        ("apixaban", None, True),
        ("rivaroxaban", 40, False),
    ],
)
def test_a_hold_fits_by_name_and_kidney_function(medicine: str, clearance: int | None, fits: bool) -> None:
    hold = next(hold for hold in a_protocol().holds if hold.drug == "apixaban" and hold.clearance_above == 25)
    assert hold.fits(medicine, "high", clearance) is fits
    assert not hold.fits(medicine, "low", clearance)


@pytest.mark.parametrize(
    ("off", "unit", "days"), [(12, "hours", 1), (24, "hours", 1), (25, "hours", 2), (3, "days", 3)]
)
def test_hours_are_rounded_up_to_days(off: int, unit: str, days: int) -> None:
    hold: MedicationHold = replace(a_protocol().holds[0], off=off, unit=unit)
    assert hold.full_days == days


def test_the_clearance_bands_of_each_medicine_leave_no_gap() -> None:
    for drug in ("apixaban", "rivaroxaban", "edoxaban", "dabigatran"):
        bands = [hold for hold in a_protocol().holds if hold.drug == drug and hold.risk == "high"]
        for clearance in range(151):
            assert len([hold for hold in bands if hold.fits(drug, "high", clearance)]) == 1, (drug, clearance)


def test_a_document_that_breaks_the_format_is_refused_with_every_fault() -> None:
    document = json.loads(SEED.read_text(encoding="utf-8"))
    document["procedures"][0]["target"] = "knee"
    document["values"][1]["value"] = True
    document["values"][2]["says"] = 7
    document["holds"][2]["off"] = "five"
    document["procedures"][3]["planned_minutes"] = 500
    with pytest.raises(BadInputError) as refused:
        protocol_from_json(json.dumps(document))
    where = [fault.where for fault in refused.value.faults]
    assert where == ["/procedures/0", "/procedures/3", "/values/1", "/values/2", "/holds/2"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', '{"format": "neurolist-protocol/1"}'])
def test_what_is_no_protocol_is_refused(text: str) -> None:
    with pytest.raises(BadInputError):
        protocol_from_json(text)
