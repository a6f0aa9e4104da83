"""Who is compared: each takes a problem and some seconds, and hands in a plan, a bound, or both."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from benchmarks.entrants.attempt import Entrant

# The name people read, and the module that holds the entrant. Ours comes first in every table.
ENTRANTS = {
    "Neurolist": "ours",
    "single CP-SAT model": "single_model",
    "HiGHS": "highs",
    "PyJobShop": "peer",
    "clerk": "clerk",
}
OURS, SINGLE, CLERK = "Neurolist", "single CP-SAT model", "clerk"


def entrant(name: str) -> Entrant:
    """Load one entrant; only what it needs is imported."""
    return cast("Entrant", import_module(f"benchmarks.entrants.{ENTRANTS[name]}").attempt)
