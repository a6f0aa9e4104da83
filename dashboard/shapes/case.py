"""One case as its page shows it: what is planned, its clocks, its bookings and its history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.differences import differing
from dashboard.shapes.markup import Cell
from dashboard.shapes.words import count, day, item_words, listed, moment, short_day, upper
from flows.desk import (
    BookingLine,
    CaseSummary,
    EmergencyReading,
    HistoryLine,
    NoteLine,
    PathwayClock,
    TaskLine,
    TaskState,
)
from scheduler.vocabulary import Role

CLOCK_HEADS = ("Clock", "Started", "#Days", "#Paused", "#Limit", "Due", "How it stands")
BOOKING_HEADS = ("When", "Where", "Radiologist", "Stands as")
TASK_HEADS = ("What", "Who", "By")
HISTORY_HEADS = ("When", "What", "Then stands at", "Who", "Why, and what was recorded with it")
TOLD_ELSEWHERE: Final = frozenset({"reason"})  # the step's own why
NAMES: Final = {"inr": "INR", "volume_ml": "Volume, mL", "mdt_on": "Date of the meeting"}
ROLES: Final = frozenset(role.value for role in Role)


def case_facts(case: CaseSummary) -> tuple[tuple[str, str], ...]:
    """What is planned for the case, with what is not known yet said as such."""
    return (
        ("Target", case.target.label if case.target else "not decided"),
        ("Side", case.laterality.label if case.laterality else "not decided"),
        ("Technique", case.technique.label if case.technique else "not decided"),
        ("Category", f"Category {case.urgency}" if case.urgency else "not set"),
        ("Funding", case.funding.label),
        ("Cancer", "yes" if case.cancer else "no"),
        ("Waits for", case.stage.label if case.stage else "not on a waiting list"),
        ("Readiness", case.readiness.label if case.readiness else "not on a waiting list"),
        ("Due", day(case.due_on) if case.due_on else "no due date"),
        ("In this stage", stay(case)),
    )


def emergency_words(line: EmergencyReading, zone: ZoneInfo) -> str:
    """Say who opened the patient in an emergency, when and why."""
    when = moment(line.opened_at, zone)
    return f"Opened in an emergency by {line.name}, {when}, until {line.until.astimezone(zone):%H:%M}: {line.reason}"


def stay(case: CaseSummary) -> str:
    """How long the case has stood where it is, with the limit."""
    days = count(case.days, "day")
    return f"{days} of {case.limit}" if case.limit is not None else days


def clock_rows(clocks: tuple[PathwayClock, ...]) -> list[list[Cell | str]]:
    """One row for each clock that has started."""
    return [
        [
            Cell(text=clock.label),
            Cell(text=short_day(clock.started), look="nowrap"),
            str(clock.days),
            str(clock.paused_days) if clock.paused_days else "",
            str(clock.limit) if clock.limit is not None else "",
            Cell(text=short_day(clock.due_on) if clock.due_on else "", look="nowrap"),
            Cell(text=upper(clock.says.removeprefix(f"{clock.label}: ")), look="nl-over" if clock.overdue else "quiet"),
        ]
        for clock in clocks
    ]


def booking_rows(bookings: tuple[BookingLine, ...], zone: ZoneInfo) -> list[list[Cell | str]]:
    """One row for each booking, past and coming."""
    return [
        [
            f"{moment(line.start, zone)} to {line.end.astimezone(zone):%H:%M}",
            f"{line.suite_name}, {line.site_name}",
            line.radiologist,
            line.status.label,
        ]
        for line in bookings
    ]


def history_rows(
    history: tuple[HistoryLine, ...], notes: tuple[NoteLine, ...], zone: ZoneInfo
) -> list[list[Cell | str]]:
    """The history, the latest first."""
    return [
        [
            Cell(text=moment(line.at, zone), look="quiet nowrap"),
            line.label,
            Cell(text="" if line.from_state is line.to_state else line.to_state.label, look="nowrap"),
            Cell(text=f"{line.by}, {role_words(line.role)}" if line.role in ROLES else line.by, look="nowrap"),
            " ".join(part for part in (why_words(line, notes), given_words(line, notes, zone)) if part),
        ]
        for line in reversed(history)
    ]


def why_words(line: HistoryLine, notes: tuple[NoteLine, ...]) -> str:
    """Why a step was taken, with what was written down with it."""
    written = [f"{upper(note.about.replace('_', ' '))}: {note.text}" for note in notes if note.event_seq == line.seq]
    return " ".join(
        sentence if sentence.endswith(".") else f"{sentence}." for sentence in [line.why, *written] if sentence
    )


def given_words(line: HistoryLine, notes: tuple[NoteLine, ...], zone: ZoneInfo) -> str:
    """What else was recorded with a step, named as its form names it."""
    told = {note.about for note in notes if note.event_seq == line.seq} | TOLD_ELSEWHERE
    given = (
        f"{NAMES.get(key) or upper(key.replace('_', ' '))}: {answer_words(value, zone)}."
        for key, value in line.details.items()
        if key not in told and value not in (None, "", [], ())
    )
    return " ".join(given)


def answer_words(value: object, zone: ZoneInfo) -> str:
    """An answer as people read it: words for codes, local time for instants."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return listed(tuple(answer_words(one, zone) for one in value))
    text = str(value)
    try:
        return moment(datetime.fromisoformat(text), zone) if "T" in text else day(date.fromisoformat(text))
    except ValueError:
        return text.replace("_", " ")


def role_words(role: str) -> str:
    """The name people read of a role."""
    return Role(role).label


def task_rows(tasks: tuple[TaskLine, ...]) -> list[list[Cell | str]]:
    """What people still have to do for the case, the soonest due first."""
    still = sorted((task for task in tasks if task.state is TaskState.OPEN), key=lambda task: task.due_on or date.max)
    return [
        [
            task.says,
            task.assignee_name or task.role.label,
            Cell(
                text=short_day(task.due_on) if task.due_on else "", look="nl-over nowrap" if task.overdue else "nowrap"
            ),
        ]
        for task in still
    ]


def missing_words(case: CaseSummary) -> str:
    """The documents that have not come, in words."""
    return listed(tuple(item_words(item) for item in case.missing))


def both_versions(shown: CaseSummary, now: CaseSummary) -> list[list[Cell | str]]:
    """What differs between the case as it was shown and as it is; the version is always the first row."""
    return differing(version_facts(shown), version_facts(now))


def version_facts(case: CaseSummary) -> tuple[tuple[str, str], ...]:
    """The facts of a case that two versions are compared by."""
    missing = missing_words(case) or "nothing"
    return (("Version", str(case.version)), ("Stage", case.state.label), *case_facts(case), ("Missing", missing))


def with_wanted(refs: list[str], wanted: str | None) -> list[str]:
    """The references to choose from, with the one in the address, which may be of a case that has ended."""
    return [*refs, wanted] if wanted and wanted not in refs else refs
