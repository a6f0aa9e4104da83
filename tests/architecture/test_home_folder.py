"""The page for operators says what lies in the home folder, in patterns that stand for it and for little else."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

from tests.builders.home_files import not_written_down, stands_for, written_down


def test_the_page_has_its_table() -> None:
    assert {"audit.key", "logs/*.log", "backups/neurolist-*.zip", "anchors/trail.jsonl"} <= set(written_down())


def test_no_pattern_stands_for_everything() -> None:
    strange = ["notes.txt", "logs/patients.csv", "core", "backups/copy.sqlite3", "outbox/letter.txt", "x/y/z.log"]
    assert [(file, one) for file in strange for one in written_down() if stands_for(one, PurePath(file))] == []


@pytest.mark.parametrize("name", ["elsewhere.log", "logs/deep/web.log", "audit.key.old", "prefects/x"])
def test_a_file_that_the_page_does_not_name_is_found(name: str, tmp_path: Path) -> None:
    for each in ("audit.key", "logs/web.log", name):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).touch()
    assert not_written_down(tmp_path) == [name]
