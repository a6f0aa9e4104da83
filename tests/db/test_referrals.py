"""A referral is stored once, with everything that follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from db import referrals
from db.facts import case_facts, facts_of
from db.identity import who_is
from db.incoming import Identifier, IncomingItem
from db.referrals import Result
from db.tables import (
    AuditEventRow,
    CaseRow,
    DueStepRow,
    PatientIdentityRow,
    PatientRow,
    PractitionerIdentityRow,
    ReferralRow,
    TaskRow,
)
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_patient, a_referral, read, write


def store(database, referral):
    return write(database, lambda session: referrals.store(session, referral, actor=CLERK, now=MORNING))


def count(database, table):
    return read(database, lambda session: len(session.exec(select(table)).all()))


def test_a_referral_becomes_a_case_with_its_first_task_and_steps(database):
    stored = store(database, a_referral())
    assert (stored.result, stored.case_ref) == (Result.STORED, "N10001")
    facts = read(database, lambda session: case_facts(session, "N10001"))
    assert facts.state is PathwayState.REFERRAL_RECEIVED
    assert [item.key for item in facts.items] == ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]
    assert facts.referrer_recorded
    names = read(database, lambda session: {row.name for row in session.exec(select(DueStepRow))})
    assert "receive_referral" in names
    assert count(database, TaskRow) >= 1


def test_the_same_referral_again_changes_nothing(database):
    store(database, a_referral())
    before = read(database, lambda session: len(session.exec(select(AuditEventRow)).all()))
    again = store(database, replace(a_referral(), note="sent twice"))
    assert (again.result, again.case_ref) == (Result.UNCHANGED, "N10001")
    assert count(database, CaseRow) == 1
    assert count(database, AuditEventRow) == before


def test_references_count_up(database):
    assert [a_case(database, number) for number in (1, 2, 3)] == ["N10001", "N10002", "N10003"]


def test_the_clock_starts_when_the_referral_came_not_when_it_was_imported(database):
    store(database, a_referral(received_on=TODAY - timedelta(days=5)))
    facts = read(database, lambda session: case_facts(session, "N10001"))
    assert facts.history[0].entered_on == TODAY - timedelta(days=5)


def test_of_two_scans_the_later_one_counts(database):
    scans = [IncomingItem(key="R1", dated=TODAY - timedelta(days=days), title="CT") for days in (3, 30)]
    store(database, a_referral(items=tuple(scans)))
    facts = read(database, lambda session: case_facts(session, "N10001"))
    assert facts.item("R1").dated == TODAY - timedelta(days=3)


def same_patient(database, first, second):
    store(database, a_referral(1, patient=first))
    store(database, a_referral(2, patient=second))
    return count(database, PatientRow) == 1


def ids(kind, *values):
    return tuple(Identifier(kind=kind, value=value) for value in values)


def test_the_same_ihi_is_the_same_patient(database):
    one = ids("ihi", "8003608166690503")
    assert same_patient(database, a_patient(1, identifiers=one), a_patient(2, identifiers=one))


def test_the_same_record_number_of_the_same_service_is_the_same_patient(database):
    assert same_patient(database, a_patient(1), replace(a_patient(1), family_name="Married"))


def test_the_same_record_number_of_another_service_is_somebody_else(database):
    other = Identifier(kind="urn", value="000001", assigner="S02")
    assert not same_patient(database, a_patient(1), a_patient(1, identifiers=(other,)))


def test_a_shared_medicare_card_is_not_yet_the_same_patient(database):
    card = ids("medicare", "21234567011")
    assert not same_patient(database, a_patient(1, identifiers=card), a_patient(2, identifiers=card))


def test_a_medicare_card_with_name_and_birth_date_is_the_same_patient(database):
    card = ids("medicare", "21234567011")
    spelt = a_patient(1, identifiers=card, family_name="FAMILY1")
    assert same_patient(database, a_patient(1, identifiers=card), spelt)


def test_two_different_ihis_are_never_one_patient(database):
    card = ids("medicare", "21234567011")
    first = a_patient(1, identifiers=(*card, *ids("ihi", "8003608166690503")))
    second = a_patient(1, identifiers=(*card, *ids("ihi", "8003608833357361")))
    assert not same_patient(database, first, second)


def test_a_known_patient_gains_a_number_and_keeps_the_rest(database):
    store(database, a_referral(1, patient=a_patient(1)))
    store(database, a_referral(2, patient=a_patient(1, identifiers=(*a_patient(1).identifiers, *ids("dva", "VX1234")))))
    row = read(database, lambda session: session.exec(select(PatientIdentityRow)).one())
    assert (row.dva, row.record_numbers) == ("VX1234", {"S01": "000001"})


def test_one_referrer_is_kept_once(database):
    a_case(database, 1)
    a_case(database, 2)
    assert count(database, PractitionerIdentityRow) == 1


def test_names_are_in_the_identity_tables_and_nowhere_else(database):
    secret = a_patient(1, family_name="Zyxwvut", given_names="Qwertz", phone="+61355509999")
    store(database, a_referral(1, patient=secret))
    found = read(database, lambda session: where(session, "Zyxwvut", "Qwertz", "55509999", "Dr Referrer"))
    assert found == {"patient_identity", "practitioner_identity"}


def where(session, *needles):
    from db.tables import METADATA

    found = set()
    for name, table in METADATA.tables.items():
        rows = [str(tuple(row)) for row in session.connection().execute(table.select())]
        found |= {name for row in rows for needle in needles if needle in row}
    return found


def test_looking_at_a_name_is_told_to_the_trail(database):
    a_case(database)
    assert write(database, lambda session: who_is(session, "N10001")).family_name == "Family1"
    actions = read(database, lambda session: [row.action for row in session.exec(select(AuditEventRow))])
    assert "read_identity" in actions


def test_nothing_is_kept_of_a_referral_that_fails_half_way(database, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("half way")

    monkeypatch.setattr(referrals, "opening_effects", broken)
    with pytest.raises(RuntimeError, match="half way"):
        store(database, a_referral())
    assert [count(database, table) for table in (ReferralRow, CaseRow, PatientRow, PatientIdentityRow)] == [0, 0, 0, 0]


def test_the_facts_of_many_cases_are_those_of_each_with_the_patients_other_cases(database):
    a_case(database, 1)
    a_case(database, 2)
    again = a_referral(3, patient=a_patient(1), target=Target.STELLATE, laterality=Laterality.LEFT)
    write(database, lambda session: referrals.store(session, again, actor=CLERK, now=MORNING))

    def compare(session):
        rows = session.exec(select(CaseRow)).all()
        many = facts_of(session, rows)
        return [(many[row.id], facts_of(session, [row])[row.id]) for row in rows]

    pairs = read(database, compare)
    assert all(together == alone for together, alone in pairs)
    assert sorted(len(alone.other_cases) for _, alone in pairs) == [0, 1, 1]
