"""What the command line prints of one case: where it stands, what is wrong, what it waits for, and how it got there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from flows.show import console, day, local, table
from flows.show_history import history_lines
from flows.show_tasks import how, task_head
from scheduler.pathway.alerts import amount

if TYPE_CHECKING:
    from flows.desk import CasePage, NextStep, PathwayClock

GRAVE = frozenset({"overdue", "booking_passed", "runs_out", "advice"})


def print_case(page: CasePage, steps: Sequence[NextStep], zone: ZoneInfo, *, today: date) -> None:
    """Print one case: where it stands, alerts, tasks, clocks, prerequisites, bookings, history and next steps."""
    screen = console()
    _print_head(page, screen)
    for alert in page.summary.alerts:
        colour = "red" if alert.kind.value in GRAVE else "yellow"
        _tell(screen, f"[{colour}]![/] {escape(alert.says)}")
    _print_tasks(page, screen)
    _print_clocks(page, screen, today)
    _print_prerequisites(page, screen)
    _print_bookings(page, screen, zone)
    _print_timers(page, screen)
    _print_history(page, screen, zone)
    _print_next(page.ref, steps, screen)


def _print_head(page: CasePage, screen: Console) -> None:
    case = page.summary
    side = f", {case.laterality.label.lower()}" if case.laterality else ""
    technique = f", {case.technique.label.lower()}" if case.technique else ""
    target = case.target.label if case.target else "no target yet"
    ready = f"; {case.readiness.label.lower()}" if case.readiness else ""
    screen.print(f"[bold]{case.ref}[/]  {case.state.label} since {day(case.since)}")
    screen.print(
        f"{target}{technique}{side}; {case.funding.label.lower()}; category {case.urgency or 'not set'}{ready}"
    )
    screen.print(f"Missing: {', '.join(case.missing) or 'nothing'}")
    if page.agenda_on is not None:
        screen.print(f"On the agenda of the MDT meeting of {day(page.agenda_on)}.")


def _print_tasks(page: CasePage, screen: Console) -> None:
    open_tasks = sorted(
        (task for task in page.tasks if task.state.value == "open"), key=lambda task: task.due_on or date.max
    )
    if open_tasks:
        screen.print("\n[bold]To do[/]")
    for task in open_tasks:
        _tell(screen, task_head(task).replace(f"  [bold]{page.ref}[/]", ""), 2)
        _tell(screen, f"[dim]{escape(how(task))}[/]", 4)


def _print_clocks(page: CasePage, screen: Console, today: date) -> None:
    shown = table("Clock", "Days", "Limit", "Not counted", "Due", "", title="\nClocks")
    for clock in page.clocks:
        paused = str(clock.paused_days or "-")
        shown.add_row(
            f"{clock.id} {clock.label}",
            str(clock.days),
            str(clock.limit or "-"),
            paused,
            day(clock.due_on),
            _how_late(clock, today),
        )
    screen.print(shown)


def _how_late(clock: PathwayClock, today: date) -> str:
    """Say how a clock stands against its limit: overdue, due in so many days, stopped, or standing still."""
    if clock.stopped:
        return f"stopped {day(clock.stopped)}"
    if clock.limit is None:
        return ""
    unit = clock.unit.split(",", maxsplit=1)[0]
    if clock.overdue:
        return f"[red]overdue by {amount(clock.days - clock.limit, unit)}[/]"
    if clock.due_on is None:
        return "standing still"
    ahead = (clock.due_on - today).days
    return "[yellow]due today[/]" if ahead == 0 else f"due in {amount(ahead, 'days')}"


def _print_prerequisites(page: CasePage, screen: Console) -> None:
    if not page.prerequisites:
        return
    what = "the booked day" if page.summary.booked_for else "today"
    shown = table("What must hold", "Good to", "", title=f"\nOn {what}, {day(page.prerequisites_on)}")
    for one in page.prerequisites:
        mark = "" if one.holds else "[red]![/] "
        shown.add_row(f"{mark}{one.prerequisite.value} {one.prerequisite.label}", day(one.last), escape(one.says))
    screen.print(shown)


def _print_bookings(page: CasePage, screen: Console, zone: ZoneInfo) -> None:
    if page.bookings:
        shown = table("When", "Where", "Radiologist", "Stands as", title="\nBookings")
        for booking in page.bookings:
            where = f"{booking.site_name}, {booking.suite_name}"
            shown.add_row(local(booking.start, zone), where, escape(booking.radiologist), booking.status.label)
        screen.print(shown)


def _print_timers(page: CasePage, screen: Console) -> None:
    coming = [timer for timer in page.timers if timer.says]
    if coming:
        screen.print("\n[bold]Will be asked by itself[/]")
    for timer in coming:
        who = f", {timer.role.label}" if timer.role else ""
        _tell(screen, f"{day(timer.due_on)}{who}: {escape(timer.says)}", 2)


def _print_history(page: CasePage, screen: Console, zone: ZoneInfo) -> None:
    screen.print("\n[bold]History[/]")
    for indent, line in history_lines(page.history, page.notes, zone):
        _tell(screen, line, indent)


def _tell(screen: Console, text: str, indent: int = 0) -> None:
    """Print a line that keeps its indent where it is too long for the screen; a pipe gets it whole."""
    if screen.soft_wrap:
        screen.print(" " * indent + text)
    else:
        screen.print(Padding(text, (0, 0, 0, indent)))


def _print_next(ref: str, steps: Sequence[NextStep], screen: Console) -> None:
    screen.print("\n[bold]What may follow[/]" if steps else "\nThe pathway is done.")
    for step in steps:
        if not step.allowed:
            why_not = escape(step.why_not or "")
            _tell(screen, f"[bold]{step.event.value}[/]  {step.label}  [yellow]not now: {why_not}[/]", 2)
            continue
        needs = ", ".join(field.key for field in step.fields if field.required)
        _tell(screen, f"[bold]{step.event.value}[/]  {step.label}" + (f"  [dim]needs {needs}[/]" if needs else ""), 2)
    if steps:
        screen.print(
            f"[dim]Record one with: neurolist record {ref} EVENT --set KEY=VALUE; docs/pathway.md has the forms[/]"
        )
