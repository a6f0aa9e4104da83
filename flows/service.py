"""What every process of the service shares: the memory, the clock, and the name it works under."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from db.audit import Author
from db.engine import Database, open_database
from db.settings import MemorySettings
from flows.clock import Clock, clock_from

MACHINE = Author(id="neurolist", name="Neurolist", role="service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The memory and the clock, with the name this process takes its leases under."""

    database: Database
    clock: Clock
    owner: str

    @property
    def home(self) -> Path:
        """The folder for data and logs."""
        return self.database.settings.home.expanduser().absolute()


def open_service(environment: Mapping[str, str] = os.environ, settings: MemorySettings | None = None) -> Service:
    """Open the memory the settings name, with the service's clock; nothing is read or made yet."""
    database = open_database(settings)
    clock = clock_from(environment, timezone=database.timezone)
    return Service(database=database, clock=clock, owner=f"{socket.gethostname()}:{os.getpid()}")


@cache
def the_service() -> Service:
    """Give this process's own service, opened once."""
    return open_service()
