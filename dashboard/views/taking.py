"""Publishing a plan or part of it, keeping part of it for another run, and setting it aside."""

from __future__ import annotations

import secrets

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import changes
from dashboard.shapes.words import listed, short_day
from dashboard.views.once import written
from dashboard.views.said import say
from flows.desk import ProposalPage, ProposalSummary
from scheduler.errors import NeurolistError


def publish(summary: ProposalSummary, taken: tuple[str, ...] | None) -> bool:
    """Ask the desk to publish the plan as it was shown, or what is ticked of it, and keep what it answered."""
    chosen = "all" if taken is None else "-".join(sorted(taken))
    # One id for each thing asked of one shown version: a press after a lost answer finds the first press's work.
    name = st.session_state.setdefault(f"write-{summary.id}-{summary.version}-{chosen}", secrets.token_hex(16))
    try:
        report = the_desk().publish(summary.id, cases=taken, expected_version=summary.version, write_id=name)
    except NeurolistError as refusal:
        say("proposal", str(refusal), refused=True)
        return False
    st.session_state.pop(f"taken-{summary.id}", None)
    say("proposal", changes.published_words(report))
    return True


@st.dialog("Frozen days would change")
def publish_with_reason(page: ProposalPage, taken: tuple[str, ...] | None) -> None:
    """Ask why visits booked for the coming days are to change, before anything is published."""
    summary, frozen = page.summary, changes.frozen_refs(page, taken)
    until = short_day(page.frozen_until) if page.frozen_until else "the last frozen day"
    st.markdown(
        f"Visits booked up to {until} stay as they are unless a second person approves. This would change "
        f"{listed(frozen)}."
    )
    reason = st.text_area("Reason for changing them", key="frozen-reason", max_chars=500, height=80)
    rest = tuple(ref for ref in (taken or changes.takeable(page)) if ref not in frozen)
    with st.container(horizontal=True, gap="small"):
        if st.button("Ask a second person", type="primary", key="publish-reason"):
            if not reason.strip():
                st.error("Write the reason first, such as: the list was cancelled by the site.")
                return
            ask_second_person(summary, taken, reason=reason.strip())
            st.rerun()
        if rest and st.button("Publish the rest only", key="publish-rest"):
            publish(summary, rest)
            st.rerun()


def ask_second_person(summary: ProposalSummary, taken: tuple[str, ...] | None, *, reason: str) -> None:
    """Ask that the plan be published although frozen days change; nothing is published until another approves."""

    def act(write_id: str) -> str:
        the_desk().approvals.ask_to_publish(
            summary.id, reason=reason, cases=taken, expected_version=summary.version, write_id=write_id
        )
        return "Asked. Nothing is published until an IR lead or administrator who is not you approves it here."

    written(f"second-{summary.id}-{summary.version}", act, done="proposal")


@st.dialog("Discard this plan")
def discard(summary: ProposalSummary) -> None:
    """Ask why a plan is set aside; nothing is booked by it."""
    st.markdown("The plan stays in the list as withdrawn, with the reason. Nothing that is booked changes.")
    reason = st.text_area("Reason", key="discard-reason", max_chars=500, height=80)
    if st.button("Discard plan", type="primary", key="discard-sure"):
        if not reason.strip():
            st.error("Write the reason first, such as: made before the anaesthetist's leave was known.")
            return
        try:
            the_desk().withdraw(summary.id, reason=reason.strip(), expected_version=summary.version)
        except NeurolistError as refusal:
            say("proposal", str(refusal), refused=True)
        else:
            say("proposal", "Discarded. Nothing was booked. Choose New plan to have another worked out.")
        st.rerun()


def keep_and_run(summary: ProposalSummary, taken: tuple[str, ...]) -> None:
    """Ask for another plan of the same weeks in which what is ticked stays where this plan has it."""
    weeks = max(1, round(((summary.end - summary.start).days + 1) / 7))
    try:
        asked = the_desk().request_plan(
            start=summary.start,
            weeks=weeks,
            time_limit=summary.time_limit or 20.0,
            keep_from=summary.id,
            keep=taken,
            write_id=st.session_state.setdefault(f"again-{summary.id}-{'-'.join(taken)}", secrets.token_hex(16)),
        )
    except NeurolistError as refusal:
        say("proposal", str(refusal), refused=True)
        return
    st.query_params["proposal"] = asked
    st.session_state.pop(f"again-{summary.id}-{'-'.join(taken)}", None)
