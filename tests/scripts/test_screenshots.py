"""No page of the navigation is without a picture, and no picture without a place where people see it."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.screenshots import PAGES

ROOT = Path(__file__).resolve().parents[2]


def addresses() -> set[str]:
    """The address of every page that the navigation names."""
    app = (ROOT / "dashboard" / "app.py").read_text(encoding="utf-8")
    found = set(re.findall(r'url_path="([^"]+)"', app))
    for view in (ROOT / "dashboard" / "views").rglob("*.py"):
        found |= set(
            re.findall(r'^PAGE: Final = "((?:setup-|my-)[^"]+)"', view.read_text(encoding="utf-8"), re.MULTILINE)
        )
    return found


def test_every_page_has_a_picture():
    assert addresses() >= {"board", "stages", "setup-lists", "my-account"}
    assert addresses() - {picture.path.split("?")[0] for picture in PAGES} - {"proposal", "case"} == set()
    assert {"proposal", "case"} <= {picture.name for picture in PAGES}


def test_every_picture_is_shown_in_the_docs():
    page = (ROOT / "docs" / "screens.md").read_text(encoding="utf-8")
    missing = [picture.name for picture in PAGES if f"pictures/{picture.name}.png" not in page]
    assert missing == []


def test_the_docs_show_no_picture_that_is_not_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {
        (page.parent / name)
        for page in pages
        for name in re.findall(r"\((?!https?:)([^)\s]+\.(?:png|svg))\)", page.read_text(encoding="utf-8"))
    }
    assert [str(path) for path in named if not path.exists()] == []
