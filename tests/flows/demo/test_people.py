"""Invented people carry numbers that pass every check, from ranges that belong to nobody."""

from __future__ import annotations

from datetime import date

import pytest

from db.incoming import IncomingPatient
from db.places import place_of
from flows.demo import names, numbers
from flows.demo.chance import stream
from flows.demo.people import patient, referrer, suburbs
from flows.demo.sites import RADIOLOGISTS
from flows.demo.staff import STAFF
from flows.intake.identifiers import (
    dva_fault,
    hpii_fault,
    ihi_fault,
    medicare_fault,
    provider_number_fault,
    record_number_fault,
)
from flows.intake.phones import national, phone_fault
from scheduler.vocabulary import Funding

TODAY = date(2026, 11, 23)
SOME = range(1, 200)


def a_person(number: int, *, seed: int = 7, funding: Funding = Funding.DVA) -> IncomingPatient:
    return patient(seed, number, funding=funding, site="MVH", today=TODAY)


def numbers_of(person: IncomingPatient) -> dict[str, str]:
    return {identifier.kind: identifier.value for identifier in person.identifiers}


def test_every_patients_numbers_pass_the_checks_of_intake() -> None:
    for number in SOME:
        held = numbers_of(a_person(number))
        faults = [ihi_fault(held["ihi"]), medicare_fault(held["medicare"]), dva_fault(held["dva"])]
        assert [*faults, record_number_fault(held["urn"], "MVH")] == [None] * 4


def test_every_health_identifier_lies_in_the_block_kept_for_demonstration() -> None:
    held = [numbers_of(a_person(number)) for number in SOME]
    assert all(one["ihi"].startswith("80036089999") for one in held)
    assert all(one["medicare"].startswith("2999") for one in held)


def test_no_two_patients_share_a_number_or_a_telephone() -> None:
    people = [a_person(number) for number in SOME]
    for kind in ("ihi", "medicare", "dva", "urn"):
        assert len({numbers_of(person)[kind] for person in people}) == len(people)
    assert len({person.phone for person in people}) == len(people)


def test_every_telephone_number_is_one_set_aside_for_fiction() -> None:
    shown = [national(a_person(number).phone or "") for number in SOME]
    assert all(phone_fault(number) is None for number in shown)
    assert all(number.startswith(("(03) 5550", "(03) 7010", "0491 57")) for number in shown)


def test_the_first_patients_have_mobiles_and_the_next_one_a_landline() -> None:
    last = len(numbers.FICTITIOUS_MOBILES) - 1
    assert numbers.phone(last).startswith("0491")
    assert numbers.phone(last + 1).startswith("03")


def test_referrers_have_sound_numbers_too() -> None:
    for draw in range(30):
        chosen = referrer(stream(7, draw))
        assert hpii_fault(chosen.hpii or "") is None
        assert provider_number_fault(chosen.provider_number or "") is None
        assert phone_fault(chosen.phone or "") is None


def test_the_same_seed_and_number_give_the_same_person_and_another_seed_another() -> None:
    assert a_person(12) == a_person(12)
    assert a_person(12).given_names != a_person(12, seed=8).given_names


def test_everybody_is_grown_up_and_lives_at_a_known_postcode() -> None:
    people = [a_person(number) for number in SOME]
    assert all(30 <= (TODAY - person.birth_date).days / 365.25 <= 89 for person in people)
    assert all(place_of(person.postcode) for person in people)
    assert all("Example Street" in person.address for person in people)


@pytest.mark.parametrize("funding", [Funding.PRIVATE, Funding.DVA])
def test_only_those_who_are_so_funded_have_a_fund_or_veterans_number(funding: Funding) -> None:
    kinds = {identifier.kind for identifier in a_person(1, funding=funding).identifiers}
    assert ("dva" in kinds, "fund" in kinds) == (funding is Funding.DVA, funding is Funding.PRIVATE)


def test_no_patients_family_name_is_also_a_staff_members_a_referrers_or_a_suburbs() -> None:
    theirs = [name for _, name, *_ in RADIOLOGISTS] + [one.name for one in STAFF]
    theirs += [name for name, _, _ in names.REFERRERS] + [suburb for _, suburb in suburbs()]
    words = {word for name in theirs for word in name.replace("-", " ").split()}
    assert not words & set(names.PATIENT_FAMILIES)


def test_no_family_name_is_listed_twice() -> None:
    assert len(set(names.PATIENT_FAMILIES)) == len(names.PATIENT_FAMILIES)
