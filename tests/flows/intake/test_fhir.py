"""A FHIR referral lands whole with what is missing, or is refused for everything that is wrong."""

import copy

import pytest

from flows.intake.reader import read_files
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency
from tests.builders.referral_files import (
    RECEIVED,
    coeliac_bundle,
    read_json_files,
    resource,
    said,
    without,
)

ENTRY = "order.json, entry 1 (ServiceRequest/coeliac-1)"


def landed(tmp_path, bundle):
    reading = read_json_files(tmp_path, order=bundle)
    assert said(reading) == []
    (referral,) = reading.referrals
    assert not {item.key for item in referral.items} & set(referral.missing)
    assert {item.key for item in referral.items} | set(referral.missing) == {f"R{n}" for n in range(1, 8)}
    assert len(referral.missing) == len(referral.missing_says)
    return referral


def refused(tmp_path, bundle):
    reading = read_json_files(tmp_path, order=bundle)
    assert reading.referrals == ()
    assert all(line.startswith(ENTRY) for line in said(reading))
    return [line.removeprefix(f"{ENTRY}, ") for line in said(reading)]


@pytest.mark.parametrize(
    ("gone", "missing", "says"),
    [
        (["DiagnosticReport/ct-abdomen"], ("R1",), "No report of a CT, MRI or PET came with the referral."),
        (["DiagnosticReport/bloods"], ("R2",), "No dated result for full blood count, coagulation (INR) and liver"),
        (["DocumentReference"], ("R3",), "No record of a consultation with another specialist"),
        (["Observation/pain-score"], ("R4",), "The referral does not give a pain score."),
        (["MedicationStatement"], ("R5",), "The referral does not give medicines (or that there are none)."),
        (["AllergyIntolerance"], ("R5",), "The referral does not give allergies (or that there are none)."),
        (["PractitionerRole"], ("R7",), "The referral does not give the referrer's name and the referrer's provider"),
    ],
)
def test_what_did_not_come_is_missing(tmp_path, gone, missing, says):
    referral = landed_beside_leftovers(tmp_path, without(coeliac_bundle(), *gone))
    assert referral.missing == missing
    assert referral.missing_says[0].startswith(says)


def landed_beside_leftovers(tmp_path, bundle):
    """A resource whose only link is gone is refused by itself; the referral still lands."""
    reading = read_json_files(tmp_path, order=bundle)
    (referral,) = reading.referrals
    assert all("No referral in these files refers to it." in line for line in said(reading))
    return referral


def test_what_was_named_and_not_sent_is_in_the_note(tmp_path):
    referral = landed(tmp_path, without(coeliac_bundle(), "DiagnosticReport/ct-abdomen"))
    assert "Named but not sent (supportingInfo[0]): DiagnosticReport/ct-abdomen" in referral.note


def test_a_cover_not_sent_leaves_the_patient_public(tmp_path):
    bundle = without(coeliac_bundle(), "Coverage")
    assert landed(tmp_path, bundle).funding is Funding.PUBLIC
    resource(bundle, "Patient")["identifier"].pop()
    assert landed(tmp_path, bundle).missing == ("R6",)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ({"coding": [{"code": "EHCPOL"}]}, Funding.PRIVATE),
        ({"coding": [{"code": "VET"}]}, Funding.DVA),
        ({"text": "WorkCover claim"}, Funding.WORKSAFE),
        ({"text": "Transport Accident Commission"}, Funding.TAC),
        ({"text": "Self-funded"}, Funding.SELF_FUNDED),
        ({"text": "Medicare ineligible"}, Funding.MEDICARE_INELIGIBLE),
    ],
)
def test_the_cover_says_who_pays(tmp_path, kind, says):
    bundle = coeliac_bundle()
    cover = resource(bundle, "Coverage")
    cover["type"] = kind
    cover["payor"] = [{"display": "Somebody"}]
    assert landed(tmp_path, bundle).funding is says


def test_the_first_cover_named_counts_and_the_other_is_noted(tmp_path):
    bundle = coeliac_bundle()
    private = copy.deepcopy(resource(bundle, "Coverage"))
    private |= {"id": "fund", "type": {"coding": [{"code": "EHCPOL"}]}, "payor": [{"display": "Example Health Fund"}]}
    private["identifier"] = [{"system": "http://fund.example.net", "value": "9999115"}]
    bundle["entry"].append({"fullUrl": "https://referrals.example.net/fhir/Coverage/fund", "resource": private})
    resource(bundle, "ServiceRequest")["insurance"].insert(0, {"reference": "Coverage/fund"})
    referral = landed(tmp_path, bundle)
    assert referral.funding is Funding.PRIVATE
    assert "Also covered: Public" in referral.note
    assert ("fund", "9999115", "Example Health Fund") in [
        (each.kind, each.value, each.assigner) for each in referral.patient.identifiers
    ]


def test_a_cover_that_has_ended_does_not_count(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "Coverage") | {"type": {"coding": [{"code": "EHCPOL"}]}}
    resource(bundle, "Coverage")["period"] = {"end": "2026-11-22"}
    assert "Cover not counted, it has ended" in landed(tmp_path, bundle).note
    resource(bundle, "Coverage")["period"] = {"end": "2026-11-23"}
    assert "not counted" not in landed(tmp_path, bundle).note


@pytest.mark.parametrize(
    ("element", "value", "says"),
    [
        ("status", "draft", "status: The request is still a draft; import it once the referrer has sent it."),
        ("status", "on-hold", "status: The sender has put the request on hold."),
        ("status", "revoked", "status: The sender has withdrawn the request."),
        ("status", "completed", "status: The request has already been carried out."),
        ("status", "entered-in-error", "status: The sender marked the request as entered in error."),
        ("status", "unknown", "status: The sender does not know the state of the request."),
        ("status", "reserved", 'status: "reserved" is not a status FHIR knows.'),
        ("intent", "option", 'intent: A request with the intent "option" is not a referral; send the order itself.'),
        ("intent", "wish", 'intent: "wish" is not an intent FHIR knows.'),
        ("priority", "soon", 'priority: "soon" is not a priority FHIR knows: routine, urgent, asap or stat.'),
        ("doNotPerform", True, "doNotPerform: This asks that the procedure not be done."),
        ("implicitRules", "http://example.net/rules", "implicitRules: This binds the reader to rules"),
        ("modifierExtension", [{"url": "http://example.net/x", "valueBoolean": True}], "modifierExtension: This chan"),
        ("authoredOn", "2026-11-24", "authoredOn: The referral is dated 24 November 2026, which is in the future."),
        ("authoredOn", "1980-01-01", "authoredOn: The referral is dated 1 January 1980, before the patient was born."),
        ("authoredOn", "2026-13-01", "authoredOn: This is not a date or time FHIR knows"),
        ("authoredOn", "2026-11-16T10:00:00", "authoredOn: This is not a date or time FHIR knows"),
        ("subject", {"reference": "Patient/nobody"}, "subject: Refers to Patient/nobody, which is not in the files"),
        (
            "subject",
            {"reference": "Organization/barney-view-private-hospital"},
            "subject: Leads to an Organization; it",
        ),
        ("subject", {"display": "Somebody"}, "subject: Names no resource."),
        ("requester", {"reference": "Patient/banks-mia-leanne"}, "requester: Leads to a Patient; it must lead to an O"),
        ("requester", {"reference": "#none"}, "requester: Refers to #none, but the resource contains nothing"),
        ("note", [{"text": "Pain score: 14/10"}], "note: A pain score is a whole number from 0 to 10; this is not."),
        (
            "bodySite",
            [{"text": "left"}],
            'bodySite: "Left" does not fit the coeliac plexus; it is treated as bilateral',
        ),
        ("code", {"text": "Lumbar block"}, 'code: "Lumbar block" may mean the lumbar plexus or the lumbar sympathetic'),
        ("bogus", 1, "bogus: FHIR R4 has no such element here; check the spelling and the capital letters."),
    ],
)
def test_what_is_wrong_with_a_request_is_refused(tmp_path, element, value, says):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")[element] = value
    if element == "code":
        resource(bundle, "ServiceRequest").pop("orderDetail")
        resource(bundle, "ServiceRequest").pop("bodySite")
    lines = refused_beside_leftovers(tmp_path, bundle)
    assert len(lines) == 1
    assert lines[0].startswith(says)


def refused_beside_leftovers(tmp_path, bundle):
    reading = read_json_files(tmp_path, order=bundle)
    assert reading.referrals == ()
    return [line.removeprefix(f"{ENTRY}, ") for line in said(reading) if "No referral in these files" not in line]


@pytest.mark.parametrize(
    ("element", "value", "says"),
    [
        ("birthDate", "2026-11-24", "birthDate: The date of birth is in the future."),
        ("birthDate", "1890-01-01", "birthDate: The date of birth is too long ago to be true."),
        ("birthDate", "1983-08", "birthDate: The date of birth needs its day, month and year."),
        ("birthDate", None, "birthDate: The date of birth is required."),
        ("birthDate", "1983-02-30", "birthDate: This is not a date or time FHIR knows"),
        ("name", [{"given": ["Mia"]}], "name: The patient's family name is required."),
        ("name", [{"use": "old", "family": "Was"}], "name: The patient's family name is required."),
        ("gender", "lady", "gender: Gender is one of female, male, other, unknown."),
        ("deceasedBoolean", True, "deceased: The patient is recorded as having died."),
        ("active", False, "active: The sender no longer uses this patient record."),
        ("telecom", [{"system": "phone", "value": "000"}], "telecom[0].value: This is an emergency number, not a way"),
        ("telecom", [{"system": "email", "value": "nowhere"}], "telecom[0].value: This is not an e-mail address."),
        ("address", [{"postalCode": "27"}], "address.postalCode: An Australian postcode has four digits."),
    ],
)
def test_what_is_wrong_with_the_patient_refuses_the_referral(tmp_path, element, value, says):
    bundle = coeliac_bundle()
    patient = resource(bundle, "Patient")
    patient[element] = value
    if value is None:
        patient.pop(element)
    lines = refused(tmp_path, bundle)
    assert len(lines) == 1
    assert lines[0].startswith(f"Patient/banks-mia-leanne.{says}")


def test_every_fault_is_listed_at_once(tmp_path):
    bundle = coeliac_bundle()
    request = resource(bundle, "ServiceRequest")
    request["status"], request["authoredOn"] = "draft", "2027-01-01"
    patient = resource(bundle, "Patient")
    patient["identifier"][0]["value"] = "8003608333647262"
    patient["telecom"][0]["value"] = "112"
    resource(bundle, "PractitionerRole")["identifier"][0]["value"] = "2448321A"
    resource(bundle, "DiagnosticReport")["effectiveDateTime"] = "2026-12-24"
    fields = [line.split(":")[0] for line in refused(tmp_path, bundle)]
    assert sorted(fields) == [
        "DiagnosticReport/ct-abdomen.effectiveDateTime",
        "Patient/banks-mia-leanne.identifier[0].value",
        "Patient/banks-mia-leanne.telecom[0].value",
        "PractitionerRole/medicaloncologist-leeds-luigi.identifier[0].value",
        "authoredOn",
        "status",
    ]


def test_a_report_about_another_patient_is_refused(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "DiagnosticReport")["subject"] = {"reference": "Patient/somebody-else"}
    assert refused(tmp_path, bundle) == [
        "DiagnosticReport/ct-abdomen.subject: This is about another patient than the referral."
    ]


def test_a_cover_of_another_patient_is_refused(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "Coverage")["beneficiary"] = {"reference": "Patient/somebody-else"}
    assert "Coverage/medicare-mia.beneficiary: This cover is another patient's." in refused(tmp_path, bundle)


def test_a_medicare_card_that_is_not_the_patients_is_refused(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "Coverage")["identifier"][0]["value"] = "49516514911"
    assert refused(tmp_path, bundle) == [
        "Coverage/medicare-mia.identifier: This Medicare card is not the patient's own."
    ]


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error"])
def test_a_report_that_is_not_final_is_not_counted(tmp_path, status):
    bundle = coeliac_bundle()
    resource(bundle, "DiagnosticReport")["status"] = status
    referral = landed(tmp_path, bundle)
    assert referral.missing == ("R1",)
    assert f"Not counted, its status is {status}: CT abdomen" in referral.note


def test_a_plain_x_ray_is_not_cross_sectional_imaging(tmp_path):
    bundle = coeliac_bundle()
    report = resource(bundle, "DiagnosticReport")
    report["code"], report["category"] = {"text": "Chest X-ray"}, [{"coding": [{"code": "RAD"}]}]
    referral = landed(tmp_path, bundle)
    assert referral.missing == ("R1",)
    assert "Also sent: Chest X-ray" in referral.note


def test_a_report_without_a_full_date_is_missing(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "DiagnosticReport")["effectiveDateTime"] = "2026-11"
    assert landed(tmp_path, bundle).missing_says == ('"CT abdomen and pelvis with contrast" came without a full date.',)


def test_the_bloods_are_as_old_as_their_oldest_part(tmp_path):
    bundle = coeliac_bundle()
    report = next(each["resource"] for each in bundle["entry"] if each["resource"].get("id") == "bloods")
    report["code"] = {"text": "FBC, UEC, LFT"}
    older = copy.deepcopy(report) | {"id": "inr", "code": {"text": "INR"}, "effectiveDateTime": "2026-10-30"}
    older.pop("result")
    bundle["entry"].append({"resource": older})
    item = next(item for item in landed(tmp_path, bundle).items if item.key == "R2")
    assert item.dated.isoformat() == "2026-10-30"
    assert item.title == "INR; FBC, UEC, LFT" or item.title == "FBC, UEC, LFT; INR"


def test_reports_beside_the_referral_count_when_nothing_names_them(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest").pop("supportingInfo")
    assert landed(tmp_path, bundle).missing == ()


def test_a_refuted_allergy_is_none(tmp_path):
    bundle = coeliac_bundle()
    allergy = resource(bundle, "AllergyIntolerance")
    allergy["code"] = {"text": "Iodinated contrast"}
    assert landed(tmp_path, bundle).allergies == "Iodinated contrast"
    allergy["verificationStatus"] = {"coding": [{"code": "refuted"}]}
    assert landed(tmp_path, bundle).missing == ("R5",)


def test_the_last_pain_score_counts(tmp_path):
    bundle = coeliac_bundle()
    score = next(each["resource"] for each in bundle["entry"] if each["resource"].get("id") == "pain-score")
    later = copy.deepcopy(score) | {"id": "later", "effectiveDateTime": "2026-11-17", "valueInteger": 6}
    bundle["entry"].insert(0, {"resource": later})
    reading = read_json_files(tmp_path, order=bundle)
    assert reading.referrals[0].pain_score == 6


@pytest.mark.parametrize("value", [11, -1])
def test_an_impossible_pain_score_is_refused(tmp_path, value):
    bundle = coeliac_bundle()
    score = next(each["resource"] for each in bundle["entry"] if each["resource"].get("id") == "pain-score")
    score["valueInteger"] = value
    assert refused(tmp_path, bundle) == [
        "Observation/pain-score.value: A pain score is a whole number from 0 to 10; this is not."
    ]


@pytest.mark.parametrize(
    ("priority", "urgency"),
    [("routine", None), ("urgent", Urgency.CATEGORY_1), ("asap", Urgency.CATEGORY_1), ("stat", Urgency.CATEGORY_1)],
)
def test_the_priority_is_a_provisional_urgency(tmp_path, priority, urgency):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["priority"] = priority
    assert landed(tmp_path, bundle).urgency is urgency


def test_words_alone_are_enough(tmp_path):
    bundle = coeliac_bundle()
    request = resource(bundle, "ServiceRequest")
    request["code"] = {"text": "Left stellate ganglion block with pulsed radiofrequency"}
    request.pop("orderDetail")
    request.pop("bodySite")
    referral = landed(tmp_path, bundle)
    assert (referral.target, referral.technique) == (Target.STELLATE, Technique.RF_PULSED)
    assert referral.laterality is Laterality.LEFT


@pytest.mark.parametrize(
    ("reason", "cancer"),
    [
        ("Pancreatic adenocarcinoma", True),
        ("Metastatic disease of the pelvis", True),
        ("Non-Hodgkin lymphoma", True),
        ("Chronic pancreatitis, no evidence of malignancy", False),
        ("Non-malignant pelvic pain", False),
        ("Pain after removal of a benign tumour", False),
        ("Complex regional pain syndrome", False),
    ],
)
def test_the_diagnosis_tells_cancer(tmp_path, reason, cancer):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["reasonCode"] = [{"text": reason}]
    assert landed(tmp_path, bundle).cancer is cancer


def test_an_interpreter_and_a_decision_maker_are_read(tmp_path):
    bundle = coeliac_bundle()
    patient = resource(bundle, "Patient")
    patient["communication"] = [{"language": {"text": "Cantonese", "coding": [{"code": "yue"}]}, "preferred": True}]
    patient["contact"] = [
        {"relationship": [{"text": "Medical treatment decision maker"}], "name": {"text": "A Person"}}
    ]
    referral = landed(tmp_path, bundle)
    assert referral.patient.interpreter_language == "Cantonese"
    assert referral.patient.decision_maker == "A Person (Medical treatment decision maker)"


def test_everything_may_be_contained(tmp_path):
    bundle = coeliac_bundle()
    request = resource(bundle, "ServiceRequest")
    request["contained"] = [resource(bundle, "Patient"), resource(bundle, "PractitionerRole")]
    request["contained"][1].pop("practitioner")
    request["contained"][1].pop("organization")
    request["subject"] = {"reference": "#banks-mia-leanne"}
    request["requester"] = {"reference": "#medicaloncologist-leeds-luigi", "display": "Dr Luigi LEEDS"}
    request.pop("supportingInfo")
    request.pop("insurance")
    reading = read_json_files(tmp_path, order=request)
    assert said(reading) == []
    assert reading.referrals[0].patient.family_name == "BANKS"
    assert reading.referrals[0].source == "order.json, ServiceRequest/coeliac-1"
    assert reading.referrals[0].referrer.provider_number == "2448321K"


def test_separate_files_find_one_another(tmp_path):
    bundle = coeliac_bundle()
    files = {f"f{number}": entry["resource"] for number, entry in enumerate(bundle["entry"])}
    apart = read_json_files(tmp_path, **files)
    together = read_json_files(tmp_path, order=bundle)
    assert said(apart) == []
    assert apart.referrals[0].key == together.referrals[0].key
    assert apart.referrals[0].items == together.referrals[0].items


def test_references_by_full_url_and_by_identifier_are_followed(tmp_path):
    bundle = coeliac_bundle()
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["fullUrl"] = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    request = resource(bundle, "ServiceRequest")
    request["subject"] = {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}
    number = resource(bundle, "PractitionerRole")["identifier"][0]
    request["requester"] = {"type": "PractitionerRole", "identifier": {key: number[key] for key in ("system", "value")}}
    assert landed(tmp_path, bundle).missing == ()


def test_an_absolute_reference_is_not_answered_by_another_server(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["subject"] = {
        "reference": "https://elsewhere.example.net/Patient/banks-mia-leanne"
    }
    assert any(
        line.startswith("subject: Refers to https://elsewhere") for line in refused_beside_leftovers(tmp_path, bundle)
    )


def test_two_different_patients_of_one_name_are_not_guessed_between(tmp_path):
    bundle = coeliac_bundle()
    request, patient = resource(bundle, "ServiceRequest"), resource(bundle, "Patient")
    reading = read_json_files(tmp_path, order=request, one=patient, two=patient | {"gender": "male"})
    assert any("two different resources of that name" in line for line in said(reading))
    assert read_json_files(tmp_path, order=request, one=patient, two=patient).refusals == ()


def test_a_patient_whose_only_referral_was_refused_is_told_so(tmp_path):
    bundle = coeliac_bundle()
    request = resource(bundle, "ServiceRequest") | {"status": "draft"}
    reading = read_json_files(tmp_path, order=request, patient=resource(bundle, "Patient"))
    assert said(reading) == [
        (
            "order.json, ServiceRequest/coeliac-1, status: The request is still a draft; import it once the"
            " referrer has sent it."
        ),
        (
            "patient.json, Patient/banks-mia-leanne: The referral that refers to it was refused"
            " (order.json, ServiceRequest/coeliac-1)."
        ),
    ]


def test_steps_and_strangers_in_a_bundle(tmp_path):
    bundle = coeliac_bundle()
    bundle["entry"] += [
        {"resource": {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order"}},
        {"resource": {"resourceType": "Location", "id": "l"}},
        {"resource": {"resourceType": "ServiceRequst", "id": "s"}},
        {"resource": {"resourceType": "Patient", "id": "p"}},
        {"response": {"status": "201"}},
        {"resource": {"resourceType": "Bundle", "type": "collection"}},
        7,
    ]
    reading = read_json_files(tmp_path, order=bundle)
    assert len(reading.referrals) == 1
    assert [(refusal.entry, refusal.fault) for refusal in reading.refusals] == [
        ("entry 18", "Holds no resource."),
        ("entry 19", "Holds a Bundle inside the Bundle; send it as a file of its own."),
        ("entry 20", "Holds no resource."),
        ("entry 14 (Task/t)", "This is a Task. Neurolist imports referrals only."),
        ("entry 16 (ServiceRequst/s)", '"ServiceRequst" is not a FHIR R4 resource.'),
        ("entry 17 (Patient/p)", "No referral in these files refers to it."),
    ]


@pytest.mark.parametrize(
    ("bundle", "says"),
    [
        ({"resourceType": "Bundle", "type": "collection"}, "Bundle, entry: The Bundle is empty."),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "Bundle, entry: This must be a list."),
        ({"resourceType": "Bundle", "type": "history", "entry": []}, 'Bundle, type: A Bundle of the type "history"'),
        ({"resourceType": "HumanName"}, 'resourceType: "HumanName" is not a FHIR R4 resource.'),
    ],
)
def test_a_bundle_that_carries_nothing_is_refused(tmp_path, bundle, says):
    assert says in said(read_json_files(tmp_path, order=bundle))[0]


def test_the_same_referral_twice_comes_in_once(tmp_path):
    bundle = coeliac_bundle()
    assert len(read_json_files(tmp_path, a=bundle, b=bundle).referrals) == 1
    assert said(read_json_files(tmp_path, a=bundle, b=bundle)) == []
    file = tmp_path / "a.json"
    assert len(read_files([file, file], RECEIVED).referrals) == 1


def test_two_referrals_of_one_number_that_differ_are_not_both_believed(tmp_path):
    other = coeliac_bundle()
    resource(other, "ServiceRequest")["priority"] = "routine"
    reading = read_json_files(tmp_path, a=coeliac_bundle(), b=other)
    assert [referral.urgency for referral in reading.referrals] == [Urgency.CATEGORY_1]
    assert said(reading) == [
        (
            "b.json, entry 1 (ServiceRequest/coeliac-1): This is the same referral as a.json, entry 1"
            " (ServiceRequest/coeliac-1), and the two differ; import the right one by itself."
        )
    ]


def test_two_sides_under_one_requisition_are_two_referrals(tmp_path):
    bundle = coeliac_bundle()
    left = resource(bundle, "ServiceRequest")
    left.pop("identifier")
    left.pop("bodySite")
    left["requisition"] = {"system": "http://example.net/group", "value": "1"}
    left["code"] = {"text": "Left splanchnic nerve block"}
    right = copy.deepcopy(left) | {"id": "other", "code": {"text": "Right splanchnic nerve block"}}
    bundle["entry"].append({"resource": right})
    assert len({referral.key for referral in read_json_files(tmp_path, order=bundle).referrals}) == 2


def test_without_a_number_the_key_is_the_content_and_holds_no_name(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest").pop("identifier")
    key = landed(tmp_path, bundle).key
    assert key.startswith("content:")
    resource(bundle, "Patient")["telecom"] = [{"system": "phone", "value": "0491 570 156"}]
    assert landed(tmp_path, bundle).key == key
    resource(bundle, "ServiceRequest")["authoredOn"] = "2026-11-15"
    assert landed(tmp_path, bundle).key != key


def test_no_refusal_repeats_a_name_or_a_number(tmp_path):
    bundle = coeliac_bundle()
    patient = resource(bundle, "Patient")
    patient["id"] = "p1"
    resource(bundle, "ServiceRequest")["subject"] = {"reference": "Patient/p1"}
    patient["identifier"][0]["value"] = "8003608333647262"
    patient["telecom"][0]["value"] = "0270 999"
    text = " ".join(said(read_json_files(tmp_path, order=bundle)))
    assert "8003608333647262" not in text
    assert "0270" not in text
    assert "BANKS" not in text


def add(bundle, **resource_):
    bundle["entry"].append({"resource": resource_})


ABOUT = {"reference": "Patient/banks-mia-leanne"}


def test_conditions_medicines_and_devices_are_read_as_resources(tmp_path):
    bundle = without(coeliac_bundle(), "MedicationStatement")
    request = resource(bundle, "ServiceRequest")
    request["reasonCode"] = []
    request["note"] = [{"text": "Opioid dose: none\nTried: phenol"}]
    request["reasonReference"] = [{"reference": "Condition/c"}]
    request["contained"] = [{"resourceType": "Medication", "id": "m", "code": {"text": "Apixaban"}}]
    pain = {"coding": [{"display": "Abdominal pain due to carcinoma"}]}
    add(bundle, resourceType="Condition", id="c", subject=ABOUT, code=pain, bodySite=[{"text": "Epigastrium"}])
    drug = {"medicationReference": {"display": "Apixaban"}, "dosageInstruction": [{"text": "5 mg twice a day"}]}
    add(bundle, resourceType="MedicationRequest", id="r", status="active", intent="order", subject=ABOUT, **drug)
    stopped = {"medicationCodeableConcept": {"text": "Aspirin"}}
    add(bundle, resourceType="MedicationStatement", id="s", status="stopped", subject=ABOUT, **stopped)
    add(bundle, resourceType="Device", id="d", patient=ABOUT, deviceName=[{"name": "Pacemaker", "type": "other"}])
    use = {"device": {"display": "Spinal cord stimulator"}}
    add(bundle, resourceType="DeviceUseStatement", id="u", status="active", subject=ABOUT, **use)
    referral = landed(tmp_path, bundle)
    assert referral.missing == ()
    assert (referral.diagnosis, referral.pain_site) == ("Abdominal pain due to carcinoma", "Epigastrium")
    assert (referral.medicines, referral.devices) == (
        ("Apixaban 5 mg twice a day",),
        "Pacemaker; Spinal cord stimulator",
    )
    assert (referral.opioid_dose_mg, referral.cancer) == (0, True)


def test_a_medicine_may_be_a_contained_resource(tmp_path):
    bundle = coeliac_bundle()
    statement = resource(bundle, "MedicationStatement")
    statement.pop("medicationCodeableConcept")
    statement["contained"] = [{"resourceType": "Medication", "id": "m", "code": {"text": "Rivaroxaban"}}]
    statement["medicationReference"] = {"reference": "#m"}
    assert landed(tmp_path, bundle).medicines == ("Rivaroxaban 40 mg under the skin each evening",)


@pytest.mark.parametrize(
    ("kind", "dates", "day"),
    [
        (
            "DiagnosticReport",
            {"effectivePeriod": {"start": "2026-11-01"}, "issued": "2026-11-09T00:00:00Z"},
            "2026-11-01",
        ),
        ("DiagnosticReport", {"issued": "2026-11-09T20:00:00Z"}, "2026-11-10"),
        (
            "DocumentReference",
            {"context": {"period": {"start": "2026-11-02"}}, "date": "2026-11-05T00:00:00Z"},
            "2026-11-02",
        ),
        ("DocumentReference", {"date": "2026-11-04T00:00:00Z"}, "2026-11-04"),
    ],
)
def test_a_report_is_dated_by_what_it_reports_on(tmp_path, kind, dates, day):
    bundle = coeliac_bundle()
    report = resource(bundle, kind)
    for name in ("effectiveDateTime", "date"):
        report.pop(name, None)
    report |= dates
    item = next(
        each for each in landed(tmp_path, bundle).items if each.key in {"R1", "R3"} and each.dated.isoformat() == day
    )
    assert item


def test_a_letter_may_be_dated_by_its_attachment(tmp_path):
    bundle = coeliac_bundle()
    letter = resource(bundle, "DocumentReference")
    letter.pop("date")
    letter["content"][0]["attachment"]["creation"] = "2026-11-03"
    item = next(each for each in landed(tmp_path, bundle).items if each.key == "R3")
    assert item.dated.isoformat() == "2026-11-03"


def test_a_moment_before_all_calendars_is_refused(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["authoredOn"] = "0001-01-01T00:00:00+14:00"
    assert refused(tmp_path, bundle) == ["authoredOn: This is not a day in any calendar."]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (
            "DiagnosticReport",
            'DiagnosticReport/ct-abdomen.status: "done" is not a status FHIR knows for a DiagnosticReport.',
        ),
        ("Coverage", 'Coverage/medicare-mia.status: "done" is not a status FHIR knows for a cover.'),
    ],
)
def test_a_status_fhir_does_not_know_is_refused(tmp_path, kind, says):
    bundle = coeliac_bundle()
    resource(bundle, kind)["status"] = "done"
    assert refused(tmp_path, bundle) == [says]


def test_a_cancelled_or_unknown_cover_is_noted(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "Coverage")["status"] = "cancelled"
    assert "Cover not counted, its status is cancelled: Services Australia" in landed(tmp_path, bundle).note
    resource(bundle, "Coverage").update(status="active", type={"text": "Loyalty club"}, payor=[{"display": "Club"}])
    assert "Cover of an unknown kind: Club" in landed(tmp_path, bundle).note


def test_supporting_information_of_another_kind_is_noted(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["supportingInfo"].append({"reference": "Encounter/e"})
    coded = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    add(bundle, resourceType="Encounter", id="e", status="finished", **{"class": coded})
    assert "Also sent: Encounter/e" in landed(tmp_path, bundle).note


def test_an_identifier_without_a_value_is_refused_and_an_old_one_passed_over(tmp_path):
    bundle = coeliac_bundle()
    numbers = resource(bundle, "Patient")["identifier"]
    numbers[0]["value"] = " "
    assert "identifier[0]" in refused(tmp_path, bundle)[0]
    numbers[0] |= {"use": "old", "value": "8003608333647262"}
    assert [each.kind for each in landed(tmp_path, bundle).patient.identifiers] == ["medicare"]


@pytest.mark.parametrize(
    ("needed", "communication", "language"),
    [
        (False, [{"language": {"text": "Greek"}, "preferred": True}], None),
        (True, [{"language": {"text": "Greek"}}], "Greek"),
        (True, [], "language not given"),
        (None, [{"language": {"text": "Greek"}}], None),
        (None, [{"language": {"text": "English", "coding": [{"code": "en-AU"}]}, "preferred": True}], None),
    ],
)
def test_an_interpreter_is_asked_for_or_not(tmp_path, needed, communication, language):
    bundle = coeliac_bundle()
    patient = resource(bundle, "Patient")
    flag = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    patient["extension"] = [{"url": flag, "valueBoolean": needed}] if needed is not None else []
    patient["communication"] = communication
    assert landed(tmp_path, bundle).patient.interpreter_language == language


@pytest.mark.parametrize("kind", ["Practitioner", "Organization"])
def test_a_practitioner_or_a_house_may_refer_by_itself(tmp_path, kind):
    bundle = coeliac_bundle()
    name = resource(bundle, kind)["id"]
    request = resource(bundle, "ServiceRequest")
    request["requester"] = {"reference": f"{kind}/{name}"}
    reading = read_json_files(tmp_path, order=bundle)
    (referral,) = reading.referrals
    assert referral.missing == ("R7",)
    assert (referral.referrer.name, referral.referrer.organisation) == (
        ("Dr Luigi LEEDS", "") if kind == "Practitioner" else ("", "Barney View Private Hospital")
    )


def test_too_many_referrals_in_a_bundle_are_refused_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.intake.reader.MOST_REFERRALS", 0)
    reading = read_json_files(tmp_path, order=coeliac_bundle())
    assert said(reading) == ["order.json: The file holds more than 0 referrals; split it."]


def test_a_very_long_order_number_is_shortened_in_the_key(tmp_path):
    bundle = coeliac_bundle()
    resource(bundle, "ServiceRequest")["identifier"][0]["value"] = "9" * 400
    assert len(landed(tmp_path, bundle).key) < 60
