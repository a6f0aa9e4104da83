"""Every kind of tampering with the audit trail is found, and told in a sentence that says where."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from db import audit, guards
from db.seals import COLUMNS, FIRST_SEAL, as_sealed, seal_row, sealing_key, stored_rows
from tests.builders.memory import a_case, read


@dataclass
class Intruder:
    """Somebody who has the whole database in hand, with its guards taken away, and the rows of the trail."""

    database: object
    rows: list[dict]
    anchor: tuple[int, str]

    def seal_again(self, key, *, key_id=None, plainly=False, start=0):
        """Seal the rows from one on anew, each to the one before, as the product would have."""
        previous = FIRST_SEAL if start == 0 else self.rows[start - 1]["seal"]
        for number, row in enumerate(self.rows[start:], start=start):
            row |= {"seq": number + 1, "previous": previous}
            if key_id or key:
                row["key_id"] = key_id or key.id
            row["seal"] = plain_digest(row) if plainly else seal_row(as_sealed(as_stored(row)), key.secret)
            previous = row["seal"]

    def keep(self, *, head=True):
        """Put the rows back in the place of those that were there, and the head with them."""
        with self.database._changing() as connection:
            connection.execute(text("DELETE FROM audit_event"))
            names = ", ".join(f'"{name}"' for name in COLUMNS)
            values = ", ".join(
                f"CAST(:{name} AS JSON)"
                if name in {"before", "after"} and not self.database.is_sqlite
                else f"CAST(:{name} AS TIMESTAMPTZ)"
                if name == "at" and not self.database.is_sqlite
                else f":{name}"
                for name in COLUMNS
            )
            connection.execute(text(f"INSERT INTO audit_event ({names}) VALUES ({values})"), self.rows)
            if head:
                last = self.rows[-1]
                connection.execute(
                    text("UPDATE audit_head SET seq = :seq, seal = :seal"), {"seq": last["seq"], "seal": last["seal"]}
                )


def as_stored(row):
    at = str(row["at"])[:26]
    return [row["seq"], at, *(row[name] for name in COLUMNS[2:])]


def plain_digest(row):
    return hashlib.sha256(json.dumps([row["seq"], row["why"], row["previous"]]).encode()).hexdigest()


@pytest.fixture
def intruder(database):
    for number in range(3):
        a_case(database, number)
    anchor = read(database, audit.head)
    with database._changing() as connection:
        for name in guards.SQLITE_GUARDS if database.is_sqlite else guards.POSTGRESQL_TRIGGERS:
            table = name.rsplit("_no_", 1)[0].removesuffix("_next")
            connection.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if database.is_sqlite else f" ON {table}"))
        stored = connection.execute(stored_rows(connection)).all()
    return Intruder(database, [dict(zip(COLUMNS, row, strict=True)) for row in stored], anchor)


def edit(intruder):
    intruder.rows[1]["why"] = "because"


def delete(intruder):
    del intruder.rows[1]


def swap(intruder):
    intruder.rows[1], intruder.rows[2] = intruder.rows[2] | {"seq": 2}, intruder.rows[1] | {"seq": 3}


def insert(intruder):
    intruder.rows.insert(1, {**intruder.rows[1], "action": "never_happened"})
    for number, row in enumerate(intruder.rows, start=1):
        row["seq"] = number


def add_at_the_end(intruder):
    last = intruder.rows[-1]
    intruder.rows.append({**last, "seq": last["seq"] + 1, "previous": last["seal"], "seal": "f" * 64})


def edit_and_hash_again(intruder):
    edit(intruder)
    intruder.seal_again(None, plainly=True, start=1)


def change_the_time(intruder):
    intruder.rows[1]["at"] = "2020-01-01 00:00:00.000000"


def change_the_actor(intruder):
    intruder.rows[1]["actor"] = "somebody else"


def change_what_was_done(intruder):
    intruder.rows[2]["after"] = "{}"


def make_a_refusal_done(intruder):
    intruder.rows[1]["outcome"] = "refused"


def rewrite_with_another_key(intruder):
    edit(intruder)
    intruder.seal_again(sealing_key(b"the intruder's"))


def rewrite_with_another_key_under_our_name(intruder):
    edit(intruder)
    intruder.seal_again(sealing_key(b"the intruder's"), key_id=intruder.rows[0]["key_id"])


def cut_the_tail(intruder):
    intruder.rows = intruder.rows[:-1]


def rewrite_with_our_own_key(intruder):
    edit(intruder)
    intruder.seal_again(intruder.database._key())


SENTENCES = {
    edit: "Row 2 of the trail was changed after it was written.",
    delete: "Row 2 of the trail is missing.",
    swap: "Row 2 of the trail does not follow the row before it.",
    insert: "Row 2 of the trail was changed after it was written.",
    add_at_the_end: "Row {next} of the trail was changed after it was written.",
    edit_and_hash_again: "Row 2 of the trail was changed after it was written.",
    change_the_time: "Row 2 of the trail was changed after it was written.",
    change_the_actor: "Row 2 of the trail was changed after it was written.",
    change_what_was_done: "Row 3 of the trail was changed after it was written.",
    make_a_refusal_done: "Row 2 of the trail was changed after it was written.",
    rewrite_with_another_key: "Row 1 was sealed with key {other}, which is not at hand.",
    rewrite_with_another_key_under_our_name: "Row 1 of the trail was changed after it was written.",
    cut_the_tail: "Row {last} of the trail was anchored outside and is gone: the end of the trail was cut off.",
    rewrite_with_our_own_key: "Row {last} of the trail is not the one that was anchored outside: the trail was "
    "rewritten.",
}


@pytest.mark.parametrize("tamper", SENTENCES, ids=lambda tamper: tamper.__name__)
def test_it_is_found_and_told_where(intruder, tamper):
    tamper(intruder)
    intruder.keep()
    last = intruder.anchor[0]
    says = SENTENCES[tamper].format(last=last, next=last + 1, other=sealing_key(b"the intruder's").id)
    assert intruder.database.verify_trail(anchors=dict([intruder.anchor])).fault == says


def test_an_untouched_trail_that_was_put_back_as_it_was_holds(intruder):
    """The intruder's own tools change nothing by themselves, so that what the others find is what they did."""
    intruder.keep()
    report = intruder.database.verify_trail(anchors=dict([intruder.anchor]))
    assert (report.fault, (report.rows, report.seal)) == (None, intruder.anchor)


def test_a_changed_head_is_found(intruder):
    with intruder.database._changing() as connection:
        connection.execute(text("UPDATE audit_head SET seq = seq + 1"))
    assert intruder.database.verify_trail().fault == (
        f"The trail ends at row {intruder.anchor[0]}, but its head says otherwise: rows were cut off or added."
    )


def test_a_document_made_unreadable_is_found(sqlite_database):
    a_case(sqlite_database, 1)
    with sqlite_database._changing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
        connection.exec_driver_sql('UPDATE audit_event SET "after" = \'{"a": 1\' WHERE seq = 2')
    assert sqlite_database.verify_trail().fault == "Row 2 of the trail was changed after it was written."


def test_the_words_of_one_document_cannot_be_moved_into_the_other(intruder):
    """All words would stay in their order, so the seal by itself would fit."""
    row = intruder.rows[-1]
    first, _, rest = row["after"].partition(",")
    row |= {"before": f"{row['before']},{first}", "after": rest}
    if not intruder.database.is_sqlite:
        with pytest.raises(DataError):
            intruder.keep()
        return
    assert seal_row(as_sealed(as_stored(row)), intruder.database._key().secret) == row["seal"]
    intruder.keep()
    assert intruder.database.verify_trail().fault == f"Row {row['seq']} of the trail was changed after it was written."


@pytest.mark.parametrize("other", ["null", "[]", "0", '""', "false", " {}", '{"a":1,"a":1}'])
def test_nothing_else_passes_for_an_empty_document(intruder, other):
    row = next(row for row in intruder.rows if row["before"] == "{}")
    row["before"] = other
    intruder.keep()
    fault = intruder.database.verify_trail().fault
    assert fault == (None if other == " {}" else f"Row {row['seq']} of the trail was changed after it was written.")


def test_a_trail_that_an_earlier_version_wrote_down_otherwise_still_holds(intruder):
    for row in intruder.rows:
        row |= {name: json.dumps(json.loads(row[name]), indent=1) for name in ("before", "after")}
    intruder.keep()
    report = intruder.database.verify_trail(anchors=dict([intruder.anchor]))
    assert (report.fault, (report.rows, report.seal)) == (None, intruder.anchor)
