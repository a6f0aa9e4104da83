"""Changes of many rows that go out as one statement are told, traced and refused like those that go out one by one."""

from __future__ import annotations

import pytest
from sqlmodel import select

from db import audit
from db.facts import case_row
from db.tables import AuditEventRow, CaseRow, NoteRow
from db.traces import Trace, traced
from scheduler.errors import StaleVersionError
from scheduler.vocabulary import Laterality
from tests.builders.memory import a_case, read, write
from tests.builders.questions import counted


@pytest.fixture
def refs(database):
    return [a_case(database, number) for number in (1, 2, 3)]


def rows_of(session, refs):
    return [case_row(session, ref, lock=True) for ref in refs]


def change(rows):
    for at, row in enumerate(rows):
        change_one(row, at)


def change_one(row, at):
    row.laterality, row.clot_risks, row.test_repeats = Laterality.LEFT, ["clot"] * at or None, at


def all_at_once(session, rows):
    change(rows)
    session.flush()


def one_by_one(session, rows):
    for at, row in enumerate(rows):
        change_one(row, at)
        session.flush()


def saved(database, refs, how=all_at_once, *, told="change"):
    """Change the rows; gives the statements that wrote them."""

    def work(session):
        how(session, rows_of(session, refs))
        audit.record(session, action=told, entity="case", ref=refs[0])

    with counted(database) as asked:
        write(database, work)
    return [one for one in asked if one.startswith("UPDATE neurolysis_case")]


def kept(database, refs):
    def look(session):
        rows = [case_row(session, ref) for ref in refs]
        return [(row.laterality, row.clot_risks, row.test_repeats, row.version) for row in rows]

    return read(database, look)


def told_of(database, action):
    def look(session):
        asked = select(AuditEventRow).where(AuditEventRow.action == action)
        return [(event.before, event.after) for event in session.exec(asked)]

    return read(database, look)


def test_rows_with_the_same_changes_are_written_with_one_statement_and_each_version_rises(database, refs):
    before = [version for *_, version in kept(database, refs)]
    assert len(saved(database, refs, one_by_one)) == 3
    assert len(saved(database, refs[::-1])) == 1, "the second stays as it was"
    assert [what[:3] for what in kept(database, refs)][::2] == [
        (Laterality.LEFT, ["clot"] * 2, 2),
        (Laterality.LEFT, None, 0),
    ]
    assert [version for *_, version in kept(database, refs)] == [before[0] + 2, before[1] + 1, before[2] + 2]


def test_the_trail_tells_the_same_as_of_rows_written_one_by_one(database, refs):
    saved(database, refs, told="together")
    again = [a_case(database, number) for number in (4, 5, 6)]
    saved(database, again, one_by_one, told="one by one")
    assert [what[:3] for what in kept(database, refs)] == [what[:3] for what in kept(database, again)]
    (together,), (alone,) = told_of(database, "together"), told_of(database, "one by one")
    for side in (0, 1):
        changes = [sorted(map(repr, one[side].values())) for one in (together, alone)]
        assert changes[0] == changes[1]
        assert len(together[side]) == 3
    assert database.verify_trail().fault is None


def test_a_row_that_somebody_changed_meanwhile_is_refused_and_nothing_is_kept(database, refs):
    before = kept(database, refs)

    def work(session):
        rows = rows_of(session, refs)
        stale = session.connection()
        stale.info["flushing"] = True  # as another writer would, past this transaction's own rows
        stale.exec_driver_sql(f"UPDATE neurolysis_case SET version = version + 1 WHERE ref = '{refs[1]}'")
        change(rows)
        session.flush()

    with pytest.raises(StaleVersionError):
        write(database, work)
    assert kept(database, refs) == before


def test_whatever_else_waits_is_written_too_and_rows_that_did_not_change_are_left_alone(database, refs):
    def work(session):
        first, second, _ = rows_of(session, refs)
        first.test_repeats = 2
        session.add(NoteRow(case_id=second.id, event_seq=1, about="pain", text="Worse at night."))
        session.flush()
        assert not session.new
        assert not any(session.is_modified(row) for row in (first, second))
        audit.record(session, action="change", entity="case", ref=refs[0])

    versions = [version for *_, version in kept(database, refs)]
    write(database, work)
    assert [version for *_, version in kept(database, refs)] == [versions[0] + 1, *versions[1:]]
    assert read(database, lambda session: session.exec(select(NoteRow.about)).all()) == ["pain"]


def test_a_row_may_be_changed_again_afterwards(database, refs):
    def work(session):
        rows = rows_of(session, refs)
        change(rows)
        session.flush()
        rows[0].test_repeats = 7
        session.flush()
        audit.record(session, action="change", entity="case", ref=refs[0])

    write(database, work)
    assert [what[2] for what in kept(database, refs)] == [7, 1, 2]
    ((before, after),) = told_of(database, "change")
    assert sorted(one["test_repeats"] for one in after.values() if "test_repeats" in one) == [1, 2, 7]
    assert {one["test_repeats"] for one in before.values() if "test_repeats" in one} == {0}


def test_what_a_row_held_before_is_traced(database, refs):
    trace = Trace()

    def work(session):
        rows = rows_of(session, refs)
        with traced(session, [(row, trace) for row in rows]):
            change(rows)
            session.flush()
        audit.record(session, action="change", entity="case", ref=refs[0])
        return [row.id for row in rows]

    first, *others = write(database, work)
    changed = trace.changed[CaseRow.__tablename__]
    assert changed[first].keys() == {"laterality"}
    for one in others:
        assert changed[one] == {**changed[first], "test_repeats": 0, "clot_risks": None}
