"""The set-up pages there are; users and the service are for administrators alone, retention for who may look."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.views.setup import account, days, lists, machines, people, places, protocol, retention, running, staff


def pages(*, administrator: bool, retains: bool) -> list[StreamlitPage]:
    """Give the pages in the order of the menu."""
    things = [
        st.Page(lists.draw, title="Lists and templates", url_path=lists.PAGE),
        st.Page(staff.draw, title="Radiologists", url_path=staff.PAGE),
        st.Page(machines.draw, title="Equipment", url_path=machines.PAGE),
        st.Page(places.draw, title="Sites and suites", url_path=places.PAGE),
        st.Page(days.draw, title="Holidays", url_path=days.PAGE),
        st.Page(protocol.draw, title="Protocol", url_path=protocol.PAGE),
    ]
    theirs = [
        st.Page(people.draw, title="Users", url_path=people.PAGE),
        st.Page(running.draw, title="Service", url_path=running.PAGE),
    ]
    return [
        *things,
        *([st.Page(retention.draw, title="Retention", url_path=retention.PAGE)] if retains else []),
        *(theirs if administrator else []),
        st.Page(account.draw, title="My account", url_path=account.PAGE),
    ]
