"""What a walk need not read twice: the protocol, and the facts of a case until something they are made of is written.

Reading takes most of a walk's time. What is kept of a case is what was read after the last write to any table that it
is made of, in the same transaction or after it was committed; what was read of one that was given up is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from sqlalchemy import event

from db import clinic as clinics
from db import facts
from db import protocol as protocols
from db.responses import Asked, answers_of
from flows.outbox import settings
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.protocols import Protocol

if TYPE_CHECKING:
    from sqlalchemy import Engine

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
LETTERS = frozenset({"notice", "delivery"})
WRITES = {"INSERT": 2, "UPDATE": 1, "DELETE": 2}  # which word of such a statement names its table


@dataclass(slots=True)
class Known:
    """The facts read so far by case id: those of what is committed, and those of the transaction that has written.

    `sent` is whether letters have changed since: they count only where they answer the referral, which is asked again.
    """

    committed: dict[str, Read] = field(default_factory=dict)
    fresh: dict[str, Read] = field(default_factory=dict)
    written: bool = False
    doubtful: bool = False  # a commit was begun, and nothing was asked since

    def before_statement(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        """Notice a statement that writes."""
        self.doubtful = False
        words = statement.split(None, 3)
        place = WRITES.get(words[0])
        if place is None or (table := words[place].strip('"')) in MADE_OF_NONE_OF:
            return
        if table in LETTERS:
            self.fresh = {case: replace(read, asked_again=True) for case, read in self.here.items()}
        else:
            self.fresh = {}
        self.written = True

    @property
    def here(self) -> dict[str, Read]:
        """What is known in the transaction under way."""
        return self.fresh if self.written else self.committed

    def commit(self, *_: Any) -> None:
        """What the transaction has read since it wrote is what is committed now."""
        if self.written:
            self.committed, self.fresh, self.doubtful = self.fresh, {}, True
        self.written = False

    def rollback(self, *_: Any) -> None:
        """What was read of a transaction that is given up never was."""
        if self.doubtful:
            self.committed = {}
        self.fresh, self.written, self.doubtful = {}, False, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The facts of a case as they were read, and the letters they were made with."""

    facts: CaseFacts
    letters: tuple[Asked, ...]
    asked_again: bool = False


@contextmanager
def quickly(database: Database) -> Iterator[None]:
    """Let the product read only what may have changed, in one memory that nothing else writes to."""
    known, writer = Known(), database._writer
    heard = (("before_cursor_execute", known.before_statement), ("commit", known.commit), ("rollback", known.rollback))
    for name, listener in heard:
        event.listen(writer, name, listener)
    try:
        with _facts_from(known, writer), _one_protocol(), _same_holidays(), _one_way_to_send():
            yield
    finally:
        for name, listener in heard:
            event.remove(writer, name, listener)


def _facts_from(known: Known, writer: Engine) -> AbstractContextManager[Any]:
    load, make = facts._load, facts._facts

    def read(session: Any) -> dict[str, Read]:
        return known.here if session.get_bind() is writer else known.committed

    def load_unless_known(session: Any, cases: Sequence[Any]) -> Any:
        session.flush()  # as the first question would
        here = read(session)
        if all(case.id in here and _still(session, case.id, here) for case in cases):
            return {case.id: here[case.id].facts for case in cases}
        return load(session, cases)

    def make_unless_known(session: Any, case: Any, rows: Any) -> CaseFacts:
        if isinstance(rows, dict):
            return cast("CaseFacts", rows[case.id])
        made = make(session, case, rows)
        read(session)[case.id] = Read(facts=made, letters=tuple(rows.answers.get(case.id, ())))
        return made

    return patch.multiple(facts, _load=load_unless_known, _facts=make_unless_known)


def _still(session: Any, case: str, here: dict[str, Read]) -> bool:
    """Whether the letters of a case that the facts are made with are as they were."""
    read = here[case]
    if read.asked_again:
        if tuple(answers_of(session, case).get(case, ())) != read.letters:
            return False
        here[case] = replace(read, asked_again=False)
    return True


def _one_protocol() -> AbstractContextManager[Any]:
    """The protocol as it was prepared holds on every day: nobody changes it on a walk, and reading it is slow."""
    return patch.multiple(
        protocols, _editions=lambda _: PREPARED, _in_force=lambda session, _: _known_protocol(session, PREPARED_ON)
    )


def _same_holidays() -> AbstractContextManager[Any]:
    """Nobody changes the public holidays on a walk, and they are asked for in nearly every transaction."""
    right, known = clinics._days_off, dict[str | None, frozenset[date]]()

    def days_off(session: Any, site: str | None) -> frozenset[date]:
        if site not in known:
            known[site] = right(session, site)
        return known[site]

    return patch.object(clinics, "_days_off", days_off)


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
