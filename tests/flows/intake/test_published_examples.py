"""Every published example is imported or refused, with the true reason."""

import pytest

from flows.intake.reader import read_files
from tests.builders.referral_files import EXAMPLES, RECEIVED, said

FOLDER = EXAMPLES / "fhir"
ALONE = "This file holds {} and no ServiceRequest; import it together with the referral that refers to it."
OTHER = "This is {}. Neurolist imports referrals only."
NOT_OURS = ', code: Asks for "{}", which is not a block or neurolysis this service offers.'
NOT_HERE = ", subject: Refers to {}, which is not in the files given; import it together with this one."

REASONS = {
    "au/Coverage-medicare-rf": [f", Coverage/medicare-rf: {ALONE.format('a Coverage')}"],
    "au/Coverage-private-rf": [f", Coverage/private-rf: {ALONE.format('a Coverage')}"],
    "au/DocumentReference-documentreference-clinical-context": [
        f", DocumentReference/documentreference-clinical-context: {ALONE.format('a DocumentReference')}"
    ],
    "au/HealthcareService-diagnosticimaging-mount-charlton-radiology": [
        f", HealthcareService/diagnosticimaging-mount-charlton-radiology: {OTHER.format('a HealthcareService')}"
    ],
    "au/Location-monash-private-hospital": [f", Location/monash-private-hospital: {OTHER.format('a Location')}"],
    "au/Organization-barney-view-private-hospital": [
        f", Organization/barney-view-private-hospital: {ALONE.format('an Organization')}"
    ],
    "au/Patient-banks-mia-leanne": [f", Patient/banks-mia-leanne: {ALONE.format('a Patient')}"],
    "au/Patient-wang-li": [f", Patient/wang-li: {ALONE.format('a Patient')}"],
    "au/Practitioner-berry-millicent": [f", Practitioner/berry-millicent: {ALONE.format('a Practitioner')}"],
    "au/PractitionerRole-medicaloncologist-leeds-luigi": [
        f", PractitionerRole/medicaloncologist-leeds-luigi: {ALONE.format('a PractitionerRole')}"
    ],
    "au/Procedure-stentinsertion": [f", Procedure/stentinsertion: {OTHER.format('a Procedure')}"],
    "au/ServiceRequest-order-xray-1": [
        f", ServiceRequest/order-xray-1{NOT_OURS.format('Chest X-Ray; Plain chest X-ray')}",
        f", ServiceRequest/order-xray-1{NOT_HERE.format('Patient/roberts-fred')}",
    ],
    "au/Task-taskfulfilment-imaging-rf-1": [f", Task/taskfulfilment-imaging-rf-1: {OTHER.format('a Task')}"],
    "au/Task-taskgroup-imaging-rf-1": [f", Task/taskgroup-imaging-rf-1: {OTHER.format('a Task')}"],
    "nhs-bars/Appointment-GET-success": [
        f", Appointment/91607239-b002-470a-8709-6b25bd50fdd1: {OTHER.format('an Appointment')}"
    ],
    "nhs-bars/ServiceRequest-GET-success": [
        ', entry 1, resource: Holds a ServiceRequest by itself; a Bundle entry holds it under the name "resource".'
    ],
    "r4/Appointment-example": [f", Appointment/example: {OTHER.format('an Appointment')}"],
    "r4/Schedule-example": [f", Schedule/example: {OTHER.format('a Schedule')}"],
    "r4/ServiceRequest-myringotomy": [
        ", ServiceRequest/myringotomy"
        + NOT_OURS.format("Insertion of grommets; Myringotomy and insertion of tympanic ventilation tube"),
        f", ServiceRequest/myringotomy{NOT_HERE.format('https://fhir.orionhealth.com/blaze/fhir/Patient/77662')}",
    ],
    "r4/Slot-example": [f", Slot/example: {OTHER.format('a Slot')}"],
    "r4/Task-example1": [f", Task/example1: {OTHER.format('a Task')}"],
}


def expected(name: str) -> list[str]:
    return [f"{name.rsplit('/', 1)[1]}.json{reason}" for reason in REASONS[name]]


def test_every_published_file_has_its_reason_here():
    files = {str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.glob("*/*.json")}
    assert files == set(REASONS)


@pytest.mark.parametrize("name", REASONS)
def test_each_by_itself(name):
    reading = read_files([FOLDER / f"{name}.json"], RECEIVED)
    assert reading.referrals == ()
    assert said(reading) == expected(name)


def test_all_together():
    reading = read_files([FOLDER / f"{name}.json" for name in REASONS], RECEIVED)
    assert reading.referrals == ()
    assert sorted(said(reading)) == sorted(reason for name in REASONS for reason in expected(name))
    assert reading.refused == len(REASONS)
