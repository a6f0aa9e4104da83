"""Telephone numbers as Australians write them, kept as E.164 and shown in the national form."""

from __future__ import annotations

import re

import phonenumbers

HOME = "AU"
AUSTRALIA = 61
# "0061" is how some clinic systems write "+61"; the numbering plan itself knows only 0011 for dialling out.
WRITTEN_OUT_PLUS = re.compile(r"^\s*00(?=61)")


def phone_fault(value: str) -> str | None:
    """Say what is wrong with a telephone number, without repeating it."""
    if re.search(r"[A-Za-z]", re.sub(r"(?i)\b(ext|x)\b\.?", "", value)):
        return "A telephone number may hold only digits, spaces, brackets and a leading +; this holds letters."
    number = _parsed(value)
    if number is None:
        return "This is not a telephone number."
    if phonenumbers.is_emergency_number(_digits(value), HOME):
        return "This is an emergency number, not a way to reach a person."
    if not phonenumbers.is_valid_number(number):
        return "No telephone has this number; check the digits and the area code."
    return None


def e164(value: str) -> str:
    """Write a number that has no fault in the international form kept in the database, such as +61491570156."""
    number = _parsed(value)
    if number is None or phone_fault(value) is not None:
        raise ValueError("Only a telephone number without a fault can be written in international form.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def national(stored: str) -> str:
    """Show a stored number as people dial it here: 0491 570 156, (03) 5550 1234, or +64 … for another country."""
    number = _parsed(stored)
    if number is None:
        return stored
    here = number.country_code == AUSTRALIA
    form = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _parsed(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(WRITTEN_OUT_PLUS.sub("+", value), HOME)
    except phonenumbers.NumberParseException:
        return None


def _digits(value: str) -> str:
    return "".join(character for character in value if character.isdigit())
