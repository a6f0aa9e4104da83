"""No timer or job, whatever its handler does, changes a category, readiness, list or result, or books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from db import audit, due_steps
from db.effects import standing_booking
from db.facts import case_row
from db.tables import (
    BookingRow,
    CaseRow,
    CategoryChangeRow,
    ConsentRow,
    NotReadyPeriodRow,
    ProcedureRecordRow,
    WaitlistEpisodeRow,
)
from flows import steps
from flows.desk import HoldAsked
from flows.steps import run_due_steps, run_steps
from flows.sweeping import sweep
from flows.words import StepOutcome
from scheduler.pathway.booking import AGREED, BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness
from tests.builders.memory import MORNING, TODAY, a_clinic, list_for_test, read, write
from tests.builders.service import MovingClock, a_desk, a_service

FOR_PEOPLE = (WaitlistEpisodeRow, CategoryChangeRow, NotReadyPeriodRow, ProcedureRecordRow, ConsentRow)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    a_clinic(sqlite_database)
    return a_service(sqlite_database, source=clock)


def judged(service):
    """Everything that only a person may change, as it stands."""

    def look(session):
        tables: dict[str, list[SQLModel]] = {
            table.__tablename__: sorted(session.exec(select(table)).all(), key=str) for table in FOR_PEOPLE
        }
        plans = session.exec(select(CaseRow.ref, CaseRow.urgency, CaseRow.target, CaseRow.technique, CaseRow.direct))
        agreed = [row.id for row in session.exec(select(BookingRow)) if row.status in AGREED]
        kept = {name: [row.model_dump() for row in rows] for name, rows in tables.items()}
        return kept, sorted(map(str, plans)), sorted(agreed)

    return read(service.database, look)


def test_five_weeks_of_timers_and_jobs_judge_nothing(service, clock):
    desk = a_desk(service)
    waiting, held, booked, unready = (list_for_test(service.database, number) for number in range(1, 5))
    run_due_steps(service)
    for ref, name in ((held, "S01-3"), (booked, "S02-3")):
        desk.hold(HoldAsked(ref=ref, list=name))
    desk.book_slot(booked, {})
    desk.record(unready, "clinically_unready", {"reason": "ill", "review_on": "2026-12-20"})
    before = judged(service)
    names = set()
    for _ in range(35):
        clock.pass_(timedelta(days=1))
        worked = (*sweep(service).worked, *run_due_steps(service))
        names |= {report.name for report in worked}
    assert judged(service) == before
    assert {"treat_by", "hold_expires", "review_readiness", "escalation", "nightly_plan"} <= names
    assert {desk.case(ref).summary.state for ref in (waiting, held, unready)} == {PathwayState.TEST_WAITING}


def a_category(session, ref):
    case_row(session, ref).urgency = 3


def a_readiness(session, ref):
    _episode(session, ref).readiness = Readiness.NOT_READY_CLINICAL


def a_removal(session, ref):
    _episode(session, ref).closed_on = TODAY


def a_consent(session, ref):
    case = case_row(session, ref)
    session.add(
        ConsentRow(
            case_id=case.id, event_seq=1, stage="test_block", on=TODAY, target=case.target, laterality=case.laterality
        )
    )


def a_booking(session, ref):
    standing_booking(session, case_row(session, ref).id).status = BookingState.BOOKED


def _episode(session, ref):
    return session.exec(select(WaitlistEpisodeRow).where(WaitlistEpisodeRow.case_id == case_row(session, ref).id)).one()


@pytest.mark.parametrize("change", [a_category, a_readiness, a_removal, a_consent, a_booking])
@pytest.mark.parametrize("told", [True, False])
def test_a_handler_that_tries_is_stopped_and_nothing_of_it_is_kept(service, monkeypatch, change, told):
    ref = list_for_test(service.database)
    a_desk(service).hold(HoldAsked(ref=ref, list="S01-2"))
    before = judged(service)

    def presumptuous(session, step, _):
        change(session, ref)
        if told:
            audit.record(session, action="presume", entity="case", ref=ref)

    monkeypatch.setattr(steps, "HANDLER_OF", {"treat_by": presumptuous})

    def add(session):
        due_steps.enqueue(session, key="test", name="treat_by", due_at=MORNING, case_ref=ref)
        return next(step.id for step in due_steps.due(session, now=MORNING) if step.key == "test")

    (report,) = run_steps(service, [write(service.database, add)])
    assert report.outcome is StepOutcome.FAILED
    assert "only a person may do" in report.says
    assert judged(service) == before
