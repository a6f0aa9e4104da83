"""What the database refuses, said in words: no exception that carries a bound value leaves the memory."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from db.errors import MemoryFaultError, TryAgainError
from scheduler.errors import DoubleBookingError, NeurolistError, StaleVersionError

OVERLAP = "claim_no_overlap"
EXCLUSION_VIOLATION = "23P01"
UNIQUE_VIOLATION = "23505"
NO_RIGHT = "42501"  # what PostgreSQL says to a role without the right
REPEATABLE = frozenset({"40001", "40P01", "55P03"})
# Two processes that do, or set, the same thing at once: the second does it again, and finds it done.
FIRST_WRITER_WINS = ("client_write", "due_step_key")


UNKEEPABLE = (UnicodeEncodeError, OverflowError)
"""What drivers and dates raise for text and numbers that no database can keep."""


def explain_unkeepable(fault: UnicodeEncodeError | OverflowError) -> NeurolistError:
    """Give the error people may see for something that was typed and cannot be kept; it never quotes it."""
    if isinstance(fault, UnicodeEncodeError):
        return NeurolistError("A text has characters that cannot be kept; nothing was kept. Type it anew.")
    return NeurolistError("A number or a date is too large to keep; nothing was kept. Check what was typed.")


def explain(fault: DBAPIError | StaleDataError) -> NeurolistError:
    """Give the error people may see for what the database said."""
    if isinstance(fault, StaleDataError):
        return StaleVersionError(
            "Somebody else saved this at the same moment. Look at it again, then repeat the change."
        )
    state, rule = _state(fault), _rule(fault)
    if state == EXCLUSION_VIOLATION or OVERLAP in rule:
        return DoubleBookingError(
            "The time is already taken: a room, person or unit it needs is held by something else."
        )
    if state in REPEATABLE or (isinstance(fault, IntegrityError) and any(name in rule for name in FIRST_WRITER_WINS)):
        return TryAgainError("Two writes met, and this one was not kept. Repeat it as it is.")
    if isinstance(fault, IntegrityError):
        return MemoryFaultError(f"The database refused a row that breaks its rule '{rule}'; nothing was kept.")
    return MemoryFaultError(_could_not(fault, state))


def _could_not(fault: DBAPIError, state: str) -> str:
    if state == NO_RIGHT:
        return (
            "The role that Neurolist uses at the database lacks a right it needs; nothing was kept. Give it its rights "
            "as the owner of the tables: examples/deploy/postgres-grants.sql (docs/operations.md)."
        )
    if isinstance(fault, OperationalError):
        return (
            f"The database could not do this now ({_kind(fault)}); nothing was kept. Check that it runs and has room."
        )
    return f"The database could not do this ({_kind(fault)}); nothing was kept."


def _state(fault: DBAPIError) -> str:
    return str(getattr(fault.orig, "sqlstate", None) or "")


def _rule(fault: DBAPIError) -> str:
    """Name the broken rule: PostgreSQL tells its name; SQLite's text holds names of tables and columns only."""
    diagnosis = getattr(fault.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or _raised(fault))
    return re.sub(r"[^\w .,:]", "", str(fault.orig))


def _raised(fault: DBAPIError) -> str:
    """A guard's own exception says nothing but the guard's name."""
    text = str(fault.orig).splitlines()[0] if str(fault.orig) else ""
    return text if re.fullmatch(r"\w+", text) else _kind(fault)


def _kind(fault: DBAPIError) -> str:
    code = getattr(fault.orig, "sqlite_errorname", None) or _state(fault)
    return str(code or type(fault.orig).__name__)
