"""What may lie in a home folder, as docs/operations.md lists it, and what lies there besides."""

from __future__ import annotations

from pathlib import Path, PurePath

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
HEAD = "| in the home folder | is |"


def written_down() -> list[str]:
    """Give the patterns of the page's table, such as `logs/*.log`."""
    table = PAGE.read_text(encoding="utf-8").partition(HEAD)[2].partition("\n\n")[0].splitlines()[2:]
    return [name for line in table for name in line.split("|")[1].replace("`", "").replace(",", " ").split()]


def not_written_down(home: Path) -> list[str]:
    """Give the files below a home that no pattern of the page stands for."""
    files = sorted(path.relative_to(home) for path in home.rglob("*") if path.is_file())
    known = written_down()
    return [str(file) for file in files if not any(stands_for(pattern, file) for pattern in known)]


def stands_for(pattern: str, file: PurePath) -> bool:
    """Say whether a pattern stands for a file; one that ends with a stroke is for everything in that folder."""
    if pattern.endswith("/"):
        return str(file).startswith(pattern)
    return len(PurePath(pattern).parts) == len(file.parts) and file.match(pattern)
