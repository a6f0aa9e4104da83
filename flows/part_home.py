"""Where the parts of runs lie that workers share: a folder of the service's own, which every worker must reach."""

from __future__ import annotations

from pathlib import Path

from db.settings import MemorySettings
from flows.part_store import PartStore

FOLDER = "parts"


def parts_folder() -> Path:
    """Give the folder that holds the runs' folders; the same on every host, by NEUROLIST_HOME."""
    return MemorySettings().home.expanduser().absolute() / FOLDER


def store_of(run: str) -> PartStore:
    """Give a run's folder by its name, which is all that Prefect is told."""
    return PartStore(parts_folder() / Path(run).name)
