"""What the commands share: who asks, options they all have, and how dates and times are typed."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flows.desk import Desk

AsJson = Annotated[bool, typer.Option("--json", help="Print data for programs instead of text for people.")]


def the_desk(*, as_it_is: bool = False) -> Desk:
    """Open the desk in the name of whoever types; what it needs is loaded only when a command runs.

    On a memory `as_it_is` nothing is checked or made first: for looking at one that is damaged.
    """
    from flows.start import command_line_desk

    return command_line_desk(as_it_is=as_it_is)


def typed_date(text: str) -> date:
    """Read a date; raises BadParameter with how to write one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not a date; write it like 2026-12-01.') from None


def typed_time(text: str) -> time:
    """Read a local time; raises BadParameter with how to write one."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not a time; write it like 09:30.') from None
