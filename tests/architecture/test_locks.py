"""What is installed is what the hash locks say, and they name no place to fetch it from."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.locked import locked

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def pins(lock: Path) -> dict[str, str]:
    """Read the pinned version of every package in a lock."""
    return {one.name: one.version for one in locked(lock.read_text())}


def test_there_are_three_locks() -> None:
    assert [lock.name for lock in LOCKS] == ["requirements-dev.lock", "requirements-setup.lock", "requirements.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_index_link_or_file(lock: Path) -> None:
    assert not re.findall(r"://|--index|--extra-index|--find-links|file:", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_carries_a_hash(lock: Path) -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["dev", "bench"])]
)
def test_every_declared_dependency_is_pinned_within_its_range(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = list(project["dependencies"])
    for extra in extras:
        declared += project["optional-dependencies"][extra]
    pinned = pins(ROOT / lock)
    outside = []
    for text in declared:
        wanted = Requirement(text)
        if not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"), prereleases=True):
            outside.append(text)
    assert outside == []


def test_the_two_locks_agree_on_every_package_they_share() -> None:
    small, large = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    assert {name: (version, large.get(name)) for name, version in small.items() if large.get(name) != version} == {}


def test_what_is_installed_is_what_the_lock_says() -> None:
    installed = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions()}
    pinned = pins(ROOT / "requirements-dev.lock")
    differing = {name: (v, installed.get(name)) for name, v in pinned.items() if installed.get(name) != v}
    assert differing == {}
