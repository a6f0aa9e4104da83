"""Gestures in a real Chromium, timed from the hand to what the screen then shows."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Page, sync_playwright

from benchmarks.board.ground import USERS, Ground
from benchmarks.board.server import Served
from flows.board_asked import Drop
from flows.demo.staff import LEAD
from flows.desk import Desk, open_desk
from scheduler.explain import Verdict

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WIDE, HIGH = 1440, 900
WEEKS = 4
PICK_UPS, DROPS, CHANGES = 20, 12, 8
LONGEST_MILLISECONDS = 60_000
SETTLED_MILLISECONDS = 1500
ABLE = (Verdict.YES, Verdict.YES_BUT)


def gestures(ground: Ground, served: Served) -> Mapping[str, list[float]]:
    """Do each gesture again and again on a board of four weeks; gives how long each took, in milliseconds."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("The gestures need Chromium. Install it: apt-get install chromium")
    desk = Desk(open_desk(ground.settings).service, LEAD.actor)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, locale="en-AU")
        page.set_default_timeout(LONGEST_MILLISECONDS)
        _sign_in(page, served.address, ground.password)
        found = {
            "pick-up to marked lists": [_pick_up(page, desk) for _ in range(PICK_UPS)],
            "drop to repaint": [_drop(page, desk) for _ in range(DROPS)],
            "another user's change seen": [_by_another(page, desk) for _ in range(CHANGES)],
        }
        browser.close()
    return found


def _sign_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("User name").fill(USERS[0])
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}/board?weeks={WEEKS}+weeks")
    page.locator("[data-card]").first.wait_for()
    page.wait_for_timeout(SETTLED_MILLISECONDS)


def _first_waiting(page: Page) -> str:
    ref = page.get_by_role("region", name="Cases to place").locator("[data-case]").first.get_attribute("data-case")
    return ref or ""


def _lift(page: Page, ref: str) -> float:
    """Take a case in the hand as a person does: the pointer comes over it, presses, and moves; gives milliseconds."""
    box = page.locator(f"[data-case='{ref}']").first.bounding_box()
    if box is None:
        raise LookupError(f"Case {ref} is not on the page.")
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    began = time.monotonic()
    page.mouse.move(box["x"] + 70, box["y"] + 30, steps=2)
    page.locator("[data-marked]").wait_for()
    return _since(began)


def _pick_up(page: Page, _: Desk) -> float:
    milliseconds = _lift(page, _first_waiting(page))
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(SETTLED_MILLISECONDS / 5)
    return milliseconds


def _drop(page: Page, desk: Desk) -> float:
    ref = _first_waiting(page)
    card = page.locator(f"[data-card='{_list_for(desk, ref)}']")
    card.scroll_into_view_if_needed()
    _lift(page, ref)
    box = card.bounding_box()
    if box is None:
        raise LookupError("The list is not on the page.")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12, steps=2)
    began = time.monotonic()
    page.mouse.up()
    page.get_by_role("region", name="Cases to place").locator(f"[data-case='{ref}']").wait_for(state="detached")
    milliseconds = _since(began)
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    return milliseconds


def _by_another(page: Page, desk: Desk) -> float:
    ref = _first_waiting(page)
    to = _list_for(desk, ref)
    desk.board.place(Drop(ref=ref, list=to, seen_on=None))
    began = time.monotonic()
    page.get_by_role("region", name="Cases to place").locator(f"[data-case='{ref}']").wait_for(state="detached")
    milliseconds = _since(began)
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    return milliseconds


def _list_for(desk: Desk, ref: str) -> str:
    last = desk.today() + timedelta(weeks=WEEKS)
    return next(line.session for line in desk.board.where(ref, last).places if line.verdict in ABLE)


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000
