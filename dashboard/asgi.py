"""The web server: pages behind the gate, signing in and out, health, with the process made ready before it serves.

Start it with `python -m dashboard.asgi --port 8501`; `uvicorn dashboard.asgi:app --host 127.0.0.1 --port 8501` and
`streamlit run dashboard/asgi.py` serve the same. All three work from any folder.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

import streamlit as st
import uvicorn
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.board_routes import board_routes
from dashboard.calendars import calendar_routes
from dashboard.faults import show_fault
from dashboard.gate import Gate
from dashboard.health import health_routes
from dashboard.live import Hub, live_routes
from dashboard.logging_here import write_log
from dashboard.login import login_routes
from dashboard.marking import marking_routes
from dashboard.metrics import metric_routes
from dashboard.printing import printing_routes
from dashboard.provider import provider_routes
from dashboard.reads import front_door
from dashboard.settings import screen_settings
from flows.desk import LogEvent, logs
from scheduler.errors import NeurolistError

HERE: Final = Path(__file__).resolve().parent
LONGEST_MESSAGE_BYTES: Final = 16 * 1024 * 1024


@asynccontextmanager
async def made_ready(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Open the database, refuse to serve when a guard is gone, then leave the start-up objects uncollected."""
    write_log()
    try:
        await to_thread.run_sync(_load)
    except (NeurolistError, OSError) as fault:
        logs.tell(LogEvent.NOT_READY, fault=fault)
        raise
    logs.tell(LogEvent.READY)
    gc.collect()
    gc.freeze()
    watching = asyncio.create_task(hub.watch())
    yield {}
    watching.cancel()
    logs.tell(LogEvent.STOPPED)


def _load() -> None:
    """Check the memory, and load the rules that answer a drag before anybody drags."""
    desk = front_door()
    desk.check_ready()
    hub.version = desk.board.version()


async def icon(_request: Request) -> Response:
    """Give the product's mark."""
    return FileResponse(HERE / "assets" / "icon.png")


hub = Hub(front_door)


async def to_the_board(request: Request) -> Response:
    """Lead to the board, which is the first page: Streamlit knows it by no other address."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/", status_code=307)


app = st.App(
    HERE / "app.py",
    lifespan=made_ready,
    on_script_error=show_fault,
    routes=[
        *provider_routes(front_door, screen_settings()),
        *login_routes(front_door, screen_settings()),
        *health_routes(front_door),
        *metric_routes(front_door, screen_settings()),
        *live_routes(hub, screen_settings()),
        *board_routes(front_door, screen_settings()),
        *marking_routes(front_door, screen_settings()),
        *printing_routes(front_door, screen_settings()),
        *calendar_routes(front_door),
        Route("/icon.png", icon),
        Route("/board", to_the_board),
    ],
    middleware=[Middleware(Gate, door=front_door, settings=screen_settings())],
)


def main(port: int = 8501, host: str = "127.0.0.1") -> None:
    """Serve until stopped."""
    write_log()
    logs.tell(LogEvent.STARTED, version=version("neurolist"), port=port)
    uvicorn.run(
        app,
        host=host,
        port=port,
        http="h11",  # the reader of requests that is tried, also where another is installed
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=screen_settings().tls,  # only a proxy that ends TLS may say whom it speaks for
        server_header=False,
        ws_max_size=LONGEST_MESSAGE_BYTES,
        ws_per_message_deflate=True,
        timeout_graceful_shutdown=3,
    )


def _port_and_host() -> tuple[int, str]:
    parser = argparse.ArgumentParser(prog="python -m dashboard.asgi", description="Serve the Neurolist screens.")
    parser.add_argument("--port", type=int, default=8501, help="the port to listen on")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    chosen = parser.parse_args()
    return chosen.port, chosen.host


if __name__ == "__main__":
    main(*_port_and_host())
