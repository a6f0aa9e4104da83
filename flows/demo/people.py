"""Invented patients and referrers, each with numbers that pass their checks and belong to nobody."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import db
from db.incoming import Identifier, IncomingPatient, IncomingReferrer
from flows.demo import numbers
from flows.demo.chance import stream
from flows.demo.names import LANGUAGES, MEN, PATIENT_FAMILIES, REFERRERS, WOMEN
from flows.intake.phones import e164
from scheduler.vocabulary import Funding

POSTCODES = Path(db.__file__).parent / "seed" / "postcodes.json"
YOUNGEST, OLDEST = 31, 88  # years
DAYS_IN_A_YEAR = 365.25
RECORD_NUMBERS_FROM = 900_000
SHARE_WITH_AN_INTERPRETER = 0.09
SHARE_WITH_A_DECISION_MAKER = 0.04
SHARE_WITH_A_SECOND_NAME = 0.25
SHARE_BY_POST = 0.08


@cache
def suburbs() -> tuple[tuple[str, str], ...]:
    """Give every postcode the demonstration knows, with its suburb."""
    known: dict[str, dict[str, object]] = json.loads(POSTCODES.read_bytes())["postcodes"]
    return tuple((postcode, str(place["suburb"])) for postcode, place in known.items())


def patient(seed: int, number: int, *, funding: Funding, site: str, today: date) -> IncomingPatient:
    """Make the patient with this number; the same seed and number give the same person."""
    chance = stream(seed, "patient", number)
    woman = chance.random() < 0.52
    postcode, suburb = chance.choice(suburbs())
    doctor = chance.choice([name for name, what, _ in REFERRERS if what == "General practice"])
    age = timedelta(days=round(chance.triangular(YOUNGEST, OLDEST, 66) * DAYS_IN_A_YEAR))
    return IncomingPatient(
        family_name=_family(seed, number),
        given_names=_given(chance, WOMEN if woman else MEN),
        birth_date=today - age,
        identifiers=_identifiers(number, funding, site),
        sex="female" if woman else "male",
        phone=e164(numbers.phone(number)),
        email=_email(seed, number),
        address=f"{chance.randint(1, 180)} Example Street",
        suburb=suburb,
        postcode=postcode,
        general_practitioner=doctor,
        general_practitioner_email=doctors_email(doctor),
        interpreter_language=chance.choice(LANGUAGES) if chance.random() < SHARE_WITH_AN_INTERPRETER else None,
        decision_maker="Daughter, by appointment" if chance.random() < SHARE_WITH_A_DECISION_MAKER else None,
    )


def referrer(chance: Random) -> IncomingReferrer:
    """Choose a referrer."""
    serial = chance.randrange(len(REFERRERS))
    name, specialty, organisation = REFERRERS[serial]
    return IncomingReferrer(
        name=name,
        provider_number=numbers.provider_number(serial),
        hpii=numbers.hpii(serial),
        organisation=organisation,
        phone=e164(f"{numbers.LANDLINES[1]}9{serial:03d}"),
        specialty=specialty,
        email=doctors_email(name),
    )


def _email(seed: int, number: int) -> str | None:
    """Most patients are written to by e-mail; the letters of the others are posted."""
    by_post = stream(seed, "by post", number).random() < SHARE_BY_POST
    return None if by_post else f"patient{number}@example.org"


def doctors_email(name: str) -> str:
    """Give a doctor's address, at a domain that is kept for examples."""
    plain = "".join(letter for letter in name.lower().removeprefix("dr ") if letter.isalpha() or letter == " ")
    return f"{'.'.join(plain.split())}@example.org"


@cache
def _families(seed: int) -> tuple[str, ...]:
    shuffled = list(PATIENT_FAMILIES)
    stream(seed, "families").shuffle(shuffled)
    return tuple(shuffled)


def _family(seed: int, number: int) -> str:
    families = _families(seed)
    return families[number % len(families)]


def _given(chance: Random, known: tuple[str, ...]) -> str:
    names = chance.sample(known, 2)
    return " ".join(names) if chance.random() < SHARE_WITH_A_SECOND_NAME else names[0]


def _identifiers(number: int, funding: Funding, site: str) -> tuple[Identifier, ...]:
    shared = (
        Identifier(kind="ihi", value=numbers.ihi(number)),
        Identifier(kind="medicare", value=numbers.medicare(number)),
        Identifier(kind="urn", value=f"{site}{RECORD_NUMBERS_FROM + number}", assigner=site),
    )
    if funding is Funding.DVA:
        return (*shared, Identifier(kind="dva", value=numbers.dva(number)))
    if funding is Funding.PRIVATE:
        return (*shared, Identifier(kind="fund", value=f"99{number:06d}", assigner="Example Health Fund"))
    return shared
