"""Drills: the newest backup is restored and tried, and what each came to is kept beside the backups."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db import logs
from db.backups.restoring import Restored, drill
from db.log_words import LogEvent
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.service import Service

FILE = "drills.jsonl"
TOO_OLD = timedelta(hours=26)  # a drill a day, with two hours to spare


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillLine:
    """One drill: when, of which backup, whether everything was as it should be, and what was not."""

    at: datetime
    backup: str
    good: bool
    says: str


def try_backup(service: Service, path: Path) -> Restored:
    """Restore a backup to a scratch place, look at everything, and keep what it came to."""
    settings, now = service.database.settings, service.clock.machine_now()
    try:
        found = drill(path, settings)
    except NeurolistError as fault:
        logs.tell(LogEvent.DRILL_FAILED, fault=fault)
        _keep(settings.backup_folder, DrillLine(at=now, backup=path.name, good=False, says=str(fault)))
        raise
    wrong = " ".join(finding.says for finding in found.findings if not finding.good)
    _keep(settings.backup_folder, DrillLine(at=now, backup=path.name, good=found.good, says=wrong))
    logs.tell(LogEvent.DRILL_DONE if found.good else LogEvent.DRILL_FAILED, checks=found.failed)
    return found


def drills(folder: Path) -> tuple[DrillLine, ...]:
    """List the drills that were made, oldest first."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(line for each in lines if (line := _line(each)) is not None)


def last_good(folder: Path) -> DrillLine | None:
    """Give the last drill that found everything as it should be."""
    return next((line for line in reversed(drills(folder)) if line.good), None)


def _keep(folder: Path, line: DrillLine) -> None:
    told = {"at": line.at.isoformat(), "backup": line.backup, "good": line.good, "says": line.says}
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


def _line(text: str) -> DrillLine | None:
    try:
        told = json.loads(text)
        return DrillLine(
            at=datetime.fromisoformat(told["at"]), backup=told["backup"], good=told["good"], says=told["says"]
        )
    except (ValueError, KeyError, TypeError):
        return None
