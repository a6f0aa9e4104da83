"""Tells open pages at once that the board has changed, in any process, that a session ended, and what is wrong.

One watcher asks the memory for all pages together, a few times a second while any page is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.settings import ScreenSettings
from flows.desk import LogEvent, logs
from scheduler.errors import NeurolistError

LOOK_EVERY_SECONDS: Final = 0.2
CHECK_SESSIONS_EVERY: Final = 5  # looks
ASK_SERVICE_EVERY: Final = 15  # looks
STARTING_SECONDS: Final = 90  # in which the service's other processes come up, so that nothing is said of them yet
NO_DATABASE: Final = "The database does not answer. Nothing can be saved until it does; it is tried again all the time."
ENDED: Final = 4401  # the close code that tells the page its session is over


class Versions(Protocol):
    """The part of the board that says whether it has changed."""

    def version(self) -> int:
        """Give a number that grows with every change."""


class LiveDesk(Protocol):
    """The part of the desk that open pages are told about."""

    @property
    def board(self) -> Versions:
        """The board."""

    def told_to_all(self) -> str:
        """Say what everybody should know of the service now, or nothing."""

    def person(self, token: str, *, idle: bool = False) -> object | None:
        """Return the person whose live session this is, or nothing."""


@dataclass(slots=True)
class Hub:
    """The open pages, each with its session's token, and the version they were told last."""

    door: Callable[[], LiveDesk]
    pages: dict[WebSocket, str] = field(default_factory=dict)
    version: int = 0
    service: str = ""

    async def watch(self) -> None:
        """Look again and again until cancelled; a memory that does not answer is asked again later."""
        looks, began = 0, monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not self.pages:
                continue
            looks += 1
            with suppress(NeurolistError, OSError):
                await self._look(check_sessions=looks % CHECK_SESSIONS_EVERY == 0)
            if looks % ASK_SERVICE_EVERY == 0 and monotonic() - began >= STARTING_SECONDS:
                await self._ask_service()

    async def join(self, page: WebSocket, token: str) -> None:
        """Take a page in and tell it where the board and the service stand."""
        self.version = max(self.version, await to_thread.run_sync(self._version))
        self.pages[page] = token
        await page.send_json(self._told())

    def leave(self, page: WebSocket) -> None:
        """Forget a page."""
        self.pages.pop(page, None)

    async def _look(self, *, check_sessions: bool) -> None:
        tokens = set(self.pages.values()) if check_sessions else set[str]()
        version, ended = await to_thread.run_sync(self._ask, tokens)
        for page in [page for page, token in self.pages.items() if token in ended]:
            self.leave(page)
            logs.tell(LogEvent.SESSION_ENDED, reason="page_open")
            await _quietly(page.close(ENDED))
        if version > self.version:
            self.version = version
            await self._tell()

    async def _ask_service(self) -> None:
        """Tell every page when something is wrong with the service, and when it is well again."""
        says = await to_thread.run_sync(self._says)
        if says != self.service:
            self.service = says
            await self._tell()

    async def _tell(self) -> None:
        for page in list(self.pages):
            await _quietly(page.send_json(self._told()))

    def _told(self) -> dict[str, object]:
        return {"version": self.version, "service": self.service}

    def _says(self) -> str:
        try:
            return self.door().told_to_all()
        except (NeurolistError, OSError):
            return NO_DATABASE

    def _ask(self, tokens: Collection[str]) -> tuple[int, set[str]]:
        door = self.door()
        ended = {token for token in tokens if door.person(token, idle=True) is None}
        return door.board.version(), ended

    def _version(self) -> int:
        return self.door().board.version()


async def _quietly(sending: Awaitable[None]) -> None:
    """A page that left meanwhile is no fault."""
    with suppress(RuntimeError, WebSocketDisconnect, OSError):
        await sending


def live_routes(hub: Hub, settings: ScreenSettings) -> list[BaseRoute]:
    """The live connection, and the plain question a page asks when it lost it: is my session still there?"""

    async def live(page: WebSocket) -> None:
        await page.accept()
        try:
            await hub.join(page, page.cookies.get(settings.session_cookie, ""))
            while True:
                await page.receive_text()  # pages say nothing; this waits until they leave
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            hub.leave(page)

    async def still_here(_request: Request) -> Response:
        return JSONResponse({"version": hub.version})

    return [WebSocketRoute("/api/live", live), Route("/api/still-here", still_here)]
