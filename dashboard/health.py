"""Says whether the process lives, and whether it can serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.desk import LogEvent, Running, logs
from scheduler.errors import NeurolistError

CAUTION: Final = "caution: "


class ReadyDesk(Protocol):
    """The part of the desk that tells how the service runs."""

    def running(self) -> Running:
        """Try the memory and look at everything else."""


def health_routes(door: Callable[[], ReadyDesk]) -> list[Route]:
    """The two routes a supervisor asks: /healthz for the process, /readyz for whether it can serve."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    told = _Told()

    async def ready(_request: Request) -> Response:
        try:
            found = await to_thread.run_sync(lambda: door().running())
        except (NeurolistError, OSError) as fault:
            told.look(["fault"], fault)
            return PlainTextResponse(f"not ready: {type(fault).__name__}", status_code=503)
        told.look([check.what for check in found.checks if check.vital and not check.good])
        return PlainTextResponse(answer(found), status_code=200 if found.fit else 503)

    return [Route("/healthz", alive), Route("/readyz", ready)]


class _Told:
    """What the log was told last: a service that is asked every few seconds says only what has changed."""

    def __init__(self) -> None:
        self._faults: list[str] | None = None

    def look(self, faults: list[str], fault: Exception | None = None) -> None:
        """Tell the log when the service has become ready or unready, or unready for another reason."""
        before, self._faults = self._faults, faults
        if faults != before and (faults or before):
            logs.tell(LogEvent.NOT_READY if faults else LogEvent.READY, fault=fault, checks=faults or None)


def answer(found: Running) -> str:
    """Say in a few words what is wrong; a stranger may ask, so the sentences stay on the operator's page.

    A caution, such as an old drill, is told and turns nobody away.
    """
    faults = [check.what for check in found.checks if check.vital and not check.good]
    cautions = [f"{CAUTION}{check.what}" for check in found.checks if not check.vital and not check.good]
    return "\n".join([f"not ready: {', '.join(faults)}" if faults else "ready", *cautions])
