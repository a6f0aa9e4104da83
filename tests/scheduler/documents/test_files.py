"""A document is saved whole or not at all."""

import pytest

from scheduler.documents import save


def test_a_saved_file_holds_the_text_and_nothing_is_left_beside_it(tmp_path):
    save(tmp_path / "plan.json", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == "whole"


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path):
    (tmp_path / "plan.json").write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        save(tmp_path / "plan.json", "half \ud800")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]


def test_a_folder_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(OSError, match="no-such"):
        save(tmp_path / "no-such" / "plan.json", "text")
