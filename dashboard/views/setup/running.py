"""The operator's page: whether the service is fit, its backups, drills and trail, and what waits or was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import figures, note, table
from dashboard.shapes.setup import running as shapes
from dashboard.views.once import written
from dashboard.views.said import show_said
from scheduler.errors import NeurolistError

PAGE: Final = "setup-service"
UPKEEP: Final = (
    "Backups are made by themselves when something was written, the newest is restored and tried once a day, and the "
    "end of the audit trail is written outside the database. See docs/operations.md."
)


def draw() -> None:
    """Draw how the service runs, and the buttons that look after it."""
    desk = the_desk()
    st.title("Service", anchor=False)
    show_said(PAGE)
    found = desk.operating.state()
    st.html(figures(shapes.figures_of(found)))
    st.html(table("What was looked at", shapes.CHECK_HEADS, shapes.check_rows(found)))
    draw_acts()
    left, right = st.columns(2, gap="large")
    with left:
        st.html(table("Cases by state", shapes.STATE_HEADS, shapes.state_rows(found)))
    with right:
        for caption, heads, rows in (
            ("What waits to be done", shapes.STEP_HEADS, shapes.step_rows(found)),
            ("Plans so far", shapes.PLAN_HEADS, shapes.plan_rows(found)),
            ("What was asked for and refused", shapes.REFUSED_HEADS, shapes.refused_rows(found)),
        ):
            st.html(table(caption, heads, rows))


def draw_acts() -> None:
    """Draw the buttons: a backup now, a drill now, the trail walked now."""
    st.html(note(UPKEEP))
    with st.container(horizontal=True, gap="small"):
        for name, (label, act) in ACTS.items():
            st.button(label, key=name, on_click=do, args=(name, act))


def do(name: str, act: Callable[[str], str]) -> None:
    """Do what the button says, and tell what it came to."""
    written(name, act, done=PAGE)


def back_up(_: str) -> str:
    """Make a backup now."""
    return f"{the_desk().upkeep.back_up().path.name} was made."


def drill(_: str) -> str:
    """Restore the newest backup to a scratch place and look at everything."""
    found = the_desk().upkeep.drill()
    wrong = [finding.says for finding in found.findings if not finding.good]
    if wrong:
        raise NeurolistError(" ".join(wrong))
    return "The newest backup was restored to a scratch place, and all of it is good."


def verify(_: str) -> str:
    """Walk the audit trail and hold it against the anchors."""
    found = the_desk().upkeep.verify()
    if found.report.fault:
        raise NeurolistError(found.report.fault)
    return f"All {found.report.rows} rows of the trail hold, and {found.anchors} anchors are on it."


ACTS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "back-up": ("Back up now", back_up),
    "drill": ("Try the newest backup", drill),
    "verify": ("Check the audit trail", verify),
}
