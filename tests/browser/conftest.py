"""A real Chromium in front of the served screens; it fails, and never skips, when Chromium is not installed.

    def test_two_people(visit, clinic):
        keziah = visit("bookings")                  # a browser of their own, signed in, on the board
        lead = visit("lead", path="/stages", title="Stages")
        axe(keziah.page)                            # fails with every violation of WCAG 2.2 A, AA and best practice
        assert read(clinic.database, ...)           # what was written

`clinic` is a real desk on tests/builders/real_clinic.py, made once a run and served anew for each file: `address`,
`home`, `database`, `restart()`, and `also("flows.planner")` for a second process. The names to sign in with are those
of flows/demo/staff.py, besides `colleague` (bookings everywhere) and `merri` (bookings at Merri Valley alone). When a
test ends, each page it opened must have asked for nothing outside and have complained of nothing.
A test that waited in vain for something on a page is tried once more, which the summary says ("1 rerun"); what its
pages showed is in the report.
`visitor` and `bella` stand in front of a desk without a memory, for what needs no clinic.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from db.engine import Database, open_database
from db.settings import MemorySettings
from flows.clock import move_to
from tests.builders import real_clinic
from tests.builders.memory import MORNING
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
SLOWEST = 30_000  # milliseconds; what a page does in less than a second on a quiet machine
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"  # a page that is drawn to its end
# Streamlit first looks for its own addresses under the page's path, then at the root.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")


WAITED_IN_VAIN = ("TimeoutError", r"Locator expected")  # of Playwright: an action, and an expectation
OPENED: list[Watched] = []  # the pages of the test that runs


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=list(WAITED_IN_VAIN)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add what the pages of a failed test showed to its report."""
    report = yield
    if report.when == "call" and report.failed:
        for number, watched in enumerate(OPENED, start=1):
            report.sections.append((f"page {number}", shown(watched.page)))
    return report


def shown(page: Page) -> str:
    """What somebody would read on a page now."""
    try:
        return f"{urlsplit(page.url).path}\n{page.locator('body').inner_text(timeout=2000)}"
    except Error as fault:
        return f"It could not be read: {fault}"


@pytest.fixture(autouse=True)
def nothing_opened() -> None:
    OPENED.clear()


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


def wait_until_well(process: subprocess.Popen[bytes], address: str, seconds: float = 300) -> None:
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
    expect.set_options(timeout=SLOWEST)
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
        self.page.locator(DRAWN).wait_for()

    def _note_request(self, url: str) -> None:
        if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1":
            self.outside.append(url)

    def _note(self, said: str, url: str) -> None:
        if not url.endswith(HARMLESS):
            self.complaints.append(f"{said} ({url})")


@dataclass(slots=True, kw_only=True)
class Served:
    """A real clinic behind a running web server; stop or restart it as an operator would."""

    home: Path
    database: Database
    port: int
    web: subprocess.Popen[bytes]
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the screens answer."""
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """End the web server and start it again on the same port."""
        ended(self.web)
        self.web = started(self.home, "dashboard.asgi", "--port", str(self.port))
        wait_until_well(self.web, self.address)

    def also(self, module: str) -> None:
        """Start another process of the service, such as flows.planner; it ends with the clinic."""
        self.others.append(started(self.home, module))

    def close(self) -> None:
        """End every process."""
        for process in (*self.others, self.web):
            ended(process)
        self.database.close()


def started(home: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    told = {**os.environ, "NEUROLIST_HOME": str(home), "NEUROLIST_CLOCK": str(home / "clock")}
    told["PYTHONPATH"] = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
    return subprocess.Popen([sys.executable, "-m", module, *arguments], env=told, cwd=home)


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="session")
def made_clinic(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real clinic, to copy from."""
    home = tmp_path_factory.mktemp("made") / "clinic"
    shutil.copytree(prepared_sqlite, home)
    real_clinic.make_clinic(home)
    return home


@pytest.fixture(scope="module")
def clinic(made_clinic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the real clinic of this file's own, served; its clock starts at nine on Tuesday 24 November 2026."""
    home = tmp_path_factory.mktemp("served") / "clinic"
    shutil.copytree(made_clinic, home)
    move_to(home / "clock", MORNING)
    port = a_free_port()
    served = Served(
        home=home,
        database=open_database(MemorySettings(home=home)),
        port=port,
        web=started(home, "dashboard.asgi", "--port", str(port)),
    )
    try:
        wait_until_well(served.web, served.address)
        yield served
    finally:
        served.close()


def axe(page: Page) -> None:
    """Fail with every violation that axe-core finds on the page as it stands."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(WCAG)}})
    assert found.violations_count == 0, found.generate_report()


def a_browser(browser: Browser, address: str) -> Watched:
    """A fresh browser of nobody yet."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-AU")
    context.set_default_timeout(SLOWEST)
    watched = Watched(page=context.new_page(), address=address)
    watched.listen()
    OPENED.append(watched)
    return watched


@pytest.fixture
def visit(browser: Browser, clinic: Served) -> Iterator[Callable[..., Watched]]:
    """Open the real clinic in a browser of somebody's own: `visit(who, path="/board", title="Board")`."""
    opened: list[Watched] = []

    def as_person(who: str, *, path: str = "/board", title: str = "Board") -> Watched:
        watched = a_browser(browser, clinic.address)
        opened.append(watched)
        watched.sign_in(real_clinic.PASSWORD, who)
        watched.page.get_by_role("heading", name="Board", level=1).wait_for()
        if path == "/board":
            watched.page.locator(DRAWN).wait_for()
        else:
            watched.open(path, title)
        return watched

    yield as_person
    for watched in opened:
        watched.page.context.close()
    assert [watched.outside + watched.complaints for watched in opened] == [[] for _ in opened]


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Watched]:
    """A fresh browser of nobody yet; nothing it does may reach outside or upset the browser."""
    watched = a_browser(browser, address)
    yield watched
    watched.page.context.close()
    assert watched.outside == []
    assert watched.complaints == []


@pytest.fixture
def bella(visitor: Watched) -> Watched:
    """Bella Marsh, signed in."""
    visitor.sign_in()
    visitor.page.get_by_role("heading", name="Board", level=1).wait_for()
    return visitor
