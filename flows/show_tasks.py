"""What the command line prints of tasks and of the table of public holidays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape

from flows.show import console, day, table

if TYPE_CHECKING:
    from flows.desk import HolidayLine, TaskLine

SHOWN_OF_ID = 8  # characters; enough to tell the tasks of one service apart


def print_tasks(lines: Sequence[TaskLine]) -> None:
    """Print tasks one after the other: by when, who, what, why and how."""
    screen = console()
    if not lines:
        screen.print("No such tasks are open.")
        return
    for line in lines:
        screen.print(task_head(line))
        if line.why:
            screen.print(f"    [dim]{escape(line.why)}[/]")
        screen.print(f"    {escape(how(line))}")
    late = sum(line.overdue for line in lines)
    screen.print(f"{len(lines)} tasks, {late} overdue.")


def task_head(line: TaskLine) -> str:
    """Say what is to be done, by when and by whom, in one line."""
    due = f"[red]{day(line.due_on)}, overdue[/]" if line.overdue else day(line.due_on)
    who = f"{line.assignee_name} ({line.role.label})" if line.assignee else line.role.label
    where = f" at {' or '.join(line.sites)}" if line.sites else ""
    later = f"  [dim]put off to {day(line.snoozed_until)}[/]" if line.snoozed_until else ""
    ref = f"  [bold]{line.ref}[/]" if line.ref else ""
    return f"[bold]{due}[/]{ref}  {escape(who)}{where}: {escape(line.says)}{later}"


def how(line: TaskLine) -> str:
    """Give the command that does it: the first of its steps, with the others named, or ticking it off."""
    short = line.id[:SHOWN_OF_ID]
    if line.kind == "confirm_holidays":
        return "neurolist holidays confirm DATE"
    if line.kind == "letter" and line.about:
        return f"neurolist letter {line.about}  (prints it); then neurolist tasks done {short}"
    if line.done_by and line.ref:
        others = f"  (or {', '.join(line.done_by[1:])})" if line.done_by[1:] else ""
        by_hand = f"; or neurolist tasks done {short}" if line.by_hand else f"  [{short}]"
        return f"neurolist record {line.ref} {line.done_by[0]}{others}{by_hand}"
    return f"neurolist tasks done {short}"


def print_holidays(lines: Sequence[HolidayLine], year: int) -> None:
    """Print a year's holidays, and say how many of them nobody has confirmed."""
    screen = console()
    if not lines:
        screen.print(f"No public holidays of {year} are in the table. Add one with: neurolist holidays add DATE NAME")
        return
    shown = table("Day", "Name", "Where", "")
    for line in lines:
        where = line.site or "every site"
        stands = "" if line.confirmed else "[yellow]predicted: not confirmed[/]"
        shown.add_row(day(line.on), escape(line.name), where, stands if line.observed else "works on this day")
    screen.print(shown)
    open_days = sum(not line.confirmed for line in lines)
    if open_days:
        screen.print(
            f"{open_days} are only predicted. Check them, then: neurolist holidays confirm DATE (or --year {year})"
        )
