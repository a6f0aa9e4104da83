"""Where a click leads: the pages that other pages open."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """The pages that can be opened with something on them."""

    case_page: StreamlitPage
    proposal_page: StreamlitPage

    def to_case(self, ref: str) -> None:
        """Open one case."""
        st.switch_page(self.case_page, query_params={"case": ref})

    def to_proposal(self, proposal: str) -> None:
        """Open one proposed plan."""
        st.switch_page(self.proposal_page, query_params={"proposal": proposal})
