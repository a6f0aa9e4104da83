"""The form each event asks a person to fill in, and the reading of what they wrote.

Answers may come as Python values or as text, as from a form or from `--set key=value`. In text: dates are
2026-12-01; yes or no; lists are separated by commas; dated lists are `R1=2026-12-01,R4` (the date may be left out);
pain scores after a block are `15min=3,1h=2`, minutes or hours after the injection and the score from 0 to 10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.facts import HIGHEST_PAIN_SCORE, Reading

MINUTES_IN_AN_HOUR = 60
LONGEST_TEXT = 4000  # characters; a letter fits, a pasted document does not


class FieldType(StrEnum):
    """What sort of answer a field takes."""

    TEXT = "text"
    DATE = "date"
    INTEGER = "integer"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    ITEMS = "items"
    DATED_ITEMS = "dated_items"
    READINGS = "readings"


class When(StrEnum):
    """Which dates make sense as an answer."""

    ANY = "any"
    PAST = "past"  # today or earlier
    AHEAD = "ahead"  # today or later


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: the value that is stored and the words people read."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing the form asks. `choices` bound a choice, or the entries of a list; `initial` is what is known already.

    A field that is not required may still be asked for by a guard, which then says when and why.
    """

    key: str
    type: FieldType
    label: str
    required: bool = True
    choices: tuple[Choice, ...] = ()
    help: str = ""
    lowest: int | None = None
    highest: int | None = None
    when: When = When.ANY
    initial: str = ""


@dataclass(frozen=True, slots=True)
class DatedItem:
    """One entry of a dated list, such as an item and the day of its report."""

    key: str
    dated: date | None = None


Answer = str | date | int | float | bool | tuple[str, ...] | tuple[DatedItem, ...] | tuple[Reading, ...]


class Details:
    """The answers to one form, read by the type each field has; an answer that was not given is empty or None."""

    __slots__ = ("_answers",)

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = dict(answers)

    def __contains__(self, key: str) -> bool:
        return key in self._answers

    def text(self, key: str) -> str:
        """A text or a choice; "" when not given."""
        found = self._answers.get(key, "")
        return found if isinstance(found, str) else ""

    def date(self, key: str) -> date | None:
        """A date."""
        found = self._answers.get(key)
        return found if isinstance(found, date) else None

    def whole(self, key: str) -> int | None:
        """A whole number."""
        found = self._answers.get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def number(self, key: str) -> float | None:
        """A number that may have decimals."""
        found = self._answers.get(key)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def yes(self, key: str) -> bool:
        """Whether the answer is yes."""
        return self._answers.get(key) is True

    def items(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        found = self._answers.get(key)
        return tuple(entry for entry in found if isinstance(entry, str)) if isinstance(found, tuple) else ()

    def dated_items(self, key: str) -> tuple[DatedItem, ...]:
        """A list of words with dates."""
        found = self._answers.get(key)
        return tuple(entry for entry in found if isinstance(entry, DatedItem)) if isinstance(found, tuple) else ()

    def readings(self, key: str) -> tuple[Reading, ...]:
        """A list of pain scores after the block."""
        found = self._answers.get(key)
        return tuple(entry for entry in found if isinstance(entry, Reading)) if isinstance(found, tuple) else ()


def read_details(fields: Iterable[Field], details: Mapping[str, object], *, today: date) -> Details:
    """Read a form; raises TransitionNotAllowedError with a sentence for every answer that is missing or wrong."""
    known = {field.key: field for field in fields}
    given = {key: value for key, value in details.items() if not _is_empty(value)}
    faults = [_unknown(key, known) for key in given if key not in known]
    faults += [f"'{key}' is missing: {known[key].label}." for key in known if known[key].required and key not in given]
    answers: dict[str, Answer] = {}
    for key, value in given.items():
        if key in known:
            try:
                answers[key] = _timely(known[key], _READERS[known[key].type](known[key], value), today)
            except ValueError as fault:
                faults.append(f"'{key}' {fault}")
    if faults:
        raise TransitionNotAllowedError(" ".join(faults))
    return Details(answers)


def with_initial(field: Field, known: Mapping[str, str]) -> Field:
    """The same field, showing what is known already."""
    return replace(field, initial=known.get(field.key, ""))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def _unknown(key: str, known: Mapping[str, Field]) -> str:
    fields = ", ".join(known) or "none"
    return f"'{key}' is not asked for here; the fields are: {fields}."


def _timely(field: Field, answer: Answer, today: date) -> Answer:
    """The same answer, once every date in it is on the right side of today."""
    entries = answer if isinstance(answer, tuple) else (answer,)
    dates = [entry.dated if isinstance(entry, DatedItem) else entry for entry in entries]
    for dated in dates:
        if isinstance(dated, date) and field.when is When.PAST and dated > today:
            raise ValueError(f"is {dated}, which is still to come; today is {today}.")
        if isinstance(dated, date) and field.when is When.AHEAD and dated < today:
            raise ValueError(f"is {dated}, which has passed; today is {today}.")
    return answer


def _wrong(wanted: str, value: object) -> ValueError:
    return ValueError(f"should be {wanted}, but is {value!r}.")


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise _wrong("text", value)
    text = value.strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is {len(text)} characters long; the most is {LONGEST_TEXT}.")
    if any(not letter.isprintable() and letter not in "\n\t\r" for letter in text):
        raise ValueError("holds a character that cannot be printed.")
    return text


def _read_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise _wrong("a date such as 2026-12-01", value) from None


def _read_whole(field: Field, value: object) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}", str(value).strip()):
        raise _wrong("a whole number", value)
    number = int(str(value))
    _check_range(field, number)
    return number


def _read_number(field: Field, value: object) -> float:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", str(value).strip()):
        raise _wrong("a number such as 1.4", value)
    number = float(str(value))
    _check_range(field, number)
    return number


def _check_range(field: Field, number: float) -> None:
    if field.lowest is not None and number < field.lowest:
        raise ValueError(f"is {number}; the least is {field.lowest}.")
    if field.highest is not None and number > field.highest:
        raise ValueError(f"is {number}; the most is {field.highest}.")


def _read_yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"yes", "y", "true", "1"}:
        return True
    if word in {"no", "n", "false", "0"}:
        return False
    raise _wrong("yes or no", value)


def _chosen(field: Field, value: str) -> str:
    allowed = [choice.value for choice in field.choices]
    by_lower = {choice.lower(): choice for choice in allowed}
    if allowed and value.lower() not in by_lower:
        raise ValueError(f"is '{value}'; choose from {', '.join(allowed)}.")
    return by_lower.get(value.lower(), value)


def _entries(value: object) -> list[str]:
    """The entries of a list, given as a list or as text with commas."""
    entries = value if isinstance(value, list | tuple) else str(value).split(",")
    return [text for text in (_read_text(entry) for entry in entries) if text]


def _read_dated(field: Field, entry: str) -> DatedItem:
    key, equals, dated = entry.partition("=")
    return DatedItem(_chosen(field, key.strip()), _read_date(dated) if equals else None)


_READING = re.compile(r"(?P<after>[0-9]{1,4})\s*(?P<unit>min|m|h)\s*=\s*(?P<score>[0-9]{1,2})")


def _read_reading(entry: str) -> Reading:
    found = _READING.fullmatch(entry.lower())
    if found is None:
        raise ValueError(f"should be pain scores such as 15min=3,1h=2, but holds '{entry}'.")
    after = int(found["after"]) * (MINUTES_IN_AN_HOUR if found["unit"] == "h" else 1)
    score = int(found["score"])
    if score > HIGHEST_PAIN_SCORE or after == 0:
        raise ValueError(f"holds '{entry}': scores run from 0 to {HIGHEST_PAIN_SCORE}, after the injection.")
    return Reading(score=score, minutes_after=after)


_READERS: dict[FieldType, Callable[[Field, object], Answer]] = {
    FieldType.TEXT: lambda _, value: _read_text(value),
    FieldType.DATE: lambda _, value: _read_date(value),
    FieldType.INTEGER: _read_whole,
    FieldType.NUMBER: _read_number,
    FieldType.CHOICE: lambda field, value: _chosen(field, _read_text(value)),
    FieldType.BOOLEAN: lambda _, value: _read_yes(value),
    FieldType.ITEMS: lambda field, value: tuple(_chosen(field, entry) for entry in _entries(value)),
    FieldType.DATED_ITEMS: lambda field, value: tuple(_read_dated(field, entry) for entry in _entries(value)),
    FieldType.READINGS: lambda _, value: tuple(_read_reading(entry) for entry in _entries(value)),
}
