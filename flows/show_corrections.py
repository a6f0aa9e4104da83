"""What the command line prints before something is taken back or corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.show import day

if TYPE_CHECKING:
    from flows.desk import Amendable, Reversal


def reversal_lines(found: Reversal) -> tuple[str, ...]:
    """Say what taking back the last step would do, and how to go on."""
    return (
        f"The last step of {found.ref} is {found.event}, recorded by {found.by} on {day(found.on)}.",
        f"Taken back, the case stands in: {found.to_state.label}.",
        *(f"Cannot be put back: {lost}. It becomes a task." for lost in found.lost),
        *(f"A correcting letter follows the one sent: {letter}." for letter in found.letters),
        f"To do it: neurolist reverse {found.ref} --version {found.version} --reason WORDS",
    )


def amendable_lines(ref: str, values: Sequence[Amendable], version: int) -> tuple[str, ...]:
    """List what may be corrected, and say how."""
    if not values:
        return (f"Nothing is recorded of {ref} yet that could be corrected.",)
    widest = max(len(one.key) for one in values)
    return (
        *(f"{one.key:<{widest}}  {one.value:<12}  {one.label}" for one in values),
        f"To correct one: neurolist correct {ref} KEY VALUE --version {version} --reason WORDS",
    )
