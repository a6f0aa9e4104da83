"""Lists and the weekly templates they are made from."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note, table
from dashboard.shapes.setup import lists as shapes
from dashboard.shapes.words import day, monday_of
from dashboard.views.narrowing import one_of
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import filled, several_of, text_of, whole_of
from flows.desk import Action, Desk, ListCard, keeping
from scheduler.errors import BadInputError, NeurolistError, NotFoundError

PAGE: Final = "setup-lists"
SHOWN: Final = {"lists": "Lists", "templates": "Templates"}
WEEKS_SHOWN: Final = 2
WEEKS_MADE: Final = 8
MORNING, NOON = time(8, 30), time(12, 30)
LONGEST_OVERTIME, MOST_CASES, MOST_WEEKS = 240, 30, 12
Names = dict[str, str]


def draw() -> None:
    """Draw the lists of two weeks, or the templates, beside the one that is open."""
    desk = the_desk()
    show, start, site = draw_head(desk)
    show_said(PAGE)
    names = {line.id: line.name for line in desk.keeping.staff() if line.ended_on is None}
    rooms = shapes.rooms(desk.keeping.sites())
    if show == "templates":
        draw_templates(desk, names, rooms)
    else:
        draw_lists(desk, names, rooms, start, site)


def draw_head(desk: Desk) -> tuple[str, date, str | None]:
    """Draw the title, what is shown, the week and the site; all of it stands in the address."""
    sites = {site.id: site.name for site in desk.sites()}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Lists and templates", anchor=False, width="content")
        show = st.segmented_control(
            "Shown",
            list(SHOWN),
            format_func=SHOWN.__getitem__,
            default="lists",
            required=True,
            key="show",
            bind="query-params",
            label_visibility="collapsed",
        )
        if show == "templates":
            return "templates", desk.today(), None
        start = st.date_input(
            "From the week of",
            desk.today(),
            key="from",
            bind="query-params",
            format="DD/MM/YYYY",
            label_visibility="collapsed",
            width=130,
        )
        site = one_of("Site", sites, key="site", every="All sites", width=220)
    return "lists", start, site


def draw_lists(desk: Desk, names: Names, rooms: Names, start: date, site: str | None) -> None:
    """Draw the lists of two weeks beside the one that is open."""
    first = monday_of(start)
    cards = desk.lists(first, first + timedelta(weeks=WEEKS_SHOWN, days=-1), site=site)
    one = the_list(desk, cards)
    may = desk.keeping.may(Action.KEEP_LISTS)
    left, right = st.columns([2, 3], gap="large")
    with left:
        nothing = "There is no list in these two weeks. Add one at the right, or make them from the templates."
        current = one.id if one else None
        frame.draw_things(PAGE, shapes.list_groups(cards, desk.zone), label="Lists", nothing=nothing, current=current)
    with right:
        frame.draw_draft(PAGE)
        if one is not None:
            draw_list(desk, one, names, may=may)
        else:
            st.html(note("Choose a list at the left to change, close or open it."))
        if may:
            with st.expander("Add one list"):
                draw_add(desk, names, rooms)


def the_list(desk: Desk, cards: tuple[ListCard, ...]) -> ListCard | None:
    """The list that the address names, also one of other weeks; a template is none."""
    wanted = frame.chosen()
    here = next((card for card in cards if card.id == wanted), None)
    if here is not None or wanted is None:
        return here
    try:
        return desk.keeping.list(wanted)
    except NotFoundError:
        return None


def draw_list(desk: Desk, card: ListCard, names: Names, *, may: bool) -> None:
    """Draw one list with what may be done to it."""
    frame.draw_title(f"{card.suite_name}, {card.site_name}, {day(card.date)}")
    st.html(facts(shapes.list_facts(card, desk.zone)))
    if may:
        with st.expander("Change its hours, limits or radiologist"):
            draw_reshape(desk, card, names)
        if card.closed:
            st.button("Open it again", key=f"open-{card.id}", on_click=open_again, args=(card,))
        else:
            with st.expander("Close it"):
                draw_close(card)
    frame.draw_history(desk, ("suite_session", card.id))


def draw_close(card: ListCard) -> None:
    """Draw the form that closes a list."""
    key = form_id(f"close-{card.id}-{card.version}")
    with st.form(key, border=False):
        st.text_input("Why it is closed", key=frame.widget(key, "reason"), placeholder="Such as: scanner service")
        st.form_submit_button("Close the list", type="primary", on_click=close, args=(card, key))


def close(card: ListCard, key: str) -> None:
    """Close a list, after a look at what is booked there."""
    frame.save(
        PAGE,
        f"close-{card.id}-{card.version}",
        lambda _: keeping.CloseList(list=card.id, on=card.date, reason=text_of(key, "reason"), version=card.version),
        done=f"The list of {day(card.date)} in {card.suite_name} is closed.",
    )


def open_again(card: ListCard) -> None:
    """Open a closed list again."""
    frame.save(
        PAGE,
        f"open-{card.id}-{card.version}",
        lambda _: keeping.OpenList(list=card.id, on=card.date, version=card.version),
        done=f"The list of {day(card.date)} in {card.suite_name} is open again.",
    )


def draw_reshape(desk: Desk, card: ListCard, names: Names) -> None:
    """Draw the form with the hours, limits and radiologist of a list."""
    key = form_id(f"reshape-{card.id}-{card.version}")
    start, end = (each.astimezone(desk.zone).time() for each in (card.start, card.end))
    with st.form(key, border=False):
        draw_shape(
            key,
            names,
            start=start,
            end=end,
            overtime=card.overtime_minutes,
            most=card.max_cases,
            funding=card.funding,
            anaesthetist=card.anaesthetist,
            radiologist=card.radiologist_id,
        )
        st.form_submit_button("Save the list", type="primary", on_click=reshape, args=(card, key))


def draw_shape(
    key: str,
    names: Names,
    *,
    start: time = MORNING,
    end: time = NOON,
    overtime: int = 0,
    most: int | None = None,
    funding: tuple[str, ...] = (),
    anaesthetist: bool = False,
    radiologist: str | None = None,
) -> None:
    """Draw the widgets that lists and templates share."""
    hours = st.columns(4)
    hours[0].time_input("From", start, key=frame.widget(key, "start"), step=300)
    hours[1].time_input("To", end, key=frame.widget(key, "end"), step=300)
    hours[2].number_input(
        "Overtime (minutes)", 0, LONGEST_OVERTIME, overtime, step=5, key=frame.widget(key, "overtime")
    )
    hours[3].number_input(
        "Most cases", 0, MOST_CASES, most, step=1, key=frame.widget(key, "most"), placeholder="no limit"
    )
    st.selectbox(
        "Radiologist",
        list(names),
        index=list(names).index(radiologist) if radiologist in names else None,
        format_func=names.__getitem__,
        key=frame.widget(key, "radiologist"),
        placeholder="Nobody: the plan chooses",
    )
    frame.choose_several("Payers", dict(shapes.PAYERS), funding, key=frame.widget(key, "funding"))
    st.checkbox("With an anaesthetist", anaesthetist, key=frame.widget(key, "anaesthetist"))


def shape_of(key: str) -> keeping.ListShape:
    """Read the hours, limits and radiologist from a form."""
    radiologist = filled(key, "radiologist")
    return keeping.ListShape(
        start=time_of(key, "start"),
        end=time_of(key, "end"),
        overtime_minutes=whole_of(key, "overtime") or 0,
        max_cases=whole_of(key, "most"),
        funding=several_of(key, "funding"),
        anaesthetist=bool(filled(key, "anaesthetist")),
        radiologist=None if radiologist is None else str(radiologist),
    )


def time_of(key: str, name: str) -> time:
    """Read a time of day from a form; refused when it is empty."""
    found = filled(key, name)
    if not isinstance(found, time):
        raise BadInputError.of(name, "give the time of day, such as 08:30.")
    return found


def date_of(key: str, name: str) -> date:
    """Read a day from a form; refused when it is empty."""
    found = filled(key, name)
    if not isinstance(found, date):
        raise BadInputError.of(name, "give the day.")
    return found


def reshape(card: ListCard, key: str) -> None:
    """Save a list with other hours, limits or another radiologist, after a look at what it breaks."""
    frame.save(
        PAGE,
        f"reshape-{card.id}-{card.version}",
        lambda _: keeping.ReshapeList(list=card.id, on=card.date, shape=shape_of(key), version=card.version),
        done=f"The list of {day(card.date)} in {card.suite_name} is saved.",
    )


def draw_add(desk: Desk, names: Names, rooms: Names) -> None:
    """Draw the form that adds one list."""
    key = form_id("add-list")
    with st.form(key, border=False):
        place = st.columns([2, 1])
        place[0].selectbox(
            "Room",
            list(rooms),
            index=None,
            format_func=rooms.__getitem__,
            key=frame.widget(key, "suite"),
            placeholder="Choose a room",
        )
        place[1].date_input("Day", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
        draw_shape(key, names)
        st.form_submit_button("Add the list", type="primary", on_click=add, args=(key,))


def add(key: str) -> None:
    """Add one list."""
    frame.save(
        PAGE,
        "add-list",
        lambda _: keeping.AddList(suite=room_of(key), on=date_of(key, "on"), shape=shape_of(key)),
        done="The list is added.",
    )


def room_of(key: str) -> str:
    """Read the room from a form; refused when none is chosen."""
    found = filled(key, "suite")
    if found is None:
        raise BadInputError.of("room", "choose the room.")
    return str(found)


def draw_templates(desk: Desk, names: Names, rooms: Names) -> None:
    """Draw the weekly templates beside the one that is open, and making lists from them."""
    lines = desk.keeping.templates()
    one = next((line for line in lines if line.id == frame.chosen()), None)
    may = desk.keeping.may(Action.KEEP_LISTS)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.template_groups(lines, names),
            label="Templates",
            nothing="There is no template yet. Add the lists that come every week at the right.",
            current=one.id if one else None,
        )
    with right:
        frame.draw_draft(PAGE)
        if one is not None:
            draw_template(desk, one, names, may=may)
        if may:
            with st.expander("Add a template", expanded=not lines):
                draw_add_template(desk, names, rooms)
        if lines:
            draw_making(desk, lines, names, may=may)


def draw_template(desk: Desk, line: keeping.TemplateLine, names: Names, *, may: bool) -> None:
    """Draw one template with the form that ends it."""
    frame.draw_title(f"{line.suite_name}, {line.site_name}: {shapes.rhythm(line)}")
    st.html(facts(shapes.template_facts(line, names)))
    if may and line.ended_on is None:
        key = form_id(f"end-{line.id}-{line.version}")
        with st.expander("End it"), st.form(key, border=False):
            st.html(note("The lists that were made stay; close those that are not held."))
            st.date_input("No list from", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
            st.form_submit_button("End the template", type="primary", on_click=end_template, args=(line, key))
    frame.draw_history(desk, ("list_template", line.id))


def end_template(line: keeping.TemplateLine, key: str) -> None:
    """End a template from a day on."""
    frame.save(
        PAGE,
        f"end-{line.id}-{line.version}",
        lambda _: keeping.EndTemplate(template=line.id, suite=line.suite, on=date_of(key, "on"), version=line.version),
        done="The template is ended.",
    )


def draw_add_template(desk: Desk, names: Names, rooms: Names) -> None:
    """Draw the form that adds a template."""
    key = form_id("add-template")
    with st.form(key, border=False):
        place = st.columns([3, 2, 2])
        place[0].selectbox(
            "Room",
            list(rooms),
            index=None,
            format_func=rooms.__getitem__,
            key=frame.widget(key, "suite"),
            placeholder="Choose a room",
        )
        place[1].date_input(
            "First day",
            desk.today(),
            key=frame.widget(key, "on"),
            format="DD/MM/YYYY",
            help="Its weekday is the weekday of every list.",
        )
        place[2].number_input("Every so many weeks", 1, MOST_WEEKS, 1, key=frame.widget(key, "weeks"))
        draw_shape(key, names)
        st.form_submit_button("Add the template", type="primary", on_click=add_template, args=(key,))


def add_template(key: str) -> None:
    """Add a template."""
    frame.save(
        PAGE,
        "add-template",
        lambda _: keeping.AddTemplate(pattern=pattern_of(key)),
        done="The template is added. Make the lists of some weeks from it below.",
    )


def pattern_of(key: str) -> keeping.Pattern:
    """Read a template from a form."""
    shape = shape_of(key)
    return keeping.Pattern(
        suite=room_of(key),
        first_on=date_of(key, "on"),
        start=shape.start,
        end=shape.end,
        funding=shape.funding,
        every_weeks=whole_of(key, "weeks") or 1,
        overtime_minutes=shape.overtime_minutes,
        anaesthetist=shape.anaesthetist,
        radiologist=shape.radiologist,
        max_cases=shape.max_cases,
    )


def draw_making(desk: Desk, lines: tuple[keeping.TemplateLine, ...], names: Names, *, may: bool) -> None:
    """Draw the lists that the templates ask for between two days, and the button that makes them."""
    frame.draw_title("Make lists from the templates")
    tomorrow = desk.today() + timedelta(days=1)
    sites = {line.site: line.site_name for line in lines}
    range_ = st.columns([1, 1, 2])
    first = range_[0].date_input("From", tomorrow, key="make-from", format="DD/MM/YYYY")
    last = range_[1].date_input("To", tomorrow + timedelta(weeks=WEEKS_MADE), key="make-to", format="DD/MM/YYYY")
    site = range_[2].selectbox(
        "Site",
        list(sites),
        index=None,
        format_func=sites.__getitem__,
        key="make-site",
        placeholder="Every site with templates",
    )
    try:
        coming = desk.keeping.coming(first, last, site)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    if may and any(not line.skipped for line in coming):
        st.button("Make these lists", type="primary", key="make", on_click=make, args=(first, last, site))
    st.html(note(shapes.coming_words(coming)))
    with st.container(height=360, border=False):
        st.html(table("Lists the templates ask for", shapes.COMING_HEADS, shapes.coming_rows(coming, names)))


def make(first: date, last: date, site: str | None) -> None:
    """Make the lists as they were shown."""
    frame.save(
        PAGE,
        f"make-{first}-{last}-{site}",
        lambda _: keeping.MakeLists(first=first, last=last, site=site),
        done=f"The lists from {day(first)} to {day(last)} are made.",
    )
