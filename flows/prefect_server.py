"""Prefect's own server on this machine, as a process of ours: its mark on every answer, its log written as ours is."""

from __future__ import annotations

import argparse
import signal
import sys

import uvicorn

from flows.log_process import logged
from flows.prefect_home import HOST, MARK_HEADER


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m flows.prefect_server")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on")
    parser.add_argument("--mark", required=True, help="what every answer carries, so that no other is taken for it")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends politely first, then raises it again
    try:
        _serve(chosen.port, chosen.mark)
    except SystemExit:
        # It is served out: Prefect's own threads are not waited for, which can take seconds.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)


def _serve(port: int, mark: str) -> None:
    with logged("prefect"):
        uvicorn.run(
            "prefect.server.api.server:create_app",
            factory=True,
            host=HOST,
            port=port,
            headers=[(MARK_HEADER, mark)],
            timeout_graceful_shutdown=3,
            access_log=False,
            log_config=None,
            log_level="warning",
        )


if __name__ == "__main__":
    main()
