"""The boxes at the head of a page that narrow what it shows; each choice stands in the address."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def one_of(label: str, names: Mapping[str, str], *, key: str, every: str, width: int = 220) -> str | None:
    """Let one be chosen, by its id and shown by its name; nothing chosen means every one, as the empty box says."""
    return st.selectbox(
        label,
        list(names),
        index=None,
        format_func=names.__getitem__,
        key=key,
        bind="query-params",
        placeholder=every,
        label_visibility="collapsed",
        width=width,
    )
