"""Write the pages of docs/ that are generated from the code."""

from __future__ import annotations

from pathlib import Path

from scheduler import handbook as rulebook
from scheduler.pathway import handbook as pathway

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {"pathway.md": pathway.handbook, "rulebook.md": rulebook.rulebook_page}


def main() -> None:
    """Write every generated page again."""
    for name, text in PAGES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
