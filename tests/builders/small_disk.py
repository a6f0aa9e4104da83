"""A disk so small that it can be filled, for as long as a test needs it; only root can make one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = 1 << 16


def can_be_made() -> bool:
    """Say whether a disk of its own can be made here."""
    with tempfile.TemporaryDirectory() as folder:
        return os.geteuid() == 0 and _mount(Path(folder), 1) and _unmount(Path(folder))


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Make a disk in memory of this size; everything on it goes with it."""
    with tempfile.TemporaryDirectory(prefix="neurolist-disk-") as name:
        folder = Path(name)
        if not _mount(folder, megabytes):
            raise RuntimeError("No disk could be mounted here: this needs root.")
        try:
            yield folder
        finally:
            _unmount(folder)


def fill(folder: Path) -> Path:
    """Leave no room at all on the disk of a folder; removing the file that is given makes room again."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for block in (BLOCK, 512, 1):
            try:
                while True:
                    file.write(b"x" * block)
            except OSError:
                continue
    return filler


def _mount(folder: Path, megabytes: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _unmount(folder: Path) -> bool:
    return subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False).returncode == 0
