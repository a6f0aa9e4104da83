"""Reading typed fields out of JSON values, keeping every fault with its JSON pointer (RFC 6901)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import IntEnum, StrEnum
from typing import TypeVar

from scheduler.documents.text import JsonObject
from scheduler.errors import Fault

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
Read = Callable[[object, str], T]

LONGEST_TEXT = 500
MOST_MINUTES = 10_000_000  # nineteen years: more is a slip of the keyboard
MOST_COUNT = 1_000_000
MOST_COST = 1_000_000  # keeps any plan's cost well inside 64 bits
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
NOWHEN = datetime(2000, 1, 1, tzinfo=UTC)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
WALL = re.compile(r"\d{2}:\d{2}", re.ASCII)


def show(value: object) -> str:
    """Show a JSON value on one line, cut short if long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    try:
        text = json.dumps(value)
    except ValueError:
        return "a number too long to show"
    return text if len(text) <= 60 else f"{text[:57]}..."


def under(where: str, key: str | int) -> str:
    """Extend a JSON pointer, escaping what would break it or its line."""
    token = str(key).replace("~", "~0").replace("/", "~1")
    return f"{where}/{json.dumps(token)[1:-1] if not token.isprintable() else token}"


@dataclass(slots=True)
class Reader:
    """Collects faults while fields are read. After a fault a field gives a harmless stand-in of the right type."""

    faults: list[Fault] = field(default_factory=list)
    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def fault(self, where: str, says: str) -> None:
        """Keep one fault."""
        self.faults.append(Fault(where=where, says=says))

    @contextmanager
    def watching(self) -> Iterator[Callable[[], bool]]:
        """Give a question: has everything been sound since here?"""
        before = len(self.faults)
        yield lambda: len(self.faults) == before

    def fields(self, value: object, where: str, names: Iterable[str], optional: Iterable[str] = ()) -> JsonObject:
        """Check that this is an object with exactly these fields."""
        if not isinstance(value, JsonObject):
            self.fault(where, f"This must be an object, not {show(value)}.")
            return JsonObject()
        expected = (*names, *optional)
        for key in value.repeated:
            self.fault(under(where, key), "This field is given more than once.")
        for key in value:
            if key not in expected:
                self.fault(under(where, key), "This field is not part of the format.")
        for key in names:
            if key not in value:
                self.fault(under(where, key), "This field is missing.")
        return value

    def part(self, found: JsonObject, where: str, key: str, read: Read[T]) -> T:
        """Read one field of an object; a missing one was a fault already and gives the stand-in."""
        if key in found:
            return read(found[key], under(where, key))
        before = len(self.faults)
        stand_in = read(None, where)
        del self.faults[before:]
        return stand_in

    def rows(self, value: object, where: str, read: Read[T]) -> tuple[T, ...]:
        """Read each item of a list."""
        if not isinstance(value, list):
            self.fault(where, f"This must be a list, not {show(value)}.")
            return ()
        return tuple(read(item, under(where, place)) for place, item in enumerate(value))

    def distinct(self, value: object, where: str, read: Read[T]) -> tuple[T, ...]:
        """Read each item of a list that names nothing twice."""
        items = self.rows(value, where, read)
        seen: set[T] = set()
        for place, item in enumerate(items):
            if item in seen:
                self.fault(under(where, place), f"{show(str(item))} is already in this list.")
            seen.add(item)
        return items

    def maybe(self, read: Read[T]) -> Read[T | None]:
        """Make a reading of a value that may be null."""
        return lambda value, where: None if value is None else read(value, where)

    def several(self, read: Read[T]) -> Read[tuple[T, ...]]:
        """Make a reading of a list that names nothing twice."""
        return lambda value, where: self.distinct(value, where, read)

    def naming(self, kind: str) -> Read[str]:
        """Make a reading of the id of something the problem holds."""
        return lambda value, where: self.ref(value, where, kind)

    def one_of(self, words: type[Word]) -> Read[Word]:
        """Make a reading of one of a closed set of words."""
        return lambda value, where: self.word(value, where, words)

    def text(self, value: object, where: str) -> str:
        """Read a text that is not empty."""
        if not isinstance(value, str):
            self.fault(where, f"This must be a text, not {show(value)}.")
        elif not value.strip():
            self.fault(where, "This text is empty.")
        elif len(value) > LONGEST_TEXT:
            self.fault(where, f"This text has {len(value):,} characters; at most {LONGEST_TEXT} are read.")
        elif not value.isprintable():
            self.fault(where, f"The text {show(value)} holds a character that cannot be printed.")
        else:
            return value
        return ""

    def sentence(self, value: object, where: str) -> str:
        """Read a sentence of any length."""
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value
        self.fault(where, f"This must be a printable sentence, not {show(value)}.")
        return ""

    def flag(self, value: object, where: str) -> bool:
        """Read true or false."""
        if isinstance(value, bool):
            return value
        self.fault(where, f"This must be true or false, not {show(value)}.")
        return False

    def whole(self, value: object, where: str, least: int, most: int) -> int:
        """Read a whole number within limits."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(where, f"This must be a whole number, not {show(value)}.")
        elif value < least:
            self.fault(where, f"{show(value)} is below {least}, the least allowed.")
        elif value > most:
            self.fault(where, f"{show(value)} is above {most:,}, the most allowed.")
        else:
            return value
        return least

    def count(self, value: object, where: str) -> int:
        """Read a number of things."""
        return self.whole(value, where, 0, MOST_COUNT)

    def minutes(self, value: object, where: str) -> int:
        """Read any whole number of minutes."""
        return self.whole(value, where, 0, MOST_MINUTES)

    def duration(self, value: object, where: str) -> int:
        """Read a duration: whole minutes, a multiple of 5."""
        found = self.minutes(value, where)
        if found % 5:
            self.fault(where, f"{found} minutes is not a multiple of 5.")
        return found

    def some_duration(self, value: object, where: str) -> int:
        """Read a duration that is not nothing."""
        with self.watching() as sound:
            found = self.duration(value, where)
            if sound() and found == 0:
                self.fault(where, "This takes no time; give at least 5 minutes.")
        return found

    def degrees(self, value: object, where: str, most: int) -> float:
        """Read a latitude or longitude."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(where, f"This must be a number of degrees, not {show(value)}.")
        elif not abs(value) <= most:
            self.fault(where, f"{show(value)} is not between -{most} and {most} degrees.")
        else:
            return value
        return 0.0

    def seconds(self, value: object, where: str) -> float:
        """Read a number of seconds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(where, f"This must be a number of seconds, not {show(value)}.")
        elif not 0 <= value <= MOST_MINUTES or not math.isfinite(value):
            self.fault(where, f"{show(value)} is not a sensible number of seconds.")
        else:
            return value
        return 0.0

    def word(self, value: object, where: str, words: type[Word]) -> Word:
        """Read one of a closed set of words."""
        for known in words:
            if value == known.value:
                return known
        choices = ", ".join(known.value for known in words)
        self.fault(where, f"{show(value)} is not one of {choices}.")
        return next(iter(words))

    def number_of(self, value: object, where: str, numbers: type[IntEnum]) -> int:
        """Read one of a closed set of numbers."""
        choices = [known.value for known in numbers]
        if not isinstance(value, bool) and isinstance(value, int) and value in choices:
            return value
        self.fault(where, f"{show(value)} is not one of {', '.join(str(choice) for choice in choices)}.")
        return choices[0]

    def ref(self, value: object, where: str, kind: str) -> str:
        """Read the id of something the problem holds."""
        with self.watching() as sound:
            found = self.text(value, where)
            if sound() and found not in self.known[kind]:
                self.fault(where, f"There is no {kind} called {show(found)}.")
        return found

    def day(self, value: object, where: str) -> date:
        """Read a date as YYYY-MM-DD."""
        if isinstance(value, str) and DATE.fullmatch(value):
            try:
                found = date.fromisoformat(value)
            except ValueError:
                self.fault(where, f"{show(value)} is not a date in the calendar.")
                return EARLIEST
            if EARLIEST <= found < LATEST:
                return found
            self.fault(where, f"{value} is not between {EARLIEST} and {LATEST}.")
            return EARLIEST
        self.fault(where, f"This must be a date such as 2027-02-01, not {show(value)}.")
        return EARLIEST

    def instant(self, value: object, where: str) -> datetime:
        """Read an instant with its offset, to the minute."""
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            self.fault(where, f"This must be an instant such as 2027-02-01T08:30:00+11:00, not {show(value)}.")
            return NOWHEN
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fault(where, f"{show(value)} is not an instant in the calendar.")
            return NOWHEN
        return self._sound_instant(found, value, where)

    def _sound_instant(self, found: datetime, value: str, where: str) -> datetime:
        if found.tzinfo is None:
            self.fault(where, f"{show(value)} has no offset from UTC; write one, as in +11:00.")
        elif not EARLIEST < found.date() < LATEST:
            self.fault(where, f"{show(value)} is not between {EARLIEST} and {LATEST}.")
        elif found.second or found.microsecond:
            self.fault(where, f"{show(value)} is not on a whole minute.")
        else:
            return found
        return NOWHEN

    def wall(self, value: object, where: str) -> time:
        """Read a local time of day as HH:MM."""
        if isinstance(value, str) and WALL.fullmatch(value):
            try:
                return time.fromisoformat(value)
            except ValueError:
                self.fault(where, f"{show(value)} is not a time of day.")
                return time()
        self.fault(where, f"This must be a time of day such as 19:00, not {show(value)}.")
        return time()
