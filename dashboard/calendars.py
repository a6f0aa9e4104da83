"""The route that gives a calendar feed to whoever holds its address."""

from __future__ import annotations

from collections.abc import Callable

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.desk import Desk
from scheduler.errors import NotFoundError


def calendar_routes(door: Callable[[], Desk]) -> list[Route]:
    """The route /feed/TOKEN.ics; an unknown or ended address looks the same as one that never was."""

    async def feed(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            made = await to_thread.run_sync(lambda: door().feeds.calendar(token))
        except NotFoundError as nothing:
            return PlainTextResponse(str(nothing), status_code=404)
        return Response(made, media_type="text/calendar; charset=utf-8", headers={"cache-control": "no-store"})

    return [Route("/feed/{token}.ics", feed)]
