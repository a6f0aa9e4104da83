"""Small pictures of cases, lists and proposals; each fills in what a screen's test does not care about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from db.meeting_pictures import AgendaLine, AgendaPage, MeetingLine
from db.pictures import (
    BookingLine,
    CasePage,
    CaseSummary,
    HistoryLine,
    LeftOver,
    ListCard,
    ListedCase,
    ProposalPage,
    ProposalSummary,
    ProposedPlace,
    StageColumn,
    TaskLine,
)
from db.words import ProposalStatus, TaskState
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import Clock
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.meetings.words import MeetingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Funding, Laterality, Readiness, Role, Stage, Target, Technique

TODAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # Tuesday 24 November, 09:00 in Melbourne


def a_case_summary(ref: str = "N10001", **changed: Any) -> CaseSummary:
    usual = CaseSummary(
        ref=ref,
        state=PathwayState.TEST_WAITING,
        since=TODAY - timedelta(days=10),
        received_on=TODAY - timedelta(days=30),
        days=10,
        limit=30,
        overdue=False,
        due_on=TODAY + timedelta(days=20),
        urgency=2,
        target=Target.COELIAC,
        technique=Technique.CHEMICAL,
        laterality=Laterality.BILATERAL,
        funding=Funding.PUBLIC,
        cancer=False,
        stage=Stage.TEST_BLOCK,
        readiness=Readiness.READY,
        minutes=45,
        booked_for=None,
        site=None,
        missing=(),
        open_tasks=0,
        version=3,
    )
    return replace(usual, **changed)


def a_listed_case(ref: str = "N10001", **changed: Any) -> ListedCase:
    usual = ListedCase(
        ref=ref,
        booking=f"booking-{ref}",
        urgency=2,
        target=Target.COELIAC,
        technique=Technique.CHEMICAL,
        laterality=Laterality.BILATERAL,
        stage=Stage.DEFINITIVE,
        minutes=60,
        missing=0,
        status=BookingState.BOOKED,
        start=NINE,
        end=NINE + timedelta(minutes=60),
        recovery_end=NINE + timedelta(minutes=180),
        version=1,
    )
    return replace(usual, **changed)


def a_list_card(id: str = "L1", **changed: Any) -> ListCard:  # noqa: A002 (the record's own word)
    usual = ListCard(
        id=id,
        site="NTH",
        site_name="Northern Hospital",
        suite="NTH-A1",
        suite_name="Angio 1",
        date=TODAY,
        part="Morning",
        start=NINE,
        end=NINE + timedelta(hours=4),
        overtime_minutes=0,
        funding=("public",),
        anaesthetist=False,
        radiologist_id="R1",
        radiologist="Dr Ironbark",
        minutes_used=60,
        minutes_available=240,
        max_cases=None,
        cases=(),
        published=False,
        closed=False,
        closed_reason="",
        version=1,
    )
    return replace(usual, **changed)


def a_column(state: PathwayState = PathwayState.TRIAGE, *cases: CaseSummary, **changed: Any) -> StageColumn:
    usual = StageColumn(state=state, median_days=4.0, limit=5, over=0, cases=cases)
    return replace(usual, **changed)


def a_clock(**changed: Any) -> Clock:
    usual = Clock(
        id="C3",
        label="Waiting for test block",
        started=TODAY - timedelta(days=10),
        stopped=None,
        days=10,
        paused_days=0,
        limit=30,
        due_on=TODAY + timedelta(days=20),
        overdue=False,
        says="20 days left.",
    )
    return replace(usual, **changed)


def a_history_line(seq: int = 1, **changed: Any) -> HistoryLine:
    usual = HistoryLine(
        seq=seq,
        at=NINE,
        event="start_triage",
        label="Start triage",
        from_state=PathwayState.REFERRAL_RECEIVED,
        to_state=PathwayState.TRIAGE,
        by="Ned Calder",
        role="bookings",
        why="All items are here.",
        details={},
    )
    return replace(usual, **changed)


def a_booking_line(**changed: Any) -> BookingLine:
    usual = BookingLine(
        id="b1",
        stage=Stage.TEST_BLOCK,
        session="L1",
        site="NTH",
        site_name="Northern Hospital",
        suite_name="Angio 1",
        start=NINE,
        end=NINE + timedelta(minutes=45),
        recovery_end=NINE + timedelta(minutes=105),
        radiologist="Dr Ironbark",
        status=BookingState.BOOKED,
        end_reason="",
        version=1,
    )
    return replace(usual, **changed)


def a_case_page(summary: CaseSummary | None = None, **changed: Any) -> CasePage:
    shown = summary or a_case_summary()
    usual = CasePage(
        summary=shown,
        facts=CaseFacts(ref=shown.ref, state=shown.state, received_on=shown.received_on, funding=shown.funding),
        history=(a_history_line(),),
        clocks=(a_clock(),),
        bookings=(),
        tasks=(),
        notices=(),
        notes=(),
    )
    return replace(usual, **changed)


def a_task_line(id: str = "T1", **changed: Any) -> TaskLine:  # noqa: A002 (the record's own word)
    usual = TaskLine(
        id=id,
        ref="N10001",
        kind="state",
        role=Role.BOOKINGS,
        says="Book the test block.",
        due_on=TODAY,
        state=TaskState.OPEN,
        version=1,
        why="20 days left.",
        done_by=("patient_withdraws",),
        by_hand=False,
    )
    return replace(usual, **changed)


def a_meeting_line(on: date = TODAY, **changed: Any) -> MeetingLine:
    usual = MeetingLine(
        on=on,
        start=time(12, 30),
        place="Room 2",
        chair="Dr Ironbark",
        state=MeetingState.PLANNED,
        reason="",
        capacity_minutes=60,
        minutes_per_case=10,
        minutes_used=20,
        waiting=2,
        decided=0,
        carried=0,
        agenda_closes_at=NINE,
        version=4,
    )
    return replace(usual, **changed)


def an_agenda_line(ref: str = "N10001", place: int = 1, **changed: Any) -> AgendaLine:
    usual = AgendaLine(
        place=place,
        ref=ref,
        state=PathwayState.AWAITING_MDT,
        urgency=2,
        target=Target.COELIAC,
        technique=Technique.CHEMICAL,
        laterality=Laterality.BILATERAL,
        cancer=False,
        minutes=10,
        due_on=TODAY + timedelta(days=5),
        because="Category 2; 5 days left.",
        lacks=(),
        must_sit=("Palliative care",),
        absent=(),
        fits=True,
        late=False,
        added_why="",
        outcome=None,
        attended=(),
        owner="",
        rediscuss_on=None,
        reason="",
        alternative="",
        carried=False,
        carried_to=None,
        carried_why="",
        version=1,
        case_version=3,
    )
    return replace(usual, **changed)


def an_agenda_page(*lines: AgendaLine, meeting: MeetingLine | None = None, **changed: Any) -> AgendaPage:
    usual = AgendaPage(
        meeting=meeting or a_meeting_line(),
        lines=lines,
        present=(),
        must_sit=("Palliative care",),
        absent=(),
        again=(),
        minutes_document=None,
    )
    return replace(usual, **changed)


def a_proposal_summary(id: str = "P1", **changed: Any) -> ProposalSummary:  # noqa: A002 (the record's own word)
    usual = ProposalSummary(
        id=id,
        status=ProposalStatus.READY,
        asked_at=NINE,
        asked_by="Bella Marsh",
        start=TODAY,
        end=TODAY + timedelta(days=28),
        placed=1,
        moved=0,
        left_over=1,
        cost=1200,
        bound=1100,
        progress={},
        failure="",
        published_at=None,
        published_by=None,
        version=2,
    )
    return replace(usual, **changed)


def a_place(ref: str = "N10001", **changed: Any) -> ProposedPlace:
    usual = ProposedPlace(
        ref=ref,
        stage=Stage.TEST_BLOCK,
        target=Target.COELIAC,
        technique=Technique.LOCAL_ANAESTHETIC,
        urgency=2,
        session="L1",
        site_name="Northern Hospital",
        suite_name="Angio 1",
        radiologist="Dr Ironbark",
        start=NINE,
        minutes=45,
        due=TODAY + timedelta(days=5),
        before_session=None,
        before_start=None,
    )
    return replace(usual, **changed)


def a_left_over(ref: str = "N10002", **changed: Any) -> LeftOver:
    usual = LeftOver(
        ref=ref,
        stage=Stage.DEFINITIVE,
        target=Target.STELLATE,
        urgency=1,
        due=TODAY + timedelta(days=3),
        before_session=None,
        before_start=None,
        reasons=("No list before 14 March has a radiologist who treats the stellate ganglion.",),
    )
    return replace(usual, **changed)


def a_proposal_page(summary: ProposalSummary | None = None, **changed: Any) -> ProposalPage:
    usual = ProposalPage(
        summary=summary or a_proposal_summary(),
        placed=(a_place(),),
        left_over=(a_left_over(),),
        terms={"waiting": 900, "overtime": 300, "travel": 0},
        prices={"waiting": 5, "overtime": 10, "travel": 1},
        run={},
    )
    return replace(usual, **changed)
