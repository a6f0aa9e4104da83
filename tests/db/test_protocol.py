"""The protocol table is seeded with every shipped default, and changes by editions."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from db.protocol import SEED, ValueChange, change_value, protocol, seed
from db.tables import ProtocolValueRow
from scheduler.errors import NotFoundError, StaleVersionError
from scheduler.pathway.protocols import UNAPPROVED, protocol_from_json
from tests.builders.memory import TODAY, read, write


def in_force(database, day=TODAY):
    return read(database, lambda session: protocol(session, day))


def test_what_was_shipped_comes_back_whole(database):
    assert in_force(database) == protocol_from_json(SEED.read_bytes())


def test_every_shipped_row_says_that_nobody_approved_it(database):
    found = in_force(database)
    rows = [*found.values.values(), *found.procedures.values(), *found.holds]
    assert len(rows) > 150
    assert {row.approval for row in rows} == {UNAPPROVED}
    assert all(row.source for row in rows)


def test_seeding_again_changes_nothing(database):
    assert not write(database, seed)


def test_a_release_brings_new_values_and_leaves_those_that_are_there(database):
    change(database)
    shipped = json.loads(SEED.read_bytes())
    row = {**shipped["values"][0], "key": "something_new", "value": 3}
    shipped["values"] = [{**shipped["values"][0], "value": 99}, row]
    assert write(database, lambda session: seed(session, json.dumps(shipped).encode()))
    assert in_force(database).days("something_new") == 3
    assert in_force(database).days("treat_within.1") == 60
    assert not write(database, lambda session: seed(session, json.dumps(shipped).encode()))


def change(database, value=60, effective_from=TODAY, **options):
    made = ValueChange(
        key="treat_within.1", value=value, effective_from=effective_from, source="Clinic meeting", approved_by="IR lead"
    )
    return write(database, lambda session: change_value(session, made, **options))


def test_a_new_edition_counts_from_its_day_on(database):
    before = in_force(database).days("treat_within.1")
    assert change(database, effective_from=TODAY + timedelta(days=1)) == 2
    assert in_force(database).days("treat_within.1") == before
    later = in_force(database, TODAY + timedelta(days=1)).value("treat_within.1")
    assert (later.value, later.approval, later.version) == (60, "IR lead", 2)


def test_a_change_is_seen_at_once_and_one_that_was_not_kept_is_forgotten(database):
    before = in_force(database).days("treat_within.1")
    made = ValueChange(key="treat_within.1", value=60, effective_from=TODAY, source="Clinic meeting")

    def change_and_fail(session):
        change_value(session, made)
        assert protocol(session, TODAY).days("treat_within.1") == 60
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(database, change_and_fail)
    assert in_force(database).days("treat_within.1") == before
    change(database, value=61)
    assert in_force(database).days("treat_within.1") == 61


def test_older_editions_stay_on_record(database):
    change(database)
    asked = select(ProtocolValueRow.edition).where(ProtocolValueRow.key == "treat_within.1")
    assert sorted(read(database, lambda session: session.exec(asked).all())) == [1, 2]


def test_a_change_made_from_an_older_edition_is_refused(database):
    change(database, expected_edition=1)
    with pytest.raises(StaleVersionError, match="edition 1 when shown and is now edition 2"):
        change(database, expected_edition=1)


def test_a_list_of_numbers_and_a_list_of_words_come_back(database):
    assert in_force(database).wholes("follow_up_days")
    assert in_force(database).words("mdt_quorum")


def test_an_unknown_value_cannot_be_changed(database):
    made = ValueChange(key="nothing", value=1, effective_from=TODAY, source="x")
    with pytest.raises(NotFoundError):
        write(database, lambda session: change_value(session, made))
