"""Tasks as their page shows them: grouped by when they are due, each with why, whose it is and the way to do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.words import day, listed, short_day
from flows.desk import CasePage, NextStep, TaskLine

SOON: Final = timedelta(days=7)
MEETING_KINDS: Final = frozenset({"add_to_mdt_agenda", "mdt_urgent", "mdt_papers"})
UNFINISHED: Final = "mdt_not_finished"
HOLIDAYS: Final = "confirm_holidays"
LETTER: Final = "letter"
OPEN_CASE: Final = "Open the case"
OVERDUE, TODAY, WEEK, LATER, NO_DAY, PUT_OFF = "Overdue", "Today", "Within a week", "Later", "Without a day", "Put off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a task is done: a button's words, the page it opens and what it asks of that page; or why not yet."""

    label: str
    page: str
    asks: dict[str, str] = field(default_factory=dict)
    why_not: str = ""


def matching(tasks: Iterable[TaskLine], text: str) -> tuple[TaskLine, ...]:
    """Keep the tasks whose words or reference hold this text."""
    wanted = text.strip().casefold()
    return tuple(task for task in tasks if wanted in " ".join((task.ref or "", task.says, task.why)).casefold())


def task_groups(tasks: Iterable[TaskLine], today: date) -> tuple[Group, ...]:
    """The tasks by when they are due, those put off last."""
    found: dict[str, list[Card]] = {name: [] for name in (OVERDUE, TODAY, WEEK, LATER, NO_DAY, PUT_OFF)}
    for task in tasks:
        found[_when(task, today)].append(task_card(task))
    return tuple(
        Group(heading=name, cards=tuple(cards), look="over" if name == OVERDUE else "") for name, cards in found.items()
    )


def _when(task: TaskLine, today: date) -> str:
    if task.snoozed_until is not None:
        return PUT_OFF
    if task.due_on is None:
        return NO_DAY
    if task.due_on < today:
        return OVERDUE
    if task.due_on == today:
        return TODAY
    return WEEK if task.due_on <= today + SOON else LATER


def task_card(task: TaskLine) -> Card:
    """One task in short."""
    taken = f"taken by {task.assignee_name}" if task.assignee else ""
    later = f"put off to {short_day(task.snoozed_until)}" if task.snoozed_until else ""
    return Card(
        kind="task",
        id=task.id,
        code=task.ref or "",
        title=task.says,
        aside=short_day(task.due_on) if task.due_on else "",
        aside_look="over" if task.overdue else "quiet",
        lines=(Said(text=", ".join(part for part in (asked_words(task), taken, later) if part)),),
    )


def chosen_task(tasks: tuple[TaskLine, ...], wanted: str | None) -> TaskLine | None:
    """The task to show: the one asked for, or the first that is not put off."""
    asked = next((task for task in tasks if task.id == wanted), None)
    return asked or next((task for task in tasks if task.snoozed_until is None), tasks[0] if tasks else None)


def asked_words(task: TaskLine) -> str:
    """Whom a task asks: the role, and the sites of its case."""
    return f"{task.role.label} at {' or '.join(task.sites)}" if task.sites else task.role.label


def task_facts(task: TaskLine) -> tuple[tuple[str, str], ...]:
    """What is known of a task, its reason aside."""
    late = ", overdue" if task.overdue else ""
    return (
        ("Due", f"{day(task.due_on)}{late}" if task.due_on else "no day"),
        ("Asked of", asked_words(task)),
        ("With", task.assignee_name if task.assignee else "everybody of the role"),
        ("Put off", f"to {day(task.snoozed_until)}" if task.snoozed_until else "no"),
    )


def ways(task: TaskLine, page: CasePage | None, steps: tuple[NextStep, ...]) -> tuple[Way, ...]:
    """The ways to do a task, the usual one first; each opens the page, and there the form, that does it."""
    elsewhere = _of_no_case(task) if page is None or task.ref is None else _beside_the_case(task, task.ref, page)
    if elsewhere is not None:
        return (elsewhere,)
    if task.ref is None:
        return ()
    doing = [step for step in steps if step.event.value in task.done_by]
    order = {name: at for at, name in enumerate(task.done_by)}
    found = tuple(_step_way(task.ref, step) for step in sorted(doing, key=lambda step: order[step.event.value]))
    return found or (Way(label=OPEN_CASE, page="case", asks={"case": task.ref}),)


def _of_no_case(task: TaskLine) -> Way | None:
    if task.kind == UNFINISHED and task.due_on is not None:
        return Way(label="Open the meeting", page="mdt", asks={"meeting": task.due_on.isoformat()})
    return Way(label="Open the holidays", page="setup-holidays") if task.kind == HOLIDAYS else None


def _beside_the_case(task: TaskLine, ref: str, page: CasePage) -> Way | None:
    """The way of what is done on another page than the case's own steps."""
    if task.kind == LETTER:
        return Way(label="Open the letters", page="case", asks={"case": ref, "part": "Papers"})
    if page.agenda_on is not None and (task.kind in MEETING_KINDS or _decided_by_meeting(task)):
        asks = {"meeting": page.agenda_on.isoformat(), "ref": ref}
        return Way(label=f"Open the MDT meeting of {short_day(page.agenda_on)}", page="mdt", asks=asks)
    return Way(label="Open the meetings", page="mdt") if task.kind in MEETING_KINDS else None


def _decided_by_meeting(task: TaskLine) -> bool:
    return any(event.startswith("mdt_") for event in task.done_by)


def _step_way(ref: str, step: NextStep) -> Way:
    asks = {"case": ref, "step": step.event.value}
    return Way(label=step.label, page="case", asks=asks, why_not="" if step.allowed else step.why_not or "")


def by_hand_words(task: TaskLine, found: tuple[Way, ...]) -> str:
    """How a task ends that nobody ticks off by hand."""
    steps = listed(tuple(f"“{way.label}”" for way in found)) or "its step"
    return f"It is ticked off by itself when this is recorded: {steps}." if not task.by_hand else ""


def heading(tasks: Iterable[TaskLine]) -> str:
    """How many tasks there are, and how many are late."""
    found = tuple(tasks)
    late = sum(task.overdue for task in found)
    return f"{len(found)} open, {late} overdue"
