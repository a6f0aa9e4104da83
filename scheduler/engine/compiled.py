"""Inner loops over arrays are compiled to machine code, once, and kept for the next start.

What is kept is filed under a digest of their sources: a compiled loop holds copies of the loops it calls, and
must not outlive a change in one of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numba.core.config

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., object]")

ENGINE = Path(__file__).parent
MARK = b"scheduler.engine.compiled"  # every source with compiled loops names this module


def _digest() -> str:
    """Tell one state of the sources with compiled loops from every other."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(ENGINE.rglob("*.py")):
        text = source.read_bytes()
        if MARK in text:
            digest.update(text)
    return digest.hexdigest()[:16]


def _shelf() -> Path:
    """Give the folder to keep compiled loops in: beside the sources, or in the user's cache where that is read-only."""
    beside = ENGINE / "__pycache__"
    if os.access(beside if beside.exists() else ENGINE, os.W_OK):
        return beside / f"compiled-{_digest()}"
    home = os.environ.get("XDG_CACHE_HOME") or (
        Path.home() / ".cache" if Path.home().exists() else tempfile.gettempdir()
    )
    return Path(home) / "neurolist" / f"compiled-{_digest()}"


SHELF = _shelf()
vars(numba.core.config)["CACHE_DIR"] = str(SHELF)


def compiled(function: Function) -> Function:
    """Compile a function when it is first called. It runs beside other threads, and may call only its like."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def are_compiled() -> bool:
    """Tell whether the loops have been compiled before, so that they start at once."""
    return (SHELF / "all").exists()


def note_compiled() -> None:
    """Remember that every loop has been compiled, and throw away what older sources left."""
    (SHELF / "all").touch()
    for other in SHELF.parent.glob("compiled-*"):
        if other != SHELF:
            shutil.rmtree(other, ignore_errors=True)
