"""Australian identifiers hold or are refused by their own arithmetic."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.intake import identifiers

FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}  # digits to the eye, and to str.isdigit
DIGITS = st.text("0123456789", min_size=9, max_size=9)


def luhn_digit(stem: str) -> str:
    return next(digit for digit in "0123456789" if identifiers.luhn_holds(stem + digit))


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (identifiers.ihi_fault, "8003608333647261"),
        (identifiers.ihi_fault, "8003 6083 3364 7261"),
        (identifiers.hpii_fault, "8003618233384923"),
        (identifiers.hpio_fault, "8003626566706869"),
        (identifiers.medicare_fault, "2123456701"),
        (identifiers.medicare_fault, "2123 45670 1"),
        (identifiers.medicare_fault, "29545410412"),
        (identifiers.provider_number_fault, "2448321K"),
        (identifiers.dva_fault, "QX521750"),
        (identifiers.dva_fault, "NBUR9080"),
    ],
)
def test_a_published_number_holds(check, number):
    assert check(number) is None


@given(DIGITS, st.integers(0, 15), st.sampled_from("0123456789"))
def test_luhn_catches_every_single_wrong_digit(stem, place, digit):
    number = (whole := "800360" + stem) + luhn_digit(whole)
    assume(number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    assert identifiers.ihi_fault(number) is None
    assert identifiers.ihi_fault(wrong) is not None


@given(DIGITS, st.integers(6, 14))
def test_luhn_catches_two_neighbours_changed_over_save_0_and_9(stem, place):
    number = (whole := "800360" + stem) + luhn_digit(whole)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number and {number[place], number[place + 1]} != {"0", "9"})
    assert identifiers.ihi_fault(swapped) is not None


@given(st.integers(2, 6), st.text("0123456789", min_size=7, max_size=7), st.integers(0, 7), st.integers(1, 9))
def test_the_medicare_check_digit_catches_every_single_wrong_digit(first, rest, place, shift):
    stem = f"{first}{rest}"
    check = sum(int(d) * w for d, w in zip(stem, identifiers.MEDICARE_WEIGHTS, strict=True)) % 10
    wrong = stem[:place] + str((int(stem[place]) + shift) % 10) + stem[place + 1 :]
    assert identifiers.medicare_fault(f"{stem}{check}1") is None
    assert identifiers.medicare_fault(f"{wrong}{check}1") is not None


@given(
    st.text("0123456789", min_size=6, max_size=6), st.sampled_from(identifiers.PROVIDER_LOCATIONS), st.integers(0, 5)
)
def test_the_provider_check_letter_catches_every_single_wrong_digit(stem, location, place):
    total = sum(int(d) * w for d, w in zip(stem, identifiers.PROVIDER_WEIGHTS, strict=True))
    total += 6 * identifiers.PROVIDER_LOCATIONS.index(location)
    check = identifiers.PROVIDER_CHECKS[total % 11]
    wrong = stem[:place] + str((int(stem[place]) + 1) % 10) + stem[place + 1 :]
    assert identifiers.provider_number_fault(stem + location + check) is None
    assert identifiers.provider_number_fault(wrong + location + check) is not None


def test_a_provider_number_may_come_without_its_leading_zero():
    padded = next(
        f"012345{location}{check}"
        for location in identifiers.PROVIDER_LOCATIONS
        for check in identifiers.PROVIDER_CHECKS
        if identifiers.provider_number_fault(f"012345{location}{check}") is None
    )
    assert identifiers.provider_number_fault(padded[1:].lower()) is None
    assert identifiers.padded_provider_number(padded[1:]) == padded


@pytest.mark.parametrize(
    ("check", "number", "says"),
    [
        (identifiers.ihi_fault, "800360833364726", "has 16 digits; this has 15"),
        (identifiers.ihi_fault, "8003618233384923", "starts with 800360"),
        (identifiers.ihi_fault, "8003608333647262", "check digit is wrong"),
        (identifiers.ihi_fault, "8.00361E+15", "A spreadsheet has shortened this IHI"),
        (identifiers.ihi_fault, "8003608333647261".translate(FULL_WIDTH), "only digits"),
        (identifiers.medicare_fault, "212345670", "10 digits, or 11 with the reference number; this has 9"),
        (identifiers.medicare_fault, "1123456701", "starts with a digit from 2 to 6"),
        (identifiers.medicare_fault, "6951449677", "check digit is wrong"),
        (identifiers.medicare_fault, "2123456700", "start at 1"),
        (identifiers.provider_number_fault, "2448321J", "check letter is wrong"),
        (identifiers.provider_number_fault, "244832OK", "location character"),
        (identifiers.provider_number_fault, "24483", "six digits"),
        (identifiers.dva_fault, "QX52175012", "at most 9 characters"),
        (identifiers.dva_fault, "AX521750", "state letter"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong(check, number, says):
    fault = check(number)
    assert fault is not None
    assert says in fault
    assert number not in fault


def test_a_record_number_means_nothing_without_who_issued_it():
    assert identifiers.record_number_fault("22421441", "8003626566699734") is None
    assert "health service that issued it" in (identifiers.record_number_fault("22421441", " ") or "")
    assert "at most 40" in (identifiers.record_number_fault("1" * 41, "somewhere") or "")


@given(st.text())
def test_no_text_breaks_a_check(value):
    for check in (
        identifiers.ihi_fault,
        identifiers.hpii_fault,
        identifiers.hpio_fault,
        identifiers.medicare_fault,
        identifiers.provider_number_fault,
        identifiers.dva_fault,
    ):
        assert check(value) is None or check(value).endswith(".")
