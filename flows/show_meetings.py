"""What the command line prints about MDT meetings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape

from flows.show import console, day, local, table

if TYPE_CHECKING:
    from db.meeting_pictures import AgendaLine, AgendaPage, MeetingLine


def print_calendar(meetings: Sequence[MeetingLine], zone: ZoneInfo) -> None:
    """Print the meetings, one in a row."""
    screen = console()
    if not meetings:
        screen.print(
            "No MDT meeting is in the calendar. Add one: neurolist mdt add DATE, or neurolist mdt series DATE."
        )
        return
    shown = table("When", "Stands as", "Time used", "Waiting", "Decided", "Carried", "Agenda closes", "Where", "Chair")
    for one in meetings:
        state = one.state.label + (f": {escape(one.reason)}" if one.state.value == "cancelled" else "")
        shown.add_row(
            f"{day(one.on)} {one.start:%H:%M}",
            state,
            f"{one.minutes_used} of {one.capacity_minutes} min",
            str(one.waiting),
            str(one.decided),
            str(one.carried),
            local(one.agenda_closes_at, zone) if one.agenda_closes_at else "-",
            escape(one.place or "-"),
            escape(one.chair or "-"),
        )
    screen.print(shown)


def print_agenda(page: AgendaPage) -> None:
    """Print one meeting: its head, its cases in order, those carried, and those that should come back."""
    screen, meeting = console(), page.meeting
    screen.print(f"[bold]MDT meeting {day(meeting.on)} {meeting.start:%H:%M}[/]  {meeting.state.label}")
    where = " ".join(part for part in (meeting.place, f"chaired by {meeting.chair}" if meeting.chair else "") if part)
    if where:
        screen.print(escape(where), soft_wrap=True)
    screen.print(
        f"{meeting.minutes_used} of {meeting.capacity_minutes} minutes used, {meeting.minutes_per_case} for each case."
    )
    for says in attendance_lines(page):
        screen.print(escape(says), soft_wrap=True)
    for line in page.lines:
        for says in _line(line):
            screen.print(says, soft_wrap=True)
    if not page.lines:
        screen.print("No cases.")
    if page.again:
        screen.print("\n[bold]On no agenda, and perhaps for a meeting again[/]")
    for one in page.again:
        screen.print(f"  [bold]{one.ref}[/] {one.state.label}: {escape(' '.join(one.reasons))}", soft_wrap=True)
    if page.minutes_document:
        screen.print(f"Minutes: neurolist mdt minutes {meeting.on}")


def attendance_lines(page: AgendaPage) -> list[str]:
    """Say who sits, who must for the cases listed, and whether the meeting may decide."""
    here = "; ".join(f"{one.label}: {one.person}{'' if one.voting else ' (no vote)'}" for one in page.present)
    must = ", ".join(page.must_sit)
    quorum = f"No quorum yet: {', '.join(page.absent)} not noted." if page.absent else "The meeting has its quorum."
    return [f"Must sit: {must}.", f"Sits: {here or 'nobody is noted'}.", quorum]


def _line(line: AgendaLine) -> list[str]:
    target = line.target.label if line.target else "no target"
    cancer = ", cancer" if line.cancer else ""
    head = f"\n[bold]{line.place}. {line.ref}[/]  {escape(target)}{cancer}  {line.minutes} min"
    if line.carried:
        where = f"carried to {day(line.carried_to)}" if line.carried_to else "not discussed"
        return [f"{head}  [yellow]{where}[/]", f"   {escape(line.carried_why)}"]
    if line.outcome is not None:
        told = " ".join(part for part in (line.reason, line.alternative) if part)
        return [f"{head}  [green]{line.outcome.label}[/]", *([f"   {escape(told)}"] if told else [])]
    if not line.waits:
        return [f"{head}  [dim]no longer waits: {line.state.label}[/]"]
    over = "" if line.fits else "  [red]over the time: would be carried[/]"
    said = [f"{head}{over}", f"   {escape(line.because)}"]
    said += [f"   [yellow]Lacks[/] {escape(' '.join(line.lacks))}"] if line.lacks else []
    said += [f"   [yellow]Cannot be decided without[/] {escape(', '.join(line.absent))}"] if line.absent else []
    said += [f"   Added after the closing: {escape(line.added_why)}"] if line.late else []
    return said
