"""A made-up person, filled in where a test does not care."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from db.identity import PatientIdentity


def somebody(**changed: Any) -> PatientIdentity:
    """Somebody who may be printed."""
    usual = PatientIdentity(
        family_name="Example",
        given_names="Maria",
        birth_date=date(1950, 3, 14),
        sex="female",
        ihi=None,
        medicare=None,
        dva=None,
        record_numbers={"S01": "000001"},
        phone=None,
        email=None,
        suburb="",
        postcode="",
        general_practitioner="",
        interpreter_language=None,
        decision_maker=None,
        referrer="Dr R",
    )
    return replace(usual, **changed)
