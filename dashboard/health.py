"""Says whether the process lives, and whether it can serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from scheduler.errors import NeurolistError


class ReadyDesk(Protocol):
    """The part of the desk that tries the memory."""

    def check_ready(self) -> None:
        """Read from the database and try its guards; raise with the sentence when something is gone."""


def health_routes(door: Callable[[], ReadyDesk]) -> list[Route]:
    """The two routes a supervisor asks: /healthz for the process, /readyz for the database and its guards."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        try:
            await to_thread.run_sync(lambda: door().check_ready())
        except (NeurolistError, OSError) as fault:
            # A stranger may ask, so the sentence stays in the log and the answer says only which kind of fault.
            return PlainTextResponse(f"not ready: {type(fault).__name__}", status_code=503)
        return PlainTextResponse("ready")

    return [Route("/healthz", alive), Route("/readyz", ready)]
