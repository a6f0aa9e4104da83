"""The service's numbers for Prometheus at /metrics: to this machine alone, or to whoever has the token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final, Protocol

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.settings import ScreenSettings
from flows.desk import Running, logs
from scheduler.errors import NeurolistError

HERE: Final = frozenset({"127.0.0.1", "::1"})
REFUSAL: Final = "Ask from this machine, or send the token: Authorization: Bearer …"


class MetricDesk(Protocol):
    """The part of the desk that tells how the service runs."""

    def running(self) -> Running:
        """Look at everything there is to look at."""


def metric_routes(door: Callable[[], MetricDesk], settings: ScreenSettings) -> list[Route]:
    """The route that Prometheus asks."""

    async def metrics(request: Request) -> Response:
        if not may_ask(request, settings):
            return PlainTextResponse(REFUSAL, status_code=403)
        try:
            found = await to_thread.run_sync(lambda: door().running())
        except (NeurolistError, OSError) as fault:
            return PlainTextResponse(f"no numbers: {type(fault).__name__}", status_code=503)
        return Response(as_metrics(found), media_type=CONTENT_TYPE_LATEST)

    return [Route("/metrics", metrics)]


def may_ask(request: Request, settings: ScreenSettings) -> bool:
    """Say whether this is our own machine, not through a proxy, or somebody with the token."""
    wanted = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if wanted:
        return hmac.compare_digest(given.encode(), wanted.encode())
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return request.client is not None and request.client.host in HERE and not forwarded


def as_metrics(found: Running) -> bytes:
    """Write the numbers as Prometheus reads them; every label is a word of ours, and none names a case or a person."""
    registry = CollectorRegistry()

    def gauge(name: str, says: str, values: dict[str, float], label: str | None = None) -> None:
        made = Gauge(f"neurolist_{name}", says, [label] if label else [], registry=registry)
        for word, value in values.items():
            (made.labels(word) if label else made).set(value)

    gauge("check_good", "1 when what was looked at is as it should be", _checks(found), "check")
    gauge("log_fields_dropped", "Fields that this process would not write to its log", {"": logs.dropped()})
    gauge("age_seconds", "Time since the last backup, good drill and anchor", dict(found.ages()), "what")
    numbers = found.numbers
    if numbers is not None:
        gauge("cases", "Cases by state", {line.state.value: line.cases for line in numbers.states}, "state")
        gauge("steps", "Due steps by state", dict(numbers.steps), "state")
        gauge("plans", "Plans by state", dict(numbers.plans), "state")
        gauge("refused", "Acts refused so far, by what was asked", dict(numbers.refused), "act")
        gauge("letters_queued", "Letters that wait to leave", {"": numbers.letters_queued})
        gauge("trail_rows", "Rows of the audit trail", {"": numbers.trail_rows})
        gauge("database_bytes", "Size of the database", {"": numbers.size})
    return generate_latest(registry)


def _checks(found: Running) -> dict[str, float]:
    return {check.what: float(check.good) for check in found.checks}
