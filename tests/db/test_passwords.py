"""A password is taken as it is typed, whatever it is made of, and its length alone has limits."""

from __future__ import annotations

import pytest

from db.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, check_password, hashed, matches
from scheduler.errors import BadInputError

WORDS = "wet gravel under lamps and seven slow owls in the rafters, unmoved by rain "


def of_length(length: int) -> str:
    return (WORDS * 5)[:length]


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD, 64, LONGEST_PASSWORD])
def test_the_shortest_a_long_and_the_longest_are_taken(length):
    check_password(of_length(length))


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD - 1, LONGEST_PASSWORD + 1])
def test_one_character_less_or_more_is_refused(length):
    with pytest.raises(BadInputError, match="characters"):
        check_password(of_length(length))


@pytest.mark.parametrize("password", ["gravel lamps owls", "GRAVELLAMPSOWLS", "грачи прилетели", "🦉 gravel 🦉 lamps"])
def test_no_kind_of_character_is_asked_for_or_forbidden(password):
    check_password(password)


def test_digits_and_signs_alone_are_what_guessers_try_first():
    with pytest.raises(BadInputError, match="first that a stranger would try"):
        check_password("7392-0184-5526-93")


def test_every_character_counts_as_it_was_typed():
    password = of_length(LONGEST_PASSWORD - 1) + "x"
    kept = hashed(password)
    assert matches(kept, password)
    for other in (password[:-1], password[:-1] + "X", password + " ", " " + password[1:]):
        assert not matches(kept, other)
