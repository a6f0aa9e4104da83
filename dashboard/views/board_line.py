"""The line over the board: what the desk answered last, kept until something else is done."""

from __future__ import annotations

from itertools import count
from typing import Final

import streamlit as st

from dashboard.hand import Answer

HAND: Final = "board-hand"
NUMBERS: Final = count(1)


def tell(answer: Answer) -> None:
    """Keep the answer for the line; the number tells one answer from the same words again."""
    said = {"n": next(NUMBERS), "text": answer.text, "detail": answer.detail, "refused": answer.refused}
    st.session_state[HAND] = said
