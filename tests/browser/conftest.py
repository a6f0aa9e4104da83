"""A real Chromium in front of the served screens; it fails, and never skips, when Chromium is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.builders.screen_desk import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Streamlit first looks for its own addresses under the page's path, then at the root.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")


def chromium() -> str:
    """Find Chromium, or say how to install it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("The browser tests need Chromium. Install it: apt-get install chromium", pytrace=False)
    return found


def a_free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


def wait_until_well(process: subprocess.Popen[bytes], address: str, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"The web server ended with code {process.returncode} before it answered.")
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The web server did not answer at {address} within {seconds:.0f} s.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """The screens over a desk without a memory, served from another folder than the repository."""
    port = a_free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.builders.screen_server", str(port)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
            "NEUROLIST_HOSTS": "127.0.0.1",
        },
    )
    try:
        wait_until_well(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


@dataclass(slots=True)
class Watched:
    """A page with what it asked for outside, and what it complained of."""

    page: Page
    address: str
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("websocket", lambda live: self._note_request(live.url))
        self.page.on("console", lambda said: self._note(said.text, said.location["url"]) if said.type == "error" else 0)
        self.page.on("pageerror", lambda fault: self._note(str(fault), ""))

    def sign_in(self, password: str = PASSWORD, username: str = "bella") -> None:
        self.page.goto(f"{self.address}/login")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, path: str, title: str) -> None:
        self.page.goto(self.address + path)
        self.page.get_by_role("heading", name=title, exact=True, level=1).wait_for()

    def _note_request(self, url: str) -> None:
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1":
            self.outside.append(url)

    def _note(self, said: str, url: str) -> None:
        if not url.endswith(HARMLESS):
            self.complaints.append(f"{said} ({url})")


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Watched]:
    """A fresh browser of nobody yet; nothing it does may reach outside or upset the browser."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-AU")
    context.set_default_timeout(20_000)
    watched = Watched(page=context.new_page(), address=address)
    watched.listen()
    yield watched
    context.close()
    assert watched.outside == []
    assert watched.complaints == []


@pytest.fixture
def bella(visitor: Watched) -> Watched:
    """Bella Marsh, signed in."""
    visitor.sign_in()
    visitor.page.get_by_role("heading", name="Board", level=1).wait_for()
    return visitor
