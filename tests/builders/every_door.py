"""Every way in: the methods of the desk and the routes of the server, found by looking, so that none is forgotten."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import SimpleNamespace

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from flows.desk import Desk


def desk_methods() -> dict[str, Callable[..., object]]:
    """Every public method of the desk, and of what its properties lead to."""
    nowhere = SimpleNamespace(clock=SimpleNamespace(timezone="Australia/Melbourne"))
    return dict(_methods(Desk(nowhere)))  # type: ignore[arg-type]  # nothing is asked of the service


def _methods(part: object, before: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    for name, member in vars(type(part)).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield from _methods(getattr(part, name), f"{name}.")
        elif inspect.isfunction(member):
            yield f"{before}{name}", member


def routes_below(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that a server answers, `WEBSOCKET` among the methods."""
    for route in routes:
        if isinstance(route, Mount):
            yield from routes_below(route.routes, before + route.path)
        elif isinstance(route, WebSocketRoute):
            yield "WEBSOCKET", before + route.path
        elif isinstance(route, Route):
            yield from ((method, before + route.path) for method in sorted(route.methods or {"GET"}))
