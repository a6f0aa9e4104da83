"""The protocol's rows with their sources: changes are proposed by one person and approved by a lead who is another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note, table
from dashboard.shapes.setup import protocol as shapes
from dashboard.shapes.words import safe
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import filled, several_of, text_of, whole_of
from dashboard.views.setup.lists import date_of
from flows.desk import Action, Desk, keeping

PAGE: Final = "setup-protocol"
Part = keeping.ProtocolPart
MOST_MINUTES: Final = 1440
SHORT_SOURCE: Final = 1000
MINUTES: Final = ("minimum_minutes", "planned_minutes", "maximum_minutes", "recovery_minutes")


def draw() -> None:
    """Draw the rows of one part of the protocol beside the one that is open."""
    desk = the_desk()
    part, text = draw_head()
    show_said(PAGE)
    lines = desk.keeping.protocol()
    changes = desk.keeping.protocol_changes()
    waiting = {change.key: change for change in changes if change.state is keeping.ChangeState.PROPOSED}
    one = next((line for line in lines if line.key == frame.chosen()), None)
    left, right = st.columns([2, 3], gap="large")
    with left:
        shown = (line for line in lines if line.part is part)
        frame.draw_things(
            PAGE,
            shapes.protocol_groups(shown, waiting, text),
            label="Rows of the protocol",
            nothing="No row holds these words. Search for others, or look at another part.",
            current=one.key if one else None,
        )
    with right:
        frame.draw_draft(PAGE)
        if one is None:
            others = [line for line in lines if line.key in waiting]
            st.html(note("Choose a row at the left to see where its values come from, and to propose a change."))
            if others:
                st.html(note(f"Waiting for approval: {'; '.join(shapes.title(line) for line in others)}."))
        else:
            decided = [change for change in changes if change.key == one.key and change.decided_at is not None]
            draw_row(desk, one, waiting.get(one.key), decided)


def draw_head() -> tuple[Part, str]:
    """Draw the title, the part of the protocol and what is searched; both stand in the address."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Protocol", anchor=False, width="content")
        parts = {part.value: label for part, label in shapes.PARTS.items()}
        part = st.segmented_control(
            "Part",
            list(parts),
            format_func=parts.__getitem__,
            default=Part.VALUE.value,
            required=True,
            key="part",
            bind="query-params",
            label_visibility="collapsed",
        )
        text = st.text_input(
            "Words",
            key="text",
            bind="query-params",
            placeholder="Search, such as consent",
            label_visibility="collapsed",
            width=240,
        )
    return Part(part or Part.VALUE.value), text or ""


def draw_row(
    desk: Desk,
    line: keeping.ProtocolLine,
    change: keeping.ProtocolChangeLine | None,
    decided: list[keeping.ProtocolChangeLine],
) -> None:
    """Draw one row in full: what it says, what is proposed, and what was decided before."""
    frame.draw_title(shapes.title(line))
    if line.says:
        st.markdown(safe(line.says))
    st.html(facts(shapes.protocol_facts(line)))
    st.html(note(f"Source: {line.source}"))
    if change is not None:
        draw_change(desk, change)
    elif desk.keeping.may(Action.PROPOSE_PROTOCOL):
        with st.expander("Propose a change, or that it be approved as it stands"):
            draw_propose(desk, line)
    for each in decided:
        st.html(note(f"{shapes.change_words(each, desk.zone)} {shapes.decided_words(each, desk.zone)}"))
    frame.draw_history(desk, ("protocol", line.key))


def draw_change(desk: Desk, change: keeping.ProtocolChangeLine) -> None:
    """Draw a proposed change with the way to decide about it."""
    with st.container(border=True):
        frame.draw_title("Proposed change")
        st.markdown(safe(shapes.change_words(change, desk.zone)))
        if change.fields:
            st.html(table("", shapes.CHANGE_HEADS, shapes.change_rows(change)))
        st.html(note(f"Source: {change.source}"))
        own = change.proposed_by == desk.actor.id
        if desk.keeping.may(Action.APPROVE_PROTOCOL) and not own:
            st.button("Approve", type="primary", key=f"approve-{change.id}", on_click=approve, args=(change,))
        else:
            st.html(note(why_not_to_approve(own=own)))
        if own or desk.keeping.may(Action.APPROVE_PROTOCOL):
            draw_decline(change, own=own)


def why_not_to_approve(*, own: bool) -> str:
    """Why this person is not offered to approve."""
    return "You proposed it, so an IR lead other than you decides." if own else "An IR lead decides about it."


def draw_decline(change: keeping.ProtocolChangeLine, *, own: bool) -> None:
    """Draw the form that turns a change down, or takes one's own back."""
    label = "Take it back" if own else "Decline it"
    key = form_id(f"decline-{change.id}-{change.version}")
    with st.expander(label), st.form(key, border=False):
        st.text_input("Why", key=frame.widget(key, "reason"))
        st.form_submit_button(label, on_click=decline, args=(change, key))


def approve(change: keeping.ProtocolChangeLine) -> None:
    """Approve a change, after a look at the bookings it breaks."""
    frame.save(
        PAGE,
        f"approve-{change.id}-{change.version}",
        lambda _: keeping.ApproveProtocol(
            change=change.id,
            part=change.part,
            key=change.key,
            fields=change.fields,
            effective_from=change.effective_from,
            version=change.version,
        ),
        done="The change is approved.",
    )


def decline(change: keeping.ProtocolChangeLine, key: str) -> None:
    """Turn a change down, or take one's own back."""
    frame.save(
        PAGE,
        f"decline-{change.id}-{change.version}",
        lambda _: keeping.DeclineProtocol(
            change=change.id, key=change.key, reason=text_of(key, "reason"), version=change.version
        ),
        done="The row stays as it is.",
    )


def draw_propose(desk: Desk, line: keeping.ProtocolLine) -> None:
    """Draw the form that proposes other values for a row."""
    key = form_id(f"propose-{line.key}-{line.edition}")
    with st.form(key, border=False):
        if line.part is Part.VALUE:
            typed = shapes.typed_value(line.fields["value"])
            unit = line.unit if line.unit not in typed else ""
            st.text_input(f"Value ({unit})" if unit else "Value", typed, key=frame.widget(key, "value"))
        elif line.part is Part.PROCEDURE:
            draw_procedure(key, line.fields)
        else:
            draw_hold(key, line.fields)
        st.date_input(
            "In force from", shapes.first_day(desk.today(), line), key=frame.widget(key, "from"), format="DD/MM/YYYY"
        )
        st.text_area("Source", line.source, key=frame.widget(key, "source"), max_chars=SHORT_SOURCE, height=80)
        st.text_input("Why, for the lead who decides", key=frame.widget(key, "reason"))
        st.form_submit_button("Propose", type="primary", on_click=propose, args=(line, key))


def draw_procedure(key: str, fields: Mapping[str, object]) -> None:
    """Draw the widgets of a procedure's times and needs."""
    minutes = st.columns(4)
    for column, name in zip(minutes, MINUTES, strict=True):
        column.number_input(
            shapes.FIELDS[name], 0, MOST_MINUTES, int(str(fields[name])), step=5, key=frame.widget(key, name)
        )
    known = fields["modalities"]
    frame.choose_several(
        "Imaging",
        dict(shapes.MODALITIES),
        known if isinstance(known, list) else (),
        key=frame.widget(key, "modalities"),
    )
    st.selectbox(
        "Overnight bed",
        list(shapes.BEDS),
        index=list(shapes.BEDS).index(str(fields["overnight_bed"])),
        format_func=shapes.BEDS.__getitem__,
        key=frame.widget(key, "overnight_bed"),
    )
    st.checkbox("With an anaesthetist", bool(fields["anaesthetist"]), key=frame.widget(key, "anaesthetist"))
    st.checkbox("Offered without the lead's approval", bool(fields["offered"]), key=frame.widget(key, "offered"))


def draw_hold(key: str, fields: Mapping[str, object]) -> None:
    """Draw the widgets of how long a medicine is held."""
    parts = st.columns(2)
    parts[0].number_input("Held for", 0, None, int(str(fields["off"])), key=frame.widget(key, "off"))
    units = ("days", "hours")
    parts[1].selectbox("Unit", units, index=units.index(str(fields["unit"])), key=frame.widget(key, "unit"))
    st.text_input("Then (optional)", str(fields["then"]), key=frame.widget(key, "then"))


def fields_of(line: keeping.ProtocolLine, key: str) -> dict[str, object]:
    """Read the proposed values of a row from its form."""
    if line.part is Part.VALUE:
        return {"value": shapes.read_value(line.fields["value"], text_of(key, "value"))}
    if line.part is Part.HOLD:
        return {"off": whole_of(key, "off"), "unit": text_of(key, "unit"), "then": text_of(key, "then")}
    return {
        **{name: whole_of(key, name) for name in MINUTES},
        "modalities": list(several_of(key, "modalities")),
        "overnight_bed": text_of(key, "overnight_bed"),
        "anaesthetist": bool(filled(key, "anaesthetist")),
        "offered": bool(filled(key, "offered")),
    }


def propose(line: keeping.ProtocolLine, key: str) -> None:
    """Propose other values for a row."""
    frame.save(
        PAGE,
        f"propose-{line.key}-{line.edition}",
        lambda _: keeping.ProposeProtocol(
            part=line.part,
            key=line.key,
            edition=line.edition,
            fields=fields_of(line, key),
            effective_from=date_of(key, "from"),
            source=text_of(key, "source"),
            reason=text_of(key, "reason"),
        ),
        done="The change is proposed. An IR lead decides about it; until then the row stays as it is.",
    )
