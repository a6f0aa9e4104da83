"""Keeps the traceback of an unexpected fault in a file, so that people get a sentence instead."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

from flows.clock import Clock

FILE = "faults.log"


def keep_fault(fault: BaseException, folder: Path | None = None) -> Path:
    """Add the fault's kind and place to the log file and give the file's path; its text might name a person."""
    home = folder or Path(os.environ.get("NEUROLIST_HOME") or Path.home() / ".neurolist")
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / FILE
    with path.open("a", encoding="utf-8") as log:
        log.write(f"{Clock(timezone='UTC').now().isoformat()} {type(fault).__name__}\n")
        log.writelines(traceback.format_tb(fault.__traceback__))
    return path
