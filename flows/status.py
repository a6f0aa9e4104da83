"""How the whole service stands: the memory, the clock, whether it runs here, Prefect, and the versions in use."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from db.due_steps import DueStep
from flows.desk import Desk, ServiceStatus
from flows.home import read_note
from flows.prefect_home import answers, health_url, mark_of
from scheduler.errors import NeurolistError

NAMED = ("neurolist", "prefect", "streamlit", "ortools", "sqlmodel", "sqlalchemy")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What `neurolist status` says; `guards` is None when every guard holds, else says which does not."""

    home: str
    database: str
    guards: str | None
    now: datetime
    clock_shifted: bool
    clock_shifted_by: str
    address: str | None
    prefect: str | None
    memory: ServiceStatus
    parked: tuple[DueStep, ...]
    versions: Mapping[str, str]


def status_report(desk: Desk) -> StatusReport:
    """Look at everything there is to look at; nothing is changed."""
    service = desk.service
    note = read_note(service.home)
    well = note is not None and answers(health_url(note.prefect_api), mark=mark_of(service.home))
    return StatusReport(
        home=str(service.home),
        database=service.database.settings.url.render_as_string(hide_password=True),
        guards=_guards(desk),
        now=service.clock.now(),
        clock_shifted=service.clock.shifted,
        clock_shifted_by=service.clock.shifted_by,
        address=note.address if note else None,
        prefect=note.prefect_api if note is not None and well else None,
        memory=desk.status(),
        parked=desk.parked_steps(),
        versions={name: version(name) for name in NAMED} | {"python": platform.python_version()},
    )


def _guards(desk: Desk) -> str | None:
    try:
        desk.check_ready()
    except NeurolistError as fault:
        return str(fault)
    return None
