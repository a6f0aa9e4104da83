"""What the command line prints for people: tables and sentences, in plain words and local time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.as_json import to_json

if TYPE_CHECKING:
    from flows.desk import (
        CaseSummary,
        HeldSlot,
        ImportReport,
        ListCard,
        PatientIdentity,
        ProposalPage,
        PublishReport,
        SetUpReport,
    )
    from flows.status import StatusReport
    from scheduler.audit import Audit
    from scheduler.engine.quick import QuickAnswer
    from scheduler.goal import Goal
    from scheduler.plan import Plan
    from scheduler.rule import Rule

MOST_REASONS = 3


def console() -> Console:
    """Give the console of the standard output; a pipe gets whole lines."""
    piped = not sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=piped, width=200 if piped else None)


def print_json(found: object) -> None:
    """Print data for programs."""
    sys.stdout.write(to_json(found) + "\n")


def day(on: date | None) -> str:
    """Write a date as people do, or a dash."""
    return f"{on:%a} {on.day} {on:%b %Y}" if on else "-"


def local(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant in local time."""
    wall = at.astimezone(zone)
    return f"{day(wall.date())} {wall:%H:%M}"


def table(*heads: str, title: str = "") -> Table:
    """Begin a table."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for head in heads:
        made.add_column(head, overflow="fold")
    return made


def audit_lines(found: Audit) -> list[str]:
    """Say that a plan keeps every rule and what it costs, or give one line for each broken rule."""
    if found.breaches:
        return [str(breach) for breach in found.breaches]
    return [f"The plan keeps every rule. Its cost is {found.cost:,}."]


def plan_sentence(plan: Plan) -> str:
    """Say what a solver run gave, in one line."""
    gap = f", gap {(plan.cost - plan.bound) / plan.bound:.1%}" if plan.bound else ""
    proven = plan.status.value == "optimal"
    quality = "no better plan exists" if proven else f"no plan costs less than {plan.bound:,}{gap}"
    return (
        f"{len(plan.bookings)} cases booked, {len(plan.unscheduled)} left over; cost {plan.cost:,} ({quality}); "
        f"{plan.seconds:.1f} s."
    )


def quick_lines(answer: QuickAnswer, proposal: str | None = None) -> list[str]:
    """Say who moves and why, who else could have a place that came free, and what stays."""
    touched = {change.case for change in answer.changes if change.case is not None}
    stay = sum(booking.case not in touched for booking in answer.plan.bookings)
    cases = "case" if len(touched) == 1 else "cases"
    total = (
        f"{len(touched)} {cases} changed, {stay} stay where they are, {len(answer.plan.unscheduled)} without a place; "
        f"cost {answer.plan.cost:,}; {answer.plan.seconds:.1f} s."
    )
    offered = (f"Or: {one.says}" for one in answer.suggestions)
    then = [] if proposal is None else [f"Publish it with: neurolist publish {proposal}"]
    return [*(change.says for change in answer.changes), *offered, total, *then]


def print_rulebook(rules: Iterable[Rule], goals: Iterable[Goal]) -> None:
    """Print every rule with its reason, then every goal."""
    screen = console()
    screen.print("[bold]Rules: a plan never breaks one[/]")
    for rule in rules:
        screen.print(f"\n[bold]{rule.name}[/]\n  {escape(rule.says)}\n  [dim]{escape(rule.because)}[/]")
    screen.print("\n[bold]Goals: what a plan costs[/]")
    for goal in goals:
        screen.print(f"\n[bold]{goal.name}[/] ({escape(goal.unit)})\n  {escape(goal.says)}")


def print_status(found: StatusReport, zone: ZoneInfo) -> None:
    """Print how the service stands."""
    memory, screen = found.memory, console()
    shifted = f" [bold yellow](shifted by {found.clock_shifted_by})[/]" if found.clock_shifted else ""
    guards = "all hold" if found.guards is None else f"[bold red]{escape(found.guards)}[/]"
    rows = (
        ("Clock", f"{local(found.now, zone)}{shifted}"),
        ("Home", escape(found.home)),
        ("Database", escape(found.database)),
        ("Guards", guards),
        ("Screens", found.address or "not running; start them with: neurolist up"),
        ("Prefect", found.prefect or "not reachable; steps are worked without it"),
        (
            "Cases",
            f"{memory.open_cases} open, {memory.waiting} waiting, {memory.booked} booked, {memory.overdue} overdue",
        ),
        ("Steps", f"{memory.steps_waiting} waiting, {memory.steps_overdue} overdue, {memory.steps_parked} parked"),
        ("Tasks", f"{memory.open_tasks} open, {memory.tasks_overdue} overdue"),
        ("Silent cases", f"[bold red]{', '.join(memory.silent)}[/]" if memory.silent else "none"),
        ("Plans", f"{memory.proposals_working} being worked out, {memory.proposals_ready} ready to publish"),
        ("Protocol", f"{memory.unapproved_values} values are unapproved defaults"),
        ("Audit trail", f"{memory.trail_rows} rows, sealed {memory.trail_seal[:12]}"),
        ("Versions", ", ".join(f"{name} {number}" for name, number in found.versions.items())),
    )
    shown = table("", "")
    shown.show_header = False
    for label, text in rows:
        shown.add_row(f"[bold]{label}[/]", text)
    screen.print(shown)
    _print_stages(found, screen)
    for step in found.parked:
        screen.print(f"[bold]Parked[/] {step.name} {step.case_ref or ''}: {escape(step.last_error)}")


def _print_stages(found: StatusReport, screen: Console) -> None:
    standing = {state: count for state, count in found.memory.cases.items() if count}
    if standing:
        shown = table("Cases", "State", title="")
        for state, count in standing.items():
            shown.add_row(str(count), state.label)
        screen.print(shown)


def set_up_line(report: SetUpReport) -> str:
    """Say what was added to the clinic."""
    kinds = {
        "sites": report.sites,
        "suites": report.suites,
        "radiologists": report.radiologists,
        "machines": report.units,
        "lists": report.lists,
    }
    added = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count) or "nothing"
    return f"Added {added}; {report.already_there} were already there and stay as they are."


def import_lines(report: ImportReport) -> list[str]:
    """Say what became of each referral."""
    kept = ["; ".join((f"{one.ref} imported", *_lacking(one.missing), *one.cautions)) for one in report.imported]
    same = [f"{ref} was here already; nothing changed" for ref in report.unchanged]
    refused = [f"refused: {refusal}" for refusal in report.refused]
    entries = len({(refusal.file, refusal.entry) for refusal in report.refused})
    total = f"{len(kept)} imported, {len(same)} unchanged, {entries} refused."
    return [*kept, *same, *refused, total]


def _lacking(missing: Sequence[str]) -> tuple[str, ...]:
    return (f"missing: {', '.join(missing)}",) if missing else ()


def print_cases(cases: Sequence[CaseSummary], zone: ZoneInfo) -> None:
    """Print cases, one in a row."""
    screen = console()
    if not cases:
        screen.print("No cases.")
        return
    shown = table("Case", "State", "Since", "Days", "Urgency", "Target", "Booked", "Look out")
    for case in cases:
        shown.add_row(
            case.ref,
            case.state.label,
            day(case.since),
            f"{case.days}" + (f" of {case.limit}" if case.limit is not None else ""),
            str(case.urgency or "-"),
            case.target.label if case.target else "-",
            local(case.booked_for, zone) if case.booked_for else "-",
            ", ".join(_look_out(case)),
        )
    screen.print(shown)


def _look_out(case: CaseSummary) -> list[str]:
    """Name what is pointed out about a case, the gravest first."""
    kinds = dict.fromkeys(alert.kind.value for alert in case.alerts)
    return [f"[red]{kind}[/]" if kind == "overdue" else kind.replace("_", " ") for kind in kinds]


def summary_line(case: CaseSummary) -> str:
    """Say where a case stands now, and what the person who acted should know."""
    due = f", due {day(case.due_on)}" if case.due_on else ""
    return "\n".join((f"{case.ref} is now: {case.state.label}{due}.", *(f"Note: {told}" for told in case.cautions)))


def held_lines(held: HeldSlot, zone: ZoneInfo) -> list[str]:
    """Say which slot is held and until when, and what to know before it is booked."""
    where = f"{local(held.start, zone)} on {held.list}, with {held.radiologist}"
    return [f"{held.ref}: held until {local(held.until, zone)}: {where}.", *(f"But: {says}" for says in held.cautions)]


def patient_lines(patient: PatientIdentity) -> tuple[str, ...]:
    """Say who a patient is and how to reach them, leaving out what is not known."""
    return tuple(f"{name:<22} {value}" for name, value in patient.lines())


def print_proposal(page: ProposalPage, zone: ZoneInfo) -> None:
    """Print a proposed plan: what is placed, what moves, what is left over and why, and what it costs."""
    screen, plan = console(), page.summary
    screen.print(f"[bold]Proposal {plan.id}[/]  {plan.status.value}, {day(plan.start)} to {day(plan.end)}")
    if plan.failure:
        screen.print(f"[red]{escape(plan.failure)}[/]")
    shown = table("Case", "When", "Where", "Radiologist", "Minutes", "Due", "")
    for place in page.placed:
        moved = "moved" if place.moved else ("" if place.before_start else "new")
        where = f"{place.site_name}, {place.suite_name}"
        shown.add_row(
            place.ref,
            local(place.start, zone),
            where,
            place.radiologist or "-",
            str(place.minutes),
            day(place.due),
            moved,
        )
    if page.placed:
        screen.print(shown)
    for left in page.left_over:
        screen.print(f"[bold]{left.ref}[/] not placed: {escape(' '.join(left.reasons[:MOST_REASONS]))}")
    terms = ", ".join(f"{name} {value:,}" for name, value in page.terms.items() if value)
    screen.print(f"{plan.placed} placed, {plan.moved} moved, {plan.left_over} left over.")
    if plan.cost is not None:
        screen.print(f"Cost {plan.cost:,}; no plan costs less than {plan.bound or 0:,}. {terms}")
    if says := page.run.get("risk_says"):
        screen.print(escape(str(says)))
    if plan.status.value == "ready":
        screen.print(f"Publish it with: neurolist publish {plan.id}")


def publish_lines(report: PublishReport) -> list[str]:
    """Say what publishing did."""
    refused = [f"{one.ref} was not booked: {one.says}" for one in report.not_booked]
    left = [f"{one.ref} was left alone: {one.says}" for one in report.left_alone]
    total = (
        f"{len(report.booked)} booked, {len(report.moved)} moved, {len(report.kept)} kept, "
        f"{len(report.cancelled)} postponed, {len(refused)} not booked, on {len(report.lists)} lists."
    )
    return [*refused, *left, total]


def print_lists(cards: Sequence[ListCard], zone: ZoneInfo) -> None:
    """Print each list with its cases in order."""
    screen = console()
    if not cards:
        screen.print("No lists on these dates.")
    for card in cards:
        closed = f"  [red]closed: {escape(card.closed_reason)}[/]" if card.closed else ""
        who = card.radiologist or "no radiologist yet"
        hours = f"{card.start.astimezone(zone):%H:%M}-{card.end.astimezone(zone):%H:%M}"
        screen.print(f"[bold]{day(card.date)} {hours}  {card.site_name}, {card.suite_name}[/]  {who}{closed}")
        screen.print(f"  {card.minutes_used} of {card.minutes_available} minutes used  [dim]{card.id}[/]")
        for case in card.cases:
            what = f"{case.target.label}, {case.stage.label.lower()}"
            screen.print(
                f"  {case.start.astimezone(zone):%H:%M}  {case.ref}  {what}  {case.minutes} min  {case.status.label}"
            )
