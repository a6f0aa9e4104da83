"""Files that must outlive a power cut, and that only their owner may read."""

from __future__ import annotations

import os
from pathlib import Path

ONLY_OURS = 0o600


def write_through(path: Path, content: bytes, *, mode: int = ONLY_OURS, new: bool = False) -> None:
    """Write a file, and return once all of it is on the disk; with `new`, never over one that is there."""
    over = os.O_EXCL if new else os.O_TRUNC
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | over, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_first(path: Path, content: bytes, *, mode: int = ONLY_OURS) -> None:
    """Write a file whole, through to the disk, unless another process was first; then theirs stays.

    Makes the folder it lies in where there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    write_through(draft, content, mode=mode)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def settle(folder: Path) -> None:
    """Have the folder itself on the disk, so that a new name in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def why(fault: OSError) -> str:
    """Say what the machine said, without the file it was about."""
    return (fault.strerror or type(fault).__name__).lower()
