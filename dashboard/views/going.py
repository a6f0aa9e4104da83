"""Where a click leads: the pages that other pages open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """The pages that can be opened with something on them; `pages` has all of them by name."""

    case_page: StreamlitPage
    proposal_page: StreamlitPage
    pages: Mapping[str, StreamlitPage] = field(default_factory=dict)

    def to(self, name: str, asks: Mapping[str, str]) -> None:
        """Open a page by its name, with what it is asked."""
        st.switch_page(self.pages[name], query_params=dict(asks))

    def to_case(self, ref: str) -> None:
        """Open one case."""
        st.switch_page(self.case_page, query_params={"case": ref})

    def to_proposal(self, proposal: str) -> None:
        """Open one proposed plan."""
        st.switch_page(self.proposal_page, query_params={"proposal": proposal})
