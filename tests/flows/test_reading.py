"""Who a patient is, is read at the case's sites; elsewhere only in an emergency and for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db.tables import AuditEventRow
from flows.desk import Actor, Drop
from scheduler.errors import BadInputError, NotPermittedError, TransitionNotAllowedError
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, TODAY, a_clinic, list_for_test, read
from tests.builders.service import MovingClock, a_desk, a_service

WHY = "Bleeding at night, no history here"


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database)
    return a_desk(a_service(sqlite_database, source=MovingClock()))


@pytest.fixture
def ref(desk):
    """A case booked at S01."""
    ref = list_for_test(desk.service.database)
    desk.board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    return ref


def somebody(desk, role=Role.CLINICIAN, site="S02", name="Dr Away"):
    return desk.acting(Actor(id=f"{role}-{site}-{name}", name=name, roles={site: frozenset({role})}))


def test_staff_of_another_site_are_refused_with_what_to_do_in_an_emergency(desk, ref):
    with pytest.raises(NotPermittedError, match=f"at S01.*neurolist emergency {ref} --reason"):
        somebody(desk).patient(ref)
    assert somebody(desk, site="S01").patient(ref).family_name == "Family1"


def test_a_case_that_may_go_to_any_site_is_read_at_each(desk):
    assert somebody(desk).patient(list_for_test(desk.service.database, 2)).family_name == "Family2"


def test_a_clinician_opens_it_with_a_reason_until_the_last_moment_of_the_hour_and_no_longer(desk, ref):
    away = somebody(desk)
    assert away.open_in_emergency(ref, WHY) == MORNING + timedelta(hours=1)
    clock = desk.service.clock.source
    clock.pass_(timedelta(minutes=59, seconds=59))
    assert away.patient(ref).family_name == "Family1"
    clock.pass_(timedelta(seconds=1))
    with pytest.raises(NotPermittedError):
        away.patient(ref)


def test_it_is_open_to_that_person_and_that_case_alone(desk, ref):
    somebody(desk).open_in_emergency(ref, WHY)
    other = list_for_test(desk.service.database, 3)
    desk.board.place(Drop(ref=other, list="S01-2", seen_on=None))
    with pytest.raises(NotPermittedError):
        somebody(desk, name="Dr Other").patient(ref)
    with pytest.raises(NotPermittedError):
        somebody(desk).patient(other)


def test_the_lead_of_the_site_is_asked_to_look_and_sees_why_beside_the_patient(desk, ref):
    somebody(desk).open_in_emergency(ref, WHY)
    lead = somebody(desk, Role.IR_LEAD, "S01", "The Lead")
    [task] = [task for task in lead.tasks(mine=True) if "emergency" in task.says]
    assert (task.says, task.due_on) == (
        f"Look at why Dr Away opened who the patient of {ref} is in an emergency",
        TODAY + timedelta(days=3),
    )
    [line] = lead.emergency_readings(ref)
    assert (line.name, line.reason) == ("Dr Away", WHY)
    lead.finish_task(task.id)
    assert not [task for task in lead.tasks(mine=True) if "emergency" in task.says]


def test_the_trail_names_who_opened_it_and_each_reading_and_keeps_the_reason_back(desk, ref):
    away = somebody(desk)
    away.open_in_emergency(ref, WHY)
    away.patient(ref)
    rows = read(desk.service.database, lambda session: session.exec(select(AuditEventRow)).all())
    mine = [(row.action, row.ref) for row in rows if row.actor == away.actor.id]
    assert mine[-2:] == [("open_in_emergency", ref), ("read_identity", ref)]
    assert not [row for row in rows if WHY in str(row.model_dump())]


@pytest.mark.parametrize("role", [Role.BOOKINGS, Role.MDT_COORDINATOR, Role.ADMINISTRATOR, Role.VIEWER])
def test_only_those_who_treat_patients_may_open_one(desk, ref, role):
    with pytest.raises(NotPermittedError, match="in an emergency"):
        somebody(desk, role).open_in_emergency(ref, WHY)


def test_a_reason_is_asked_for_and_those_who_may_read_need_no_emergency(desk, ref):
    with pytest.raises(BadInputError, match="Say what the emergency is"):
        somebody(desk).open_in_emergency(ref, "urgent")
    with pytest.raises(TransitionNotAllowedError, match="without an emergency"):
        somebody(desk, site="S01").open_in_emergency(ref, WHY)


def test_a_letter_of_the_case_is_read_the_same_way(desk, ref):
    letter = desk.letters(ref)[0].id
    away = somebody(desk)
    with pytest.raises(NotPermittedError, match="at S01"):
        away.letter(letter)
    away.open_in_emergency(ref, WHY)
    assert away.letter(letter).letter.case_ref == ref
