"""The few pieces of page markup that Streamlit has no element for; every value is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.shapes.words import safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number at the head of a page; `level` is plain, soon or over."""

    label: str
    value: str
    level: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table: text, how it is stressed, where it leads; `category` puts the category's mark before it.

    In a sheet, `opens` makes the text the way to the row's case.
    """

    text: str
    look: str = ""
    link: str = ""
    category: int | None = None
    opens: bool = False


def figures(shown: Iterable[Figure]) -> str:
    """The row of numbers at the head of a page."""
    parts = (f'<div><dd class="{safe(f.level)}">{safe(f.value)}</dd><dt>{safe(f.label)}</dt></div>' for f in shown)
    return f'<dl class="nl-kpis">{"".join(parts)}</dl>'


def facts(shown: Iterable[tuple[str, str]]) -> str:
    """Named facts in columns."""
    parts = (f"<div><dt>{safe(name)}</dt><dd>{safe(value)}</dd></div>" for name, value in shown)
    return f'<dl class="nl-facts">{"".join(parts)}</dl>'


def head(words: str) -> str:
    """A heading inside a page or a drawer."""
    return f'<h2 class="nl-head">{safe(words)}</h2>'


def note(words: str) -> str:
    """A quiet line under something."""
    return f'<p class="nl-key">{safe(words)}</p>'


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell | str]]) -> str:
    """A plain table with its caption; numbers are set right when their head begins with #."""
    numbers = [head.startswith("#") for head in heads]
    top = "".join(
        f'<th scope="col"{_class("number" if number else "")}>{safe(head.lstrip("#"))}</th>'
        for head, number in zip(heads, numbers, strict=True)
    )
    body = "".join(f"<tr>{_row(row, numbers)}</tr>" for row in rows)
    title = f"<caption>{safe(caption)}</caption>" if caption else ""
    return (
        f'<div class="nl-sheet"><table class="nl-table">{title}<thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def mark(category: int | None) -> str:
    """The category's digit in its own shape."""
    words = f"Category {category}" if category else "No category"
    sign = str(category) if category else "—"
    return f'<span class="nl-mark nl-mark-{category or 0}" role="img" aria-label="{words}">{sign}</span>'


def _row(row: Sequence[Cell | str], numbers: Sequence[bool]) -> str:
    cells = (cell if isinstance(cell, Cell) else Cell(text=cell) for cell in row)
    return "".join(_cell(cell, number=number) for cell, number in zip(cells, numbers, strict=True))


def _cell(cell: Cell, *, number: bool) -> str:
    text = safe(cell.text)
    if cell.link:
        text = f'<a href="{safe(cell.link)}" target="_self">{text}</a>'
    if cell.category is not None:
        text = f"{mark(cell.category)} {text}"
    looks = " ".join(look for look in (cell.look, "number" if number else "") if look)
    return f"<td{_class(looks)}>{text}</td>"


def _class(looks: str) -> str:
    return f' class="{safe(looks)}"' if looks else ""
