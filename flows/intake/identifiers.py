"""Australian health identifiers, each checked against its own arithmetic.

Every `..._fault` function gives the sentence that says what is wrong, or None when the number holds. The sentences
never repeat the number itself, so they may be logged.

Sources: AU Base identifier invariants (Luhn and prefixes), the Medicare card and provider number check digits as
proven on the hl7au test data, AU Base's nine-character limit for DVA file numbers.
"""

from __future__ import annotations

import re

IHI_PREFIX = "800360"
HPII_PREFIX = "800361"
HPIO_PREFIX = "800362"

MEDICARE_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
PROVIDER_WEIGHTS = (3, 5, 8, 4, 2, 1)
PROVIDER_LOCATIONS = "0123456789ABCDEFGHJKLMNPQRTUVWXY"
PROVIDER_CHECKS = "YXWTLKJHFBA"
# A veteran's file number starts with the letter of the state that keeps the file, then war and family codes.
DVA_FILE_NUMBER = re.compile(r"[NQSTVW][A-Z]{0,4}[0-9]{1,6}[A-Z]?")
DVA_LONGEST = 9
RECORD_NUMBER_LONGEST = 40

SPREADSHEET_NUMBER = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")


def compact(value: str) -> str:
    """Drop the spaces and hyphens people write into long numbers, and write letters large."""
    return re.sub(r"[\s\-]", "", value).upper()


def luhn_holds(digits: str) -> bool:
    """Say whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def ihi_fault(value: str) -> str | None:
    """Say what is wrong with an Individual Healthcare Identifier."""
    return _sixteen_digit_fault("IHI", IHI_PREFIX, value)


def hpii_fault(value: str) -> str | None:
    """Say what is wrong with a practitioner's Healthcare Provider Identifier."""
    return _sixteen_digit_fault("HPI-I", HPII_PREFIX, value)


def hpio_fault(value: str) -> str | None:
    """Say what is wrong with an organisation's Healthcare Provider Identifier."""
    return _sixteen_digit_fault("HPI-O", HPIO_PREFIX, value)


def medicare_fault(value: str) -> str | None:
    """Say what is wrong with a Medicare card number: ten digits, or eleven with the person's line on the card."""
    number = compact(value)
    if fault := _not_digits("Medicare number", number):
        return fault
    if len(number) not in {10, 11}:
        return f"A Medicare number has 10 digits, or 11 with the reference number; this has {len(number)}."
    if number[0] not in "23456":
        return "A Medicare number starts with a digit from 2 to 6; this does not."
    if _medicare_check(number) != int(number[8]):
        return "This Medicare number's check digit is wrong; read the card again."
    if number[9:] in {"0", "00"} or number.endswith("0"):
        return "A Medicare number's issue and reference numbers start at 1; this holds a 0 there."
    return None


def provider_number_fault(value: str) -> str | None:
    """Say what is wrong with a Medicare provider number: stem, location character, check character."""
    number = padded_provider_number(value)
    if not re.fullmatch(r"[0-9]{6}[0-9A-Z]{2}", number):
        return "A provider number has six digits, a location character and a check letter; this does not."
    if number[6] not in PROVIDER_LOCATIONS:
        return "This provider number's location character is not one Medicare uses (it leaves out I, O, S and Z)."
    if number[7] != PROVIDER_CHECKS[_provider_sum(number) % 11]:
        return "This provider number's check letter is wrong; ask the referrer for it again."
    return None


def padded_provider_number(value: str) -> str:
    """Write a provider number with all eight characters; one leading zero is often left off."""
    number = compact(value)
    return f"0{number}" if len(number) == 7 else number


def dva_fault(value: str) -> str | None:
    """Say what is wrong with a Veterans' Affairs file number; it has no public check digit."""
    number = compact(value)
    if len(number) > DVA_LONGEST:
        return f"A DVA file number has at most {DVA_LONGEST} characters; this has {len(number)}."
    if not DVA_FILE_NUMBER.fullmatch(number):
        return "A DVA file number is a state letter (N, Q, S, T, V or W), up to four letters, then digits; this is not."
    return None


def record_number_fault(value: str, assigner: str) -> str | None:
    """Say what is wrong with a hospital record number (URN): it means nothing without who issued it."""
    if not value.strip():
        return "The record number is empty."
    if len(value.strip()) > RECORD_NUMBER_LONGEST:
        return f"A record number has at most {RECORD_NUMBER_LONGEST} characters; this has {len(value.strip())}."
    if not assigner.strip():
        return "A record number needs the health service that issued it; none is given."
    return None


def _sixteen_digit_fault(name: str, prefix: str, value: str) -> str | None:
    number = compact(value)
    if fault := _not_digits(name, number):
        return fault
    if len(number) != 16:
        return f"An {name} has 16 digits; this has {len(number)}."
    if not number.startswith(prefix):
        return f"An {name} starts with {prefix}; this does not."
    if not luhn_holds(number):
        return f"This {name}'s check digit is wrong; at least one digit was mistyped."
    return None


def _not_digits(name: str, number: str) -> str | None:
    if SPREADSHEET_NUMBER.fullmatch(number):
        return f"A spreadsheet has shortened this {name}; format the column as text and enter it again."
    if not (number.isascii() and number.isdigit()):
        return f"The {name} may hold only digits; this does not."
    return None


def _medicare_check(number: str) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, MEDICARE_WEIGHTS, strict=False)) % 10


def _provider_sum(number: str) -> int:
    stem = sum(int(digit) * weight for digit, weight in zip(number, PROVIDER_WEIGHTS, strict=False))
    return stem + 6 * PROVIDER_LOCATIONS.index(number[6])
