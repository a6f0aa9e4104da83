"""What the board on an open page asks for without a new page: what has changed, and what is done by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.asking import Door, desk_of, unknown
from dashboard.gate import same_origin
from dashboard.hand import handle, unreadable
from dashboard.pictures import PICTURES, looking_from
from dashboard.settings import ScreenSettings
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.desk import Desk

PATH = "/api/board"


def board_routes(door: Callable[[], Door], settings: ScreenSettings) -> list[Route]:
    """The one route, /api/board: a page looks again at what others changed, or acts and sees what came of it."""

    def answer(token: str, asked: Mapping[str, object]) -> Response:
        """A page that looks again because of others keeps no session open; a hand does."""
        act = asked.get("act")
        desk = desk_of(door(), token, idle=act is None)
        if desk is None:
            return unknown()
        try:
            looking = looking_from(asked.get("looking"))
        except (ValueError, TypeError):
            return _unreadable()
        try:
            said = {"said": asdict(handle(desk, act))} if isinstance(act, Mapping) else {}
            changed = PICTURES.since(desk, looking, asked.get("picture"))
            return JSONResponse({**changed, **said, "undo": undo_of(desk)})
        except NeurolistError as refusal:
            return PlainTextResponse(str(refusal), status_code=403)

    async def ask(request: Request) -> Response:
        if not same_origin(request.headers.get("origin", ""), request.headers.get("host", "")):
            return PlainTextResponse("Only a page of this server may ask.", status_code=403)
        try:
            asked = json.loads(await request.body())
        except ValueError:
            return _unreadable()
        if not isinstance(asked, Mapping):
            return _unreadable()
        token = request.cookies.get(settings.session_cookie, "")
        return await to_thread.run_sync(answer, token, asked)

    return [Route(PATH, ask, methods=["POST"])]


def _unreadable() -> Response:
    return PlainTextResponse(unreadable().text, status_code=400)


def undo_of(desk: Desk) -> dict[str, str] | None:
    """Give what could be taken back."""
    last = desk.board.last_act()
    return {"id": last[0], "says": last[1].says} if last else None
