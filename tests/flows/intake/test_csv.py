"""A referral CSV is read row by row; each fault names its line and column."""

import csv
import io
from datetime import date

import pytest

from flows.intake.csv_columns import COLUMNS
from flows.intake.files import MOST_REFERRALS
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency
from tests.builders.referral_files import read_bytes, said

WHOLE = {
    "referral_id": "SM-1",
    "family_name": "Example",
    "given_names": "Edie",
    "birth_date": "14/03/1959",
    "phone": "03 5550 1234",
    "medicare_number": "2123 45670 1",
    "general_practitioner": "Dr P Sample",
    "referrer_name": "Dr L Sample",
    "provider_number": "2448321K",
    "written_on": "16/11/2026",
    "target": "stellate",
    "technique": "rf_pulsed",
    "laterality": "left",
    "diagnosis": "Arm pain",
    "pain_site": "Left arm",
    "pain_score": "7",
    "opioid_dose_mg": "0",
    "treatments_tried": "Gabapentin",
    "medicines": "none",
    "allergies": "none",
    "devices": "none",
    "renal_function": "eGFR 84",
    "imaging_date": "02/11/2026",
    "imaging_title": "MRI brachial plexus",
    "bloods_date": "10/11/2026",
    "bloods_title": "FBC; INR; UEC; LFT",
    "consult_date": "28/10/2026",
    "consult_title": "Clinic letter",
}


def table(*rows):
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def read(tmp_path, content):
    return read_bytes(tmp_path, content if isinstance(content, bytes) else content.encode(), "list.csv")


def landed(tmp_path, **changed):
    reading = read(tmp_path, table(WHOLE | changed))
    assert said(reading) == []
    return reading.referrals[0]


def refused(tmp_path, **changed):
    reading = read(tmp_path, table(WHOLE | changed))
    assert reading.referrals == ()
    return said(reading)


def test_a_whole_row_lands_complete(tmp_path):
    referral = landed(tmp_path)
    assert referral.missing == ()
    assert (referral.target, referral.technique) == (Target.STELLATE, Technique.RF_PULSED)
    assert (referral.laterality, referral.funding) == (Laterality.LEFT, Funding.PUBLIC)
    assert (referral.patient.birth_date, referral.written_on) == (date(1959, 3, 14), date(2026, 11, 16))
    assert referral.source == "list.csv, line 2"
    assert referral.key == "order:urn:neurolist:csv|2448321K|SM-1"


@pytest.mark.parametrize(
    ("column", "missing"),
    [
        ("imaging_date", "R1"),
        ("bloods_date", "R2"),
        ("consult_date", "R3"),
        ("diagnosis", "R4"),
        ("pain_site", "R4"),
        ("pain_score", "R4"),
        ("opioid_dose_mg", "R4"),
        ("treatments_tried", "R4"),
        ("medicines", "R5"),
        ("allergies", "R5"),
        ("devices", "R5"),
        ("phone", "R6"),
        ("medicare_number", "R6"),
        ("general_practitioner", "R6"),
        ("referrer_name", "R7"),
        ("provider_number", "R7"),
        ("written_on", "R7"),
    ],
)
def test_a_blank_cell_is_missing_not_wrong(tmp_path, column, missing):
    assert landed(tmp_path, **{column: ""}).missing == (missing,)


def test_kidney_function_is_known_from_the_bloods(tmp_path):
    assert landed(tmp_path, renal_function="").missing == ()
    assert landed(tmp_path, renal_function="", bloods_title="FBC").missing == ("R2", "R5")


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("family_name", "", "This is required."),
        ("birth_date", "", "This is required."),
        ("target", "", "This is required."),
        ("birth_date", "31/02/1959", "This is not a date; write 2026-11-16 or 16/11/2026."),
        ("birth_date", "24/11/2026", "The date of birth is in the future."),
        ("written_on", "24/11/2026", "The referral is dated 24 November 2026, which is in the future."),
        ("bloods_date", "24/11/2026", '"FBC; INR; UEC; LFT" is dated 24 November 2026, which is in the future.'),
        ("consult_date", "1/1/1950", '"Clinic letter" is dated 1 January 1950, before the patient was born.'),
        ("phone", "000", "This is an emergency number, not a way to reach a person."),
        ("email", "edie", "This is not an e-mail address."),
        ("postcode", "335", "An Australian postcode has four digits."),
        ("sex", "f", "This is one of female, male, other, unknown."),
        ("ihi", "8.00361E+15", "A spreadsheet has shortened this IHI; format the column as text and enter it again."),
        ("medicare_number", "2123456711", "This Medicare number's check digit is wrong; read the card again."),
        ("dva_number", "12345", "A DVA file number is a state letter"),
        ("urn", "22421441", "A record number needs the health service that issued it; none is given."),
        ("provider_number", "2448321A", "This provider number's check letter is wrong; ask the referrer for it again."),
        ("target", "chest", 'Asks for "chest block", which is not'),
        ("target", "lumbar", '"lumbar block" may mean the lumbar plexus or the lumbar sympathetic chain'),
        ("technique", "magic", "This names no technique Neurolist knows: local_anaesthetic, chemical,"),
        ("laterality", "bilateral", '"Bilateral" does not fit the stellate ganglion; it is treated as left or right.'),
        ("laterality", "up", "This is one of left, right, bilateral, midline, not_applicable."),
        ("urgency", "4", "The urgency category is 1, 2 or 3, or blank."),
        ("funding", "barter", "This is one of public, private, dva, tac, worksafe, self_funded, medicare_ineligible."),
        ("cancer", "perhaps", "Write yes or no, or leave it blank."),
        ("pain_score", "11", "A pain score is a whole number from 0 to 10; this is not."),
        ("opioid_dose_mg", "lots", "An opioid dose is whole milligrams"),
        ("sedation", "heavy", "Sedation is one of none_local, minimal, moderate, deep_or_ga."),
        ("imaging_title", "X-ray", "This names no CT, MRI or PET; name the scan."),
        ("bloods_title", "glucose", "This names no blood result; list them: FBC; INR; UEC; LFT."),
        ("note", "a\x07b", "A cell holds the control character U+0007; remove it."),
    ],
)
def test_a_wrong_cell_refuses_its_row_and_names_its_column(tmp_path, column, value, says):
    (line,) = refused(tmp_path, **{column: value})
    where = "list.csv, line 2: " if column == "note" else f"list.csv, line 2, {column}: "
    assert line.startswith(where + says)


def test_every_fault_of_a_row_is_listed(tmp_path):
    lines = refused(tmp_path, birth_date="x", phone="000", urgency="9", target="knee")
    assert [line.split(": ")[0].rsplit(", ")[-1] for line in lines] == ["birth_date", "phone", "target", "urgency"]


def test_a_bad_row_does_not_keep_the_others_out(tmp_path):
    rows = [WHOLE | {"referral_id": str(number)} for number in range(3)]
    rows[1]["birth_date"] = "x"
    reading = read(tmp_path, table(*rows))
    assert [referral.source for referral in reading.referrals] == ["list.csv, line 2", "list.csv, line 4"]
    assert reading.refused == 1


def test_a_row_is_named_by_the_line_it_starts_on(tmp_path):
    first = WHOLE | {"note": "one\ntwo\nthree"}
    reading = read(tmp_path, table(first, WHOLE | {"referral_id": "SM-2", "birth_date": "x"}))
    assert reading.referrals[0].note.startswith("one\ntwo\nthree")
    assert said(reading)[0].startswith("list.csv, line 5, birth_date: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("family_name,given_names,birth_date,target\n", "The file has a header and no rows."),
        ("family_name,given_names,birth_date\na,b,c\n", "The header lacks the required column target."),
        ("family_name,given_names\na,b\n", "The header lacks the required columns birth_date, target."),
        ("family_name,shoe size\na,b\n", 'Column 2 of the header, "shoe size", is not one Neurolist reads.'),
        ("family_name,\na,b\n", 'Column 2 of the header, "(blank)", is not one Neurolist reads.'),
        ("target,target\na,b\n", 'The header names the column "target" twice.'),
        (
            "family_name;given_names\na;b\n",
            "The columns are separated by semicolons or tabs; save the file with commas.",
        ),
        ('family_name,given_names,birth_date,target\n"a,b\n', "The CSV is broken at line"),
    ],
)
def test_a_header_that_cannot_be_trusted_refuses_the_file(tmp_path, content, says):
    reading = read(tmp_path, content)
    assert len(reading.refusals) == 1
    assert said(reading)[0].startswith(f"list.csv: {says}")


def test_a_row_of_another_length_is_refused(tmp_path):
    reading = read(tmp_path, "family_name,given_names,birth_date,target\na,b,1/1/1970,stellate,extra\n")
    assert "The row has 5 cells and the header 4 columns" in said(reading)[0]


def test_a_byte_order_mark_capitals_and_blank_lines_do_no_harm(tmp_path):
    text = "\ufeffFamily_Name, GIVEN_NAMES ,birth_date,target\r\n\r\nExample,,1/2/1970,Ganglion impar\r\n,,,\r\n"
    (referral,) = read(tmp_path, text).referrals
    assert referral.patient.given_names == ""
    assert (referral.target, referral.laterality) == (Target.GANGLION_IMPAR, Laterality.NOT_APPLICABLE)


def test_a_formula_stays_the_text_it_is(tmp_path):
    referral = landed(tmp_path, diagnosis='=HYPERLINK("http://example.net")', note="@SUM(1)")
    assert referral.diagnosis == '=HYPERLINK("http://example.net")'
    assert referral.note.startswith("@SUM(1)")


def test_the_side_in_the_target_and_in_its_column_must_agree(tmp_path):
    assert landed(tmp_path, target="Left stellate ganglion", laterality="").laterality is Laterality.LEFT
    (line,) = refused(tmp_path, target="Right stellate ganglion", laterality="left")
    assert line == "list.csv, line 2, laterality: This is another side than the target names."


def test_words_urgency_cancer_and_fund_are_read(tmp_path):
    referral = landed(
        tmp_path,
        technique="Pulsed radiofrequency",
        urgency="2",
        cancer="yes",
        medicare_number="",
        fund="Example Health Fund",
        fund_number="77",
        funding="Self funded",
        urn="22421441",
        urn_assigner="8003626566699734",
    )
    assert (referral.technique, referral.urgency, referral.cancer) == (Technique.RF_PULSED, Urgency.CATEGORY_2, True)
    assert referral.funding is Funding.SELF_FUNDED
    assert {each.kind: each.assigner for each in referral.patient.identifiers} == {
        "fund": "Example Health Fund",
        "urn": "8003626566699734",
    }


def test_a_wrong_assigner_is_found(tmp_path):
    (line,) = refused(tmp_path, urn="22421441", urn_assigner="8003626566699735")
    assert line.startswith("list.csv, line 2, urn_assigner: This HPI-O's check digit is wrong")


@pytest.mark.parametrize("gone", ["referral_id", "provider_number"])
def test_without_a_number_or_a_sender_the_key_is_the_content(tmp_path, gone):
    assert landed(tmp_path, **{gone: ""}).key.startswith("content:")


def test_the_most_referrals_fit_and_one_more_does_not(tmp_path):
    header, row = "family_name,given_names,birth_date,target\n", "Example,E{},1/2/1970,ganglion impar\n"
    fits = header + "".join(row.format(number) for number in range(MOST_REFERRALS))
    assert len(read(tmp_path, fits).referrals) == MOST_REFERRALS
    assert "more than 5,000 referrals" in said(read(tmp_path, fits + row.format("x")))[0]


def test_every_column_can_be_filled(tmp_path):
    filled = dict.fromkeys(COLUMNS, "") | WHOLE
    assert read(tmp_path, table(filled)).refusals == ()
