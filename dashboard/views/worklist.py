"""The worklist: who is to be placed, by when, what is missing, and the best list; and who is booked."""

from __future__ import annotations

import secrets
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes import worklist as shapes
from dashboard.shapes.markup import figures, note
from dashboard.shapes.sheet import sheet_data
from dashboard.shapes.words import item_words, listed
from dashboard.views.backfilling import draw_backfill
from dashboard.views.cancelling import cancel
from dashboard.views.going import Going
from dashboard.views.narrowing import one_of
from dashboard.views.placing import place
from dashboard.views.said import say, show_said
from flows.desk import CaseSummary, Desk
from scheduler.errors import NeurolistError

TO_PLACE, BOOKED = "To place", "Booked"
Asked = tuple[str, CaseSummary]  # what is asked, and of which case
CATEGORIES: Final = {"Category 1": 1, "Category 2": 2, "Category 3": 3}
LOOK_AGAIN_SECONDS: Final = 1


def draw(going: Going) -> None:
    """Ask for the cases of the chosen view and draw them; do what was asked with one."""
    desk = the_desk()
    sites = {site.id: site.name for site in desk.sites()}
    view, site, wanted = draw_head(sites)
    show_said("worklist")
    draw_freed(desk)
    booked = view == BOOKED
    asked = draw_booked(desk, sites, site, wanted) if booked else draw_to_place(desk, site, wanted)
    if asked is not None:
        act(desk, going, *asked)


def draw_head(sites: dict[str, str]) -> tuple[str, str | None, shapes.Wanted]:
    """Draw the title and what the page is narrowed to; the address keeps it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Worklist", anchor=False, width="content")
        view = st.segmented_control(
            "Cases shown",
            [TO_PLACE, BOOKED],
            default=TO_PLACE,
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        site = one_of("Site", sites, key="worklist-site", every="All sites", width=220)
        chosen = st.pills(
            "Categories",
            list(CATEGORIES),
            selection_mode="multi",
            key="category",
            bind="query-params",
            label_visibility="collapsed",
        )
        lacking = st.checkbox("Documents missing", key="lacking", bind="query-params")
        st.space("stretch")
        text = st.text_input(
            "Find a case",
            key="find",
            bind="query-params",
            placeholder="Reference, procedure, document",
            label_visibility="collapsed",
            width=240,
        )
    categories = tuple(CATEGORIES[each] for each in chosen or ())
    return view or TO_PLACE, site, shapes.Wanted(categories=categories, text=text or "", lacking=lacking)


def draw_to_place(desk: Desk, site: str | None, wanted: shapes.Wanted) -> Asked | None:
    """Draw the cases to place in order of need, each with the best list for it."""
    today, waiting = desk.today(), shapes.in_order_of_need(desk.to_place(site=site))
    st.html(figures(shapes.worklist_figures(waiting, today)))
    shown = tuple(case for case in waiting if wanted.keeps(case))
    if not shown:
        st.info(nothing_words(bool(waiting), "Every case that is ready has its place."))
        return None
    refs = tuple(case.ref for case in shown)
    places = desk.first_places(refs)
    acted = mounts.sheet(sheet_data(shapes.to_place_sheet(shown, places, today, desk.zone)), key="to-place")
    st.html(note("“test”: test block; otherwise definitive neurolysis. The best list is the one that costs least."))
    if acted is None and len(places) < len(refs):
        look_again()
    return wanted_of(acted, shown)


def draw_booked(desk: Desk, sites: dict[str, str], site: str | None, wanted: shapes.Wanted) -> Asked | None:
    """Draw the cases that hold a place, the next first."""
    held = shapes.booked_in_order(desk.cases(), site)
    shown = tuple(case for case in held if wanted.keeps(case))
    if not shown:
        st.info(nothing_words(bool(held), "Nobody is booked. Place a case, or choose New plan on the Proposal page."))
        return None
    acted = mounts.sheet(sheet_data(shapes.booked_sheet(shown, sites, desk.today(), desk.zone)), key="booked")
    return wanted_of(acted, shown)


def wanted_of(acted: mounts.Acted | None, shown: tuple[CaseSummary, ...]) -> Asked | None:
    """Give what was asked for just now, and of which case."""
    case = next((one for one in shown if acted is not None and one.ref == acted.row), None)
    return None if acted is None or case is None else (acted.act, case)


def nothing_words(narrowed: bool, none: str) -> str:  # noqa: FBT001  (one of two sentences)
    """Why nothing is shown, and what to do."""
    return "No case is like that. Clear the filters above to see the others." if narrowed else none


def act(desk: Desk, going: Going, asked: str, case: CaseSummary) -> None:
    """Do what was asked with one case."""
    if asked == mounts.OPEN:
        going.to_case(case.ref)
    elif asked == shapes.PLACE:
        place(desk, case.ref)
    elif asked == shapes.CANCEL:
        cancel(desk, case.ref)
    elif asked == shapes.REMIND:
        remind(desk, case)


def remind(desk: Desk, case: CaseSummary) -> None:
    """Have the referrer reminded of what is missing, and say what came of it."""
    try:
        missing = desk.chase_documents(case.ref, expected_version=case.version, write_id=secrets.token_hex(16))
    except NeurolistError as refusal:
        say("worklist", str(refusal), refused=True)
    else:
        asked = listed(tuple(item_words(item) for item in missing))
        say("worklist", f"{case.ref}: the referrer is reminded by letter of {asked}.")
    st.rerun()


def draw_freed(desk: Desk) -> None:
    """Draw who fits the place that the address names, as left by a cancelled case."""
    freed = st.query_params.get("freed")
    if not freed:
        return
    with st.container(border=True, key="freed-place"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html('<h2 class="nl-head">A place came free</h2>', width="stretch")
            st.button("Close", key="freed-close", on_click=forget_freed, args=(freed,))
        draw_backfill(desk, freed, key=f"backfill-{freed}")


def forget_freed(ref: str) -> None:
    """Put the freed place away."""
    st.query_params.pop("freed", None)
    st.session_state.pop(f"filled-{ref}", None)


@st.fragment(run_every=LOOK_AGAIN_SECONDS)
def look_again() -> None:
    """Draw the page again soon: the best lists that were not worked out yet follow."""
    if st.session_state.pop("worklist-drawn", False):
        st.rerun()
    st.session_state["worklist-drawn"] = True
