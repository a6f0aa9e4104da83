"""What a guesser tries first: common words, the owner's names, dates, telephone numbers, runs of keys and repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

FEWEST_DIFFERENT = 5  # characters: "aaaaaaaaaaaa" is long and known
FEWEST_OF_NO_PATTERN = 9  # figures and signs beside such words: one more than a telephone number without its area code
GUESSED_FIRST = Path(__file__).parent / "guessed_first.txt"
_LEET = str.maketrans("013457@$!", "oieastasi")
_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")  # the signs on the keys of the figures

_DAY, _MONTH, _YEAR = r"(?:0[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = f"{_DAY}{_MONTH}{_YEAR}|{_MONTH}{_DAY}{_YEAR}|{_YEAR}{_MONTH}{_DAY}"
_SHORT_DATE = rf"{_DAY}{_MONTH}\d\d|{_MONTH}{_DAY}\d\d|\d\d{_MONTH}{_DAY}"
_AUSTRALIAN = r"(?:0|(?:0011)?610?)[2-478]\d{8}|1[38]00\d{6}"
_ROWS = ("01234567890", "09876543210")
_RUN = "|".join(row[at : at + length] for length in range(11, 3, -1) for row in _ROWS for at in range(12 - length))
_NOTHING_ELSE = re.compile(f"(?:{_DATE}|{_SHORT_DATE}|{_YEAR}|{_AUSTRALIAN}|{_RUN})*")
_PATTERN = re.compile(f"{_DATE}|{_RUN}")
_REPEAT = re.compile(r"(\d)\1\1+|(\d{2,}?)\2+")
_ABROAD = re.compile(r"\s*\+(?:[\s()./-]*\d){8,15}\s*")  # ITU-T E.164: at most fifteen figures


def is_guessed_first(password: str, known: Iterable[str] = ()) -> bool:
    """Say whether a password has too little of its own once what guessers try and the `known` words are taken out.

    Letters that are left are enough; without any, figures and signs that follow no pattern must be.
    """
    if len(set(password)) < FEWEST_DIFFERENT:
        return True
    own = {part for text in known for part in re.split(r"[^a-z]+", text.casefold()) if len(part) > 2}
    text = password.casefold()
    between = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    return any(_is_poor(read, own) for read in (text, text.replace(between, between.translate(_LEET))))


@cache
def guessed_first() -> tuple[str, ...]:
    """The words and runs of keys that common passwords are made of, from the packaged list."""
    lines = GUESSED_FIRST.read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def _is_poor(text: str, own: Iterable[str]) -> bool:
    return not _letters_left(text, own) and _others_left(text) < FEWEST_OF_NO_PATTERN


def _letters_left(text: str, own: Iterable[str]) -> str:
    letters = re.sub(r"[\W\d_]", "", text)  # letters of every alphabet
    for word in sorted({*guessed_first(), *own}, key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters


def _others_left(text: str) -> int:
    """Count the figures that belong to no pattern, and the different signs, which may be figures typed with shift."""
    if _ABROAD.fullmatch(text):
        return 0
    return min(_figures_and_signs(keys) for keys in (text, text.translate(_SHIFTED)))


def _figures_and_signs(keys: str) -> int:
    figures = "".join(str(int(key)) for key in keys if key.isdecimal())  # of every script
    return len(_of_no_pattern(figures)) + len({key for key in keys if not key.isalnum()})


def _of_no_pattern(figures: str) -> str:
    if _NOTHING_ELSE.fullmatch(figures):
        return ""
    return _REPEAT.sub(lambda found: found[1] or found[2], _PATTERN.sub("", figures))
