"""What is done by hand on the board is done by command too."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from flows.cli import app
from scheduler.vocabulary import Role
from tests.builders.memory import a_clinic, list_for_test
from tests.builders.service import MovingClock, a_desk, a_service


@pytest.fixture
def desk(sqlite_database, monkeypatch):
    a_clinic(sqlite_database, days=4)
    opened = a_desk(a_service(sqlite_database, source=MovingClock()), Role.BOOKINGS)
    monkeypatch.setattr("flows.cli_board.the_desk", lambda: opened)
    return opened


def test_a_case_is_moved_its_list_locked_and_the_last_act_taken_back(desk):
    first, second = (list_for_test(desk.service.database, number) for number in (1, 2))

    def said(*typed):
        done = CliRunner().invoke(app, ["board", *typed])
        assert done.exit_code == 0, done.output
        return done.output

    assert f"{first} is held on the morning list of Thu 26 Nov" in said("move", first, "S01-2")
    said("move", second, "S01-2")
    assert f"{second} now comes before {first}" in said("swap", "S01-2", second)
    assert "is locked: its cases stay" in said("lock", "S01-2")
    assert "Taken back. The morning list of Thu 26 Nov" in said("undo")
    assert "is closed" in said("close", "S02-3", "--reason", "Scanner fault")
    assert "is open again" in said("open", "S02-3")
    assert f"{first} is moved to the morning list of Fri 27 Nov" in said("move", first, "S01-3")
