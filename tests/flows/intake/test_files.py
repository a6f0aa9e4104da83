"""Files that are no referral file are refused by what they are."""

import os

import pytest

from flows.intake.files import LARGEST_FILE
from flows.intake.reader import read_files
from tests.builders.referral_files import RECEIVED, read_bytes, said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b" \n ", "The file is empty."),
        (b"%PDF-1.7 ...", "The file is a PDF document."),
        (b"PK\x03\x04....", "spreadsheet workbook or a zip archive"),
        ("family_name".encode("utf-16"), "UTF-16"),
        (b"<?xml version='1.0'?><Bundle/>", "The file is XML."),
        (b"caf\xe9,1", "not UTF-8 text (byte 4)"),
        (b"hello", "neither FHIR JSON nor CSV"),
        (b"[1, 2]", "holds a list"),
        (b"{}", "does not say its resourceType"),
        (b'{"resourceType": "Zorg"}', '"Zorg" is not a FHIR R4 resource'),
        (b'{"resourceType": "Patient", "nmae": []}', "nmae: FHIR R4 has no such element here"),
    ],
)
def test_a_file_is_refused_for_what_it_is(tmp_path, content, says):
    reading = read_bytes(tmp_path, content, "order.txt")
    assert reading.referrals == ()
    assert len(reading.refusals) == 1
    assert says in said(reading)[0]
    assert said(reading)[0].startswith("order.txt")


def test_a_folder_a_pipe_and_a_missing_file_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    reading = read_files([tmp_path, tmp_path / "pipe.json", tmp_path / "none.json", "a\0b.json"], RECEIVED)
    faults = [refusal.fault for refusal in reading.refusals]
    assert faults == [
        "This is a folder; name the files in it.",
        "This is a device or a pipe, not a file.",
        "There is no such file; check the name.",
        "The file could not be read from the disk; check its name and try again.",
    ]


def test_the_largest_file_fits_and_one_byte_more_does_not(tmp_path):
    start = b'{"resourceType": "Patient"'
    whole = start + b" " * (LARGEST_FILE - len(start) - 1) + b"}"
    assert "no ServiceRequest" in said(read_bytes(tmp_path, whole))[0]
    assert "larger than 10 MB" in said(read_bytes(tmp_path, whole + b" "))[0]


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.json").write_text("")
    reading = read_files([tmp_path / "a" / "x.json", tmp_path / "b" / "x.json"], RECEIVED)
    assert [refusal.file for refusal in reading.refusals] == [
        str(tmp_path / "a" / "x.json"),
        str(tmp_path / "b" / "x.json"),
    ]
