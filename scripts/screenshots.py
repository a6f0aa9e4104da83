"""Takes the pictures in docs/pictures: every page at two widths, from a demonstration clinic (`make pictures`).

python -m scripts.screenshots                     makes the clinic, starts the service, takes every picture, stops it
python -m scripts.screenshots --only board mdt    these pages alone
python -m scripts.screenshots --home DIR          keeps the clinic in DIR, and takes it up again the next time
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from flows.demo.make import NOTE
from flows.home import free_port

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
HOST = "127.0.0.1"
WIDTHS = {1440: "", 1280: "-1280"}  # pixels, and what the name of the picture ends with
HIGH = 900
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SETTLED_MILLISECONDS = 1200
LONGEST_PLAN_MILLISECONDS = 300_000
STARTS_WITHIN = 900.0
STANDS_STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'
COLOURS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: its name, the address, who looks, and what they do before it is taken."""

    name: str
    path: str
    who: str = "lead"
    do: Callable[[Page], None] = lambda _page: None


def _hold_a_case(page: Page) -> None:
    """Pick up the first case that some list can take from the keyboard, so that every list says whether it may."""
    for case in page.locator("td [data-moves]").all():
        case.focus()
        page.keyboard.press("m")
        page.locator(".line-words").filter(has_text=re.compile("^(Moving|No list)")).wait_for()
        if page.locator("[data-marked]").count():
            return


def _propose(page: Page) -> None:
    """Ask for a plan, wait until it is made, and open it; it stays unpublished."""
    page.get_by_role("button", name="Propose plan").click()
    page.get_by_role("link", name="Open the proposal").click(timeout=LONGEST_PLAN_MILLISECONDS)


def _compare(page: Page) -> None:
    """Make a scenario and compare it with things as they stand; the second time it is there already."""
    page.locator(STANDS_STILL).wait_for()
    first = page.get_by_text("There is no scenario yet").count() > 0
    if first:
        page.get_by_role("button", name="New scenario").click()
        page.get_by_label("Name", exact=True).fill("Gentler")
        page.get_by_role("button", name="Make scenario").click()
        page.get_by_role("heading", name="Gentler", level=2).wait_for()
        kind = page.get_by_role("combobox", name=re.compile("Kind of change"))
        kind.click()
        kind.fill("Another price of a goal")
        page.get_by_role("option", name="Another price of a goal").first.click()
        page.get_by_label("Price of one unit").fill("300")
        page.get_by_role("button", name="Add to the scenario").click()
        page.get_by_text("is priced at 300 instead of").wait_for()
    page.goto(page.url.split("?")[0] + "?view=Compare")
    if first:
        page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Adopt Gentler").wait_for(timeout=LONGEST_PLAN_MILLISECONDS)


def _open_first(region: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("region", name=region).get_by_role("button").first.click()

    return do


PAGES: tuple[Picture, ...] = (
    Picture(name="board", path="board", who="bookings"),
    Picture(name="board-moving", path="board", who="bookings", do=_hold_a_case),
    Picture(name="board-four-weeks", path="board?weeks=4+weeks", who="bookings"),
    Picture(name="worklist", path="worklist", who="bookings"),
    Picture(name="proposal", path="board", who="bookings", do=_propose),
    Picture(name="print", path="print", who="bookings"),
    Picture(name="stages", path="stages", who="mdt"),
    Picture(name="case", path="stages", who="mdt", do=_open_first("Neurolysis booked")),
    Picture(name="mdt", path="mdt", who="mdt"),
    Picture(name="tasks", path="tasks", who="mdt"),
    Picture(name="load", path="load"),
    Picture(name="scenarios", path="scenarios", do=_compare),
    Picture(name="setup-lists", path="setup-lists", who="admin", do=_open_first("Lists")),
    Picture(name="setup-radiologists", path="setup-radiologists", who="admin", do=_open_first("Radiologists")),
    Picture(name="setup-equipment", path="setup-equipment", who="admin", do=_open_first("Equipment")),
    Picture(name="setup-sites", path="setup-sites", who="admin", do=_open_first("Sites and suites")),
    Picture(name="setup-holidays", path="setup-holidays", who="admin", do=_open_first("Public holidays")),
    Picture(name="setup-protocol", path="setup-protocol", who="admin", do=_open_first("Rows of the protocol")),
    Picture(name="setup-users", path="setup-users", who="admin", do=_open_first("Users")),
    Picture(name="setup-retention", path="setup-retention", who="admin"),
    Picture(name="setup-service", path="setup-service", who="admin"),
    Picture(name="my-account", path="my-account", who="admin"),
)


def main(words: Sequence[str] | None = None) -> None:
    """Make the clinic, start the service, and take the pictures."""
    asked = _arguments(words)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("The pictures need Chromium. Install it: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PAGES if not asked.only or picture.name in asked.only]
    with _home(asked.home) as home, _service(home) as address, sync_playwright() as playwright:
        password = (home / NOTE).read_text(encoding="utf-8").splitlines()[0].split()[-1]
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for width in WIDTHS:
            _walk(browser, address, password, width, wanted, door=not asked.only or "login" in asked.only)
        browser.close()


def _walk(browser: Browser, address: str, password: str, width: int, wanted: Sequence[Picture], *, door: bool) -> None:
    if door:
        page = _page(browser, width)
        page.goto(f"{address}/login")
        _keep(page, "login", width)
        page.context.close()
    for who in dict.fromkeys(picture.who for picture in wanted):
        page = _page(browser, width)
        page.goto(f"{address}/login")
        page.get_by_label("User name").fill(who)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector(STANDS_STILL)
        for picture in (each for each in wanted if each.who == who):
            page.goto(f"{address}/{picture.path}")
            _settle(page)
            picture.do(page)
            _settle(page)
            _keep(page, picture.name, width)
        page.context.close()


def _page(browser: Browser, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": HIGH}, locale="en-AU").new_page()
    page.set_default_timeout(60_000)
    return page


def _settle(page: Page) -> None:
    page.wait_for_timeout(SETTLED_MILLISECONDS)
    page.wait_for_selector(STANDS_STILL)
    page.wait_for_timeout(SETTLED_MILLISECONDS)


def _keep(page: Page, name: str, width: int) -> None:
    """Keep what the page shows now, in few enough colours that the file stays small."""
    shot = Image.open(io.BytesIO(page.screenshot()))
    small = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(PICTURES / f"{name}{WIDTHS[width]}.png", optimize=True)
    print(f"{name} at {width}")  # noqa: T201  this is a command


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="neurolist-pictures-") as made:
        yield Path(made)


@contextmanager
def _service(home: Path) -> Iterator[str]:
    """Run the whole service on a demonstration clinic until the block ends; gives its address."""
    port = free_port(HOST, 0)
    command = [sys.executable, "-m", "flows.cli", "up", "--demo", "--port", str(port)]
    environment = {**os.environ, "NEUROLIST_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  our own module
    try:
        _wait(process, f"http://{HOST}:{port}")
        yield f"http://{HOST}:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            sys.exit(f"The service ended with code {process.returncode} before it answered.")
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)  # noqa: S310  our own service
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
        else:
            return
    sys.exit(f"The service did not answer within {STARTS_WITHIN:.0f} s.")


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these pages alone")
    parser.add_argument("--home", type=Path, help="keep the clinic in this folder")
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
