"""The audit trail replayed from its first row: who overwrote what they had not seen, and what each publish really did.

Nothing here asks the code that books or publishes: it reads the trail and the tables as they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from db.engine import Database
from db.tables.booking import HOLDING

MAKING = ("request_plan", "begin_plan", "finish_plan")  # a plan is made in a transaction of its own
COMPARED = ("booking", "claim")  # tables that must be what the trail says
UNSAID = "kept back"
IN_THE_WAY = "no longer goes beside"

Columns = dict[str, Any]
Spot = tuple[str, datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of the trail."""

    seq: int
    actor: str
    action: str
    ref: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(slots=True)
class Replay:
    """What every row is said to be, and what was found wrong on the way."""

    rows: dict[str, Columns] = field(default_factory=dict)
    standing: dict[str, str] = field(default_factory=dict)  # a case's id: its booking's
    lost: list[str] = field(default_factory=list)

    def take(self, told: Told) -> None:
        """Apply one event; a change that did not begin with what was there is a lost update."""
        for where, before in told.before.items():
            known = self.rows.get(where, {})
            self.lost += [
                f"{told.seq} {told.action} {told.ref}: {where} {name} was {known[name]}, not {was}"
                for name, was in before.items()
                if UNSAID not in (was, known.get(name)) and name in known and known[name] != was
            ]
        for where, after in told.after.items():
            if ":" in where:
                row = self.rows.setdefault(where, {})
                row.update(after)
                if where.startswith("booking:"):
                    self._stands(where, row)

    def spot(self, case: str) -> Spot | None:
        """Say where a case's visit stands now: its list, its start and who does it."""
        if case not in self.standing:
            return None
        row = self.rows[self.standing[case]]
        return row["session_id"], datetime.fromisoformat(row["start"]), row["radiologist_id"]

    def _stands(self, where: str, row: Columns) -> None:
        if row["status"] in HOLDING:
            self.standing[row["case_id"]] = where
        elif self.standing.get(row["case_id"]) == where:
            del self.standing[row["case_id"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the replay found wrong, in words; empty lists are what is hoped for."""

    publishes: int  # that the trail tells of
    rebased: int  # of them that left somebody alone
    lost_updates: tuple[str, ...]
    in_parts: tuple[str, ...]  # publishes that did more, or less, than they said or meant
    unnamed: tuple[str, ...]  # whom a publish left alone without saying who changed them


def judged(database: Database, publishes: Iterable[Mapping[str, Any]], names: Iterable[str]) -> Verdict:
    """Replay the trail and hold against it what each publisher meant, was told and left behind.

    `names` are those of everybody who may have changed a case.
    """
    said = {one["proposal"]: one for one in publishes}
    cases, people = _cases(database), tuple(names)
    replay, own, done = Replay(), list[Told](), dict[str, Mapping[str, Any]]()
    parts: list[str] = []
    unnamed: list[str] = []
    for told in _trail(database):
        own = [*own, told] if own and own[-1].actor == told.actor else [told]
        replay.take(told)
        if told.action == "publish":
            if told.ref in done:
                parts.append(f"{told.ref} was published twice")
            done[told.ref] = report = told.after["facts"]
            meant = said[told.ref]["meant"] if told.ref in said else {}
            parts += _not_as_told(replay, own, cases, report, meant)
            unnamed += _unnamed(report, people)
        if told.action == "publish" or told.action in MAKING:
            own = []
    parts += _left_behind(database, said, done)
    return Verdict(
        publishes=len(done),
        rebased=sum(bool(report["left_alone"]) for report in done.values()),
        lost_updates=(*replay.lost, *_other_than_told(database, replay)),
        in_parts=tuple(parts),
        unnamed=tuple(unnamed),
    )


def _not_as_told(
    replay: Replay, own: list[Told], cases: Mapping[str, str], report: Mapping[str, Any], meant: Mapping[str, Any]
) -> Iterator[str]:
    """Compare what one transaction changed with its report, and where everybody stands then with the plan."""
    name = report["proposal_id"]
    wrote = {replay.rows[where]["case_id"] for told in own for where in told.after if where.startswith("booking:")}
    changed = {ref for ref, case in cases.items() if case in wrote}
    reported = {*report["booked"], *report["moved"], *report["cancelled"]}
    if changed != reported:
        yield f"{name} changed {sorted(changed)} and told of {sorted(reported)}"
    left = {one["ref"] for one in (*report["left_alone"], *report["not_booked"])}
    for ref, (before, after) in meant.items():
        wanted = after and (after[0], datetime.fromisoformat(after[1]), after[2])
        there = replay.spot(cases[ref])
        if before != after and ref not in left and there != wanted:
            yield f"{name} meant {ref} to be at {wanted}; it is at {there} and was not named"
        if ref in reported and ref in left:
            yield f"{name} says of {ref} both that it changed and that it was left alone"


def _unnamed(report: Mapping[str, Any], people: tuple[str, ...]) -> Iterator[str]:
    for one in report["left_alone"]:
        if IN_THE_WAY not in one["says"] and not one["says"].startswith(people):
            yield f"{report['proposal_id']} left {one['ref']} alone and said: {one['says']!r}"


def _left_behind(
    database: Database, said: Mapping[str, Mapping[str, Any]], done: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Compare what publishers were told with what the trail and the tables hold."""
    with database.reading() as session:
        ask = session.connection().execute
        status = dict(ask(text("SELECT id, status FROM proposal")).all())
        named = set(ask(text("SELECT proposal_id FROM booking WHERE proposal_id IS NOT NULL")).scalars())
    for name, one in said.items():
        if (one["report"] is not None) != (name in done):
            yield f"{name} was told {one['report'] and 'done'}, and the trail tells of it: {name in done}"
        if (status[name] == "published") != (name in done):
            yield f"{name} is {status[name]}, and the trail tells of its publish: {name in done}"
        told = one["report"] or {}
        kept = done.get(name, {})
        for what in ("booked", "moved", "kept", "cancelled") if told and kept else ():
            if list(told[what]) != list(kept[what]):
                yield f"{name} was told that {told[what]} were {what}, and kept that {kept[what]} were"
    for name in named - done.keys():
        yield f"bookings name {name}, which was never published"


def _other_than_told(database: Database, replay: Replay) -> Iterator[str]:
    """Compare the rows there are with what the trail says of them."""
    with database.reading() as session:
        for table in COMPARED:
            for stored in session.connection().execute(text(f"SELECT * FROM {table}")).mappings():
                told = replay.rows.get(f"{table}:{stored['id']}", {})
                for name in ("session_id", "radiologist_id", "status", "start", "end", "active", "resource_id"):
                    if name in stored and _plain(told.get(name)) != _plain(stored[name]):
                        yield f"{table} {stored['id']}: {name} is {stored[name]}, the trail says {told.get(name)}"


def _plain(value: object) -> object:
    """Give an instant as an instant however it is kept, and everything else as it is."""
    if isinstance(value, str) and value[:2] == "20" and ":" in value:
        at = datetime.fromisoformat(value)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return value


def _cases(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(session.connection().execute(text("SELECT ref, id FROM neurolysis_case")).all())


def _trail(database: Database) -> Iterator[Told]:
    asked = text(
        'SELECT seq, actor, action, ref, CAST("before" AS TEXT), CAST("after" AS TEXT) FROM audit_event '
        "WHERE outcome = 'done' ORDER BY seq"
    )
    with database.reading() as session:
        for seq, actor, action, ref, before, after in session.connection().execute(asked):
            yield Told(seq=seq, actor=actor, action=action, ref=ref, before=json.loads(before), after=json.loads(after))
