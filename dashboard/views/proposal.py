"""A proposed plan beside what stands: what it would change, what it leaves over, what that costs, and what is taken."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes import changes
from dashboard.shapes import proposal as shapes
from dashboard.shapes.markup import figures, note, table
from dashboard.shapes.sheet import sheet_data
from dashboard.views.asking import ask_for_plan
from dashboard.views.going import Going
from dashboard.views.planning import watch_working
from dashboard.views.said import show_said
from dashboard.views.second import draw_requests
from dashboard.views.taking import discard, keep_and_run, publish, publish_with_reason
from flows.desk import Desk, ProposalPage, ProposalStatus, ProposalSummary, ProposedPlace
from scheduler.errors import NeurolistError

NOTHING: Final = "No plan has been proposed yet. Choose New plan to have one worked out; nothing is booked by it."


def draw(going: Going) -> None:
    """Draw the proposal that the address names, or the latest one."""
    desk = the_desk()
    known = {summary.id: summary for summary in desk.proposals()}
    chosen = draw_choice(desk, known)
    show_said("proposal")
    if chosen is None:
        st.info(NOTHING)
        return
    if watch_working(chosen):
        return
    draw_page(desk, going, desk.proposal(chosen))


def draw_choice(desk: Desk, known: dict[str, ProposalSummary]) -> str | None:
    """Draw the title beside the proposals to choose from, the latest first; the address keeps the choice."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Proposal", anchor=False, width="content")
        chosen = None
        if known:
            chosen = st.selectbox(
                "Proposal shown",
                list(known),
                # Not bound to the address: a bound choice is written there by its label, and a plan is found by its id.
                index=shapes.place_of(st.query_params.get("proposal"), list(known)),
                format_func=lambda each: shapes.choice_words(known[each], desk.zone),
                label_visibility="collapsed",
                width=520,
            )
            st.query_params["proposal"] = chosen
        st.space("stretch")
        if st.button("New plan", key="new-plan", help="Choose weeks, sites and time, and have a plan worked out."):
            ask_for_plan(desk)
    return chosen


def draw_page(desk: Desk, going: Going, page: ProposalPage) -> None:
    """Draw what a finished plan would do."""
    summary = page.summary
    words = f"{shapes.window_words(summary)}. {shapes.standing_words(summary, desk.zone)}"
    if summary.status is ProposalStatus.FAILED:
        st.markdown(words)
        st.error(shapes.work_sentence(summary))
        return
    ready = summary.status is ProposalStatus.READY
    taken = taken_of(page) if ready else ()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(words, width="content")
        st.space("stretch")
        if ready:
            draw_acts(page, taken)
    if ready:
        draw_requests(desk, desk.approvals.open(proposal=summary.id), where="proposal")
    st.html(figures(shapes.proposal_figures(page)))
    if taken:
        draw_choice_alone(desk, page, taken)
    draw_changes(desk, going, page, taken)
    left = tuple(case for case in page.left_over if case.before_start is None)
    if left:
        st.html(table("Left over, and why", shapes.LEFT_HEADS, shapes.left_rows(left)))
    rows = shapes.cost_rows(page.terms, page.terms_before, page.prices)
    if rows:
        with st.container(width=1040):
            st.html(table("Cost by goal, less is better", shapes.COST_HEADS, rows))
    kept = shapes.kept_places(page)
    if kept:
        with st.expander(f"Unchanged: {len(kept)}"):
            draw_places("", kept, desk)


def draw_acts(page: ProposalPage, taken: tuple[str, ...]) -> None:
    """Draw what can be done with a ready plan: publish all or what is ticked, keep what is ticked, or set it aside."""
    summary = page.summary
    left = changes.takeable(page)
    if taken:
        st.button(
            f"Publish ticked ({len(taken)})", type="primary", key="publish-ticked", on_click=press, args=(page, taken)
        )
        st.button(
            "Keep ticked and run again",
            key="keep-ticked",
            on_click=keep_and_run,
            args=(summary, taken),
            help="Ask for another plan of the same weeks in which the ticked cases stay where this plan has them.",
        )
    if left:
        st.button(
            "Publish plan", type="secondary" if taken else "primary", key="publish", on_click=press, args=(page, None)
        )
    if st.button("Discard", key="discard", help="Set this plan aside, with the reason. Nothing is booked by it."):
        discard(summary)
    if st.session_state.pop(f"reason-for-{summary.id}", False):
        chosen = st.session_state.get(f"pressed-{summary.id}")
        publish_with_reason(page, chosen)


def press(page: ProposalPage, taken: tuple[str, ...] | None) -> None:
    """Publish at once, or ask a second person with the reason where frozen days would change."""
    if changes.frozen_refs(page, taken):
        st.session_state[f"reason-for-{page.summary.id}"] = True
        st.session_state[f"pressed-{page.summary.id}"] = taken
        return
    publish(page.summary, taken)


def draw_choice_alone(desk: Desk, page: ProposalPage, taken: tuple[str, ...]) -> None:
    """Say at once when what is ticked cannot be taken alone, and offer to tick what must come along."""
    try:
        answer = desk.alone(page.summary.id, taken)
    except NeurolistError as refusal:
        st.warning(str(refusal))
        return
    if answer.possible:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.warning(answer.says, width="stretch")
        if answer.along:
            st.button("Tick them too", key="tick-along", on_click=tick, args=(page, (*taken, *answer.along)))


def draw_changes(desk: Desk, going: Going, page: ProposalPage, taken: tuple[str, ...]) -> None:
    """Draw every change under its list, with boxes to tick while the plan is ready."""
    ready = page.summary.status is ProposalStatus.READY
    sheet = changes.changes_sheet(page, taken, desk.zone, ticks=ready)
    if not sheet.groups:
        says = "Everything in this plan is taken." if ready and page.placed else "This plan changes nothing."
        st.markdown(says)
        return
    key = sheet_key(page)
    acted = mounts.sheet(sheet_data(sheet), key=key, on_ticked=lambda: tick(page, mounts.ticked_in(key)))
    if acted is not None and acted.act == mounts.OPEN:
        going.to_case(acted.row)
    if ready:
        st.html(note("Tick cases, or a whole list at once, to publish or keep only those."))


def sheet_key(page: ProposalPage) -> str:
    """Name the sheet of one proposal."""
    return f"changes-{page.summary.id}"


def taken_of(page: ProposalPage) -> tuple[str, ...]:
    """Give the ticked changes that can still be taken."""
    ticked = st.session_state.get(f"taken-{page.summary.id}", ())
    return tuple(ref for ref in changes.takeable(page) if ref in ticked)


def tick(page: ProposalPage, refs: tuple[str, ...]) -> None:
    """Tick these changes and no others."""
    st.session_state[f"taken-{page.summary.id}"] = tuple(refs)


def draw_places(title: str, places: tuple[ProposedPlace, ...], desk: Desk) -> None:
    """Draw where the plan leaves these cases."""
    st.html(table(title, shapes.PLACED_HEADS, shapes.placed_rows(places, desk.zone)))
