"""Every gesture of the board in a real browser on a real clinic, and what each one wrote."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from db import accounts
from db.effects import standing_booking
from db.facts import case_row
from flows.board_asked import Drop
from flows.clock import following_clock
from flows.demo.staff import LEAD
from flows.desk import Desk
from flows.service import Service
from scheduler.explain import Verdict
from scheduler.pathway.booking import BookingState
from tests.browser.conftest import axe
from tests.builders.memory import TODAY, read, write

pytestmark = pytest.mark.browser

LAST = TODAY + timedelta(days=12)


@pytest.fixture
def desk(clinic) -> Desk:
    """The lead's desk in another process than the one that serves the page."""
    clock = following_clock(clinic.home / "clock", timezone=clinic.database.timezone)
    return Desk(Service(database=clinic.database, clock=clock, owner="test"), LEAD.actor)


def booking(clinic, ref):
    """The booking of a case that stands in the database: its list and state."""

    def look(session):
        found = standing_booking(session, case_row(session, ref).id)
        return (found.session_id, found.status) if found else None

    return read(clinic.database, look)


def waiting(desk) -> str:
    return min(desk.to_place(), key=lambda case: (case.due_on, case.ref)).ref


def lists_for(desk, ref, *verdicts: Verdict) -> list[str]:
    found = desk.board.where(ref, LAST)
    own = found.booked.session if found.booked else None
    return [line.session for line in found.places if line.verdict in verdicts and line.session != own]


def at_the_board(watched) -> Page:
    """The page of somebody whose board has been drawn."""
    watched.page.locator("[data-card]").first.wait_for()
    return watched.page


def chip(page: Page, ref: str):
    return page.locator(f"[data-case='{ref}']")


def card(page: Page, name: str):
    return page.locator(f"[data-card='{name}']")


def line(page: Page):
    return page.locator(".line-words")


def pick_up(page: Page, ref: str) -> None:
    """Take a case in the hand, until every list is marked."""
    box = chip(page, ref).bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 70, box["y"] + 30, steps=3)
    page.locator("[data-marked]").wait_for()


def drag(page: Page, ref: str, to: str) -> None:
    """Carry a case to a list and let it go."""
    card(page, to).scroll_into_view_if_needed()
    pick_up(page, ref)
    hold_over(page, to)
    page.mouse.up()


def hold_over(page: Page, to: str) -> None:
    box = card(page, to).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12, steps=3)


def test_a_case_is_dragged_to_a_list_that_takes_it_and_the_drag_is_undone(visit, clinic, desk):
    page = at_the_board(visit("bookings"))
    ref = waiting(desk)
    to = lists_for(desk, ref, Verdict.YES, Verdict.YES_BUT)[0]
    drag(page, ref, to)
    expect(line(page)).to_contain_text(f"{ref} is held on the")
    expect(card(page, to).locator(f"[data-case='{ref}']")).to_be_visible()
    assert booking(clinic, ref) == (to, BookingState.HELD)
    axe(page)
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(line(page)).to_contain_text(f"Taken back. {ref} waits for a place again.")
    expect(page.get_by_role("region", name="Cases to place").locator(f"[data-case='{ref}']")).to_be_visible()
    assert booking(clinic, ref) is None


def test_a_list_that_cannot_take_a_case_says_why_under_the_pointer_and_refuses_the_drop(visit, clinic, desk):
    page = at_the_board(visit("bookings"))
    ref = waiting(desk)
    no = next(name for name in lists_for(desk, ref, Verdict.NO) if card(page, name).count())
    card(page, no).scroll_into_view_if_needed()
    pick_up(page, ref)
    hold_over(page, no)
    expect(page.locator(".tip")).to_contain_text("No. ")
    page.mouse.up()
    expect(line(page)).to_contain_text(f"{ref} cannot go there.")
    assert booking(clinic, ref) is None


def test_a_case_is_moved_with_the_keyboard_alone_and_escape_leaves_it(visit, clinic, desk):
    page = at_the_board(visit("bookings"))
    ref = waiting(desk)
    able = lists_for(desk, ref, Verdict.YES, Verdict.YES_BUT)
    chip(page, ref).focus()
    page.keyboard.press("m")
    expect(line(page)).to_contain_text("lists can take it")
    page.keyboard.press("Escape")
    expect(line(page)).to_have_text("Nothing was moved.")
    page.keyboard.press("m")
    expect(line(page)).to_contain_text(f"Enter places {ref} there")
    page.keyboard.press("ArrowDown")
    aimed = page.locator(".aimed").get_attribute("data-card")
    assert aimed in able
    page.keyboard.press("Enter")
    expect(card(page, aimed).locator(f"[data-case='{ref}']")).to_be_visible()
    assert booking(clinic, ref) == (aimed, BookingState.HELD)
    expect(chip(page, ref)).to_be_focused()


def test_what_others_change_appears_at_once_but_not_under_a_case_in_the_hand(visit, clinic, desk):
    page = at_the_board(visit("colleague"))
    mine, theirs = [case.ref for case in desk.to_place()][:2]
    to, other = lists_for(desk, mine, Verdict.YES, Verdict.YES_BUT)[:2]
    card(page, other).scroll_into_view_if_needed()
    pick_up(page, mine)
    desk.board.place(Drop(ref=mine, list=to, seen_on=None))
    hold_over(page, other)
    page.mouse.up()
    expect(line(page)).to_contain_text(f"Somebody else has moved case {mine}: it is now on list {to}")
    assert booking(clinic, mine) == (to, BookingState.HELD)
    expect(card(page, to).locator(f"[data-case='{mine}']")).to_be_visible()
    there = lists_for(desk, theirs, Verdict.YES, Verdict.YES_BUT)[0]
    desk.board.place(Drop(ref=theirs, list=there, seen_on=None))
    expect(card(page, there).locator(f"[data-case='{theirs}']")).to_be_visible()


def test_a_list_is_locked_closed_and_reordered_in_its_drawer(visit, clinic, desk):
    page = at_the_board(visit("lead"))
    full = next(found for found in desk.lists(TODAY, LAST) if len(found.cases) > 2)
    page.locator(f"[data-list='{full.id}']").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Later").click()
    expect(drawer.get_by_role("table").locator("tbody tr").first).to_contain_text(full.cases[1].ref)
    axe(page)
    drawer.get_by_role("button", name="Lock the list").click()
    drawer.get_by_role("button", name="Release the list").wait_for()
    now = next(found for found in desk.lists(TODAY, LAST) if found.id == full.id)
    assert now.locked
    assert [case.ref for case in now.cases[:2]] == [full.cases[1].ref, full.cases[0].ref]


def test_a_page_comes_back_after_the_server_restarted_and_hears_of_changes_again(visit, clinic, desk):
    watched = visit("bookings")
    page = at_the_board(watched)
    clinic.restart()
    ref = waiting(desk)
    to = lists_for(desk, ref, Verdict.YES, Verdict.YES_BUT)[0]
    desk.board.place(Drop(ref=ref, list=to, seen_on=None))
    expect(card(page, to).locator(f"[data-case='{ref}']")).to_be_visible(timeout=60_000)
    watched.complaints.clear()  # the browser writes down the connections that failed meanwhile


def test_a_session_that_is_ended_ends_the_open_page(visit, clinic):
    watched = visit("merri")
    page = at_the_board(watched)

    def end(session):
        account = accounts.account_named(session, "merri")
        accounts.set_active(
            session, account.id, active=False, now=following_clock(clinic.home / "clock", timezone="UTC").now()
        )

    write(clinic.database, end)
    expect(page.get_by_role("alert").first).to_contain_text("Your session has ended. Sign in again")
    watched.complaints.clear()
