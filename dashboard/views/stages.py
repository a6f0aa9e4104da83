"""Every open case, by stage of the pathway."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes.stages import PARTS, WHOLE, Chosen, found_words, stages_data
from dashboard.shapes.words import safe
from dashboard.views.going import Going
from dashboard.views.narrowing import one_of
from flows.desk import Desk
from scheduler.vocabulary import Target, Urgency

FILTERS: Final = {"all": "All", "over": "Over limit", "missing": "Missing documents"}


def draw(going: Going) -> None:
    """Draw the stages; open the case that was clicked."""
    desk = the_desk()
    site, chosen, found = draw_head(desk)
    columns = desk.stages(site=site)
    found.html(f'<p class="nl-key">{safe(found_words(columns, chosen))}</p>', width="content")
    data = stages_data(columns, desk.zone, chosen=chosen, meetings=desk.mdt.listed())
    opened = mounts.stages(data, key="stages")
    if opened is not None:
        going.to_case(opened.id)


def draw_head(desk: Desk) -> tuple[str | None, Chosen, DeltaGenerator]:
    """Draw the title and which cases are shown, all of it in the address; give also the place to say how many."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Stages", anchor=False, width="content")
        part = _segments("Part of the pathway", {name: name for name in PARTS}, usual=WHOLE, key="part")
        only = _segments("Cases shown", FILTERS, usual="all", key="only")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        sites = {site.id: site.name for site in desk.sites()}
        site = one_of("Site", sites, every="Every site", key="site", width=250)
        categories = {str(one.value): one.label for one in Urgency}
        category = one_of("Category", categories, every="Every category", key="category", width=150)
        target = one_of("Target", {one.value: one.label for one in Target}, every="Every target", key="target")
        text = st.text_input(
            "Words or reference",
            key="text",
            bind="query-params",
            placeholder="Words or reference",
            label_visibility="collapsed",
            width=220,
        )
        found = st.container(width="content")
    chosen = Chosen(
        only=only,
        part=part,
        category=int(category) if category else None,
        target=Target(target) if target else None,
        text=text or "",
    )
    return site, chosen, found


def _segments(label: str, names: dict[str, str], *, usual: str, key: str) -> str:
    chosen = st.segmented_control(
        label,
        list(names),
        format_func=names.__getitem__,
        default=usual,
        required=True,
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or usual
