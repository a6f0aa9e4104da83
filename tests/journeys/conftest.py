"""The shelf of clinics that the stories begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.stories import Clinic, Shelf


@pytest.fixture(scope="session")
def whole_shelf(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One shelf for all the stories, so that each beginning is lived through once."""
    return Shelf(prepared=prepared_sqlite, folder=tmp_path_factory.mktemp("stories"))


@pytest.fixture
def shelf(whole_shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    """The shelf, for a story that begins somewhere on the way."""
    yield whole_shelf
    whole_shelf.put_away(request.node.name)


@pytest.fixture
def clinic(shelf: Shelf) -> Clinic:
    """A clinic on its first morning, for a story that begins with a referral."""
    return shelf.a_clinic()
