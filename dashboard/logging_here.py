"""The log of the web process: what Streamlit and uvicorn say in it goes through our formatter too."""

from __future__ import annotations

from typing import Final

from streamlit import logger as streamlit_logger

from flows.desk import logs

SERVERS: Final = ("streamlit", "uvicorn", "websockets")


def write_log() -> None:
    """Have everything this process says written as lines of ours, whichever way it was started."""
    logs.set_up("web")
    streamlit_logger.setup_formatter = _hand_on  # it gives each new logger a handler that prints words
    for name in SERVERS:
        logs.route(name)


def _hand_on(logger: object) -> None:
    logs.route(str(getattr(logger, "name", "streamlit")))
