"""The example referrals do what the walk-through says of them."""

from datetime import date

from flows.intake.csv_columns import COLUMNS
from flows.intake.reader import read_files
from scheduler.vocabulary import Funding, Laterality, Stage, Target, Technique, Urgency
from tests.builders.referral_files import EXAMPLES, RECEIVED, said

FOLDER = EXAMPLES / "referrals"


def test_the_coeliac_referral_lands_complete():
    reading = read_files([FOLDER / "coeliac-bundle.json"], RECEIVED)
    assert said(reading) == []
    (referral,) = reading.referrals
    assert referral.missing == ()
    assert [item.key for item in referral.items] == ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]
    assert (referral.target, referral.technique) == (Target.COELIAC, Technique.CHEMICAL)
    assert (referral.laterality, referral.urgency) == (Laterality.BILATERAL, Urgency.CATEGORY_1)
    assert (referral.funding, referral.stage, referral.cancer) == (Funding.PUBLIC, Stage.TEST_BLOCK, True)
    assert (referral.pain_score, referral.opioid_dose_mg) == (8, 120)
    assert referral.medicines == ("Enoxaparin 40 mg under the skin each evening",)
    assert referral.patient.phone == "+61491574632"
    assert referral.referrer.provider_number == "2448321K"
    assert {item.key: item.dated for item in referral.items if item.key in {"R1", "R2", "R3"}} == {
        "R1": date(2026, 11, 9),
        "R2": date(2026, 11, 12),
        "R3": date(2026, 11, 5),
    }


def test_the_spreadsheet_lands_with_one_row_incomplete():
    reading = read_files([FOLDER / "referrals.csv"], RECEIVED)
    assert said(reading) == []
    assert [referral.missing for referral in reading.referrals] == [(), ("R2", "R3", "R5"), ()]
    assert [referral.source for referral in reading.referrals] == [f"referrals.csv, line {n}" for n in (2, 3, 4)]


def test_one_bad_referral_does_not_keep_the_other_out():
    reading = read_files([FOLDER / "one-bad.json"], RECEIVED)
    assert [referral.source for referral in reading.referrals] == ["one-bad.json, entry 1 (ServiceRequest/good-1)"]
    assert reading.refused == 1
    assert said(reading) == [
        (
            'one-bad.json, entry 3 (ServiceRequest/bad-1), bodySite: "Left" does not fit the ganglion impar,'
            " which has no sides; leave the side out."
        ),
        (
            "one-bad.json, entry 3 (ServiceRequest/bad-1), Patient/robin.identifier[0].value:"
            " This IHI's check digit is wrong; at least one digit was mistyped."
        ),
    ]


def test_the_same_files_give_the_same_referrals_on_another_day():
    first = read_files(sorted(FOLDER.iterdir()), RECEIVED)
    later = read_files(sorted(FOLDER.iterdir(), reverse=True), date(2026, 12, 1))
    assert {referral.key for referral in first.referrals} == {referral.key for referral in later.referrals}
    assert len(first.referrals) == 5


def test_the_documentation_lists_every_column():
    lines = (EXAMPLES.parent / "docs" / "intake.md").read_text().splitlines()
    listed = [line.split("`")[1] for line in lines if line.startswith("| `") and line.count("|") == 5]
    assert listed == list(COLUMNS)
