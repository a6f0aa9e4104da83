"""Where a case stands in words: since when, who must act by when, and what is wrong or about to be."""

from __future__ import annotations

from datetime import date
from typing import Final

from dashboard.shapes.words import count, day, safe, short_day
from flows.desk import Alert, CasePage, CaseSummary, TaskLine, TaskState

GRAVE: Final = frozenset({"overdue", "booking_passed", "runs_out", "advice"})
STATE: Final = "state"


def stands_words(case: CaseSummary) -> str:
    """How long the case has stood where it is, and by when it has to move on."""
    since = f"{case.state.label} since {day(case.since)}"
    if case.state.ends:
        return f"{since}. The pathway has ended."
    if case.limit is None:
        return f"{since}, {count(case.days, 'day')}."
    due = f"due by {day(case.due_on)}" if case.due_on else "the clock stands still"
    over = case.days - case.limit
    return f"{since}: {case.days} of {count(case.limit, 'day')}; {f'{over} over' if over > 0 else due}."


def open_tasks(page: CasePage) -> tuple[TaskLine, ...]:
    """What people still have to do for the case, the soonest due first."""
    still = (task for task in page.tasks if task.state is TaskState.OPEN)
    return tuple(sorted(still, key=lambda task: (task.due_on or date.max, task.kind != STATE)))


def act_words(page: CasePage) -> str:
    """Who must act next, and by when."""
    tasks = open_tasks(page)
    if not tasks:
        return ""
    first = tasks[0]
    who = first.assignee_name or first.role.label
    by = f" By {short_day(first.due_on)}{', overdue' if first.overdue else ''}." if first.due_on else ""
    return f"{who}: {first.says}{by}"


def alert_list(alerts: tuple[Alert, ...]) -> str:
    """What to point out, the gravest first; the word before it says how grave it is."""
    items = "".join(
        f'<li class="{"nl-over" if alert.kind.value in GRAVE else "nl-soon"}">{safe(alert.says)}</li>'
        for alert in alerts
    )
    return f'<ul class="nl-alerts" aria-label="To look at">{items}</ul>' if items else ""
