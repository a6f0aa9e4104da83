"""Takes the pictures in docs/pictures from a running demonstration.

neurolist up --demo
python scripts/screenshots.py --username bookings --password "..."
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
WIDE, HIGH = 1440, 900
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SETTLED_MILLISECONDS = 1500
LONGEST_PLAN_MILLISECONDS = 180_000


def main() -> None:
    """Sign in, walk through the pages and keep a picture of each."""
    asked = arguments()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("The pictures need Chromium. Install it: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, locale="en-AU")
        page.set_default_timeout(30_000)
        walk(page, asked.address, asked.username, asked.password)
        browser.close()


def walk(page: Page, address: str, username: str, password: str) -> None:
    """Take the pictures in the order a person would meet the pages; asks for a plan and leaves it unpublished."""
    page.goto(f"{address}/login")
    keep(page, "login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    opened(page, "Board", region="Cases to place")
    keep(page, "board")
    page.get_by_role("button", name="Propose plan").click()
    page.get_by_role("link", name="Open the proposal").click(timeout=LONGEST_PLAN_MILLISECONDS)
    opened(page, "Proposal")
    keep(page, "proposal")
    page.goto(f"{address}/stages")
    opened(page, "Stages", region="Cases by stage")
    keep(page, "stages")
    page.get_by_role("region", name="Neurolysis booked").get_by_role("button").first.click()
    opened(page, "Case")
    keep(page, "case")


def opened(page: Page, title: str, *, region: str = "") -> None:
    """Wait until a page, and the region that comes last on it, stand still."""
    page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
    if region:
        page.get_by_role("region", name=region).get_by_role("button").first.wait_for()
    page.wait_for_timeout(SETTLED_MILLISECONDS)


def keep(page: Page, name: str) -> None:
    """Keep what the page shows now."""
    page.screenshot(path=PICTURES / f"{name}.png")


def arguments() -> argparse.Namespace:
    """Read who signs in, and where."""
    parser = argparse.ArgumentParser(description="Take the pictures in docs/pictures from a running demonstration.")
    parser.add_argument("--address", default="http://127.0.0.1:8501", help="where Neurolist answers")
    parser.add_argument("--username", default="bookings", help="an account that may see everything")
    parser.add_argument("--password", required=True, help="its password")
    return parser.parse_args()


if __name__ == "__main__":
    main()
