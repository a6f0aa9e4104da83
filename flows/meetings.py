"""MDT meetings at the desk: the calendar, agendas, who sat, what was decided about each case, and the minutes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from db import agendas, boards, cases, clinic, documents, facts, meetings, writes
from db import protocol as protocols
from db.documents import Document
from db.meeting_pictures import AgendaPage, MeetingLine
from db.meetings import Attendee, NewMeeting
from db.words import DocumentKind
from flows.minutes import minutes_of
from flows.permissions import Action
from flows.steps import run_due_steps
from scheduler.errors import BadInputError, NeurolistError, NotFoundError
from scheduler.pathway.fields import Field, read_details
from scheduler.pathway.forms import MEETING_ROLES, REASON, REDISCUSS_ON
from scheduler.pathway.machine import decide
from scheduler.pathway.meetings.series import Series, series
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.situation import needed
from scheduler.pathway.transitions import transition
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.tables import MdtMeetingRow
    from flows.desk import Desk
    from scheduler.pathway.events import Event

BEFORE = timedelta(weeks=2)
AHEAD = timedelta(weeks=12)
ATTENDED, MET_ON = "attended", "mdt_on"
# The meeting knows who sat, so nobody types it for each case.
EARLY: dict[str, Any] = {"required": False, "help": "Leave empty for those who sit; only if somebody left early."}
REDISCUSS_FORM = (REDISCUSS_ON, REASON)
_OUTCOME = {False: "apply_step", True: agendas.REDISCUSS}  # under which its write is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """The meetings that were added, and the days that have none with the reason; `placed` are cases they took."""

    series: Series
    placed: tuple[str, ...]


class Meetings:
    """Everything a person may ask about MDT meetings, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def calendar(self, first: date | None = None, last: date | None = None) -> tuple[MeetingLine, ...]:
        """List the meetings of these dates: from two weeks ago to twelve weeks ahead unless said."""
        desk, now = self.desk, self.desk.service.clock.now()
        start, end = first or desk.today() - BEFORE, last or desk.today() + AHEAD
        return desk._look(lambda session: boards.meetings(session, first=start, last=end, now=now))

    def agenda(self, on: date) -> AgendaPage:
        """Give one meeting in full: its cases in clinical order, what each lacks, who sits and who must."""
        return self.desk._look(lambda session: boards.agenda(session, on, now=self.desk.service.clock.now()))

    def listed(self) -> dict[str, date]:
        """Give the day of the meeting whose agenda each waiting case is on."""
        return self.desk._look(boards.on_agendas)

    def form(self, ref: str, outcome: MeetingOutcome | str) -> tuple[Field, ...]:
        """Give the form of an outcome, without what the meeting knows; empty when the case cannot take that step."""
        wanted = outcome_named(outcome)
        if wanted.event is None:
            return REDISCUSS_FORM
        steps = self.desk.next_steps(ref)
        found = next((step for step in steps if step.event is wanted.event), None)
        asked = [field for field in found.fields if field.key != MET_ON] if found else []
        return tuple(replace(field, **EARLY) if field.key == ATTENDED else field for field in asked)

    def minutes(self, on: date) -> Document:
        """Give the minutes of a finished meeting; that this person read them goes into the audit trail."""
        author = self.desk._permitted(Action.READ_MINUTES, "mdt_meeting", on.isoformat())

        def read(session: Session) -> Document:
            kept = documents.of_meeting(session, meetings.the_meeting(session, on).id)
            if not kept:
                raise NotFoundError(f"The MDT meeting of {day(on)} has no minutes yet: finish it first.")
            return documents.read(session, kept[-1].id)

        return self.desk._write(author, read)

    # The calendar

    def add(self, new: NewMeeting, *, write_id: str | None = None) -> tuple[str, ...]:
        """Add one meeting; gives the cases that waited for one and are now on its agenda."""
        report = self.add_series(new, every_weeks=1, until=new.on, write_id=write_id, skip=False)
        return report.placed

    def add_series(
        self, new: NewMeeting, *, every_weeks: int, until: date, write_id: str | None = None, skip: bool = True
    ) -> SeriesReport:
        """Add a regular meeting, without the days off and those that have one; says which those are."""
        author = self.desk._permitted(Action.PLAN_MEETINGS, "mdt_meeting", new.on.isoformat())
        if new.on < self.desk.today():
            raise BadInputError.of("date", f"{day(new.on)} has passed. A meeting is planned for today or later.")

        def work(session: Session) -> SeriesReport:
            off = {**meetings.days_taken(session), **meetings.days_off(session)} if skip else {}
            days = series(new.on, every_weeks=every_weeks, until=until, days_off=off)
            if writes.earlier(session, write_id, Action.PLAN_MEETINGS.value) is not None:
                return SeriesReport(series=days, placed=())
            for on in days.days:
                meetings.add_meeting(session, replace(new, on=on))
            placed = agendas.place_waiting(session)
            writes.finish(session, write_id, {})
            return SeriesReport(series=days, placed=placed)

        return self.desk._write(author, work)

    def move(
        self,
        on: date,
        to: date,
        *,
        start: time | None = None,
        why: str = "",
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> AgendaPage:
        """Move a meeting with its agenda to another day or time."""
        if to < self.desk.today():
            raise BadInputError.of("to", f"{day(to)} has passed. A meeting is moved to today or later.")

        def work(session: Session, row: MdtMeetingRow, _: Author) -> None:
            meetings.move(session, row, to=to, start=start, why=why)

        self._change(Action.PLAN_MEETINGS, on, work, expected_version, write_id)
        return self.agenda(to)

    def cancel(
        self, on: date, *, why: str, expected_version: int | None = None, write_id: str | None = None
    ) -> AgendaPage:
        """Cancel a meeting; its cases go on the next one with the reason."""
        _demand_reason(why, "Say why the meeting is cancelled.")

        def work(session: Session, row: MdtMeetingRow, author: Author) -> None:
            agendas.cancel(session, row, why=why, actor=author)

        self._change(Action.PLAN_MEETINGS, on, work, expected_version, write_id)
        return self.agenda(on)

    # The agenda

    def put(
        self,
        on: date,
        ref: str,
        *,
        why: str = "",
        minutes: int | None = None,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> AgendaPage:
        """Put a case on an agenda; once it is closed only the coordinator does, with the reason."""
        closed = self.agenda(on).meeting.state is MeetingState.AGENDA_CLOSED
        action = Action.ADD_TO_CLOSED_AGENDA if closed else Action.PUT_ON_AGENDA

        def work(session: Session, row: MdtMeetingRow, _: Author) -> None:
            if row.state is MeetingState.AGENDA_CLOSED and not closed:
                raise NeurolistError(f"The agenda of {day(on)} has just been closed. Look at it again.")
            agendas.put(session, row, ref, why=why, minutes=minutes)

        self._change(action, on, work, expected_version, write_id)
        return self.agenda(on)

    def carry(
        self,
        on: date,
        ref: str,
        *,
        why: str,
        to: date | None = None,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> AgendaPage:
        """Carry a case to a later meeting with the reason: the next one unless said."""
        _demand_reason(why, "Say why the case is carried.")

        def work(session: Session, row: MdtMeetingRow, author: Author) -> None:
            agendas.carry(session, row, ref, why=why, to=to, actor=author)

        self._change(Action.RUN_MEETING, on, work, expected_version, write_id)
        return self.agenda(on)

    def close(self, on: date, *, expected_version: int | None = None, write_id: str | None = None) -> AgendaPage:
        """Close an agenda now instead of when its time comes."""
        self._change(
            Action.RUN_MEETING,
            on,
            lambda session, row, author: agendas.close_agenda(session, row, actor=author),
            expected_version,
            write_id,
        )
        return self.agenda(on)

    # At the meeting

    def attend(
        self,
        on: date,
        present: Collection[Attendee],
        *,
        absent: Collection[str] = (),
        chair: str | None = None,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> AgendaPage:
        """Note who sits in a meeting; `absent` takes off names noted by mistake."""
        unknown = sorted({one.discipline for one in present} - set(MEETING_ROLES))
        if unknown:
            says = f"No discipline is called {', '.join(unknown)}. They are: {', '.join(MEETING_ROLES)}."
            raise BadInputError.of("attend", says)

        def work(session: Session, row: MdtMeetingRow, _: Author) -> None:
            meetings.attend(session, row, present, absent=absent)
            if chair is not None:
                meetings.change(session, row, place=None, chair=chair)

        self._change(Action.RUN_MEETING, on, work, expected_version, write_id)
        return self.agenda(on)

    def outcome(
        self,
        on: date,
        ref: str,
        outcome: MeetingOutcome | str,
        details: Mapping[str, object],
        *,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> AgendaPage:
        """Record what a meeting said about a case; the meeting fills in its day and who sat.

        Takes the step of the pathway the outcome stands for, with its role and conditions. `expected_version` is the
        case's.
        """
        wanted, desk = outcome_named(outcome), self.desk
        author = desk._permitted(wanted.event or Action.RUN_MEETING, "case", ref)
        self._met(on)

        def work(session: Session) -> None:
            row = meetings.the_meeting(session, on)
            meetings.must_be_coming(row)
            item, case = agendas.item_on(session, row, ref)
            case.expect(expected_version)
            if wanted.event is None:
                self._rediscuss(session, row, ref, details, author=author, write_id=write_id)
            else:
                self._decide(session, row, ref, wanted.event, details, author=author, write_id=write_id)
                agendas.keep_outcome(session, item, wanted, ref)

        desk._once(write_id, _OUTCOME[wanted.event is None], lambda: desk._write(author, work))
        run_due_steps(desk.service, case_ref=ref)
        return self.agenda(on)

    def finish(self, on: date, *, expected_version: int | None = None, write_id: str | None = None) -> AgendaPage:
        """End a meeting and write its minutes; refused with the cases that have neither an outcome nor a carry."""

        def work(session: Session, row: MdtMeetingRow, author: Author) -> None:
            agendas.finish(session, row)
            page = boards.agenda(session, on, now=self.desk.service.clock.now())
            text = minutes_of(page, written_by=author.name, at=self.desk.service.clock.now(), zone=self.desk.zone)
            title = f"Minutes of the MDT meeting of {day(on)}"
            documents.keep(session, kind=DocumentKind.MINUTES, title=title, text=text, meeting_id=row.id)

        self._change(Action.RUN_MEETING, on, work, expected_version, write_id)
        return self.agenda(on)

    # Inside

    def _change(
        self,
        action: Action,
        on: date,
        work: Callable[[Session, MdtMeetingRow, Author], None],
        expected_version: int | None,
        write_id: str | None,
    ) -> None:
        """Do one thing to a meeting, once, if it is still the one that was shown."""
        author = self.desk._permitted(action, "mdt_meeting", on.isoformat())

        def once(session: Session) -> None:
            if writes.earlier(session, write_id, action.value) is not None:
                return
            row = meetings.the_meeting(session, on)
            row.expect(expected_version)
            work(session, row, author)
            writes.finish(session, write_id, {"meeting": row.id})

        self.desk._write(author, once)

    def _met(self, on: date) -> None:
        if on > self.desk.today():
            raise NeurolistError(f"The MDT meeting of {day(on)} is still to come, so it has decided nothing yet.")

    def _rediscuss(
        self,
        session: Session,
        row: MdtMeetingRow,
        ref: str,
        details: Mapping[str, object],
        *,
        author: Author,
        write_id: str | None,
    ) -> None:
        answers = read_details(REDISCUSS_FORM, details, today=self.desk.today())
        again = needed(answers.date(REDISCUSS_ON.key), "Give the day in 'rediscuss_on'.")
        writes.earlier(session, write_id, agendas.REDISCUSS)
        agendas.rediscuss(session, row, ref, on=again, why=answers.text(REASON.key), actor=author)
        writes.finish(session, write_id, {"ref": ref})

    def _decide(
        self,
        session: Session,
        row: MdtMeetingRow,
        ref: str,
        event: Event,
        details: Mapping[str, object],
        *,
        author: Author,
        write_id: str | None,
    ) -> None:
        today, known = self.desk.today(), facts.case_facts(session, ref)
        form = {field.key for field in transition(known.state, event).fields}
        if ATTENDED in form and not row.attended and ATTENDED not in details:
            raise NeurolistError(
                f"Nobody is noted as attending. Note who sits: neurolist mdt attend {row.on} DISCIPLINE=NAME ..."
            )
        meeting_knows = {ATTENDED: tuple(row.attended), MET_ON: row.on}
        filled = {**{key: value for key, value in meeting_knows.items() if key in form}, **details}
        rules, days_off = protocols.protocol(session, today), clinic.holidays(session)
        move = decide(known, event, filled, protocol=rules, today=today, holidays=days_off)
        self.desk._demand_a_second_person(session, ref, move, way="An IR lead has to record this outcome.")
        now = self.desk.service.clock.now()
        cases.apply_step(session, ref, move, filled, actor=author, now=now, write_id=write_id or str(uuid4()))


def outcome_named(outcome: MeetingOutcome | str) -> MeetingOutcome:
    """Give the outcome with this name; raises NotFoundError with the six there are."""
    try:
        return MeetingOutcome(outcome)
    except ValueError:
        names = ", ".join(MeetingOutcome)
        raise NotFoundError(f"No outcome is called '{outcome}'. The outcomes are: {names}.") from None


def _demand_reason(why: str, says: str) -> None:
    if not why.strip():
        raise BadInputError.of("reason", says)
