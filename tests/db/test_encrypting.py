"""With encryption on, who a patient is stands nowhere in the database's files, and everything works as before."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from db import data_keys, documents, encryption, identity, reencrypting
from db.audit import record
from db.backups import postgresql
from db.backups.making import back_up
from db.engine import open_database
from db.errors import MemoryFaultError
from db.incoming import Identifier, IncomingReferrer
from db.settings import MemorySettings
from db.tables import METADATA, DocumentRow, PatientIdentityRow, PractitionerIdentityRow, ReferralRow
from db.tables.encrypted import PROTECTED
from db.words import DocumentKind
from tests.builders.canary import CANARY, EMAIL, GIVEN, IHI, MEDICARE, NUMBER, PHONE, STREET
from tests.builders.memory import MORNING, a_case, a_patient, read, write
from tests.builders.secrets_kept import by_hand, stored

NOTE = "violet wheelbarrow at the gate"
REFERRER = IncomingReferrer(name="Dr Hyacinth Umbrage", provider_number="2426621B", email="hu@canary.example")
BORN = "1951-02-03"


def switched(database, *, on):
    """The same memory as a process with the other setting opens it."""
    return open_database(database.settings.model_copy(update={"encrypt_identity": on}))


@pytest.fixture
def encrypting(database):
    """A memory that encrypts identity from the start."""
    opened = switched(database, on=True)
    yield opened
    opened.close()


def canary(family):
    """A patient whose family name is in no other test, with the words to look for."""
    return replace(CANARY, family_name=family), [
        *(family, GIVEN, NUMBER, NOTE, PHONE, MEDICARE, IHI, EMAIL, STREET, BORN, REFERRER.name, "hu@canary.example"),
    ]


def a_story(database, family):
    """A referral with a letter; gives its case."""
    who, _ = canary(family)
    ref = a_case(database, 1, patient=who, referrer=REFERRER, note=NOTE, diagnosis=f"pain of {family}")
    keep_letter(database, ref, f"Dear {GIVEN} {family}, {NOTE}")
    return ref


def keep_letter(database, ref, says):
    def work(session):
        return documents.keep(session, kind=DocumentKind.LETTER, title="Letter", text=says, case_ref=ref).id

    return write(database, work)


def who(database, ref):
    return write(database, lambda session: identity.who_is(session, ref))


def rows_that_hold(database, words):
    """Every table with one of these words in it, as the database itself has them."""
    found = set()
    for table in METADATA.sorted_tables:
        said = str(stored(database, f'SELECT * FROM "{table.name}"')).casefold()
        found |= {table.name for word in words if word.casefold() in said}
    return found


def bytes_of(database, request, tmp_path):
    """Everything the database has on the disk, as somebody finds it who takes the disk away."""
    if database.is_sqlite:
        return b"".join(path.read_bytes() for path in database.settings.home.glob("neurolist.sqlite3*"))
    dumped = tmp_path / "plain.sql"
    url = database.settings.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [postgresql.program("pg_dump"), f"--dbname={url}", "--format=plain", f"--file={dumped}"]
    subprocess.run(command, check=True)
    server = request.getfixturevalue("postgres_server")
    with database.alone() as connection:
        connection.execute("CHECKPOINT")
        [(oid,)] = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()
    [base] = server.folder.glob(f"**/base/{oid}")
    return dumped.read_bytes() + b"".join(path.read_bytes() for path in base.iterdir() if path.is_file())


def log_of_writes(request):
    """PostgreSQL's own log of writes, of every database of the server."""
    server = request.getfixturevalue("postgres_server")
    return b"".join(path.read_bytes() for path in server.folder.glob("**/pg_wal/0*") if path.is_file())


def words_in(content, words):
    return [word for word in words if word.encode() in content]


def payload(backup, tmp_path):
    """What is in a backup, unpacked; a PostgreSQL dump as text."""
    with zipfile.ZipFile(backup.path) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())
        if backup.manifest.engine == "sqlite":
            return content
        (tmp_path / "dump").write_bytes(packed.read(backup.manifest.payload))
    said = subprocess.run(
        [postgresql.program("pg_restore"), "--file=-", str(tmp_path / "dump")], check=True, capture_output=True
    )
    return said.stdout


# On from the start.


def test_nothing_on_the_disk_names_the_patient(encrypting, request, tmp_path):
    _, words = canary("Quillfeatherstone")
    ref = a_story(encrypting, "Quillfeatherstone")
    found = who(encrypting, ref)
    assert (found.family_name, found.birth_date, found.ihi) == ("Quillfeatherstone", date(1951, 2, 3), IHI)
    assert (found.record_numbers, found.referrer) == ({"S01": NUMBER}, REFERRER.name)
    assert rows_that_hold(encrypting, words) == set()
    assert words_in(bytes_of(encrypting, request, tmp_path), words) == []
    backup = back_up(encrypting, encrypting.settings.backup_folder, now=MORNING)
    assert words_in(payload(backup, tmp_path), words) == []
    if not encrypting.is_sqlite:
        assert b"Quillfeatherstone" not in log_of_writes(request)


def test_the_search_finds_what_is_in_the_clear(database, request, tmp_path):
    """The test above would be worth nothing if its search found nothing."""
    _, words = canary("Plainfeather")
    a_story(database, "Plainfeather")
    assert rows_that_hold(database, words) >= {"patient_identity", "practitioner_identity", "referral", "document"}
    assert set(words_in(bytes_of(database, request, tmp_path), words)) == set(words)
    backup = back_up(database, database.settings.backup_folder, now=MORNING)
    assert set(words_in(payload(backup, tmp_path), words)) == set(words)
    if not database.is_sqlite:
        assert b"Plainfeather" in log_of_writes(request)


def test_the_same_patient_and_referrer_are_found_again(encrypting):
    a_story(encrypting, "Quill")
    known = found_alike(encrypting)
    assert known == {"ihi": True, "number": True, "card": True, "other day": False, "other number": False}
    assert len(stored(encrypting, "SELECT id FROM practitioner_identity")) == 1


def found_alike(database):
    """Say which of these are taken for the patient who is known."""
    [(known,)] = stored(database, "SELECT patient_id FROM patient_identity")
    base = replace(CANARY, family_name="quill", given_names=GIVEN.upper())
    number = (Identifier(kind="urn", value=NUMBER, assigner="S01"),)
    alike = {
        "ihi": replace(base, family_name="Married", identifiers=(Identifier(kind="ihi", value=IHI, assigner=""),)),
        "number": replace(base, family_name="Married", identifiers=number),
        "card": replace(base, identifiers=(Identifier(kind="medicare", value=MEDICARE, assigner=""),)),
        "other day": replace(base, birth_date=date(1951, 2, 4), identifiers=number),
        "other number": replace(base, identifiers=(Identifier(kind="urn", value="1", assigner="S01"),)),
    }

    def look(session, incoming):
        asked = text("SELECT MIN(id) FROM practitioner_identity")
        assert identity.referrer_for(session, REFERRER) == session.connection().execute(asked).scalar_one()
        return identity.patient_for(session, incoming, home=None) == known

    return {name: only_looking(database, lambda session, one=one: look(session, one)) for name, one in alike.items()}


def only_looking(database, look):
    """Do something that may write, and keep nothing of it."""
    found = []

    class LookedError(Exception):
        pass

    def work(session):
        found.append(look(session))
        raise LookedError

    with pytest.raises(LookedError):
        write(database, work)
    return found[0]


def test_the_same_referral_is_known_again(encrypting):
    first = a_case(encrypting, 1)
    assert a_case(encrypting, 1) == first
    assert a_case(encrypting, 2) != first


def test_a_number_that_must_be_unique_still_is(encrypting):
    a_story(encrypting, "Quill")

    def twice(session):
        a_second = session.exec(select(PatientIdentityRow)).one()
        patient = identity._new_patient(session, replace(a_patient(2), identifiers=CANARY.identifiers), None)
        record(session, action="try", entity="patient", ref="x")
        return a_second, patient

    with pytest.raises(MemoryFaultError, match="ihi_blind"):
        write(encrypting, twice)


def test_a_referrer_without_a_number_is_known_by_name(encrypting):
    nobody = IncomingReferrer(name="Dr No Number", organisation="Here")
    for number in (1, 2):
        a_case(encrypting, number, referrer=nobody)
    a_case(encrypting, 3, referrer=replace(nobody, organisation="There"))
    assert len(stored(encrypting, "SELECT id FROM practitioner_identity")) == 2


def test_what_looks_encrypted_was_typed_by_somebody_and_is_kept_as_typed(database):
    for number, typed in enumerate(("nl1:", "nl1:0123456789ab:AAAA", "nl1:x")):
        ref = a_case(database, number, note=typed)
        asked = text(
            "SELECT note, row_proof FROM referral WHERE id = (SELECT referral_id FROM neurolysis_case WHERE ref = :r)"
        )
        with database._changing() as connection:
            note, proof = connection.execute(asked, {"r": ref}).one()
        assert (note != typed, proof is not None) == (True, True)
        assert typed in read(database, lambda session: {row.note for row in session.exec(select(ReferralRow))})
    assert reencrypting.verify(database).faults == ()


@pytest.mark.parametrize("value", ["soon", "1951-2-3", "nl2:abc"])
def test_a_birth_date_that_is_neither_a_date_nor_encrypted_is_refused(database, value):
    a_case(database, 1)
    with pytest.raises(Exception, match="birth_date_form"):
        by_hand(database, "UPDATE patient_identity SET birth_date = :value", value=value)


def test_an_encrypted_column_is_never_compared_in_the_database():
    for compare in (
        lambda: select(PatientIdentityRow).where(PatientIdentityRow.family_name == "Quill"),
        lambda: select(DocumentRow).where(DocumentRow.text.like("%Quill%")),
    ):
        with pytest.raises(TypeError, match=r"db/exact\.py"):
            compare()


def test_every_column_about_a_person_is_encrypted_under_its_own_name():
    for kept in PROTECTED.values():
        assert {kind.where for kind in kept.columns.values()} == {f"{kept.name}.{name}" for name in kept.columns}
    own = {"version", "row_proof", "patient_id", "id"}
    for row in (PatientIdentityRow, PractitionerIdentityRow):
        kept = PROTECTED[row.__tablename__]
        assert {column.name for column in kept.table.columns} - own - {*kept.blinds} == {*kept.columns}
    assert {"diagnosis", "note", "key", "content_digest", "source"} <= {*PROTECTED["referral"].columns}
    assert {"text", "salt"} == {*PROTECTED["document"].columns}
    assert {"name"} == {*PROTECTED["disposal"].columns}


def test_the_digest_of_a_letter_does_not_tell_what_it_says(encrypting):
    ref = a_case(encrypting, 1)
    same = [keep_letter(encrypting, ref, "Dear Zephyrine") for _ in range(2)]
    [(one, salt), (other, _)] = stored(encrypting, "SELECT digest, salt FROM document")
    assert one != other
    assert salt.startswith("nl1:")
    texts = [write(encrypting, lambda session, id_=id_: documents.read(session, id_)).text for id_ in same]
    assert texts == ["Dear Zephyrine"] * 2
    assert hashlib.sha256(b"Dear Zephyrine").hexdigest() not in (one, other)


def test_a_new_memory_may_begin_encrypted(tmp_path):
    database = open_database(MemorySettings(home=tmp_path, encrypt_identity=True))
    database.prepare(MORNING)
    assert who(database, a_case(database, 1)).family_name == "Family1"
    assert stored(database, "SELECT count(*) FROM patient_identity WHERE family_name LIKE 'nl1:%'") == [(1,)]
    database.close()


# Turned on, off, and to another key.


def test_turned_on_later_everything_is_encrypted_and_the_files_written_anew(database, request, tmp_path):
    _, words = canary("Laterfeather")
    ref = a_story(database, "Laterfeather")
    versions = stored(database, "SELECT version FROM patient_identity")
    letter = stored(database, "SELECT digest FROM document")
    database.close()
    later = switched(database, on=True)
    assert reencrypting.bring_all(later) == 4
    assert reencrypting.scrub(later)
    assert rows_that_hold(later, words) == set()
    assert words_in(bytes_of(later, request, tmp_path), words) == []
    found = reencrypting.verify(later)
    assert (found.encrypted, found.plain, found.faults) == (4, 0, ())
    assert stored(later, "SELECT version FROM patient_identity") == versions
    assert stored(later, "SELECT digest FROM document") == letter
    later.check_guards()
    with pytest.raises(Exception, match="document_no_update"):
        by_hand(later, "UPDATE document SET text = 'other'")
    assert who(later, ref).family_name == "Laterfeather"
    assert reencrypting.bring_all(later) == 0
    later.close()


def test_it_is_turned_off_again(encrypting):
    ref = a_story(encrypting, "Quill")
    plain = switched(encrypting, on=False)
    assert who(plain, ref).family_name == "Quill"  # before anything is changed
    assert reencrypting.bring_all(plain) == 4
    assert stored(plain, "SELECT family_name, birth_date, ihi_blind, row_proof FROM patient_identity") == [
        ("Quill", BORN, None, None)
    ]
    found = reencrypting.verify(plain)
    assert (found.encrypted, found.plain, found.faults) == (0, 4, ())
    assert who(plain, ref).birth_date == date(1951, 2, 3)
    plain.close()


def test_half_way_everybody_is_found_as_before(database, monkeypatch):
    monkeypatch.setattr(encryption, "ROWS_AT_ONCE", 1)
    a_story(database, "Quill")
    for number in (2, 3):
        a_case(database, number)
    wanted = found_alike_of_three(database)
    later = switched(database, on=True)

    class KilledError(Exception):
        pass

    for stop_after in (1, 2, 3):
        seen = []

        def die(_table, rows, seen=seen, stop_after=stop_after):
            seen.extend([rows] if rows else [])
            if len(seen) == stop_after:
                raise KilledError

        with pytest.raises(KilledError):
            reencrypting.bring_all(later, say=die)
        assert found_alike_of_three(later) == wanted
        assert found_alike_of_three(database) == wanted  # a process that does not know yet
    reencrypting.bring_all(later)
    data_keys.replace(later.settings)
    later.cipher.look_again()
    with later._changing() as connection:
        encryption.register(connection, later.cipher)
        encryption.bring_some(connection, later.cipher, PROTECTED["patient_identity"], after="")
    assert found_alike_of_three(later) == wanted
    assert {one.older for one in reencrypting.standing(later) if one.table == "patient_identity"} == {2}
    reencrypting.bring_all(later)
    assert found_alike_of_three(later) == wanted
    assert [one.older for one in reencrypting.standing(later)] == [0] * 6
    later.close()


def found_alike_of_three(database):
    """Take the three referrals in once more; nothing new comes of it."""
    refs = [
        a_case(database, 1, patient=canary("Quill")[0], referrer=REFERRER),
        a_case(database, 2),
        a_case(database, 3),
    ]
    counts = [
        stored(database, f"SELECT COUNT(*) FROM {name}") for name in ("patient_identity", "practitioner_identity")
    ]
    known = [
        only_looking(database, lambda session, at=at: identity.patient_for(session, a_patient(at), home=None))
        for at in (2, 3)
    ]
    assert len(stored(database, "SELECT id FROM patient")) == 3
    return refs, counts, known


def test_a_change_of_key_that_is_killed_is_gone_on_with(encrypting):
    """The process itself is killed, as `kill -9` does."""
    for number in range(1, 6):
        a_case(encrypting, number)
    script = (
        "import os, signal, sys\n"
        "from db import data_keys, encryption, reencrypting\n"
        "from db.engine import open_database\n"
        "from db.settings import MemorySettings\n"
        "encryption.ROWS_AT_ONCE = 1\n"
        "database = open_database(MemorySettings())\n"
        "data_keys.replace(database.settings)\n"
        "database.cipher.look_again()\n"
        "seen = []\n"
        "def say(table, rows):\n"
        "    seen.append(rows)\n"
        "    if table == 'patient_identity' and sum(seen) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "reencrypting.bring_all(database, say=say)\n"
    )
    environment = {
        **os.environ,
        "NEUROLIST_HOME": str(encrypting.settings.home),
        "NEUROLIST_DATABASE_URL": encrypting.settings.url.render_as_string(hide_password=False),
        "NEUROLIST_ENCRYPT_IDENTITY": "true",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    ended = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    again = open_database(encrypting.settings)
    again.check_guards()
    [patients] = [one for one in reencrypting.standing(again) if one.table == "patient_identity"]
    assert (patients.current, patients.older) == (3, 2)
    assert reencrypting.verify(again).faults == ()
    assert len(read(again, lambda session: session.exec(select(PatientIdentityRow)).all())) == 5
    reencrypting.bring_all(again)
    assert [(one.older, one.plain) for one in reencrypting.standing(again)] == [(0, 0)] * 6
    again.close()


def test_one_corrected_value_has_the_whole_row_encrypted_anew(encrypting):
    ref = a_story(encrypting, "Quill")
    old = encrypting.cipher.current.id
    data_keys.replace(encrypting.settings)
    encrypting.cipher.look_again()

    def move(session):
        session.exec(select(PatientIdentityRow)).one().address = "1 New Street"
        record(session, action="correct", entity="patient", ref=ref)

    write(encrypting, move)
    [row] = stored(encrypting, "SELECT family_name, address, phone, row_proof, ihi_blind FROM patient_identity")
    assert not any(old in value for value in row)
    assert who(encrypting, ref).address == "1 New Street"
    trail = str(stored(encrypting, "SELECT * FROM audit_event"))
    assert ("New Street" in trail, "Quill" in trail) == (False, False)


def test_a_save_follows_the_setting_of_who_saves(encrypting):
    a_story(encrypting, "Quill")
    plain = switched(encrypting, on=False)

    def move(session):
        session.exec(select(PatientIdentityRow)).one().address = "1 New Street"
        record(session, action="correct", entity="patient", ref="x")

    write(plain, move)
    assert stored(plain, "SELECT family_name, row_proof, ihi_blind FROM patient_identity") == [("Quill", None, None)]
    assert "in the clear" in str(encrypting.cautions())
    plain.close()


# Behind our back.

TAMPERED = {
    "two columns swapped": "UPDATE patient_identity SET family_name = given_names, given_names = family_name",
    "a value of another row": (
        "UPDATE patient_identity SET family_name = (SELECT other.family_name FROM patient_identity AS other "
        "WHERE other.patient_id <> patient_identity.patient_id) "
        "WHERE patient_id = (SELECT MIN(patient_id) FROM patient_identity)"
    ),
    "a value in the clear": "UPDATE patient_identity SET family_name = 'Somebody'",
    "an empty value": "UPDATE patient_identity SET phone = NULL",
    "the proof taken away": "UPDATE patient_identity SET row_proof = NULL",
    "a value cut short": "UPDATE patient_identity SET family_name = substr(family_name, 1, 40)",
    "another's index": "UPDATE patient_identity SET birth_date_blind = 'x' || birth_date_blind",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_row_that_was_written_by_hand_is_not_read(encrypting, how):
    refs = [a_case(encrypting, number) for number in (1, 2)]
    by_hand(encrypting, TAMPERED[how])
    refused = []
    for ref in refs:
        try:
            who(encrypting, ref)
        except MemoryFaultError as fault:
            refused.append(str(fault))
    faults = reencrypting.verify(encrypting).faults
    assert len(faults) == len(refused) == (1 if "MIN" in TAMPERED[how] else 2)
    assert all("behind our back" in one for one in refused)
    assert all(fault.startswith("patient_identity ") for fault in faults)


def test_a_letter_of_another_case_is_not_read_as_this_ones(encrypting):
    first, second = (keep_letter(encrypting, a_case(encrypting, number), f"Letter {number}") for number in (1, 2))
    with encrypting._changing() as connection, encryption._may_be_written(connection, "document"):
        for column in ("text", "salt", "row_proof"):
            connection.execute(
                text(
                    f"UPDATE document SET {column} = (SELECT {column} FROM document AS o WHERE o.id = :o) WHERE id = :i"
                ),
                {"o": second, "i": first},
            )
    with pytest.raises(MemoryFaultError, match="behind our back"):
        write(encrypting, lambda session: documents.read(session, first))


def test_a_sentence_about_a_fault_never_quotes_a_value(encrypting):
    ref = a_story(encrypting, "Quill")
    by_hand(encrypting, "UPDATE patient_identity SET phone = NULL")
    with pytest.raises(MemoryFaultError) as fault:
        who(encrypting, ref)
    assert "Quill" not in str(fault.value)


def test_the_guards_try_themselves_with_encrypted_rows_too(encrypting):
    encrypting.check_guards()
    encrypting.prepare(MORNING)
    assert stored(encrypting, "SELECT COUNT(*) FROM referral") == [(0,)]
