"""Every open case, by stage of the pathway."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes.stages import stages_data
from dashboard.views.going import Going

FILTERS: Final = {"all": "All", "over": "Over limit", "missing": "Missing documents"}


def draw(going: Going) -> None:
    """Draw the stages; open the case that was clicked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Stages", anchor=False, width="content")
        only = st.segmented_control(
            "Cases shown",
            list(FILTERS),
            format_func=FILTERS.__getitem__,
            default="all",
            required=True,
            key="only",
            bind="query-params",
            label_visibility="collapsed",
        )
    opened = mounts.stages(stages_data(the_desk().stages(), only=only or "all"), key="stages")
    if opened is not None:
        going.to_case(opened.id)
