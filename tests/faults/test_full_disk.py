"""The disk under PostgreSQL is full: writes are refused in words, and nothing acknowledged is lost."""

import time

import pytest
from sqlmodel import select

from db.engine import open_database
from db.errors import MemoryFaultError
from db.settings import MemorySettings
from db.tables import CaseRow
from tests.builders import postgres
from tests.builders.memory import MORNING, a_case, read
from tests.builders.small_disk import can_be_made, fill, small_disk

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(not can_be_made(), reason="only root can mount a small disk to fill"),
]

MEGABYTES = 110
MOST = 200
RECOVERS_SECONDS = 60


@pytest.fixture
def disk():
    with small_disk(MEGABYTES) as folder:
        yield folder


@pytest.fixture
def small(disk, tmp_path):
    """A memory whose server keeps everything on the small disk."""
    server = postgres.start(durable=True, within=disk)
    database = open_database(MemorySettings(home=tmp_path, database_url=server.make("small")))
    database.prepare(MORNING)
    yield database
    database.close()
    server.stop()


def refused(database, first):
    """Take referrals in until one is refused; gives those that were taken in, and what the refusal said."""
    made = []
    for number in range(first, first + MOST):
        try:
            made.append(a_case(database, number))
        except MemoryFaultError as fault:
            return made, str(fault)
    raise AssertionError("the disk was never full")


def test_a_full_disk_under_postgresql_refuses_in_words_and_loses_nothing(small, disk):
    kept = [a_case(small, number) for number in range(1, 6)]
    filler = fill(disk)
    more, says = refused(small, 6)
    assert "nothing was kept. Check that it runs and has room." in says or "The line to the database broke" in says
    filler.unlink()
    until = time.monotonic() + RECOVERS_SECONDS
    while not small.answers():
        assert time.monotonic() < until, "the server did not come back"
        time.sleep(0.1)
    kept += [*more, a_case(small, 6 + MOST)]
    found = set(read(small, lambda session: session.exec(select(CaseRow.ref)).all()))
    assert set(kept) <= found  # the one that was refused may be there, when only the answer was lost
    assert len(found) <= len(kept) + 1
    assert small.verify_trail().fault is None
    small.check_guards()
