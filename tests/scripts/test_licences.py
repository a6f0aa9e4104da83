"""A licence that nobody knows or wants is found, and the real ones will do."""

from __future__ import annotations

from email.message import Message

import pytest

from scripts.licences import faults, faults_of, is_allowed, licence_of
from scripts.locked import DEVELOPMENT, SHIPPED, Locked, locked

ALLOWED = frozenset({"MIT", "BSD", "Apache-2.0"})


def a_pin(name: str) -> Locked:
    return Locked(name=name, version="1.0", hashes=frozenset({"a" * 64}))


def metadata_with(**fields: str | list[str]) -> Message:
    said = Message()
    for name, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            said[name.replace("_", "-")] = value
    return said


@pytest.mark.parametrize(
    ("expression", "may"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("MIT AND GPL-3.0-only OR Apache-2.0", True),
        ("GPL-3.0-only AND (Apache-2.0 OR MIT)", False),
        ("MIT AND (GPL-3.0-only OR BSD)", True),
        ("BSD AND Apache-2.0 WITH LLVM-exception", True),
        ("", False),
        ("MIT MIT", False),
        ("MIT AND", False),
        ("(MIT", False),
        ("MIT)", False),
        ("AND", False),
        ("MIT OR )", False),
    ],
)
def test_an_expression_holds_when_its_allowed_licences_do(expression: str, may: bool) -> None:
    assert is_allowed(expression, ALLOWED) is may


def test_the_declared_expression_comes_first_then_the_classifiers_then_a_short_field() -> None:
    classifiers = ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: BSD License"]
    assert licence_of(metadata_with(License_Expression="ISC", Classifier=classifiers)) == "ISC"
    assert licence_of(metadata_with(Classifier=classifiers, License="whatever")) == "MIT AND BSD"
    assert licence_of(metadata_with(License="Apache License 2.0")) == "Apache-2.0"
    assert licence_of(metadata_with(License="Permission is hereby granted " * 9)) == ""
    assert licence_of(metadata_with()) == ""


def test_an_absent_a_silent_and_a_forbidden_one_are_each_named_and_a_person_may_have_looked() -> None:
    known = {"good": "MIT", "silent": "", "taken": "GPL-3.0-only", "read": ""}
    pins = [a_pin(name) for name in ("good", "silent", "taken", "read", "absent")]
    found = faults(pins, known.get, ALLOWED, {"read": "BSD"})
    assert [sentence.split()[0] for sentence in found] == ["silent", "taken", "absent"]
    assert "not on the list" in found[1]
    assert "not installed" in found[2]


def test_a_lock_with_nothing_in_it_is_no_good_news() -> None:
    assert faults(locked(""), {}.get, ALLOWED, {}) == ["No distribution was looked at: the lock is empty."]


@pytest.mark.parametrize("lock", [SHIPPED, DEVELOPMENT], ids=lambda lock: lock.name)
def test_everything_that_is_locked_here_has_a_licence_on_the_list(lock) -> None:
    assert faults_of(lock) == []
