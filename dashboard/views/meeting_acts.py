"""What is done with a meeting as a whole: planned, moved, cancelled, closed, finished, printed, read in its minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, Literal

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.differences import differing
from dashboard.shapes.markup import table
from dashboard.shapes.meetings import meeting_facts, title_words
from dashboard.shapes.words import count, day, listed
from dashboard.views.once import form_done, form_id, written
from dashboard.views.said import say
from flows.desk import AgendaPage, Desk, MeetingLine, MeetingState, NewMeeting
from scheduler.errors import NeurolistError, StaleVersionError

Look = Literal["primary", "secondary"]
WEEK: Final = timedelta(weeks=1)
MOST_WEEKS: Final = 12
CHANGED: Final = "Somebody else changed this meeting since it was shown to you. Nothing was saved. What changed:"
HEADS: Final = ("What", "You were shown", "It is now")


def draw_acts(desk: Desk, page: AgendaPage) -> None:
    """Draw the buttons of one meeting: those that can do something as it stands."""
    meeting = page.meeting
    with st.container(horizontal=True, gap="small"):
        st.link_button("Print agenda", f"/print/agenda/{meeting.on}.pdf", key="print-agenda")
        if meeting.state is MeetingState.PLANNED:
            told = "From then on only the coordinator adds a case, and what the time does not hold is carried."
            st.button("Close agenda", key="close", on_click=close, args=(meeting,), help=told)
        if meeting.state.is_coming and meeting.on <= desk.today():
            look: Look = "secondary" if page.undecided else "primary"
            st.button("Finish meeting", key="finish", type=look, on_click=finish, args=(page,), help=_finish_help(page))
        if page.minutes_document is not None:
            draw_minutes(meeting)
        if meeting.state.is_coming:
            draw_moving(meeting)
            draw_cancelling(meeting)


def _finish_help(page: AgendaPage) -> str:
    if page.undecided:
        return f"First an outcome or a carry for {listed(page.undecided)}."
    return "The minutes are written from what was recorded."


def draw_minutes(meeting: MeetingLine) -> None:
    """Draw the way to the minutes; that somebody reads them is recorded."""
    if st.button("Read the minutes", key="minutes", help="That you read them is recorded."):
        show_minutes(meeting.on)


@st.dialog("Minutes", position="right", width="medium")
def show_minutes(on: date) -> None:
    """Show the minutes of a meeting at the right, to read and to keep."""
    try:
        found = the_desk().mdt.minutes(on)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    st.text(found.text)
    st.download_button("Keep as a text file", found.text, f"mdt-minutes-{on}.txt", mime="text/plain", on_click="ignore")


def draw_moving(meeting: MeetingLine) -> None:
    """Draw the form that moves a meeting with its agenda."""
    key = form_id(f"move-{meeting.on}")
    with st.popover("Move"), st.form(key, border=False):
        st.date_input("To", meeting.on, key=f"{key}-to", format="DD/MM/YYYY")
        st.time_input("Start", meeting.start, key=f"{key}-start", step=timedelta(minutes=15))
        st.text_input("Why", key=f"{key}-why")
        st.form_submit_button("Move the meeting", on_click=move, args=(meeting, key))


def draw_cancelling(meeting: MeetingLine) -> None:
    """Draw the form that cancels a meeting."""
    key = form_id(f"cancel-{meeting.on}")
    with st.popover("Cancel"), st.form(key, border=False):
        st.markdown("Its cases go on the next meeting with the reason.")
        st.text_input("Why", key=f"{key}-why")
        st.form_submit_button("Cancel the meeting", on_click=cancel, args=(meeting, key))


def draw_planning(desk: Desk) -> None:
    """Draw the form that plans one meeting, or one every so many weeks."""
    key = form_id("plan-meeting")
    first = desk.today() + WEEK
    with st.popover("Plan a meeting", type="primary"), st.form(key, border=False):
        when, start = st.columns(2)
        when.date_input("Day", first, key=f"{key}-on", format="DD/MM/YYYY")
        start.time_input("Start", None, key=f"{key}-start", step=timedelta(minutes=15), help="Empty: as the protocol.")
        place, chair = st.columns(2)
        place.text_input("Place", key=f"{key}-place")
        chair.text_input("Chair", key=f"{key}-chair")
        whole, each = st.columns(2)
        whole.number_input("Minutes in all", 1, None, None, key=f"{key}-capacity", help="Empty: as the protocol.")
        each.number_input("Minutes a case", 1, None, None, key=f"{key}-each", help="Empty: as the protocol.")
        every, until = st.columns(2)
        every.number_input("Again every so many weeks", 1, MOST_WEEKS, None, key=f"{key}-every", help="Empty: once.")
        until.date_input("Until", None, key=f"{key}-until", format="DD/MM/YYYY")
        st.form_submit_button("Plan", type="primary", on_click=plan, args=(key,))


def plan(key: str) -> None:
    """Plan the meeting, or the series, that stands in the form."""
    held = st.session_state
    new = NewMeeting(
        on=held[f"{key}-on"],
        start=held[f"{key}-start"],
        place=held[f"{key}-place"].strip(),
        chair=held[f"{key}-chair"].strip(),
        capacity_minutes=held[f"{key}-capacity"],
        minutes_per_case=held[f"{key}-each"],
    )
    every, until = held[f"{key}-every"], held[f"{key}-until"]
    act = (lambda write_id: _one(new, write_id)) if every is None else _series(new, int(every), until)
    if written("plan-meeting", act, done="mdt"):
        st.query_params["meeting"] = new.on.isoformat()


def _one(new: NewMeeting, write_id: str) -> str:
    placed = the_desk().mdt.add(new, write_id=write_id)
    return f"Planned for {day(new.on)}. {_placed_words(placed)}"


def _series(new: NewMeeting, every: int, until: date | None) -> Callable[[str], str]:
    def act(write_id: str) -> str:
        if until is None:
            raise NeurolistError("Say until which day the meeting comes again.")
        report = the_desk().mdt.add_series(new, every_weeks=every, until=until, write_id=write_id)
        left_out = "; ".join(f"{day(one.on)} ({one.why})" for one in report.series.skipped)
        without = f" Without: {left_out}." if left_out else ""
        return f"Planned {count(len(report.series.days), 'meeting')}.{without} {_placed_words(report.placed)}"

    return act


def _placed_words(placed: tuple[str, ...]) -> str:
    return f"Now on an agenda: {listed(placed)}." if placed else "No case was waiting for a meeting."


def close(meeting: MeetingLine) -> None:
    """Close an agenda before its time."""
    changed(
        meeting,
        "close",
        lambda desk, how: desk.mdt.close(meeting.on, **how),
        done="The agenda is closed.",
    )


def finish(page: AgendaPage) -> None:
    """End a meeting and write its minutes."""
    meeting = page.meeting
    changed(
        meeting,
        "finish",
        lambda desk, how: desk.mdt.finish(meeting.on, **how),
        done="The meeting is finished, and its minutes are written.",
    )


def move(meeting: MeetingLine, key: str) -> None:
    """Move a meeting to the day and time in the form."""
    to, start = st.session_state[f"{key}-to"], st.session_state[f"{key}-start"]
    why = st.session_state[f"{key}-why"]
    if changed(
        meeting,
        f"move-{meeting.on}",
        lambda desk, how: desk.mdt.move(meeting.on, to, start=start, why=why, **how),
        done=f"Moved to {day(to)}, {start:%H:%M}.",
    ):
        st.query_params["meeting"] = to.isoformat()


def cancel(meeting: MeetingLine, key: str) -> None:
    """Cancel a meeting with the reason in the form."""
    why = st.session_state[f"{key}-why"]
    changed(
        meeting,
        f"cancel-{meeting.on}",
        lambda desk, how: desk.mdt.cancel(meeting.on, why=why, **how),
        done=f"The meeting of {title_words(meeting)} is cancelled. Its cases go on the next one.",
    )


def changed(meeting: MeetingLine, form: str, act: Callable[..., object], *, done: str) -> bool:
    """Do one thing to the meeting that was shown, under the form's id; a meeting that has changed is shown twice."""
    desk = the_desk()
    how = {"expected_version": meeting.version, "write_id": form_id(form)}
    try:
        act(desk, how)
    except StaleVersionError:
        now = desk.mdt.agenda(meeting.on).meeting
        rows = differing(meeting_facts(meeting), meeting_facts(now))
        say("mdt", CHANGED, refused=True, detail=table("", HEADS, rows))
    except NeurolistError as refusal:
        say("mdt", str(refusal), refused=True)
    else:
        form_done(form)
        say("mdt", done)
        return True
    return False
