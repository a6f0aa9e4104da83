"""What a walk need not read twice: the protocol, and the facts of a case until something they are made of is written.

Reading takes most of a walk's time. What is kept of a case was read outside any transaction that had written, so it
is what is committed; every write to a table it may come from, and every rollback, throws all of it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from sqlalchemy import event

from db import facts
from db import protocol as protocols
from flows.outbox import settings
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.protocols import Protocol

if TYPE_CHECKING:
    from db.engine import Database

PREPARED_ON = date(2026, 1, 5)
PREPARED = frozenset({("as prepared for walks", 0)})  # in place of the editions, which are not read either
# Facts are made of none of these; every other table counts as one they are made of.
MADE_OF_NONE_OF = frozenset(
    {
        "audit_event",
        "audit_head",
        "case_trace",
        "claim",
        "client_write",
        "counter",
        "document",
        "due_step",
        "proposal",
        "task",
        "unit_placement",
    }
)
WRITES = {"INSERT": 2, "UPDATE": 1, "DELETE": 2}  # which word of such a statement names its table


@dataclass(slots=True)
class Known:
    """The facts read so far, by case id, and whether the transaction under way has written."""

    facts: dict[str, CaseFacts] = field(default_factory=dict)
    written: bool = False

    def before_statement(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        """Notice a statement that writes."""
        words = statement.split(None, 3)
        place = WRITES.get(words[0])
        if place is not None and words[place].strip('"') not in MADE_OF_NONE_OF:
            self.facts.clear()
            self.written = True

    def over(self, *_: Any) -> None:
        """A transaction has ended; what one read before a rollback may never have been."""
        if self.written:
            self.facts.clear()
        self.written = False


@contextmanager
def quickly(database: Database) -> Iterator[None]:
    """Let the product read only what may have changed, in one memory that nothing else writes to."""
    known, writer = Known(), database._writer
    heard = (("before_cursor_execute", known.before_statement), ("commit", known.over), ("rollback", known.over))
    for name, listener in heard:
        event.listen(writer, name, listener)
    try:
        with _facts_from(known), _one_protocol(), _one_way_to_send():
            yield
    finally:
        for name, listener in heard:
            event.remove(writer, name, listener)


def _facts_from(known: Known) -> AbstractContextManager[Any]:
    load, make = facts._load, facts._facts

    def load_unless_known(session: Any, cases: Sequence[Any]) -> Any:
        session.flush()  # as the first question would
        if all(case.id in known.facts for case in cases):
            return {case.id: known.facts[case.id] for case in cases}
        return load(session, cases)

    def make_unless_known(session: Any, case: Any, rows: Any) -> CaseFacts:
        if isinstance(rows, dict):
            return cast("CaseFacts", rows[case.id])
        made = make(session, case, rows)
        if not known.written:
            known.facts[case.id] = made
        return made

    return patch.multiple(facts, _load=load_unless_known, _facts=make_unless_known)


def _one_protocol() -> AbstractContextManager[Any]:
    """The protocol as it was prepared holds on every day: nobody changes it on a walk, and reading it is slow."""
    return patch.multiple(
        protocols, _editions=lambda _: PREPARED, _in_force=lambda session, _: _known_protocol(session, PREPARED_ON)
    )


def _one_way_to_send() -> AbstractContextManager[Any]:
    """How letters leave is read from the environment once."""
    told = settings.OutboxSettings()
    return patch.object(settings, "OutboxSettings", lambda: told)


@cache
def _kept() -> dict[date, Protocol]:
    return {}


def _known_protocol(session: Any, on: date) -> Protocol:
    if on not in _kept():
        _kept()[on] = _read(session, on)
    return _kept()[on]


_read = protocols._in_force
