"""Publishing: a proposal becomes bookings, claims and case states, all of it in one transaction or nothing."""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db import audit, claims, holds, moves, writes
from db.at_hand import standing_bookings
from db.audit import Author
from db.bookings import reassign_units, staff_holds, visit_holds
from db.cases import MOVED, Move, apply_steps, write_line
from db.claims import Hold
from db.clinic import holidays
from db.facts import SEEN, facts_of
from db.holds import BOOK
from db.localtime import local_date
from db.mapping import case_id, ref_of
from db.outages import keep_outage, reshape_lists
from db.proposals import plan_of, problem_of, proposal_row
from db.protocol import protocol as protocol_in_force
from db.tables import (
    BookingRow,
    CaseRow,
    ProposalRow,
    SuiteSessionRow,
    UnitPlacementRow,
    WaitlistEpisodeRow,
)
from db.tables.booking import STANDS
from db.watching import bring_in_line
from db.words import ProposalStatus
from scheduler.audit import audit as audit_plan
from scheduler.errors import NeurolistError, PlanOvertakenError, TransitionNotAllowedError
from scheduler.pathway.booking import TENTATIVE, BookingEvent, BookingState, next_booking_state
from scheduler.pathway.events import Event
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.machine import Step, decide
from scheduler.pathway.protocols import Protocol
from scheduler.plan import Booking, Plan
from scheduler.problem import Case, SchedulingProblem

MOST_NAMED = 12  # changes named in a refusal; more would hide the message


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBooked:
    """A case the plan placed and the pathway refused on the day of publishing, with the sentences in the way."""

    ref: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What publishing did; the references are those of cases.

    `left_alone` are those that somebody changed after the plan was made, so that they stay as that person left them.
    """

    proposal_id: str
    booked: tuple[str, ...]
    moved: tuple[str, ...]
    kept: tuple[str, ...]
    cancelled: tuple[str, ...]
    not_booked: tuple[NotBooked, ...]
    lists: tuple[str, ...]
    left_alone: tuple[NotBooked, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One case's place in the plan, with its rows."""

    case: Case
    row: CaseRow
    planned: Booking
    radiologist: str
    before: BookingRow | None

    @property
    def end(self) -> datetime:
        """When the patient leaves the room."""
        return self.planned.start + timedelta(minutes=self.case.duration_minutes)

    @property
    def recovery_end(self) -> datetime:
        """When the patient leaves recovery."""
        return self.end + timedelta(minutes=self.case.recovery_minutes)

    @property
    def stays(self) -> bool:
        """Whether the booking is already exactly this."""
        old = self.before
        return old is not None and (old.session_id, old.start, old.end, old.radiologist_id) == (
            self.planned.session,
            self.planned.start,
            self.end,
            self.radiologist,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Publishing:
    """Everything one publication works with."""

    session: Session
    actor: Author
    now: datetime
    today: date
    proposal: ProposalRow
    problem: SchedulingProblem
    plan: Plan
    protocol: Protocol
    holidays: frozenset[date]
    lists: Mapping[str, SuiteSessionRow]
    places: Sequence[_Place]
    dropped: Sequence[tuple[CaseRow, BookingRow]]


@contextmanager
def leaving_garbage() -> Iterator[None]:
    """Look for no garbage: everybody who saves waits for a publish, and looking took a fifth of its time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


@leaving_garbage()
def publish(
    session: Session,
    proposal_id: str,
    *,
    actor: Author,
    now: datetime,
    expected_version: int | None = None,
    write_id: str | None = None,
    left_alone: tuple[NotBooked, ...] = (),
) -> PublishReport:
    """Book what a proposal places, move what it moves, and cancel what it no longer places.

    Raises PlanOvertakenError, naming them, when cases or lists changed since the plan was made; DoubleBookingError when
    something is held after all; NeurolistError when the plan breaks a rule. A case that its pathway refuses today is
    left where it was and reported.
    """
    done = writes.earlier(session, write_id, "publish")
    if done is not None:
        return _answer(done)
    proposal = proposal_row(session, proposal_id, lock=True)
    proposal.expect(expected_version)
    if proposal.status is not ProposalStatus.READY:
        raise NeurolistError(f"This proposal is {proposal.status.value}; only a ready one can be published.")
    work = _gather(session, proposal, actor, now)
    _must_be_fresh(work)
    must_be_sound(work.problem, work.plan)
    event = _event_of(proposal)
    reshape_lists(session, work.lists, work.problem, event)
    report = replace(_carry_out(work), left_alone=left_alone)
    keep_outage(session, event)
    proposal.status, proposal.published_at, proposal.published_by = ProposalStatus.PUBLISHED, now, actor.name
    audit.record(session, action="publish", entity="proposal", ref=proposal_id, facts=_as_document(report))
    writes.finish(session, write_id, _as_document(report))
    return report


def _event_of(proposal: ProposalRow) -> Mapping[str, object]:
    """Give the event a proposal answers; empty for an ordinary plan."""
    event = proposal.options.get("event")
    return event if isinstance(event, dict) else {}


def _gather(session: Session, proposal: ProposalRow, actor: Author, now: datetime) -> _Publishing:
    problem = problem_of(proposal)
    plan = plan_of(proposal)
    rows = _cases(session, problem, plan)
    lists = _lists(session, problem)
    _nobody_came_late(session, problem, rows)
    standing = _standing(session, rows)
    who = {use.session: use.radiologist for use in plan.sessions}
    placed = {booking.case: booking for booking in plan.bookings}
    today = local_date(session, now)
    return _Publishing(
        session=session,
        actor=actor,
        now=now,
        today=today,
        proposal=proposal,
        problem=problem,
        plan=plan,
        protocol=protocol_in_force(session, today),
        holidays=holidays(session),
        lists=lists,
        places=[
            _Place(
                case=case,
                row=rows[ref_of(case.id)],
                planned=placed[case.id],
                radiologist=str(who[placed[case.id].session]),
                before=standing.get(case.id),
            )
            for case in problem.cases
            if case.id in placed
        ],
        dropped=[
            (rows[ref_of(case.id)], standing[case.id])
            for case in problem.cases
            if case.id not in placed and case.id in standing
        ],
    )


def _cases(session: Session, problem: SchedulingProblem, plan: Plan) -> dict[str, CaseRow]:
    """Take the cases that have a place, then or in the plan; people go on with the others meanwhile."""
    placed = {booking.case for booking in plan.bookings}
    refs = {ref_of(case.id) for case in problem.cases if case.previous is not None or case.id in placed}
    rows = session.exec(select(CaseRow).where(col(CaseRow.ref).in_(refs)).order_by(CaseRow.ref).with_for_update())
    found = {row.ref: row for row in rows}
    session.info.setdefault(SEEN, {}).update(found)  # nobody looks for them one by one afterwards
    return found


def _nobody_came_late(session: Session, problem: SchedulingProblem, known: Collection[str]) -> None:
    """Refuse where another case came onto one of the lists just before they were taken."""
    asked = (
        select(CaseRow.ref)
        .join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        .where(col(BookingRow.session_id).in_(problem.lists), STANDS)
    )
    others = {ref_of(case.id) for case in problem.cases} - set(known)
    came = sorted(others.intersection(session.exec(asked).all()))
    if came:
        raise _overtaken(came)


def _lists(session: Session, problem: SchedulingProblem) -> dict[str, SuiteSessionRow]:
    asked = select(SuiteSessionRow).where(col(SuiteSessionRow.id).in_(problem.lists))
    return {row.id: row for row in session.exec(asked.order_by(SuiteSessionRow.id).with_for_update())}


def _standing(session: Session, rows: Mapping[str, CaseRow]) -> dict[str, BookingRow]:
    """The bookings that stand now, by the id the case has in the plan."""
    refs = {row.id: ref for ref, row in rows.items()}
    return {case_id(refs[row.case_id], row.stage): row for row in standing_bookings(session, refs).values()}


def must_be_sound(problem: SchedulingProblem, plan: Plan) -> None:
    """Check the plan once more without the solver, whoever made it; raises NeurolistError with the rules it breaks."""
    found = audit_plan(problem, plan)
    if found.breaches:
        says = " ".join(breach.says for breach in found.breaches[:MOST_NAMED])
        raise NeurolistError(f"This plan breaks {len(found.breaches)} rules, so it cannot be published. {says}")


def _must_be_fresh(work: _Publishing) -> None:
    rows = [*(place.row for place in work.places), *(row for row, _ in work.dropped)]
    used = {place.planned.session for place in work.places} | {old.session_id for _, old in work.dropped}
    cases = {row.ref: row.version for row in rows}
    lists = {name: row.version for name, row in work.lists.items()}
    changed = [
        *_changed(work.proposal.versions.get("cases"), cases, cases),
        *_changed(work.proposal.versions.get("lists"), lists, used),
    ]
    if changed:
        raise _overtaken(changed)


def _overtaken(changed: Sequence[str]) -> PlanOvertakenError:
    more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
    return PlanOvertakenError(
        f"Since this plan was made, these have changed: {', '.join(changed[:MOST_NAMED])}{more}. "
        "Nothing was booked. Ask for a new plan."
    )


def _changed(seen: object, found: Mapping[str, int], names: Iterable[str]) -> list[str]:
    before = seen if isinstance(seen, dict) else {}
    return sorted(name for name in names if before.get(name) != found.get(name))


def _carry_out(work: _Publishing) -> PublishReport:
    fresh = [place for place in work.places if place.before is None]
    steps, refused = _decide(work, fresh)
    moving = [place for place in work.places if place.before is not None and not place.stays]
    booking = [place for place in fresh if place.row.ref in steps]
    cancelled = _cancel(work)
    _give_back(work, moving)
    staying = [place for place in work.places if place.stays]
    lists = _staff(work, [*staying, *moving, *booking])
    _place_units(work)
    _move_all(work, moving)
    _book(work, booking)
    changed = [*moving, *booking]
    standing = _standing(work.session, {place.row.ref: place.row for place in changed})
    _hold(work, changed, standing)
    _share_units(work, changed)
    bring_in_line(work.session, [place.row for place in moving], now=work.now, by=work.actor.id)
    made = [Move(case=place.row, step=steps[place.row.ref], details=_told(place)) for place in booking]
    apply_steps(work.session, made, actor=work.actor, now=work.now)
    return PublishReport(
        proposal_id=work.proposal.id,
        booked=tuple(place.row.ref for place in booking),
        moved=tuple(place.row.ref for place in moving),
        kept=tuple(place.row.ref for place in staying),
        cancelled=tuple(cancelled),
        not_booked=tuple(refused),
        lists=tuple(lists),
    )


def _decide(work: _Publishing, fresh: Sequence[_Place]) -> tuple[dict[str, Step], list[NotBooked]]:
    """Ask the pathway about every new booking before anything is written; what it refuses is left out, with why."""
    facts = facts_of(work.session, [place.row for place in fresh])
    steps: dict[str, Step] = {}
    refused = []
    for place in fresh:
        try:
            steps[place.row.ref] = _step(work, place, facts[place.row.id])
        except TransitionNotAllowedError as refusal:
            refused.append(NotBooked(ref=place.row.ref, says=str(refusal)))
    return steps, refused


def _step(work: _Publishing, place: _Place, facts: CaseFacts) -> Step:
    held = holds.held_as(work.problem, place.case, work.lists[place.planned.session], place.radiologist)
    return decide(
        replace(facts, booking=held),
        BOOK[place.case.stage],
        {},
        protocol=work.protocol,
        today=work.today,
        holidays=work.holidays,
    )


def _cancel(work: _Publishing) -> list[str]:
    """The plan has no place left for some booked cases: the hospital postpones them, with the reason that fits."""
    tentative = [(row, old) for row, old in work.dropped if old.status in TENTATIVE]
    booked = [(row, old) for row, old in work.dropped if old.status not in TENTATIVE]
    for row, old in tentative:
        offered = old.status is BookingState.OFFERED
        holds.release(work.session, row.ref, reason=_reason(work, old), actor=work.actor, now=work.now)
        moves.ask_for_another(work.session, row, old, offered=offered, now=work.now)
    facts = facts_of(work.session, [row for row, _ in booked])
    steps = [_postponed(work, row, facts[row.id], _reason(work, old)) for row, old in booked]
    apply_steps(work.session, steps, actor=work.actor, now=work.now)
    return [row.ref for row, _ in work.dropped]


def _reason(work: _Publishing, old: BookingRow) -> str:
    on = work.lists[old.session_id]
    gone = on.assigned_radiologist_id != old.radiologist_id
    return "list_closed" if on.closed else "staff_unavailable" if gone else "other"


def _postponed(work: _Publishing, row: CaseRow, facts: CaseFacts, reason: str) -> Move:
    given = {"reason": reason}
    step = decide(facts, Event.CANCEL_HOSPITAL, given, protocol=work.protocol, today=work.today, holidays=work.holidays)
    return Move(case=row, step=step, details=given)


def _give_back(work: _Publishing, moving: Sequence[_Place]) -> None:
    """Everything that moves lets go first, so that two cases may trade places."""
    ids = [place.before.id for place in moving if place.before is not None]
    claims.release(work.session, claims.held_by_bookings(work.session, ids))


def _staff(work: _Publishing, places: Iterable[_Place]) -> list[str]:
    """Give each list in use its radiologist for its whole window, once; a list left empty lets its radiologist go."""
    wanted = {place.planned.session: place.radiologist for place in places}
    changing = [row for row in work.lists.values() if row.assigned_radiologist_id != wanted.get(row.id)]
    claims.release(work.session, claims.held_by_lists(work.session, [row.id for row in changing]))
    for row in changing:
        row.assigned_radiologist_id = wanted.get(row.id)
    for row in work.lists.values():
        row.published_at = (row.published_at or work.now) if row.id in wanted else None
    work.session.flush()
    claims.take(
        work.session,
        [hold for row in changing for hold in staff_holds(row)],
    )
    return sorted(wanted)


def _place_units(work: _Publishing) -> None:
    """Keep where each mobile unit stands on each date."""
    for placement in work.plan.equipment:
        kept = work.session.get(UnitPlacementRow, (placement.unit, placement.date))
        if kept is None:
            kept = UnitPlacementRow(unit_id=placement.unit, on=placement.date, site_id=placement.site)
            work.session.add(kept)
        kept.site_id = placement.site
    work.session.flush()


def _move_all(work: _Publishing, moving: Sequence[_Place]) -> None:
    """Change every booking that moves, written together, and then tell those who knew the old times."""
    with work.session.no_autoflush:
        moved = [_move(work, place, place.before) for place in moving if place.before]
    work.session.flush()
    moves.tell(work.session, moved, now=work.now, by=work.actor.id)


def _move(work: _Publishing, place: _Place, booking: BookingRow) -> moves.Moved:
    """Give a booking its new place; says where it was, and which line of the history tells of it."""
    before = moves.place_of(work.session, booking)
    booking.session_id, booking.radiologist_id = place.planned.session, place.radiologist
    booking.start, booking.end, booking.recovery_end = place.planned.start, place.end, place.recovery_end
    booking.status = next_booking_state(booking.status, BookingEvent.MOVE)
    booking.proposal_id = work.proposal.id
    line = write_line(
        work.session, place.row, MOVED, place.row.state, actor=work.actor, now=work.now, details=_told(place)
    )
    return moves.Moved(case=place.row, booking=booking, before=before, line=line.seq)


def _told(place: _Place) -> dict[str, object]:
    """What the history says of a visit: on which list, when and with whom."""
    return {"list": place.planned.session, "start": place.planned.start, "radiologist": place.radiologist}


def _book(work: _Publishing, places: Sequence[_Place]) -> None:
    asked = select(WaitlistEpisodeRow.case_id, WaitlistEpisodeRow.id).where(
        col(WaitlistEpisodeRow.case_id).in_([place.row.id for place in places]),
        col(WaitlistEpisodeRow.closed_on).is_(None),
    )
    waits = dict(work.session.exec(asked).all())
    work.session.add_all(_booking(work, place, waits[place.row.id]) for place in places)
    work.session.flush()


def _booking(work: _Publishing, place: _Place, episode: str) -> BookingRow:
    return BookingRow(
        case_id=place.row.id,
        episode_id=episode,
        stage=place.case.stage,
        session_id=place.planned.session,
        radiologist_id=place.radiologist,
        start=place.planned.start,
        end=place.end,
        recovery_end=place.recovery_end,
        status=BookingState.HELD,
        proposal_id=work.proposal.id,
        made_at=work.now,
    )


def _hold(work: _Publishing, places: Sequence[_Place], standing: Mapping[str, BookingRow]) -> None:
    """Take the suite and the patient of each visit; units and bays are shared out afterwards."""
    begins: dict[str, list[datetime]] = defaultdict(list)
    for row in sorted(work.lists.values(), key=lambda row: row.start):
        begins[row.suite_id].append(row.start)
    holds: list[Hold] = []
    for place in places:
        on, visit, patient = work.lists[place.planned.session], standing[place.case.id], place.row.patient_id
        turnaround = work.problem.suite_by_id[on.suite_id].turnaround_minutes
        later = begins[on.suite_id][bisect_left(begins[on.suite_id], on.end) :][:1]
        following = later[0] if later else None
        holds += visit_holds(visit, on, patient=patient, turnaround=turnaround, following=following)
    claims.take(work.session, holds)


def _share_units(work: _Publishing, places: Sequence[_Place]) -> None:
    """Bays and units are shared out anew wherever something changed: one by one, old shares could not make room."""
    kinds = {place.row.id: place.case.equipment for place in work.places}
    lists = [work.lists[place.planned.session] for place in places]
    touched = {(work.problem.suite_by_id[row.suite_id].site, row.on) for row in lists}
    reassign_units(work.session, touched, kinds=kinds)


def _as_document(report: PublishReport) -> dict[str, object]:
    return {
        "proposal_id": report.proposal_id,
        "booked": list(report.booked),
        "moved": list(report.moved),
        "kept": list(report.kept),
        "cancelled": list(report.cancelled),
        "not_booked": [{"ref": one.ref, "says": one.says} for one in report.not_booked],
        "lists": list(report.lists),
        "left_alone": [{"ref": one.ref, "says": one.says} for one in report.left_alone],
    }


def _answer(kept: Mapping[str, object]) -> PublishReport:
    def refs(name: str) -> tuple[str, ...]:
        found = kept.get(name)
        return tuple(str(ref) for ref in found) if isinstance(found, list) else ()

    def told(name: str) -> tuple[NotBooked, ...]:
        found = kept.get(name)
        rows = found if isinstance(found, list) else []
        return tuple(NotBooked(ref=str(one["ref"]), says=str(one["says"])) for one in rows)

    return PublishReport(
        proposal_id=str(kept["proposal_id"]),
        booked=refs("booked"),
        moved=refs("moved"),
        kept=refs("kept"),
        cancelled=refs("cancelled"),
        not_booked=told("not_booked"),
        lists=refs("lists"),
        left_alone=told("left_alone"),
        repeated=True,
    )
