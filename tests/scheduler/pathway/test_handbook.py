from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.pathway.guards import GUARDS
from scheduler.pathway.handbook import handbook
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import TRANSITIONS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "pathway.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == handbook(), "run `make docs`"


def test_the_page_names_every_state_event_and_condition() -> None:
    page = handbook()
    names = {*PathwayState, *(move.event for move in TRANSITIONS), *GUARDS}
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_picture_has_every_step_that_is_not_a_common_way_out() -> None:
    arrows = [line for line in handbook().splitlines() if line.startswith("    ") and " --> " in line and ": " in line]
    assert "    triage --> awaiting_mdt: accept" in arrows
    assert not [arrow for arrow in arrows if "death_notified" in arrow]


@pytest.mark.parametrize("line", [line for line in handbook().splitlines() if line.startswith("|")])
def test_every_row_of_a_table_is_whole(line: str) -> None:
    assert line.endswith("|")
    assert "\n" not in line


def test_every_table_has_as_many_cells_in_each_row() -> None:
    widths: list[int] = []
    for line in [*handbook().splitlines(), ""]:
        if line.startswith("|"):
            widths.append(line.count("|"))
            continue
        assert len(set(widths)) <= 1, line
        widths = []
