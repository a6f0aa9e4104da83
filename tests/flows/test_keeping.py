"""Set-up at the desk: a change says which bookings it breaks, is saved once, and each of those becomes a task."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from db import clinic, publishing
from db.keeping.lists import ListShape
from db.keeping.staff import Credentials
from db.keeping.templates import Pattern
from db.tables import ClaimRow, RadiologistRow, SuiteSessionRow, TaskRow
from db.words import TaskState
from flows.keeping.words import (
    AddHoliday,
    AddLeave,
    AddList,
    AddRadiologist,
    AddService,
    AddTemplate,
    ApproveProtocol,
    ChangeRadiologist,
    ChangeUnit,
    CloseList,
    EndLeave,
    EndRadiologist,
    EndService,
    EndSuite,
    EndTemplate,
    EndUnit,
    MakeLists,
    OpenList,
    ProposeProtocol,
    ProtocolPart,
    ReshapeList,
)
from scheduler.errors import BadInputError, DoubleBookingError, NeurolistError, NotPermittedError, StaleVersionError
from scheduler.vocabulary import Funding, Role, Target, Technique
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.service import a_desk, a_service, an_actor, publish_as_two

TOMORROW = TODAY + timedelta(days=1)
ONE_DAY = timedelta(days=1)
EVERY_PAYER = tuple(payer.value for payer in Funding)
SHAPE = ListShape(
    start=time(8, 30),
    end=time(12, 30),
    overtime_minutes=0,
    max_cases=None,
    funding=EVERY_PAYER,
    anaesthetist=True,
    radiologist=None,
)
ALL = Credentials(
    name="Radiologist R01",
    sites=("S01", "S02"),
    targets=tuple(target.value for target in Target),
    techniques=tuple(technique.value for technique in Technique),
)


@pytest.fixture
def desk(sqlite_database):
    """The desk of a clinic where one case is booked on S01-1, tomorrow from 08:30 to 09:15, with R01."""
    a_clinic(sqlite_database)
    ref = list_for_test(sqlite_database, 1)
    proposal = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, proposal, actor=CLERK, now=MORNING))
    return a_desk(a_service(sqlite_database), Role.ADMINISTRATOR)


def broken(desk, change):
    return [(one.ref, one.list) for one in desk.keeping.preview(change).broken]


def the_ref(desk):
    return desk.cases()[0].ref


def row(desk, name="S01-1", table=SuiteSessionRow):
    return read(desk.service.database, lambda session: session.get(table, name))


def rebooking(desk, state=TaskState.OPEN):
    asked = select(TaskRow).where(TaskRow.kind == "rebook", TaskRow.state == state)
    return read(desk.service.database, lambda session: session.exec(asked).all())


def closing(name="S01-1", on=TOMORROW, **changes):
    return CloseList(list=name, on=on, reason="Scanner down", **changes)


def leave(first, last, **changes):
    return AddLeave(radiologist="R01", name="Radiologist R01", first=first, last=last, **changes)


# What breaks: the day that touches and the one that does not

BREAKS = {
    "closing the list": closing(),
    "a list that ends before the case does": ReshapeList(
        list="S01-1", on=TOMORROW, shape=replace(SHAPE, end=time(9, 10))
    ),
    "another radiologist": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, radiologist="R02")),
    "no room for a case": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, max_cases=0)),
    "leave on the day": leave(TOMORROW, TOMORROW),
    "leave until the list's start and a minute": leave(TOMORROW, TOMORROW, start=time(7), end=time(8, 31)),
    "a site withdrawn": ChangeRadiologist(radiologist="R01", since=TODAY, credentials=replace(ALL, sites=("S02",))),
    "a target withdrawn": ChangeRadiologist(
        radiologist="R01", since=TODAY, credentials=replace(ALL, targets=("stellate",))
    ),
    "the radiologist gone": EndRadiologist(radiologist="R01", name="R01", on=TOMORROW),
    "the room in service": AddService(name="CT 1", suite="S01-CT1", first=TODAY, last=TOMORROW, reason="Service"),
    "the room ended": EndSuite(suite="S01-CT1", site="S01", name="CT 1", on=TOMORROW),
    "a holiday": AddHoliday(on=TOMORROW, name="Show day"),
    "a holiday of the site": AddHoliday(on=TOMORROW, name="Show day", site="S01"),
}
KEEPS = {
    "closing another list": closing("S02-1"),
    "a list that ends with the case": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, end=time(9, 15))),
    "the same radiologist": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, radiologist="R01")),
    "room for the one case": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, max_cases=1)),
    "leave the day after": leave(TOMORROW + ONE_DAY, TOMORROW + ONE_DAY),
    "leave until the list's start": leave(TOMORROW, TOMORROW, start=time(7), end=time(8, 30)),
    "another site withdrawn": ChangeRadiologist(
        radiologist="R01", since=TODAY, credentials=replace(ALL, sites=("S01",))
    ),
    "another target withdrawn": ChangeRadiologist(
        radiologist="R01", since=TODAY, credentials=replace(ALL, targets=("coeliac",))
    ),
    "the radiologist gone later": EndRadiologist(radiologist="R01", name="R01", on=TOMORROW + ONE_DAY),
    "service the day after": AddService(
        name="CT 1", suite="S01-CT1", first=TOMORROW + ONE_DAY, last=TOMORROW + ONE_DAY, reason="Service"
    ),
    "a unit nobody needs": EndUnit(unit="rf-1", name="rf-1", on=TOMORROW),
    "the room ended later": EndSuite(suite="S01-CT1", site="S01", name="CT 1", on=TOMORROW + ONE_DAY),
    "a holiday of another site": AddHoliday(on=TOMORROW, name="Show day", site="S02"),
}


def test_a_change_breaks_the_booking_that_could_not_stay_and_no_other(desk):
    ref = the_ref(desk)
    assert {name: broken(desk, change) for name, change in BREAKS.items()} == {
        name: [(ref, "S01-1")] for name in BREAKS
    }
    assert {name: broken(desk, change) for name, change in KEEPS.items()} == {name: [] for name in KEEPS}


def test_the_preview_says_the_rule_and_changes_nothing(desk):
    found = desk.keeping.preview(closing())
    assert found.broken[0].says == (f"Case {the_ref(desk)} is booked on S01-1, which is closed.",)
    assert not row(desk).closed
    assert rebooking(desk) == []


# Saving


def test_a_change_that_breaks_a_booking_is_saved_only_by_somebody_who_was_shown_it(desk):
    with pytest.raises(NeurolistError, match=f"break the booking of {the_ref(desk)}"):
        desk.keeping.save(closing())
    assert not row(desk).closed
    assert desk.keeping.save(closing(), accepting=[the_ref(desk)]).asked == (the_ref(desk),)
    assert row(desk).closed


def test_a_booking_that_cannot_stay_becomes_one_task_until_it_stands_elsewhere(desk):
    ref = the_ref(desk)
    desk.keeping.save(closing(), accepting=[ref], write_id="w1")
    assert desk.keeping.save(closing(), accepting=[ref], write_id="w1").asked == (ref,)
    (task,) = rebooking(desk)
    assert task.says == (
        f"Rebook {ref}, booked for 25 November 2026, 08:30 at CT 1, Site 1. The list is closed: Scanner down."
    )
    assert (task.role, task.due_on) == (Role.BOOKINGS, TODAY)
    proposal = a_proposal(desk.service.database, {f"{ref}-T": ("S01-2", 0, "R01")})
    publish_as_two(desk, proposal, reason="The list is closed")
    assert rebooking(desk) == []
    assert len(rebooking(desk, TaskState.DONE)) == 1


def test_leave_takes_the_radiologist_off_the_lists_and_holds_the_time(desk):
    kept = desk.keeping.preview(leave(TOMORROW, TOMORROW))
    assert kept.also == ("1 list will have no radiologist: S01-1.",)
    desk.keeping.save(leave(TOMORROW, TOMORROW, reason="Conference"), accepting=[the_ref(desk)])
    assert row(desk).assigned_radiologist_id is None
    (line,) = desk.keeping.staff()[0].leave
    assert line.end - line.start == ONE_DAY
    desk.keeping.save(EndLeave(leave=line.id, radiologist="R01", version=line.version))
    assert desk.keeping.staff()[0].leave == ()


def test_a_room_in_service_holds_only_the_time_nothing_is_booked_in(desk):
    service = AddService(name="CT 1", suite="S01-CT1", first=TOMORROW, last=TOMORROW, reason="Service")
    desk.keeping.save(service, accepting=[the_ref(desk)])
    asked = select(ClaimRow).where(ClaimRow.kind == "suite", ClaimRow.active)
    claims = read(desk.service.database, lambda session: session.exec(asked).all())
    kept = sorted((claim.start, claim.end, claim.booking_id is None) for claim in claims)
    assert [free for _, _, free in kept] == [True, False, True]
    assert all(before[1] == after[0] for before, after in pairwise(kept))


def test_a_holiday_closes_the_lists_of_its_day_and_opens_none_later(desk):
    desk.keeping.save(AddHoliday(on=TOMORROW, name="Show day"), accepting=[the_ref(desk)])
    assert [row(desk, name).closed for name in ("S01-1", "S02-1", "S01-2")] == [True, True, False]
    desk.keeping.save(OpenList(list="S01-1", on=TOMORROW, version=row(desk).version))
    assert not row(desk).closed


def test_a_reshaped_list_keeps_its_radiologist_for_the_new_hours(desk):
    longer = ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, end=time(13)), version=row(desk).version)
    desk.keeping.save(longer)
    found = row(desk)
    assert (found.wall_end, found.assigned_radiologist_id) == ("13:00", "R01")
    asked = select(ClaimRow).where(ClaimRow.session_id == "S01-1", ClaimRow.active)
    (claim,) = read(desk.service.database, lambda session: session.exec(asked).all())
    assert claim.end == found.end
    with pytest.raises(StaleVersionError):
        desk.keeping.save(longer)


def test_what_makes_no_sense_is_refused_in_a_sentence(desk):
    wrong = {
        "say in a few words why": CloseList(list="S01-1", on=TOMORROW, reason=" "),
        "a list ends after it starts": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, end=time(8, 30))),
        "choose at least one payer": ReshapeList(list="S01-1", on=TOMORROW, shape=replace(SHAPE, funding=())),
        "has passed": leave(TODAY - ONE_DAY, TODAY - ONE_DAY),
        "is before": AddService(name="x", suite="S01-CT1", first=TOMORROW, last=TODAY, reason="x"),
        "choose at least one of the targets": ChangeRadiologist(
            radiologist="R01", since=TODAY, credentials=replace(ALL, targets=())
        ),
        "letters, digits and hyphens": AddRadiologist(id="R 3", credentials=ALL),
        "the suite has the list S01-1": AddList(
            suite="S01-CT1", on=TOMORROW, shape=replace(SHAPE, start=time(12, 29), end=time(13))
        ),
    }
    for says, change in wrong.items():
        with pytest.raises(BadInputError, match=says):
            desk.keeping.save(change)


def test_a_role_is_asked_for_at_the_site_of_the_list(desk):
    clerk = desk.acting(replace(desk.actor, roles={"S02": frozenset({Role.BOOKINGS})}))
    with pytest.raises(NotPermittedError, match="at S01"):
        clerk.keeping.preview(closing())
    assert clerk.keeping.save(closing("S02-1")).asked == ()
    with pytest.raises(NotPermittedError, match="change radiologists"):
        clerk.keeping.save(ChangeRadiologist(radiologist="R01", since=TODAY, credentials=ALL))


def test_a_radiologist_on_a_begun_list_cannot_be_sent_on_leave(desk):
    desk.service.clock.source.pass_(timedelta(hours=23, minutes=45))
    with pytest.raises(DoubleBookingError, match="R01 is already held"):
        desk.keeping.save(leave(TOMORROW, TOMORROW))


def test_a_new_radiologist_and_an_ended_one(desk):
    desk.keeping.save(AddRadiologist(id="R03", credentials=replace(ALL, name="Dr New")))
    assert {line.id for line in desk.keeping.staff()} == {"R01", "R02", "R03"}
    desk.keeping.save(EndRadiologist(radiologist="R01", name="R01", on=TOMORROW), accepting=[the_ref(desk)])
    assert row(desk, "R01", RadiologistRow).ended_on == TOMORROW
    assert row(desk).assigned_radiologist_id is None


def test_the_history_says_who_changed_what_from_what_to_what(desk):
    desk.keeping.save(closing(), accepting=[the_ref(desk)])
    newest = desk.keeping.history(("suite_session", "S01-1"))[0]
    assert (newest.action, newest.by, newest.role) == ("close_list", desk.actor.id, "administrator")
    assert [(step.column, step.before, step.after) for step in newest.steps if step.column == "closed"] == [
        ("closed", False, True)
    ]


@pytest.fixture
def with_generator(sqlite_database):
    """The same clinic, where the booked test block needs the one generator of its site."""
    a_clinic(sqlite_database)
    ref = list_for_test(sqlite_database, 1)
    desk = a_desk(a_service(sqlite_database), Role.ADMINISTRATOR)
    asks = {"edition": 1, "effective_from": TODAY, "source": "", "reason": "As it is done here"}
    row = "coeliac/local_anaesthetic/test_block"
    needs = {"equipment": ["rf_generator"]}
    desk.keeping.save(ProposeProtocol(part=ProtocolPart.PROCEDURE, key=row, fields=needs, **asks))
    lead = desk.acting(an_actor(Role.IR_LEAD))
    (change,) = desk.keeping.protocol_changes()
    lead.keeping.save(ApproveProtocol(change=change.id, part=change.part, key=row, fields=needs, effective_from=TODAY))
    proposal = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, proposal, actor=CLERK, now=MORNING))
    return desk


def test_a_unit_away_breaks_the_bookings_that_need_it_on_its_days_alone(with_generator):
    desk = with_generator
    after = TOMORROW + ONE_DAY
    service = {"name": "rf-1", "unit": "rf-1", "reason": "Service"}
    away = {
        EndUnit(unit="rf-1", name="rf-1", on=TOMORROW): 1,
        EndUnit(unit="rf-1", name="rf-1", on=after): 0,
        EndUnit(unit="rf-2", name="rf-2", on=TOMORROW): 0,
        AddService(first=TODAY, last=TOMORROW, **service): 1,
        AddService(first=after, last=after, **service): 0,
        ChangeUnit(unit="rf-1", since=TODAY, name="rf-1", at_sites=("S02",)): 1,
        ChangeUnit(unit="rf-1", since=TODAY, name="rf-one", at_sites=("S01",)): 0,
    }
    assert {change: len(broken(desk, change)) for change in away} == away
    desk.keeping.save(AddService(first=TOMORROW, last=TOMORROW, **service), accepting=[the_ref(desk)])
    unit = next(line for line in desk.keeping.units() if line.id == "rf-1")
    assert len(unit.service) == 1
    desk.keeping.save(EndService(service=unit.service[0].id, unit="rf-1", version=unit.service[0].version))
    assert all(line.service == () for line in desk.keeping.units())


# Templates

WEDNESDAY = date(2026, 12, 2)


def pattern(**changes):
    usual = {"suite": "S01-CT1", "first_on": WEDNESDAY, "start": time(8, 30), "end": time(12, 30)}
    return Pattern(**{**usual, "funding": ("public",), "radiologist": "R01", **changes})


def lists_of_december(desk):
    found = read(desk.service.database, lambda session: session.exec(select(SuiteSessionRow)).all())
    return sorted((each.on, each.rostered_radiologist_id) for each in found if each.on >= date(2026, 12, 1))


def test_lists_are_made_from_templates_once_and_not_on_holidays(desk):
    desk.keeping.save(AddTemplate(pattern=pattern()))
    write(desk.service.database, lambda s: clinic.add_holiday(s, WEDNESDAY + timedelta(weeks=1), "Show day"))
    desk.keeping.save(leave(WEDNESDAY + timedelta(weeks=2), WEDNESDAY + timedelta(weeks=2)))
    first, last = date(2026, 12, 1), date(2026, 12, 23)
    asked = desk.keeping.coming(first, last)
    assert [one.skipped for one in asked] == ["", "Show day is a public holiday there.", "", ""]
    desk.keeping.save(MakeLists(first=first, last=last))
    weeks = [WEDNESDAY + timedelta(weeks=number) for number in (0, 2, 3)]
    assert lists_of_december(desk) == [(weeks[0], "R01"), (weeks[1], None), (weeks[2], "R01")]
    desk.keeping.save(MakeLists(first=first, last=last))
    assert len(lists_of_december(desk)) == 3
    assert {one.skipped for one in desk.keeping.coming(first, last)} == {
        "The room has a list then already.",
        "Show day is a public holiday there.",
    }


def test_a_fortnightly_template_counts_from_its_first_day_until_it_is_ended(desk):
    desk.keeping.save(AddTemplate(pattern=pattern(every_weeks=2)))
    days = [one.on for one in desk.keeping.coming(date(2026, 12, 3), date(2027, 1, 31))]
    assert days == [WEDNESDAY + timedelta(weeks=number) for number in (2, 4, 6, 8)]
    (line,) = desk.keeping.templates()
    ended = EndTemplate(template=line.id, suite=line.suite, on=WEDNESDAY + timedelta(weeks=4), version=line.version)
    desk.keeping.save(ended)
    assert [one.on for one in desk.keeping.coming(date(2026, 12, 3), date(2027, 1, 31))] == days[:1]


def test_a_clerk_of_one_site_makes_the_lists_of_that_site_alone(desk):
    desk.keeping.save(AddTemplate(pattern=pattern()))
    desk.keeping.save(AddTemplate(pattern=pattern(suite="S02-CT1", radiologist=None)))
    clerk = desk.acting(replace(desk.actor, roles={"S02": frozenset({Role.BOOKINGS})}))
    week = {"first": WEDNESDAY, "last": WEDNESDAY}
    with pytest.raises(NotPermittedError, match="at S01"):
        clerk.keeping.save(MakeLists(**week))
    clerk.keeping.save(MakeLists(**week, site="S02"))
    assert lists_of_december(desk) == [(WEDNESDAY, None)]


def test_lists_are_made_for_at_most_a_year_from_today_on(desk):
    with pytest.raises(BadInputError, match="has passed"):
        desk.keeping.coming(TODAY - ONE_DAY, TOMORROW)
    with pytest.raises(BadInputError, match="up to a year"):
        desk.keeping.coming(TODAY, TODAY + timedelta(weeks=54))
    with pytest.raises(BadInputError, match="no template yet"):
        desk.keeping.save(MakeLists(first=TODAY, last=TOMORROW))
