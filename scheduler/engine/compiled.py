"""Inner loops over arrays are compiled to machine code, once, and kept beside their source for the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

Function = TypeVar("Function", bound="Callable[..., object]")


def compiled(function: Function) -> Function:
    """Compile a function when it is first called. It runs beside other threads, and may call only its like."""
    return cast("Function", njit(cache=True, nogil=True)(function))
