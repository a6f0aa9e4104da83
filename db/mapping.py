"""The memory becomes a planning problem: what there is, who waits, and where everybody stands now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row as Line
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from db.facts import case_facts, case_row, facts_of
from db.localtime import local_date, start_of_day, timezone_of
from db.places import Place, kilometres
from db.protocol import protocol as protocol_in_force
from db.tables import (
    BookingRow,
    CaseRow,
    EquipmentUnitRow,
    LeaveRow,
    MaintenanceRow,
    PatientRow,
    ProcedureRecordRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
    TravelRow,
)
from db.tables.booking import STANDS
from scheduler.errors import NotFoundError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import category_on, waiting_days
from scheduler.pathway.facts import CaseFacts, Episode
from scheduler.pathway.protocols import ProcedureProtocol, Protocol
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import Window, procedure_window
from scheduler.plan import Unscheduled
from scheduler.problem import (
    Case,
    EquipmentUnit,
    Horizon,
    Location,
    Pin,
    Previous,
    Radiologist,
    SchedulingProblem,
    Site,
    Suite,
    SuiteSession,
)
from scheduler.vocabulary import Commitment, Modality, Readiness, Stage, Target, Technique, Urgency

__all__ = ["Planning", "case_facts", "facts_of", "mended", "planning", "planning_problem", "protocol_in_force"]

ONE_DAY = timedelta(days=1)
WEIGHTS = {Urgency.CATEGORY_1: 10, Urgency.CATEGORY_2: 3, Urgency.CATEGORY_3: 1}
SUFFIXES = {Stage.TEST_BLOCK: "-T", Stage.DEFINITIVE: "-D"}
PLANNED = (
    PathwayState.TEST_WAITING,
    PathwayState.TEST_BOOKED,
    PathwayState.DEFINITIVE_WAITING,
    PathwayState.DEFINITIVE_BOOKED,
)
COMMITMENTS = {BookingState.BOOKED: Commitment.BOOKED, BookingState.CONFIRMED: Commitment.CONFIRMED}
PLANNABLE = frozenset({Readiness.READY, Readiness.STAGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """A problem with the row versions it was read at, and the waiting cases that cannot be planned, with reasons."""

    problem: SchedulingProblem
    left_out: tuple[Unscheduled, ...]
    frame: Frame
    made: Mapping[str, Made]

    @property
    def versions(self) -> Mapping[str, Mapping[str, int]]:
        """The version of each case and list, by reference and name."""
        return {
            "cases": {one.ref: one.version for one in self.made.values()},
            "lists": {row.id: row.version for row in self.frame.lists.values()},
        }

    def facts_of(self, ref: str) -> CaseFacts:
        """Give the facts a case was judged by; raises NotFoundError where they were not asked for."""
        found = next((one.facts for one in self.made.values() if one.ref == ref), None)
        if found is None:
            raise NotFoundError(f"Case {ref} is not one that waits for a list here.")
        return found


@dataclass(frozen=True, slots=True)
class Made:
    """What one case became: a case of the problem, or the reasons why no list could take it."""

    ref: str
    version: int
    what: Case | Unscheduled
    facts: CaseFacts | None = None  # what it was made of, where that was read

    @property
    def lists(self) -> frozenset[str]:
        """The lists that are other lists because of this case."""
        if isinstance(self.what, Unscheduled):
            return frozenset()
        return frozenset(told.session for told in (self.what.pinned, self.what.previous) if told is not None)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One waiting or booked case with everything its place depends on."""

    row: CaseRow
    facts: CaseFacts
    episode: Episode
    booking: BookingRow | None
    patient: PatientRow
    test_radiologist: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every case of one problem is measured by."""

    protocol: Protocol
    today: date
    now: datetime
    horizon: Horizon
    freeze_until: date | None
    lists: Mapping[str, SuiteSessionRow]
    closed: frozenset[str]
    sites: Sequence[SiteRow]
    suites: Sequence[SuiteRow]


def case_id(ref: str, stage: Stage) -> str:
    """Give the id a case's procedure has in problem and plan files."""
    return f"{ref}{SUFFIXES[stage]}"


def ref_of(planned_id: str) -> str:
    """Give the case's reference back from its id in a plan."""
    return planned_id.rsplit("-", 1)[0]


def planning_problem(
    session: Session,
    *,
    start: date,
    end: date,
    now: datetime,
    protocol: Protocol | None = None,
    freeze_until: date | None = None,
) -> SchedulingProblem:
    """Make the planning problem of these dates, both included, as the memory stands."""
    return planning(session, start=start, end=end, now=now, protocol=protocol, freeze_until=freeze_until).problem


def planning(
    session: Session,
    *,
    start: date,
    end: date,
    now: datetime,
    protocol: Protocol | None = None,
    freeze_until: date | None = None,
) -> Planning:
    """Make the problem, keep the versions it was read at, and name the cases nobody can plan yet.

    What is booked up to and including `freeze_until` keeps its place unless its list closed; nothing new goes there.
    """
    today = local_date(session, now)
    frame = _frame(
        session, Horizon(start=start, end=end), now, protocol or protocol_in_force(session, today), freeze_until
    )
    made = _all_made(_candidates(session, frame), frame)
    return _planning(session, frame, made)


def planning_about(session: Session, ref: str, *, start: date, end: date, now: datetime) -> Planning:
    """Make the problem of one case by hand: whoever else is booked stands where they are, and nobody else waits.

    The others' own dates are not worked out, since nothing asks whether they may stay: one booking more is judged the
    same as in the whole problem, in a fraction of the time.
    """
    frame = _frame(
        session, Horizon(start=start, end=end), now, protocol_in_force(session, local_date(session, now)), None
    )
    others = {line.id: line for line in _booked_there(session, frame) if line.ref != ref}
    in_doubt = [name for name, line in others.items() if line.session_id in frame.closed]
    judged = _all_made(_candidates(session, frame, [case_row(session, ref).id, *in_doubt]), frame)
    known = (judged.get(name) if name in in_doubt else _made_there(line, frame) for name, line in others.items())
    made = {one.ref: one for one in (*judged.values(), *known) if one is not None}
    return _planning(session, frame, dict(sorted(made.items())))


def mended(session: Session, before: Planning, *, cases: Collection[str], lists: Collection[str]) -> Planning:
    """Give the problem as `planning` would make it now, where only these cases (by id) and lists have changed since.

    Nothing that the whole clinic is measured by may have changed: its places, people, holidays and protocol.
    """
    frame = _frame_mended(session, before.frame, lists)
    on_them = select(BookingRow.case_id).where(col(BookingRow.session_id).in_(lists), STANDS)
    again = {*cases, *session.exec(on_them)} if lists else set(cases)
    fresh = _all_made(_candidates(session, frame, sorted(again)), frame) if again else {}
    kept = {name: one for name, one in before.made.items() if name not in again}
    made = dict(sorted({**kept, **fresh}.items(), key=lambda item: item[1].ref))
    gone = [before.made[name] for name in again if name in before.made]
    other = {*lists, *(name for one in (*gone, *fresh.values()) for name in one.lists)}
    planned, left_out = _sorted_out(made.values())
    counts = _Counts.of(planned)
    problem = before.problem.with_changes(
        cases=planned,
        lists=[_list(frame.lists[name], frame, counts) for name in sorted(other) if name in frame.lists],
        only={row.id for row in frame.lists.values()},
        radiologists=_radiologists(session, frame) if _beyond(lists, before.frame, frame) else None,
    )
    return Planning(problem=problem, left_out=left_out, frame=frame, made=made)


def _planning(session: Session, frame: Frame, made: Mapping[str, Made]) -> Planning:
    cases, left_out = _sorted_out(made.values())
    counts = _Counts.of(cases)
    problem = SchedulingProblem(
        timezone=timezone_of(session),
        horizon=frame.horizon,
        sites=tuple(_site(row) for row in frame.sites),
        suites=tuple(_suite(row) for row in frame.suites),
        radiologists=_radiologists(session, frame),
        sessions=tuple(_list(row, frame, counts) for row in frame.lists.values()),
        cases=cases,
        equipment=_equipment(session, frame),
        travel_minutes=tuple(
            (row.site_id, row.other_id, row.minutes)
            for row in session.exec(select(TravelRow).order_by(TravelRow.site_id))
        ),
    )
    return Planning(problem=problem, left_out=left_out, frame=frame, made=made)


def _sorted_out(made: Iterable[Made]) -> tuple[tuple[Case, ...], tuple[Unscheduled, ...]]:
    cases, left_out = [], []
    for one in made:
        if isinstance(one.what, Case):
            cases.append(one.what)
        else:
            left_out.append(one.what)
    return tuple(cases), tuple(left_out)


def _all_made(candidates: Iterable[_Candidate], frame: Frame) -> dict[str, Made]:
    return {
        candidate.row.id: Made(candidate.row.ref, candidate.row.version, _case(candidate, frame), candidate.facts)
        for candidate in candidates
    }


def _beyond(lists: Iterable[str], before: Frame, after: Frame) -> bool:
    """Say whether one of these lists is, or was, not planned any more: whoever does it then is not free."""
    return any(name not in before.lists or name not in after.lists for name in lists)


def _frame(session: Session, horizon: Horizon, now: datetime, protocol: Protocol, freeze_until: date | None) -> Frame:
    asked = select(SuiteSessionRow).where(
        col(SuiteSessionRow.on).between(horizon.start, horizon.end), col(SuiteSessionRow.start) > now
    )
    lists = {row.id: row for row in session.exec(asked.order_by(col(SuiteSessionRow.start), col(SuiteSessionRow.id)))}
    sites = session.exec(select(SiteRow).order_by(SiteRow.id)).all()
    suites = session.exec(select(SuiteRow).order_by(SuiteRow.id)).all()
    return Frame(
        protocol=protocol,
        today=local_date(session, now),
        now=now,
        horizon=horizon,
        freeze_until=freeze_until,
        lists=lists,
        closed=frozenset(_closed(session, lists.values(), _ended(sites, suites))),
        sites=sites,
        suites=suites,
    )


def _frame_mended(session: Session, before: Frame, lists: Collection[str]) -> Frame:
    """Read these lists again; those that came or went make the order of the others no other."""
    if not lists:
        return before
    asked = select(SuiteSessionRow).where(
        col(SuiteSessionRow.id).in_(lists),
        col(SuiteSessionRow.on).between(before.horizon.start, before.horizon.end),
        col(SuiteSessionRow.start) > before.now,
    )
    fresh = {row.id: row for row in session.exec(asked)}
    kept = {name: row for name, row in before.lists.items() if name not in lists}
    in_order = sorted({**kept, **fresh}.values(), key=lambda row: (row.start, row.id))
    ended = _ended(before.sites, before.suites)
    closed = (before.closed - set(lists)) | set(_closed(session, fresh.values(), ended))
    return replace(before, lists={row.id: row for row in in_order}, closed=closed)


def _closed(session: Session, lists: Iterable[SuiteSessionRow], ended: Mapping[str, date]) -> Iterator[str]:
    """Name the lists that are closed, or whose suite is being serviced then or is no longer used."""
    serviced = session.exec(select(MaintenanceRow).where(col(MaintenanceRow.suite_id).is_not(None))).all()
    for row in lists:
        out = any(one.suite_id == row.suite_id and one.start < row.end and one.end > row.start for one in serviced)
        if out or row.closed or row.on >= ended.get(row.suite_id, date.max):
            yield row.id


def _ended(sites: Iterable[SiteRow], suites: Iterable[SuiteRow]) -> dict[str, date]:
    """Give the first day without use of each suite that has one, its own or that of its site."""
    of_site = {row.id: row.ended_on for row in sites}
    days = {row.id: [day for day in (row.ended_on, of_site[row.site_id]) if day] for row in suites}
    return {name: min(found) for name, found in days.items() if found}


def _candidates(session: Session, frame: Frame, ids: Collection[str] | None = None) -> list[_Candidate]:
    """Give every case that waits or is booked here with its facts, or those of these ids."""
    asked = select(CaseRow).where(col(CaseRow.state).in_(PLANNED)).order_by(CaseRow.ref)
    held = select(BookingRow).where(STANDS)
    if ids is not None:
        asked, held = asked.where(col(CaseRow.id).in_(ids)), held.where(col(BookingRow.case_id).in_(ids))
    bookings = {row.case_id: row for row in session.exec(held)}
    elsewhere = {case for case, booking in bookings.items() if booking.session_id not in frame.lists}
    rows = [row for row in session.exec(asked) if row.id not in elsewhere]
    facts = facts_of(session, rows)
    wanted = [row.patient_id for row in rows]
    patients = {row.id: row for row in session.exec(select(PatientRow).where(col(PatientRow.id).in_(wanted)))}
    testers = _testers(session, ids)
    found = []
    for row in rows:
        episode, booking = facts[row.id].episode, bookings.get(row.id)
        if episode is not None:
            found.append(
                _Candidate(row, facts[row.id], episode, booking, patients[row.patient_id], testers.get(row.id))
            )
    return found


def _testers(session: Session, ids: Collection[str] | None) -> dict[str, str]:
    """Who did the latest test block of each case, so that the same radiologist may treat."""
    asked = (
        select(ProcedureRecordRow.case_id, BookingRow.radiologist_id)
        .join(BookingRow, col(BookingRow.id) == ProcedureRecordRow.booking_id)
        .where(ProcedureRecordRow.stage == Stage.TEST_BLOCK, col(ProcedureRecordRow.struck_by).is_(None))
        .order_by(col(ProcedureRecordRow.number))
    )
    return dict(session.exec(asked if ids is None else asked.where(col(ProcedureRecordRow.case_id).in_(ids))).all())


_THERE = core_select(
    *(col(column) for column in (CaseRow.id, CaseRow.ref, CaseRow.version, CaseRow.patient_id, CaseRow.laterality)),
    *(col(column) for column in (CaseRow.target, CaseRow.technique, CaseRow.funding, CaseRow.anaesthetist)),
    *(col(column) for column in (CaseRow.first_on_list, BookingRow.stage, BookingRow.session_id, BookingRow.start)),
    *(col(column) for column in (BookingRow.radiologist_id, BookingRow.status)),
)


def _booked_there(session: Session, frame: Frame) -> list[Any]:
    """Read who is booked on the lists, as plain rows."""
    asked = (
        _THERE.join(BookingRow, col(BookingRow.case_id) == col(CaseRow.id))
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .where(
            STANDS,
            col(CaseRow.state).in_(PLANNED),
            col(SuiteSessionRow.on).between(frame.horizon.start, frame.horizon.end),
        )
    )
    session.flush()
    return [line for line in session.connection().execute(asked) if line.session_id in frame.lists]


def _made_there(line: Line[Any], frame: Frame) -> Made | None:
    """Make a case that stands where it is booked; None where the protocol does not know its procedure."""
    technique = Technique.LOCAL_ANAESTHETIC if line.stage is Stage.TEST_BLOCK else line.technique
    needs = frame.protocol.procedures.get((line.target, technique, line.stage))
    if needs is None:
        return None
    on = frame.lists[line.session_id].on
    case = Case(
        id=case_id(line.ref, line.stage),
        patient=line.patient_id,
        stage=line.stage,
        target=line.target,
        technique=needs.technique,
        duration_minutes=needs.minutes_for(line.laterality),
        recovery_minutes=needs.recovery_minutes,
        modalities=needs.modalities,
        funding=line.funding.value,
        urgency=Urgency.CATEGORY_3,
        weight=WEIGHTS[Urgency.CATEGORY_3],
        ready_from=on,
        due=on,
        anaesthetist=needs.anaesthetist if line.anaesthetist is None else line.anaesthetist,
        equipment=needs.equipment,
        first_on_list=line.first_on_list,
        pinned=_pin(line, frame, stuck=False),
        previous=_previous(line),
    )
    return Made(line.ref, line.version, case)


def _case(candidate: _Candidate, frame: Frame) -> Case | Unscheduled:
    """Make one case of the problem, or say why no list could take it."""
    row, stage = candidate.row, candidate.episode.stage
    try:
        needs = _needs(candidate, frame.protocol)
    except NotFoundError as fault:
        return _left_out(candidate, str(fault))
    window = procedure_window(candidate.facts, stage, frame.protocol, frame.today)
    first = _thawed(frame, _prepared_by(candidate, frame, window.first))
    hindrances = _hindrances(candidate, window, first)
    pinned = _pin(candidate.booking, frame, stuck=bool(hindrances))
    if hindrances and pinned is None:
        return _left_out(candidate, *hindrances)
    latest = window.last
    if pinned is not None:
        stays_on = frame.lists[pinned.session].on
        first, latest = min(first, stays_on), max(latest, stays_on) if latest else None
    urgency = category_on(candidate.episode.categories, frame.today)
    return Case(
        id=case_id(row.ref, stage),
        patient=row.patient_id,
        stage=stage,
        target=_target(candidate),
        technique=needs.technique,
        duration_minutes=needs.minutes_for(row.laterality),
        recovery_minutes=needs.recovery_minutes,
        modalities=needs.modalities,
        funding=row.funding.value,
        urgency=urgency,
        weight=WEIGHTS[urgency],
        ready_from=first,
        due=_due(candidate.episode, urgency, frame),
        latest=latest,
        unavailable=() if pinned else tuple(date.fromisoformat(day) for day in candidate.patient.unavailable),
        anaesthetist=needs.anaesthetist if row.anaesthetist is None else row.anaesthetist,
        equipment=needs.equipment,
        allowed_sites=None if row.allowed_sites is None else tuple(row.allowed_sites),
        travel_km=_travel(candidate.patient, frame.sites),
        prefer_radiologist=candidate.test_radiologist if stage is Stage.DEFINITIVE else None,
        prefer_site=row.preferred_site,
        first_on_list=row.first_on_list,
        pinned=pinned,
        previous=_previous(candidate.booking),
    )


def _left_out(candidate: _Candidate, *reasons: str) -> Unscheduled:
    return Unscheduled(case=case_id(candidate.row.ref, candidate.episode.stage), reasons=reasons)


def _target(candidate: _Candidate) -> Target:
    if candidate.row.target is None:
        raise NotFoundError("No target is decided yet.")
    return candidate.row.target


def _needs(candidate: _Candidate, protocol: Protocol) -> ProcedureProtocol:
    stage = candidate.episode.stage
    technique = Technique.LOCAL_ANAESTHETIC if stage is Stage.TEST_BLOCK else candidate.row.technique
    if technique is None:
        raise NotFoundError("No technique is decided yet.")
    return protocol.procedure(_target(candidate), technique, stage)


def _hindrances(candidate: _Candidate, window: Window, first: date) -> tuple[str, ...]:
    """Why no list could take the case, whatever is free; empty when some day would do."""
    readiness = candidate.episode.readiness
    if readiness not in PLANNABLE:
        return (f"{readiness.label}: record that the patient is ready again.",)
    if window.blocked:
        return window.blocked
    return window.says if window.last is not None and window.last < first else ()


def _prepared_by(candidate: _Candidate, frame: Frame, ready: date) -> date:
    """A booked patient is already being prepared for the booked day, so that day will do whatever it takes anew."""
    return min(ready, frame.lists[candidate.booking.session_id].on) if candidate.booking else ready


def _thawed(frame: Frame, ready: date) -> date:
    return max(ready, frame.freeze_until + ONE_DAY) if frame.freeze_until else ready


def _due(episode: Episode, urgency: Urgency, frame: Frame) -> date:
    """The last day in time: the category's limit less the days counted so far, from the day the clock runs again."""
    counted = waiting_days(episode.listed_on, frame.today, episode.categories, episode.not_ready)
    runs_from = max(frame.today, episode.earliest or frame.today)
    return runs_from + timedelta(days=frame.protocol.days(f"treat_within.{urgency}") - counted)


def _pin(booking: BookingRow | Line[Any] | None, frame: Frame, *, stuck: bool) -> Pin | None:
    """A booking stays where it is when it is held, frozen, locked, under way, or nobody may move it; not if closed.

    Where its radiologist was taken off the list, the place stays and the plan finds another radiologist.
    """
    if booking is None or booking.session_id in frame.closed:
        return None
    on = frame.lists[booking.session_id]
    frozen = on.locked or (frame.freeze_until is not None and on.on <= frame.freeze_until)
    asked_or_there = (
        booking.status not in COMMITMENTS
    )  # a slot the patient is being asked about stays the one asked about
    staffed = on.assigned_radiologist_id == booking.radiologist_id
    if stuck or (staffed and (frozen or asked_or_there)):
        return Pin(session=on.id, start=booking.start, radiologist=booking.radiologist_id if staffed else None)
    return None


def _previous(booking: BookingRow | Line[Any] | None) -> Previous | None:
    if booking is None:
        return None
    return Previous(
        session=booking.session_id,
        start=booking.start,
        radiologist=booking.radiologist_id,
        status=COMMITMENTS.get(booking.status, Commitment.HELD),
    )


def _travel(patient: PatientRow, sites: Sequence[SiteRow]) -> dict[str, int]:
    if patient.home_lat is None or patient.home_lon is None:
        return {}
    home = Place(patient.home_lat, patient.home_lon)
    return {site.id: kilometres(home, Place(site.lat, site.lon)) for site in sites}


def _site(row: SiteRow) -> Site:
    return Site(
        id=row.id,
        name=row.name,
        location=Location(lat=row.lat, lon=row.lon),
        recovery_bays=row.recovery_bays,
        recovery_close=time.fromisoformat(row.recovery_close) if row.recovery_close else None,
        target_minutes=row.target_minutes,
    )


def _suite(row: SuiteRow) -> Suite:
    return Suite(
        id=row.id,
        site=row.site_id,
        modalities=tuple(Modality(modality) for modality in row.modalities),
        turnaround_minutes=row.turnaround_minutes,
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many cases stand on each list, and which lists keep one that is pinned."""

    there: Mapping[str, int]
    kept: frozenset[str]

    @classmethod
    def of(cls, cases: Collection[Case]) -> _Counts:
        """Count the cases of a problem."""
        return cls(
            there=Counter(case.previous.session for case in cases if case.previous is not None),
            kept=frozenset(case.pinned.session for case in cases if case.pinned is not None),
        )


def _list(row: SuiteSessionRow, frame: Frame, counts: _Counts) -> SuiteSession:
    """A pinned case keeps its radiologist, so its list is rostered to them; a locked list takes nobody else."""
    kept = row.assigned_radiologist_id if row.id in counts.kept else None
    return SuiteSession(
        id=row.id,
        suite=row.suite_id,
        start=row.start,
        end=row.end,
        funding=tuple(row.funding),
        overtime_minutes=row.overtime_minutes,
        anaesthetist=row.anaesthetist,
        radiologist=kept or row.rostered_radiologist_id,
        max_cases=counts.there.get(row.id, 0) if row.locked else row.max_cases,
        closed=row.id in frame.closed,
    )


def _radiologists(session: Session, frame: Frame) -> tuple[Radiologist, ...]:
    people = session.exec(select(RadiologistRow).order_by(RadiologistRow.id)).all()
    away = _away(session, frame, people)
    return tuple(
        Radiologist(
            id=row.id,
            name=row.name,
            sites=tuple(row.sites),
            targets=tuple(Target(target) for target in row.targets),
            techniques=tuple(Technique(technique) for technique in row.techniques),
            unavailable=tuple(sorted(away[row.id])),
            max_sessions_per_day=row.max_sessions_per_day,
            max_sessions_per_week=row.max_sessions_per_week,
            target_minutes=row.target_minutes,
        )
        for row in people
    )


def _away(
    session: Session, frame: Frame, people: Iterable[RadiologistRow]
) -> dict[str, list[tuple[datetime, datetime]]]:
    """Leave in the horizon, and lists already begun there, which the problem no longer holds."""
    first, last = _ends(session, frame.horizon)
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    asked = select(LeaveRow).where(col(LeaveRow.start) < last, col(LeaveRow.end) > first)
    for leave in session.exec(asked):
        away[leave.radiologist_id].append((leave.start, leave.end))
    for person in people:
        if person.ended_on is not None and person.ended_on <= frame.horizon.end:
            gone = max(person.ended_on, frame.horizon.start)
            away[person.id].append((start_of_day(gone, timezone_of(session)).astimezone(UTC), last))
    who = col(SuiteSessionRow.assigned_radiologist_id)
    begun = select(SuiteSessionRow.id, SuiteSessionRow.start, SuiteSessionRow.end, who).where(
        col(SuiteSessionRow.start) < last, col(SuiteSessionRow.end) > first, who.is_not(None)
    )
    for name, start, end, radiologist in session.exec(begun):
        if name not in frame.lists and radiologist is not None:
            away[radiologist].append((start, end))
    return away


def _ends(session: Session, horizon: Horizon) -> tuple[datetime, datetime]:
    zone = timezone_of(session)
    return start_of_day(horizon.start, zone).astimezone(UTC), start_of_day(horizon.end + ONE_DAY, zone).astimezone(UTC)


def _equipment(session: Session, frame: Frame) -> tuple[EquipmentUnit, ...]:
    """A unit out of service, or no longer used, on any day of the horizon is not planned with at all."""
    first, last = _ends(session, frame.horizon)
    asked = select(MaintenanceRow.unit_id).where(
        col(MaintenanceRow.unit_id).is_not(None), col(MaintenanceRow.start) < last, col(MaintenanceRow.end) > first
    )
    out = set(session.exec(asked).all())
    rows = session.exec(select(EquipmentUnitRow).order_by(EquipmentUnitRow.id)).all()
    return tuple(
        EquipmentUnit(id=row.id, kind=row.kind, sites=tuple(row.sites))
        for row in rows
        if row.id not in out and not _is_gone(row, frame)
    )


def _is_gone(row: EquipmentUnitRow, frame: Frame) -> bool:
    return row.ended_on is not None and row.ended_on <= frame.horizon.end
