"""How a condition is written down: under its function's name, with its docstring as the sentence people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scheduler.pathway.situation import Situation

Check = Callable[[Situation], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One condition. `check` gives None when it holds, or a sentence: what is missing and what to do.

    `answers` says that the check also looks at the form, so it cannot be tried before the form is filled in. `by_lead`
    says what the check let pass only because the IR lead approves it.
    """

    key: str
    says: str
    check: Check
    answers: bool = True
    by_lead: Check | None = None


GUARDS: dict[str, Guard] = {}


def guard(*, answers: bool = True, by_lead: Check | None = None) -> Callable[[Check], Check]:
    """Enter a check in GUARDS; its docstring is what the guard says."""

    def enter(check: Check) -> Check:
        name = getattr(check, "__name__", "")
        GUARDS[name] = Guard(key=name, says=check.__doc__ or name, check=check, answers=answers, by_lead=by_lead)
        return check

    return enter


def all_yes(key: str, says: str, fields: tuple[str, ...]) -> None:
    """Enter a guard that asks for a yes to every one of these fields."""

    def check(case: Situation) -> str | None:
        unanswered = [f"'{field}'" for field in fields if not case.details.yes(field)]
        return f"Still to be answered with yes: {listed(unanswered)}." if unanswered else None

    GUARDS[key] = Guard(key=key, says=says, check=check)


def listed(words: Iterable[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
