"""The history of a thing in words: who, when, and each value before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import day, moment, upper
from flows.desk import keeping

HISTORY_HEADS: Final = ("When", "Who", "What", "Before → after")
ACTIONS: Final[Mapping[str, str]] = {
    "add_lists": "Lists added",
    "add_leave": "Leave entered",
    "cancel_leave": "Leave taken back",
    "add_maintenance": "Taken out of service",
    "cancel_maintenance": "Back in service",
    "take_off": "Radiologist taken off",
    "roster": "Radiologist rostered",
    "set_roles": "Roles changed",
    "set_password": "Password changed",
    "open_account": "Account enabled",
    "close_account": "Account disabled",
    "sign_in": "Signed in",
    "sign_out": "Signed out",
    "revoke_sign_in": "Sign-in ended",
    "propose_protocol": "Change proposed",
    "approve_protocol": "Change approved",
    "decline_protocol": "Change declined",
    "withdraw_protocol": "Proposal taken back",
}
VERBS: Final[Mapping[str, str]] = {
    "add": "added",
    "change": "changed",
    "reshape": "changed",
    "close": "closed",
    "open": "opened",
    "end": "ended",
    "resume": "used again",
    "confirm": "confirmed",
    "remove": "removed",
}
COLUMNS: Final[Mapping[str, str]] = {
    "on": "day",
    "wall_start": "from",
    "wall_end": "to",
    "overtime_minutes": "overtime (minutes)",
    "max_cases": "most cases",
    "closed_reason": "reason",
    "rostered_radiologist_id": "rostered radiologist",
    "assigned_radiologist_id": "radiologist of its bookings",
    "radiologist_id": "radiologist",
    "suite_id": "room",
    "site_id": "site",
    "recovery_bays": "recovery bays",
    "recovery_close": "recovery closes",
    "target_minutes": "target (minutes a week)",
    "turnaround_minutes": "turnaround (minutes)",
    "max_sessions_per_day": "most lists a day",
    "max_sessions_per_week": "most lists a week",
    "ended_on": "not used from",
    "approved_by": "approved by",
    "effective_from": "in force from",
    "must_change": "first password",
    "password_hash": "password",
    "gone": "taken away",
}
HIDDEN: Final = frozenset({"id", "start", "end", "version", "account_id", "fields", "decided_by", "proposed_by"})


def history_rows(acts: Iterable[keeping.KeptHistory], zone: ZoneInfo) -> list[list[Cell | str]]:
    """One row for each act, the newest first."""
    return [
        [
            Cell(text=moment(act.at, zone), look="nowrap"),
            act.by,
            " ".join(filter(None, [action_words(act.action), act.why])),
            Cell(text="; ".join(step_words(step) for step in act.steps if step.column not in HIDDEN)),
        ]
        for act in acts
    ]


def action_words(action: str) -> str:
    """What was done."""
    verb, _, thing = action.partition("_")
    usual = f"{thing} {VERBS[verb]}" if verb in VERBS and thing else action
    return ACTIONS.get(action, upper(usual.replace("_", " ")))


def step_words(step: keeping.Step) -> str:
    """One value before and after."""
    name = COLUMNS.get(step.column, step.column.replace("_", " "))
    if "kept back" in (step.before, step.after):
        return f"{name}: changed"
    return f"{name}: {value_words(step.before)} → {value_words(step.after)}"


def value_words(value: object) -> str:
    """A value as people write it; nothing is a dash."""
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return "every site" if value == "*" else _dated(str(value))


def _dated(text: str) -> str:
    try:
        if len(text) == len("2026-11-24"):
            return day(date.fromisoformat(text))
        return day(datetime.fromisoformat(text).date()) if "T" in text else text
    except ValueError:
        return text
