"""An export without names names nobody, and cannot be joined with what others know."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date, timedelta

import pytest

from db.export_rows import CaseToExport
from flows.deidentified import FEW, FEWEST, KNOWN, WEEKS, age_band, without_names
from scheduler.errors import BadInputError, NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.canary import CANARY, NOTE, files_that_hold
from tests.builders.memory import a_case, a_clinic
from tests.builders.service import a_desk, a_service

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def a_case_to_export(number, **changed):
    usual = {
        "case": f"case-{number}",
        "patient": f"patient-{number}",
        "birth_date": date(1960, 1, 1),
        "sex": "female",
        "target": "coeliac",
        "technique": "chemical",
        "side": "bilateral",
        "urgency": "1",
        "funding": "public",
        "cancer": True,
        "state": "follow_up",
        "days": {"received": date(2026, 3, 4), "done_test": date(2026, 3, 25)},
    }
    return CaseToExport(**{**usual, **changed})


def many(count, seed=1):
    """Patients of all kinds, some of whom nobody is like."""
    chance = random.Random(seed)
    return [
        a_case_to_export(
            number,
            birth_date=date(1930, 1, 1) + timedelta(days=chance.randrange(25_000)),
            sex=chance.choice(["female", "male", "other"]),
            target=chance.choice(["coeliac"] * 6 + ["stellate"] * 3 + ["ganglion_impar"]),
            urgency=chance.choice("123"),
            funding=chance.choice(["public", "public", "private"]),
            patient=f"patient-{number // 2}" if number % 10 == 1 else f"patient-{number}",
            days={"received": date(2026, 1, 1) + timedelta(days=chance.randrange(300))},
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("patients", "rows"), [(FEWEST - 1, 0), (FEWEST, FEWEST)])
def test_what_fewer_than_five_patients_share_is_not_said(patients, rows):
    made = without_names([a_case_to_export(number) for number in range(patients)], KEY)
    assert len(made.cases) == rows
    assert [row["cases"] for row in made.counts] == [FEW if rows == 0 else "5"]


def test_five_cases_of_one_patient_are_still_one_patient():
    made = without_names([a_case_to_export(number, patient="one") for number in range(9)], KEY)
    assert made.cases == ()


def test_whoever_nobody_is_like_is_left_out_and_the_others_are_told_in_full():
    alike = [a_case_to_export(number) for number in range(9)]
    made = without_names([*alike, a_case_to_export(9, birth_date=date(1931, 1, 1))], KEY)
    ages = Counter(row["age"] for row in made.cases)
    assert ages == {"60-69": 9}
    assert made.left_out == "fewer than 5 cases"


@pytest.mark.parametrize("seed", range(5))
def test_at_least_five_patients_share_what_any_row_says(seed):
    found = many(300, seed)
    made = without_names(found, KEY)
    alike = Counter(tuple(row[name] for name in KNOWN) for row in made.cases)
    assert min(alike.values()) >= FEWEST
    assert len(made.cases) > 250


@pytest.mark.parametrize("seed", range(5))
def test_a_join_with_everything_a_neighbour_knows_of_each_patient_finds_nobody(seed):
    """The neighbour knows birth date, sex, target, category, funding and the day of the referral of everybody."""
    found = many(300, seed)
    made = without_names(found, KEY)
    for one in found:
        knows = {
            "age": age_band(one.birth_date, one.days["received"]),
            **{name: getattr(one, name) for name in ("sex", "funding", "urgency", "target")},
        }
        fits = [row for row in made.cases if all(row[name] in {"", value} for name, value in knows.items())]
        assert len(fits) == 0 or len(fits) >= FEWEST


def test_the_true_week_is_worth_no_more_than_a_guess():
    found = many(300)
    made = without_names(found, KEY)
    true = Counter(one.days["received"] - timedelta(days=one.days["received"].weekday()) for one in found)
    told = {row["received"] for row in made.cases}
    assert len(told) > len(true)  # spread over a year more than there was
    two = [a_case_to_export(number, days={"received": date(2026, 3, 4)}) for number in range(40)]
    weeks = Counter(row["received"] for row in without_names(two, KEY).cases)
    assert weeks["2026-03-02"] <= 4


def test_how_long_things_took_is_kept_to_the_week():
    made = without_names([a_case_to_export(number) for number in range(FEWEST)], KEY)
    for row in made.cases:
        assert date.fromisoformat(row["done_test"]) - date.fromisoformat(row["received"]) == timedelta(weeks=3)


def test_two_exports_cannot_be_joined_by_pseudonym_or_week():
    found = many(300)
    first, second = without_names(found, KEY), without_names(found, OTHER_KEY)
    assert not {row["case"] for row in first.cases} & {row["case"] for row in second.cases}
    assert [row["received"] for row in first.cases] != [row["received"] for row in second.cases]


def test_a_cell_that_could_be_worked_out_from_the_others_hides_the_next_smallest_too():
    kinds = ["1"] * 3 + ["2"] * 7 + ["3"] * 20
    found = [a_case_to_export(number, urgency=kind) for number, kind in enumerate(kinds)]
    assert [row["cases"] for row in without_names(found, KEY).counts] == [FEW, FEW, "20"]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(1996, 11, 25), "under 30"),
        (date(1996, 11, 24), "30-39"),
        (date(1936, 11, 25), "80-89"),
        (date(1936, 11, 24), "90 and over"),
    ],
)
def test_ages_are_told_in_tens_of_years_wide_at_both_ends(born, band):
    assert age_band(born, date(2026, 11, 24)) == band


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database)
    for number in range(1, 7):
        a_case(sqlite_database, number)
    a_case(sqlite_database, 7, patient=CANARY, note=NOTE)
    return a_desk(a_service(sqlite_database))


def test_the_files_hold_no_word_of_the_patient_and_only_their_owner_reads_them(desk, tmp_path):
    folder = tmp_path / "out"
    desk.export_deidentified(folder, "Audit of  waits")
    assert files_that_hold(folder) == []
    assert files_that_hold(folder, ["N1000", "S01", "Referrer"]) == []
    assert "Audit of waits" in (folder / "README.txt").read_text()
    rows = list(csv.DictReader((folder / "cases.csv").open()))
    assert set(rows[0]) == {"case", *KNOWN, "stands", *WEEKS}
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_a_purpose_a_new_folder_and_the_role_are_asked_for(desk, tmp_path):
    with pytest.raises(BadInputError, match="Say what the export is for"):
        desk.export_deidentified(tmp_path / "a", " ")
    (tmp_path / "kept.txt").write_text("x")
    with pytest.raises(BadInputError, match="is not empty"):
        desk.export_deidentified(tmp_path, "Audit")
    with pytest.raises(NotPermittedError, match="export cases without names"):
        a_desk(desk.service, Role.CLINICIAN).export_deidentified(tmp_path / "b", "Audit")
