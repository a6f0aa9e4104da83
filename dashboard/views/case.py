"""One case: where it stands and who must act, what may follow, and its clocks, results, papers and history."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes import case as shapes
from dashboard.shapes import papers, results
from dashboard.shapes.markup import facts, mark, note, table
from dashboard.shapes.relief import READING_HEADS, reading_rows, relief_chart, verdict_words
from dashboard.shapes.standing import act_words, alert_list, stands_words
from dashboard.shapes.words import day, safe
from dashboard.views.emergency import draw_emergency
from dashboard.views.going import Going
from dashboard.views.letters import draw_letters
from dashboard.views.putting_right import draw_putting_right
from dashboard.views.said import show_said
from dashboard.views.second import draw_requests
from dashboard.views.slot import draw_slot
from dashboard.views.steps import draw_return, draw_steps
from flows.desk import Action, CasePage, Desk
from scheduler.errors import NeurolistError, NotFoundError, NotPermittedError

OVERVIEW, RESULTS, PAPERS, HISTORY, PUT_RIGHT = "Overview", "Results", "Papers", "History", "Put right"
PARTS: Final = (OVERVIEW, RESULTS, PAPERS, HISTORY, PUT_RIGHT)
NO_RESULTS: Final = "Nothing was done yet. Procedures, their readings and reviews will stand here."


def draw(going: Going) -> None:
    """Draw the case that the address names, or the way to one."""
    desk = the_desk()
    ref, part, who = draw_head(desk)
    show_said("case")
    if ref is None:
        st.info("Choose a case above, or open one from the board or the stages.")
        return
    try:
        page = desk.case(ref)
    except NotFoundError as unknown:
        st.error(str(unknown))
        return
    draw_standing(page)
    if who:
        draw_patient(desk, ref)
    if part == HISTORY:
        draw_history(desk, page)
        return
    story, actions = st.columns([5, 3], gap="large")
    with story:
        draw_part(desk, page, part)
    with actions:
        draw_requests(desk, desk.approvals.open(ref=ref), where="case")
        draw_actions(desk, going, page)


def draw_head(desk: Desk) -> tuple[str | None, str, bool]:
    """Draw the title, a list of cases that can be searched, the parts of the page, and who asks for the patient."""
    refs = shapes.with_wanted([case.ref for case in desk.cases()], st.query_params.get("case"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Case", anchor=False, width="content")
        ref = st.selectbox(
            "Case reference",
            refs,
            index=None,
            key="case",
            bind="query-params",
            placeholder="Type a reference",
            label_visibility="collapsed",
            width=220,
        )
        part = st.segmented_control(
            "Part of the page",
            list(PARTS),
            default=OVERVIEW,
            required=True,
            key="part",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.space("stretch")
        who = ref is not None and st.button(
            "Show who the patient is", key=f"patient-{ref}", help="That you looked is recorded."
        )
    return ref, part or OVERVIEW, who


def draw_standing(page: CasePage) -> None:
    """Draw the head of the case: what it is, where it stands, who must act, and what is wrong."""
    case = page.summary
    st.html(
        f'<h2 class="nl-case">{mark(case.urgency)} {safe(case.ref)} <span>{safe(stands_words(case))}</span></h2>'
        f'<p class="nl-act">{safe(act_words(page))}</p>{alert_list(case.alerts)}'
    )
    if case.missing:
        st.warning(f"Missing: {shapes.missing_words(case)}.")


def draw_patient(desk: Desk, ref: str) -> None:
    """Draw who the patient is, for those who ask; the asking itself is recorded."""
    try:
        st.html(facts(desk.patient(ref).lines()))
    except NotPermittedError as refusal:
        st.error(str(refusal))
        if desk.keeping.may(Action.OPEN_IN_EMERGENCY):
            draw_emergency(ref)
    except NeurolistError as refusal:
        st.error(str(refusal))
    else:
        for line in desk.emergency_readings(ref):
            st.html(note(shapes.emergency_words(line, desk.zone)))


def draw_part(desk: Desk, page: CasePage, part: str) -> None:
    """Draw the part of the page that was chosen."""
    if part == RESULTS:
        draw_results(page)
    elif part == PAPERS:
        draw_papers(desk, page)
    elif part == PUT_RIGHT:
        draw_putting_right(desk, page)
    else:
        draw_overview(desk, page)


def draw_history(desk: Desk, page: CasePage) -> None:
    """Draw how the case came to stand where it does, over the whole width: it has the most words."""
    rows = shapes.history_rows(page.history, page.notes, desk.zone)
    st.html(table("History", shapes.HISTORY_HEADS, rows))


def draw_overview(desk: Desk, page: CasePage) -> None:
    """Draw the plan, the clocks, what must hold on the day, the bookings and what comes by itself."""
    st.html(facts(shapes.case_facts(page.summary)))
    st.html(table("Clocks", shapes.CLOCK_HEADS, shapes.clock_rows(page.clocks)))
    if page.prerequisites:
        st.html(table(papers.holds_caption(page), papers.HOLDS_HEADS, papers.holds_rows(page)))
    if page.bookings:
        st.html(table("Bookings", shapes.BOOKING_HEADS, shapes.booking_rows(page.bookings, desk.zone)))
    coming = papers.timer_rows(page.timers)
    if coming:
        st.html(table("Will be asked by itself", papers.TIMER_HEADS, coming))


def draw_results(page: CasePage) -> None:
    """Draw the test blocks with their readings, the procedures, the reviews and the complications."""
    if not page.facts.procedures and not page.facts.other_cases:
        st.info(NO_RESULTS)
    for curve in reversed(page.curves):
        st.html(
            f'<h2 class="nl-head">Test block of {safe(day(curve.on))}</h2>'
            f'<p class="nl-key">{safe(verdict_words(curve))}</p>'
        )
        mounts.chart(relief_chart(curve), key=f"relief-{page.ref}-{curve.on}")
        st.html(table("Readings", READING_HEADS, reading_rows(curve)))
    if page.outcome is not None:
        st.html(f'<h2 class="nl-head">What neurolysis did</h2><p class="nl-key">{safe(page.outcome.says)}</p>')
    tables = (
        ("Follow-up reviews", results.REVIEW_HEADS, results.review_rows(page)),
        ("Procedures", results.PROCEDURE_HEADS, results.procedure_rows(page)),
        ("Complications", results.COMPLICATION_HEADS, results.complication_rows(page)),
        ("Other cases of the same patient", results.OTHER_HEADS, results.other_rows(page)),
    )
    for caption, heads, rows in tables:
        if rows:
            st.html(table(caption, heads, rows))


def draw_papers(desk: Desk, page: CasePage) -> None:
    """Draw the documents, the consents and the letters."""
    st.html(table("Documents", papers.DOCUMENT_HEADS, papers.document_rows(page)))
    if page.facts.consents:
        st.html(table("Consents", papers.CONSENT_HEADS, papers.consent_rows(page)))
    draw_letters(desk, page.ref)


def draw_actions(desk: Desk, going: Going, page: CasePage) -> None:
    """Draw what is to do, the slot, and every step that may follow."""
    todo = shapes.task_rows(page.tasks)
    if todo:
        st.html(table("To do", shapes.TASK_HEADS, todo))
    if page.agenda_on is not None:
        meeting = {"meeting": page.agenda_on.isoformat(), "ref": page.ref}
        if st.button(f"On the agenda of the MDT meeting of {day(page.agenda_on)}", key="agenda", type="tertiary"):
            going.to("mdt", meeting)
    draw_slot(desk, page)
    draw_steps(desk, page.summary, desk.next_steps(page.ref), wanted=st.query_params.get("step"))
    if page.summary.state.ends:
        draw_return(going, page.summary)
