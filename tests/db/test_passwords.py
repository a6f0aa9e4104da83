"""A password is taken as it is typed, whatever it is made of, and its length alone has limits."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from db.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, check_password, hashed, is_outdated, matches
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


@pytest.mark.parametrize(
    "password",
    [
        *("gravel lamps owls", "GRAVELLAMPSOWLS", "грачи прилетели", "🦉 gravel 🦉 lamps"),
        *("739201845526", "7392-0184-5526-93", "٧٣٩٢٠١٨٤٥٥٢٦", "#;%'!{~]^?>=", "🦉🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔"),
    ],
)
def test_no_kind_of_character_is_asked_for_or_forbidden(password):
    check_password(password)


@pytest.mark.parametrize(
    "password",
    [
        *("31.12.1990 --", "1990-12-31 1991-06-05", "31121990 05061991", "120305 140708", "2019 2020 2023 2024"),
        *("0412 987 563 ", "(03) 9417 5286", "+61 412 987 563", "0011 61 3 9417 5286", "1300 941 752"),
        *("+44 20 7946 0958", "0412987563 0398417526", "123456789012", "098765432109", "4567890 87654"),
        *("739173917391", "73915-73915-73915", "111222333444555", "!@#$%^&*()_+", "٣١١٢١٩٩٠ --- ٣"),
    ],
)
def test_a_date_a_telephone_number_a_run_or_a_repeat_is_what_guessers_try_first(password):
    with pytest.raises(BadInputError, match="first that a stranger would try"):
        check_password(password)


def test_beside_a_known_word_nine_figures_of_no_pattern_are_enough_and_eight_are_not():
    check_password("Melbourne739201845")
    for figures in ("73920184", "73920184123456", "7392018431121990"):
        with pytest.raises(BadInputError, match="first that a stranger would try"):
            check_password(f"Melbourne{figures}")


def test_a_hash_of_other_parameters_is_outdated_and_a_new_one_is_not():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8_192).hash(WORDS))
    assert not is_outdated(hashed(WORDS))


def test_every_character_counts_as_it_was_typed():
    password = of_length(LONGEST_PASSWORD - 1) + "x"
    kept = hashed(password)
    assert matches(kept, password)
    for other in (password[:-1], password[:-1] + "X", password + " ", " " + password[1:]):
        assert not matches(kept, other)
