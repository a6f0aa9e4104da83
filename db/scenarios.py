"""Scenarios: named sets of changes that somebody wonders about, kept and changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, writes
from db.audit import Author
from db.scenario_checks import check, must_not_overlap
from db.tables import ScenarioRow
from scheduler.documents.changes import read_changes, write_changes
from scheduler.errors import BadInputError, NotFoundError
from scheduler.scenario import AddList, Change, Price

MOST_CHANGES = 40
LONGEST_NAME = 60


def make(
    session: Session,
    name: str,
    *,
    actor: Author,
    now: datetime,
    changes: Sequence[Change] = (),
    write_id: str | None = None,
) -> str:
    """Make a scenario with these changes; gives its id."""
    done = writes.earlier(session, write_id, "make_scenario")
    if done is not None:
        return str(done["id"])
    row = ScenarioRow(name=_free_name(session, name), changes=write_changes(changes), made_at=now, made_by=actor.name)
    session.add(row)
    audit.record(session, action="make_scenario", entity="scenario", ref=row.id)
    writes.finish(session, write_id, {"id": row.id})
    return row.id


def rename(session: Session, scenario: str, name: str, *, expected_version: int | None = None) -> None:
    """Give a scenario another name."""
    row = scenario_row(session, scenario)
    row.expect(expected_version)
    if name.strip() != row.name:
        row.name = _free_name(session, name, besides=row.id)
        audit.record(session, action="rename_scenario", entity="scenario", ref=scenario)


def add_change(
    session: Session,
    scenario: str,
    change: Change,
    *,
    today: date,
    expected_version: int | None = None,
    write_id: str | None = None,
) -> None:
    """Add a change to a scenario; another price for the same goal takes the place of the first."""
    if writes.earlier(session, write_id, "change_scenario") is not None:
        return
    row = scenario_row(session, scenario)
    row.expect(expected_version)
    check(session, change, today)
    kept = [one for one in read_changes(row.changes) if not _replaces(change, one)]
    if change in kept:
        raise BadInputError.of("change", "The scenario has this change already.")
    if isinstance(change, AddList):
        must_not_overlap(change, [one for one in kept if isinstance(one, AddList)])
    if len(kept) >= MOST_CHANGES:
        raise BadInputError.of("change", f"A scenario holds {MOST_CHANGES} changes at most. Remove one first.")
    row.changes = write_changes([*kept, change])
    audit.record(session, action="change_scenario", entity="scenario", ref=scenario)
    writes.finish(session, write_id, {})


def remove_change(
    session: Session,
    scenario: str,
    place: int,
    *,
    expected_version: int | None = None,
    write_id: str | None = None,
) -> None:
    """Take one change out of a scenario, by its place from 1 on."""
    if writes.earlier(session, write_id, "remove_change") is not None:
        return
    row = scenario_row(session, scenario)
    row.expect(expected_version)
    if not 1 <= place <= len(row.changes):
        raise NotFoundError(f"The scenario has no change {place}; it has {len(row.changes)}.")
    row.changes = [one for at, one in enumerate(row.changes, start=1) if at != place]
    audit.record(session, action="remove_change", entity="scenario", ref=scenario)
    writes.finish(session, write_id, {})


def drop(session: Session, scenario: str, *, expected_version: int | None = None) -> None:
    """Set a scenario aside; what was worked out of it stays."""
    row = scenario_row(session, scenario)
    row.expect(expected_version)
    row.dropped = True
    audit.record(session, action="drop_scenario", entity="scenario", ref=scenario)


def scenario_row(session: Session, scenario: str) -> ScenarioRow:
    """Find a scenario by its id or its name."""
    rows = session.exec(select(ScenarioRow).where(col(ScenarioRow.dropped).is_(False))).all()
    wanted = scenario.strip().casefold()
    found = next((row for row in rows if scenario == row.id or wanted == row.name.casefold()), None)
    if found is None:
        raise NotFoundError(f"No scenario is called '{scenario}'. Choose one from the list of scenarios.")
    return found


def _free_name(session: Session, name: str, *, besides: str | None = None) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME:
        raise BadInputError.of("name", f"Give the scenario a name of 1 to {LONGEST_NAME} letters.")
    others = session.exec(select(ScenarioRow).where(col(ScenarioRow.dropped).is_(False)))
    if any(other.name.casefold() == plain.casefold() and other.id != besides for other in others):
        raise BadInputError.of("name", f"There is a scenario called '{plain}' already. Choose another name.")
    return plain


def _replaces(new: Change, old: Change) -> bool:
    return isinstance(new, Price) and isinstance(old, Price) and new.goal == old.goal
