"""Hold the licence of every distribution that the locks pin against the list in pyproject.toml: `make licences`.

Exits 1, with a sentence for each, when a licence is unknown or not on the list, or when nothing was looked at.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Protocol, cast

from scripts.locked import DEVELOPMENT, ROOT, SHIPPED, Locked, locked, say

# What older metadata says in words. Where it does not say which BSD licence, neither do we.
IN_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
CLASSIFIER = "License :: OSI Approved :: "
LONGEST_NAME = 60  # characters: a longer licence field is the whole text, which nobody compares


class Said(Protocol):
    """What a distribution says of itself."""

    def get(self, name: str) -> str | None:
        """Give one field."""

    def get_all(self, name: str) -> list[str] | None:
        """Give every value of a field."""


def licence_of(said: Said) -> str:
    """Give the licence as an expression: the declared one, else the classifiers together, else a short field."""
    if declared := said.get("License-Expression"):
        return declared
    words = [one.removeprefix(CLASSIFIER) for one in said.get_all("Classifier") or () if one.startswith(CLASSIFIER)]
    field = (said.get("License") or "").strip()
    if not words and field and len(field) <= LONGEST_NAME and "\n" not in field:
        words = [field]
    # Two classifiers may mean "either" or "both": both must do, unless somebody has looked.
    return " AND ".join(IN_WORDS.get(word, word) for word in words)


def is_allowed(expression: str, allowed: Set[str]) -> bool:
    """Say whether an expression of licences holds when only the allowed ones do; one that cannot be read does not."""
    words = re.findall(r"[()]|[^\s()]+", expression)
    try:
        return _either(iter([*words, ""]), allowed)
    except (StopIteration, ValueError):
        return False


def _either(words: Iterator[str], allowed: Set[str], until: str = "") -> bool:
    """Read `a AND b OR c` up to the closing word; AND binds more closely, as SPDX has it."""
    terms: list[list[bool]] = [[]]
    while True:
        word = next(words)
        terms[-1].append(_either(words, allowed, ")") if word == "(" else word in allowed)
        if word in {"", ")", "AND", "OR", "WITH"}:
            raise ValueError(word)
        joint = next(words)
        if joint == "WITH":  # an exception only ever permits more
            next(words)
            joint = next(words)
        if joint == until:
            return any(all(term) for term in terms)
        if joint == "OR":
            terms.append([])
        elif joint != "AND":
            raise ValueError(joint)


def faults(
    pins: Sequence[Locked], licence: Callable[[str], str | None], allowed: Set[str], looked_at: Mapping[str, str]
) -> list[str]:
    """Give a sentence for each distribution whose licence will not do; `licence` gives none for an absent one."""
    found = [] if pins else ["No distribution was looked at: the lock is empty."]
    for pin in pins:
        known = licence(pin.name)
        expression = looked_at.get(pin.name) or known
        if known is None:
            found.append(f"{pin.name} is in the lock and not installed. Run scripts/setup test, then look again.")
        elif not expression:
            found.append(f"{pin.name} says no licence. Read its licence file and write what it is in pyproject.toml.")
        elif not is_allowed(expression, allowed):
            found.append(f"{pin.name} is under '{expression}', which is not on the list in pyproject.toml.")
    return found


def installed_licence(name: str) -> str | None:
    """Give the licence of an installed distribution; nothing when it is not installed."""
    try:
        return licence_of(cast("Said", metadata(name)))
    except PackageNotFoundError:
        return None


def the_list() -> tuple[frozenset[str], dict[str, str]]:
    """Read the allowed licences, and those a person has read where the metadata does not tell."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["neurolist"]["licences"]
    return frozenset(table["allowed"]), dict(table["looked-at"])


def faults_of(lock: Path) -> list[str]:
    """Look at every distribution of one lock, as it is installed here."""
    allowed, looked_at = the_list()
    return faults(locked(lock.read_text(encoding="utf-8")), installed_licence, allowed, looked_at)


def main() -> int:
    """Look at what is shipped and at what is developed with."""
    found = 0
    for lock in (SHIPPED, DEVELOPMENT):
        wrong, pins = faults_of(lock), len(locked(lock.read_text(encoding="utf-8")))
        for sentence in wrong:
            say(f"{lock.name}: {sentence}")
        say(f"{lock.name}: {pins} distributions looked at, {len(wrong)} will not do.")
        found += len(wrong)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
