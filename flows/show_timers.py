"""What the command line prints about timers and daily jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape

from flows.show import console, local, table

if TYPE_CHECKING:
    from flows.desk import DailyLine, TimerLine


def print_timers(lines: Sequence[TimerLine], zone: ZoneInfo) -> None:
    """Print what falls due for one case, the soonest first."""
    if not lines:
        console().print("Nothing falls due by itself.")
        return
    shown = table("Due", "Timer", "Then")
    for line in lines:
        shown.add_row(local(line.due_at, zone), line.name.replace("_", " "), escape(line.says))
    console().print(shown)


def print_daily(lines: Sequence[DailyLine], zone: ZoneInfo) -> None:
    """Print each daily job with its next time and what the last one came to."""
    for line in lines:
        coming = local(line.next_at, zone) if line.next_at else "not set; the next sweep sets it"
        last = f"{local(line.last_at, zone)}: {line.last_says}" if line.last_at else "never yet"
        screen = console()
        screen.print(f"[bold]{line.name}[/]  {escape(line.says)}")
        screen.print(f"  next {coming}")
        screen.print(f"  last {escape(last)}")
