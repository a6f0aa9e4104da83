"""Printing at the desk: roles by site, what is told to the trail, and sentences for what does not exist."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db.meetings import NewMeeting
from db.tables import AuditEventRow
from flows.desk import Desk
from flows.printing import standard_named
from scheduler.errors import BadInputError, NotFoundError, NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.memory import TODAY, a_clinic, a_proposal, list_for_test, read
from tests.builders.service import a_desk, a_service, an_actor

WHO = an_actor(Role.BOOKINGS).id
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database)


@pytest.fixture
def booked(service) -> str:
    """A case that is booked on the list S01-1 of tomorrow; gives its reference."""
    database = service.database
    a_clinic(database)
    ref = list_for_test(database)
    proposal = a_proposal(database, {f"{ref}-T": ("S01-1", 0, "R01")}, units=("S01",))
    a_desk(service).publish(proposal)
    return ref


def trail(service, action: str) -> list[tuple[str, str, str]]:
    asked = select(AuditEventRow).where(AuditEventRow.action == action).order_by(AuditEventRow.seq)
    rows = read(service.database, lambda session: session.exec(asked).all())
    return [(row.actor, row.entity, row.ref) for row in rows]


def test_a_suites_day_names_the_patients_and_tells_the_trail_who_was_read(service, booked):
    sheet = a_desk(service, Role.BOOKINGS).printing.suite_day("S01-CT1", TOMORROW)
    assert (sheet.name, sheet.pdf[:5]) == (f"S01-CT1-{TOMORROW}.pdf", b"%PDF-")
    assert trail(service, "print") == [(WHO, "list", f"S01-CT1-{TOMORROW}")]
    assert trail(service, "read_identity") == [(WHO, "case", booked)]


def test_a_sheet_without_names_reads_nobody(service, booked):
    a_desk(service, Role.VIEWER).printing.one_list("S01-1", names=False)
    assert [told[1:] for told in trail(service, "print")] == [("list", "S01-1")]
    assert trail(service, "read_identity") == []


def test_who_may_not_see_patients_prints_no_names(service, booked):
    with pytest.raises(NotPermittedError, match="see who a patient is"):
        a_desk(service, Role.VIEWER).printing.one_list("S01-1")
    assert trail(service, "print") == []


def test_a_role_at_another_site_prints_no_names_here(service, booked):
    desk = Desk(service, an_actor(Role.BOOKINGS, site="S02"))
    with pytest.raises(NotPermittedError, match="S01"):
        desk.printing.one_list("S01-1")


def test_a_suite_or_list_or_meeting_that_is_not_known_is_named(service, booked):
    printing = a_desk(service).printing
    with pytest.raises(NotFoundError, match=r"No suite has the id 'X'\. The suites are: S01-CT1, S02-CT1\."):
        printing.suite_day("X", TOMORROW)
    with pytest.raises(NotFoundError, match="No list has the id X"):
        printing.one_list("X")
    with pytest.raises(NotFoundError):
        printing.agenda(TOMORROW)


def test_an_agenda_is_printed_and_told(service):
    desk = a_desk(service, Role.MDT_COORDINATOR)
    desk.mdt.add(NewMeeting(on=TOMORROW))
    assert desk.printing.agenda(TOMORROW).name == f"mdt-agenda-{TOMORROW}.pdf"
    assert [told[1:] for told in trail(service, "print")] == [("mdt_meeting", TOMORROW.isoformat())]


def test_a_kind_of_pdf_is_named_or_refused_with_those_there_are():
    assert standard_named("a-2b").label == "PDF/A, for an archive"
    with pytest.raises(BadInputError, match="plain PDF"):
        standard_named("x-9")
