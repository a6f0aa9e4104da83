"""The rulebook page says what the code says."""

from pathlib import Path

from scheduler.handbook import rulebook_page

PAGE = Path(__file__).parents[2] / "docs" / "rulebook.md"


def test_the_committed_rulebook_is_the_one_the_code_writes():
    assert PAGE.read_text(encoding="utf-8") == rulebook_page(), "Write it anew with `make docs`."
