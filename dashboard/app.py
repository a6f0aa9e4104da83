"""The navigation: the pages there are, and who is looking."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.palette import as_css
from dashboard.session import person, rests
from dashboard.shapes.people import is_administrator, roles_of
from dashboard.views import board, case, load, meetings, printing, proposal, scenarios, stages, tasks, worklist
from dashboard.views.going import Going
from dashboard.views.setup import pages as setup
from dashboard.views.setup.account import draw_first
from dashboard.views.setup.second_step import draw_enrolment
from flows.desk import Action, logs, may

ASSETS: Final = Path(__file__).resolve().parent / "assets"


def draw() -> None:
    """Draw the head of the page, then the page that was asked for; without a session, only the way to sign in."""
    logs.begin_run()
    st.set_page_config(page_title="Neurolist", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.logo(str(ASSETS / "logo.png"), size="small")
    st.html(f"<style>{as_css(':root')}{(ASSETS / 'pages.css').read_text(encoding='utf-8')}</style>")
    known = person()
    if known is None:
        st.error("Your session has ended. [Sign in again](/login).")
        return
    with st.container(key="account"):
        mounts.account(name=known.name, roles=roles_of(known.roles), rests=rests(), key="account-corner")
    if known.must_change:
        st.navigation([st.Page(draw_first, title="Choose your password", default=True)], position="hidden").run()
        return
    if known.must_enrol:
        st.navigation([st.Page(draw_enrolment, title="Second step", default=True)], position="hidden").run()
        return
    navigate(administrator=is_administrator(known.roles), retains=may(known, Action.LOOK_AT_RETENTION))


def navigate(*, administrator: bool, retains: bool) -> None:
    """Draw the page that the address names."""
    pages = {
        "board": st.Page(lambda: board.draw(going), title="Board", url_path="board", default=True),
        "worklist": st.Page(lambda: worklist.draw(going), title="Worklist", url_path="worklist"),
        "proposal": st.Page(lambda: proposal.draw(going), title="Proposal", url_path="proposal"),
        "print": st.Page(printing.draw, title="Print", url_path="print"),
        "stages": st.Page(lambda: stages.draw(going), title="Stages", url_path="stages"),
        "load": st.Page(load.draw, title="Load", url_path="load"),
        "scenarios": st.Page(lambda: scenarios.draw(going), title="Scenarios", url_path="scenarios"),
        "case": st.Page(lambda: case.draw(going), title="Case", url_path="case"),
        "mdt": st.Page(lambda: meetings.draw(going), title="MDT", url_path="mdt"),
        "tasks": st.Page(lambda: tasks.draw(going), title="My tasks", url_path="tasks"),
    }
    set_up = setup.pages(administrator=administrator, retains=retains)
    named = {**pages, **{page.url_path: page for page in set_up}}
    going = Going(case_page=pages["case"], proposal_page=pages["proposal"], pages=named)
    sections = {
        "Lists": [pages["board"], pages["worklist"], pages["proposal"], pages["print"]],
        "Pathway": [pages["tasks"], pages["stages"], pages["case"], pages["mdt"]],
        "Network": [pages["load"], pages["scenarios"]],
        "Set-up": set_up,
    }
    st.navigation(sections, position="top").run()


draw()
