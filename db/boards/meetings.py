"""MDT meetings as people see them: the calendar, and one meeting's agenda with what each case lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from db import documents
from db.facts import facts_of, open_cases
from db.light import Light, light_of
from db.meeting_pictures import Again, AgendaLine, AgendaPage, MeetingLine, Present
from db.meetings import attendance, meeting_on, there
from db.seats import Seat, is_open, seats
from db.tables import CaseRow, MdtItemRow, MdtMeetingRow
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.meetings.again import reasons_to_discuss_again
from scheduler.pathway.meetings.agenda import fitted, in_clinical_order, why_here
from scheduler.pathway.meetings.wants import wants
from scheduler.pathway.quorum import absent_disciplines, required_disciplines
from scheduler.pathway.states import PathwayState

LAST = 10_000  # behind every place of an agenda that was closed


@dataclass(frozen=True, slots=True)
class _Room:
    """What every line of one agenda is seen by: the meeting, the light, and the disciplines that are there."""

    meeting: MeetingLine
    light: Light
    here: frozenset[str]


def meetings(session: Session, *, first: date, last: date, now: datetime) -> tuple[MeetingLine, ...]:
    """List the meetings of these dates, both included."""
    asked = select(MdtMeetingRow).where(MdtMeetingRow.on >= first, MdtMeetingRow.on <= last)
    rows = session.exec(asked.order_by(col(MdtMeetingRow.on))).all()
    items = session.exec(select(MdtItemRow).where(col(MdtItemRow.meeting_id).in_([row.id for row in rows]))).all()
    cases = session.exec(select(CaseRow).where(col(CaseRow.id).in_({item.case_id for item in items}))).all()
    states = {case.id: case.state for case in cases}
    light = light_of(session, now)
    return tuple(_line(row, [item for item in items if item.meeting_id == row.id], states, light) for row in rows)


def _line(
    row: MdtMeetingRow, items: Sequence[MdtItemRow], states: Mapping[str, PathwayState], light: Light
) -> MeetingLine:
    each = row.minutes_per_case or light.protocol.whole("mdt_minutes_per_case")
    waiting = [item for item in items if is_open(item) and states[item.case_id] is PathwayState.AWAITING_MDT]
    return MeetingLine(
        on=row.on,
        start=time.fromisoformat(row.start or light.protocol.word("mdt_start")),
        place=row.place,
        chair=row.chair,
        state=row.state,
        reason=row.reason,
        capacity_minutes=row.capacity_minutes or light.protocol.whole("mdt_capacity"),
        minutes_per_case=each,
        minutes_used=sum(item.minutes or each for item in waiting),
        waiting=len(waiting),
        decided=sum(item.outcome is not None for item in items),
        carried=sum(item.carried for item in items),
        agenda_closes_at=row.agenda_closes_at,
        version=row.version,
    )


def on_agendas(session: Session) -> dict[str, date]:
    """Give the day of the meeting that each case is still to be discussed at, by reference."""
    asked = (
        select(col(CaseRow.ref), col(MdtMeetingRow.on))
        .join(MdtItemRow, col(MdtItemRow.case_id) == CaseRow.id)
        .join(MdtMeetingRow, col(MdtMeetingRow.id) == MdtItemRow.meeting_id)
        .where(CaseRow.state == PathwayState.AWAITING_MDT, col(MdtItemRow.outcome).is_(None))
        .where(col(MdtItemRow.carried).is_(False))
    )
    return dict(session.exec(asked).all())


def agenda(session: Session, on: date, *, now: datetime) -> AgendaPage:
    """Give one meeting in full; raises NotFoundError for a day that has none."""
    row = there(meeting_on(session, on), on)
    light = light_of(session, now)
    items = session.exec(select(MdtItemRow).where(MdtItemRow.meeting_id == row.id)).all()
    cases = session.exec(select(CaseRow).where(col(CaseRow.id).in_({item.case_id for item in items}))).all()
    meeting = _line(row, items, {case.id: case.state for case in cases}, light)
    present = _present(session, row)
    room = _Room(meeting, light, _disciplines(row, present))
    lines = _lines(room, _seats(session, items, room))
    cancer = any(line.cancer for line in lines if line.waits)
    return AgendaPage(
        meeting=meeting,
        lines=lines,
        present=present,
        must_sit=_labels(required_disciplines(light.protocol, cancer=cancer)),
        absent=_labels(absent_disciplines(light.protocol, room.here, cancer=cancer)),
        again=_again(session, light) if row.state.is_coming else (),
        minutes_document=next((one.id for one in reversed(documents.of_meeting(session, row.id))), None),
    )


def _present(session: Session, row: MdtMeetingRow) -> tuple[Present, ...]:
    return tuple(
        Present(
            discipline=one.discipline,
            label=MEETING_ROLES.get(one.discipline, one.discipline),
            person=one.person,
            voting=one.voting,
        )
        for one in attendance(session, row)
    )


def _disciplines(row: MdtMeetingRow, present: Iterable[Present]) -> frozenset[str]:
    return frozenset({*row.attended, *(one.discipline for one in present if one.voting)})


def _labels(disciplines: Iterable[str]) -> tuple[str, ...]:
    return tuple(MEETING_ROLES.get(one, one) for one in disciplines)


def _seats(session: Session, items: Sequence[MdtItemRow], room: _Room) -> list[Seat]:
    light = room.light
    return seats(
        session,
        items,
        each=room.meeting.minutes_per_case,
        rules=light.protocol,
        today=light.today,
        days_off=light.holidays,
    )


def _lines(room: _Room, seats: Sequence[Seat]) -> tuple[AgendaLine, ...]:
    """Give the cases in clinical order, which stays as it was when the agenda was closed; those carried come last."""
    over = fitted((seat.place for seat in seats if seat.waits), room.meeting.capacity_minutes).over
    stands = {place: at for at, place in enumerate(in_clinical_order(seat.place for seat in seats))}

    def rank(seat: Seat) -> tuple[bool, int, int, int]:
        item = seat.item
        return (item.carried, item.place or LAST, stands[seat.place], item.event_seq)

    return tuple(
        _agenda_line(at, seat, room, fits=not (seat.waits and seat.place in over))
        for at, seat in enumerate(sorted(seats, key=rank), start=1)
    )


def _agenda_line(at: int, seat: Seat, room: _Room, *, fits: bool) -> AgendaLine:
    item, case, rules = seat.item, seat.case, room.light.protocol
    return AgendaLine(
        place=at,
        ref=case.ref,
        state=case.state,
        urgency=case.urgency,
        target=item.target or case.target,
        technique=case.technique,
        laterality=case.laterality,
        cancer=case.cancer,
        minutes=seat.place.minutes,
        due_on=seat.place.due_on,
        because=why_here(seat.place, room.meeting.on),
        lacks=wants(seat.facts, rules, room.meeting.on) if seat.waits else (),
        must_sit=_labels(required_disciplines(rules, cancer=case.cancer)),
        absent=_labels(absent_disciplines(rules, room.here, cancer=case.cancer)) if seat.waits else (),
        fits=fits,
        late=item.late,
        added_why=item.added_why,
        outcome=item.outcome,
        attended=_labels(item.attended),
        owner=item.owner,
        rediscuss_on=item.rediscuss_on,
        reason=item.reason,
        alternative=item.alternative,
        carried=item.carried,
        carried_to=item.carried_to,
        carried_why=item.carried_why,
        version=item.version,
        case_version=case.version,
    )


def _again(session: Session, light: Light) -> tuple[Again, ...]:
    """List decided cases that should come back, and are on no agenda."""
    rows = open_cases(session)
    facts = facts_of(session, rows)
    found = [(row, reasons_to_discuss_again(facts[row.id], light.protocol, light.today)) for row in rows]
    return tuple(Again(ref=row.ref, state=row.state, reasons=reasons) for row, reasons in found if reasons)
