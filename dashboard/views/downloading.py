"""The head of a section, and the button that gives its table as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.shapes.downloads import as_csv

CSV: Final = "text/csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A table as a file: what the button says, what the file is called, and what is in it."""

    label: str
    file: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def section(title: str, table: Download) -> None:
    """Draw the head of a section with the download of its table."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(title, anchor=False, width="content")
        st.space("stretch")
        download(table)


def download(table: Download) -> None:
    """Draw the button that gives a table as a file; an empty table has none."""
    if table.rows:
        st.download_button(
            table.label,
            as_csv(table.heads, table.rows),
            file_name=table.file,
            mime=CSV,
            key=f"get-{table.file}",
            on_click="ignore",
            type="tertiary",
        )
