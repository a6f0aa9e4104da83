"""Answers a drag: for every list in the window whether the case may go there, in words."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.asking import Door, desk_of, unknown
from dashboard.settings import ScreenSettings
from dashboard.shapes.marks import marks_data, no_marks
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.explaining import Where

MOST_TOLD: Final = 16  # answers of some hundred kilobytes on a large board


class Told:
    """The latest answers as they were sent: everybody who asks about the same case is told the same."""

    def __init__(self) -> None:
        self._latest: OrderedDict[int, tuple[Where, bytes]] = OrderedDict()

    def __call__(self, where: Where) -> bytes:
        """Write an answer, once."""
        known = self._latest.get(id(where))
        if known is None:
            known = where, json.dumps(marks_data(where), separators=(",", ":"), ensure_ascii=False).encode()
            self._latest[id(where)] = known
            while len(self._latest) > MOST_TOLD:
                self._latest.popitem(last=False)
        return known[1]


def marking_routes(door: Callable[[], Door], settings: ScreenSettings) -> list[Route]:
    """The route that a page asks when somebody picks up a case: /api/where?case=N10001&last=2026-12-06."""
    told = Told()

    def answer(token: str, ref: str, last: date) -> Response:
        desk = desk_of(door(), token)
        if desk is None:
            return unknown()
        try:
            where = desk.board.where(ref, last)
        except NeurolistError as refusal:
            return JSONResponse(no_marks(str(refusal)))
        return Response(told(where), media_type="application/json")

    async def where(request: Request) -> Response:
        token = request.cookies.get(settings.session_cookie, "")
        try:
            last = date.fromisoformat(request.query_params.get("last", ""))
        except ValueError:
            return PlainTextResponse("Name the last day of the window, such as last=2026-12-06.", status_code=400)
        return await to_thread.run_sync(answer, token, request.query_params.get("case", ""), last)

    return [Route("/api/where", where)]
