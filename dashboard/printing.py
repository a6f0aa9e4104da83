"""The routes that give a sheet as PDF: one list, a suite's day, the agenda of a meeting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.asking import desk_of
from dashboard.settings import ScreenSettings
from flows.desk import Desk, Sheet, standard_named
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, NotPermittedError

CODES: Final = {NotFoundError: 404, NotPermittedError: 403, BadInputError: 400}
YES: Final = "yes"


def printing_routes(door: Callable[[], Desk], settings: ScreenSettings) -> list[Route]:
    """The routes under /print/; each acts in the name of whoever's session asks, and the desk checks the role."""

    async def answer(request: Request, ask: Callable[[Desk], Sheet]) -> Response:
        token = request.cookies.get(settings.session_cookie, "")
        try:
            sheet = await to_thread.run_sync(lambda: ask(_acting(door(), token)))
        except NeurolistError as refusal:
            return PlainTextResponse(str(refusal), status_code=CODES.get(type(refusal), 409))
        return Response(
            sheet.pdf,
            media_type="application/pdf",
            headers={"content-disposition": f'inline; filename="{sheet.name}"', "cache-control": "no-store"},
        )

    async def one_list(request: Request) -> Response:
        wanted, names = request.path_params["id"], _names(request)
        kind = request.query_params.get("standard", "plain")
        return await answer(
            request, lambda desk: desk.printing.one_list(wanted, names=names, standard=standard_named(kind))
        )

    async def suite_day(request: Request) -> Response:
        suite, on, names = request.path_params["suite"], request.path_params["on"], _names(request)
        kind = request.query_params.get("standard", "plain")
        return await answer(
            request,
            lambda desk: desk.printing.suite_day(suite, read_date(on), names=names, standard=standard_named(kind)),
        )

    async def agenda(request: Request) -> Response:
        on, kind = request.path_params["on"], request.query_params.get("standard", "plain")
        return await answer(request, lambda desk: desk.printing.agenda(read_date(on), standard=standard_named(kind)))

    return [
        Route("/print/list/{id}.pdf", one_list),
        Route("/print/day/{suite}/{on}.pdf", suite_day),
        Route("/print/agenda/{on}.pdf", agenda),
    ]


def read_date(text: str) -> date:
    """Read the date of an address; raises BadInputError with how to write one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInputError.of("date", f"'{text}' is not a date; write it like 2026-12-01.") from None


def _names(request: Request) -> bool:
    return request.query_params.get("names", YES) == YES


def _acting(desk: Desk, token: str) -> Desk:
    acting = desk_of(desk, token)
    if acting is None:
        raise NotPermittedError("Your session has ended. Sign in again.")
    return acting
