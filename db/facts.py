"""Rows become the facts the pathway reckons with, for one case or for many with the same few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import String, bindparam, exists
from sqlalchemy import select as core_select
from sqlalchemy.sql import Select
from sqlmodel import Session, SQLModel, col, select

from db.other_cases import Others, others_of
from db.responses import ANSWERS, Asked, answers_of, responses
from db.site_days import AS_EVERYWHERE, days_by_site, sites_treated_at
from db.sqlite import writes_alone
from db.tables import (
    BookingRow,
    CaseEventRow,
    CaseItemRow,
    CaseRow,
    CategoryChangeRow,
    ComplicationRow,
    ConsentRow,
    ContactAttemptRow,
    EquipmentUnitRow,
    HolidayRow,
    MdtItemRow,
    NoticeRow,
    NotReadyPeriodRow,
    PerformanceRow,
    ProcedureRecordRow,
    ReadingRow,
    ReferralRow,
    ReviewRow,
    SuiteRow,
    SuiteSessionRow,
    WaitlistEpisodeRow,
)
from db.tables.booking import STANDS
from scheduler.errors import NotFoundError
from scheduler.pathway.events import Event
from scheduler.pathway.facts import (
    BookingFacts,
    CaseFacts,
    CategoryFrom,
    ClotRisk,
    Complication,
    Consent,
    ContactAttempt,
    Episode,
    MdtDecision,
    NotReadyPeriod,
    OtherCase,
    Performance,
    Postponed,
    ProcedureDone,
    Reading,
    ReferralItem,
    Review,
    SiteDays,
    Visit,
)
from scheduler.pathway.states import LIVE, WAITING, PathwayState
from scheduler.pathway.validity import day
from scheduler.vocabulary import Modality, Urgency

R = TypeVar("R", bound=SQLModel)
SEEN = "cases seen"
REVERSAL = "reversal"  # the line of a history that takes an earlier one back
OTHERS, RESPONSES, SITE_DAYS = "others", "responses", "site days"
FEW = 600  # cases, whose rows are best found one by one
Grouped = Mapping[str, list[R]]
# What is kept about a case, row by row, and the column each table is read in the order of.
ORDER: Mapping[type[SQLModel], str] = {
    CaseItemRow: "key",
    MdtItemRow: "event_seq",
    ConsentRow: "event_seq",
    WaitlistEpisodeRow: "number",
    ProcedureRecordRow: "number",
    ContactAttemptRow: "on",
    ComplicationRow: "event_seq",
    ReviewRow: "event_seq",
    PerformanceRow: "event_seq",
    CaseEventRow: "seq",
}


def _name(table: type[SQLModel]) -> str:
    return str(getattr(table, "__tablename__"))  # noqa: B009  the table is only known to have it


@cache
def _plain(table: type[SQLModel]) -> Select[Any]:
    columns = getattr(table, "__table__")  # noqa: B009  known to SQLAlchemy only
    return core_select(columns) if table not in ORDER else core_select(columns).order_by(columns.c[ORDER[table]])


# Questions that are asked again and again are put together once.
_LIVE = select(CaseRow.id).where(col(CaseRow.state).in_(LIVE))
_CASE = bindparam("case_id", type_=String)
_BY_REF = select(CaseRow).where(col(CaseRow.ref) == bindparam("ref"))
_LOCKED = _BY_REF.with_for_update()
# The texts of a referral may be encrypted, and no fact is among them.
_REFERRAL = core_select(col(ReferralRow.id), col(ReferralRow.referrer_id), col(ReferralRow.medicines))
_OF_REFERRAL = _REFERRAL.where(col(ReferralRow.id) == bindparam("referral_id"))
_OF_CASE: Mapping[type[SQLModel], Select[Any]] = {
    table: _plain(table).where(getattr(table, "case_id") == _CASE)  # noqa: B009
    for table in ORDER
}
_OF_PARENTS: Mapping[type[SQLModel], Select[Any]] = {
    table: _plain(table).where(getattr(table, column).in_(bindparam("ids", expanding=True)))
    for table, column in (
        (CategoryChangeRow, "episode_id"),
        (NotReadyPeriodRow, "episode_id"),
        (ReadingRow, "procedure_id"),
    )
}
_STANDING = (
    select(BookingRow, SuiteSessionRow, SuiteRow)
    .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
    .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
    .where(STANDS)
)
_STANDING_OF_ONE = _STANDING.where(col(BookingRow.case_id) == _CASE)
# Which tables have rows about one case, whether it has a slot, and whether its patient has another case.
_WHAT_THERE_IS = core_select(
    *(exists().where(getattr(table, "case_id") == _CASE).label(_name(table)) for table in ORDER),  # noqa: B009
    exists().where(col(BookingRow.case_id) == _CASE, STANDS).label(_name(BookingRow)),
    exists().where(col(CaseRow.patient_id) == bindparam("patient_id"), col(CaseRow.id) != _CASE).label(OTHERS),
    exists().where(col(NoticeRow.case_id) == _CASE, col(NoticeRow.kind).in_(ANSWERS)).label(RESPONSES),
    exists().where(col(HolidayRow.site_id).is_not(None)).label(SITE_DAYS),
)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every row the facts of some cases are made of, grouped by what they belong to."""

    referrals: Mapping[str, Any]
    items: Grouped[CaseItemRow]
    meetings: Grouped[MdtItemRow]
    consents: Grouped[ConsentRow]
    episodes: Grouped[WaitlistEpisodeRow]
    categories: Grouped[CategoryChangeRow]
    not_ready: Grouped[NotReadyPeriodRow]
    bookings: Mapping[str, tuple[BookingRow, SuiteSessionRow, SuiteRow]]
    kinds: Mapping[str, str]
    procedures: Grouped[ProcedureRecordRow]
    readings: Grouped[ReadingRow]
    contacts: Grouped[ContactAttemptRow]
    complications: Grouped[ComplicationRow]
    reviews: Grouped[ReviewRow]
    performance: Grouped[PerformanceRow]
    others: Others
    events: Grouped[CaseEventRow]
    answers: Mapping[str, Sequence[Asked]]
    days: Mapping[str, SiteDays]
    treated_at: Mapping[str, str]


def case_row(session: Session, ref: str, *, lock: bool = False) -> CaseRow:
    """Find a case by its reference; `lock` keeps other writers out until the transaction ends."""
    seen: dict[str, CaseRow] = session.info.setdefault(SEEN, {})
    row = seen.get(ref)
    if row is None or row not in session or (lock and not writes_alone(session)):
        row = session.exec(_LOCKED if lock else _BY_REF, params={"ref": ref}).first()
    if row is None:
        raise NotFoundError(f"No case has the reference {ref}.")
    if row.destroyed_on is not None:
        raise NotFoundError(
            f"The record of case {ref} was destroyed on {day(row.destroyed_on)}, as the register of disposals says."
        )
    seen[ref] = row
    return row


def case_facts(session: Session, ref: str) -> CaseFacts:
    """Give what the pathway needs to know about one case."""
    row = case_row(session, ref)
    return facts_of(session, [row])[row.id]


def open_cases(session: Session) -> Sequence[CaseRow]:
    """List every case that has not ended, by reference."""
    return session.exec(select(CaseRow).where(col(CaseRow.state).in_(LIVE)).order_by(CaseRow.ref)).all()


def facts_of(session: Session, cases: Sequence[CaseRow]) -> dict[str, CaseFacts]:
    """Give the facts of these cases by case id, with a fixed number of queries however many they are."""
    if not cases:
        return {}
    rows = _load(session, cases)
    return {case.id: _facts(session, case, rows) for case in cases}


def items_of(session: Session, cases: Sequence[CaseRow]) -> dict[str, tuple[ReferralItem, ...]]:
    """Give the items of these referrals by case id, and nothing else about the cases."""
    session.flush()
    whose, asked = _whose(cases), _plain(CaseItemRow)
    rows = session.connection().execute(asked if whose is None else asked.where(col(CaseItemRow.case_id).in_(whose)))
    return {
        case: _items(found) for case, found in _grouped(cast("Iterable[CaseItemRow]", rows.all()), "case_id").items()
    }


def _items(rows: Iterable[CaseItemRow]) -> tuple[ReferralItem, ...]:
    return tuple(ReferralItem(key=row.key, received=row.received, dated=row.dated) for row in rows)


def _load(session: Session, cases: Sequence[CaseRow]) -> _Rows:
    if len(cases) == 1:
        return _load_one(session, cases[0])

    session.flush()
    connection, whose = session.connection(), _whose(cases)

    def read(table: type[R], owner: str, mine: Any) -> Grouped[R]:
        # Objects that can be saved are slower than plain rows.
        asked = _plain(table)
        theirs = asked if whose is None else asked.where(getattr(table, owner).in_(mine))
        return _grouped(cast("Iterable[R]", connection.execute(theirs).all()), owner)

    def every(table: type[R]) -> Grouped[R]:
        return read(table, "case_id", whose)

    def of_parents(table: type[R], owner: str, parent: type[SQLModel]) -> Grouped[R]:
        return read(table, owner, _ids(parent, "id", "case_id", whose))

    whole = _ids(CaseRow, "referral_id", "id", whose)
    referrals = connection.execute(_REFERRAL if whole is None else _REFERRAL.where(col(ReferralRow.id).in_(whole)))
    standing = _STANDING if whose is None else _STANDING.where(col(BookingRow.case_id).in_(whose))
    bookings = {booking.case_id: (booking, on, suite) for booking, on, suite in session.exec(standing)}
    days = days_by_site(session)
    return _Rows(
        referrals={row.id: row for row in referrals},
        items=every(CaseItemRow),
        meetings=every(MdtItemRow),
        consents=every(ConsentRow),
        episodes=every(WaitlistEpisodeRow),
        categories=of_parents(CategoryChangeRow, "episode_id", WaitlistEpisodeRow),
        not_ready=of_parents(NotReadyPeriodRow, "episode_id", WaitlistEpisodeRow),
        bookings=bookings,
        kinds=_kinds(session) if bookings else {},
        procedures=every(ProcedureRecordRow),
        readings=of_parents(ReadingRow, "procedure_id", ProcedureRecordRow),
        contacts=every(ContactAttemptRow),
        complications=every(ComplicationRow),
        reviews=every(ReviewRow),
        performance=every(PerformanceRow),
        others=others_of(session, cases),
        events=every(CaseEventRow),
        answers=answers_of(session, None),
        days=days,
        treated_at=sites_treated_at(session, None) if days else {},
    )


def _whose(cases: Sequence[CaseRow]) -> Any:
    """Say whose rows to read: those of a few cases by id, those of every live case, or None for all there are.

    A long list of ids is slower than the few other rows; those of cases that have ended are not few.
    """
    if len(cases) <= FEW:
        return [case.id for case in cases]
    return _LIVE if all(case.state in LIVE for case in cases) else None


def _ids(table: type[SQLModel], wanted: str, owner: str, whose: Any) -> Any:
    """Ask for what the rows of these cases name, such as their own ids."""
    return None if whose is None else core_select(getattr(table, wanted)).where(getattr(table, owner).in_(whose))


def _load_one(session: Session, case: CaseRow) -> _Rows:
    """Most tables have nothing about most cases, so one question finds those that do, and the rest are not asked."""
    given = {"case_id": case.id, "patient_id": case.patient_id, "referral_id": case.referral_id}
    session.flush()
    connection = session.connection()
    there = connection.execute(_WHAT_THERE_IS, given).one()._mapping

    def read(asked: Select[Any], params: Mapping[str, object], owner: str) -> Grouped[Any]:
        return _grouped(connection.execute(asked, params).all(), owner)

    def its(table: type[R]) -> Grouped[R]:
        return read(_OF_CASE[table], given, "case_id") if there[_name(table)] else {}

    def of_parents(table: type[R], column: str, parents: Grouped[Any]) -> Grouped[R]:
        ids = [parent.id for group in parents.values() for parent in group]
        return read(_OF_PARENTS[table], {"ids": ids}, column) if ids else {}

    episodes, procedures = its(WaitlistEpisodeRow), its(ProcedureRecordRow)
    days = days_by_site(session) if there[SITE_DAYS] else {}
    standing = session.exec(_STANDING_OF_ONE, params=given) if there[_name(BookingRow)] else ()
    bookings = {booking.case_id: (booking, on, suite) for booking, on, suite in standing}
    return _Rows(
        referrals={row.id: row for row in connection.execute(_OF_REFERRAL, given)},
        items=its(CaseItemRow),
        meetings=its(MdtItemRow),
        consents=its(ConsentRow),
        episodes=episodes,
        categories=of_parents(CategoryChangeRow, "episode_id", episodes),
        not_ready=of_parents(NotReadyPeriodRow, "episode_id", episodes),
        bookings=bookings,
        kinds=_kinds(session) if bookings else {},
        procedures=procedures,
        readings=of_parents(ReadingRow, "procedure_id", procedures),
        contacts=its(ContactAttemptRow),
        complications=its(ComplicationRow),
        reviews=its(ReviewRow),
        performance=its(PerformanceRow),
        others=others_of(session, [case]) if there[OTHERS] else Others({}, {}, {}, frozenset()),
        events=its(CaseEventRow),
        answers=answers_of(session, case.id) if there[RESPONSES] else {},
        days=days,
        treated_at=sites_treated_at(session, case.id) if days and procedures else {},
    )


def _kinds(session: Session) -> dict[str, str]:
    return {row.id: row.kind for row in session.exec(select(EquipmentUnitRow))}


def _grouped(rows: Iterable[R], owner: str) -> Grouped[R]:
    """Group rows by what they belong to; those that a correction struck out no longer count."""
    groups: dict[str, list[R]] = defaultdict(list)
    for row in rows:
        if getattr(row, "struck_by", None) is None:
            groups[getattr(row, owner)].append(row)
    return groups


def _facts(session: Session, case: CaseRow, rows: _Rows) -> CaseFacts:
    referral = rows.referrals[case.referral_id]
    events = rows.events.get(case.id, [])
    return CaseFacts(
        ref=case.ref,
        state=case.state,
        received_on=case.received_on,
        funding=case.funding,
        target=case.target,
        technique=case.technique,
        laterality=case.laterality,
        urgency=Urgency(case.urgency) if case.urgency else None,
        cancer=case.cancer,
        direct=case.direct,
        referrer_recorded=bool(referral.referrer_id),
        referral_valid_until=case.referral_valid_until,
        items=_items(rows.items.get(case.id, [])),
        medicines=tuple(referral.medicines),
        creatinine_clearance=case.creatinine_clearance,
        clot_risks=None if case.clot_risks is None else tuple(ClotRisk(risk) for risk in case.clot_risks),
        specialist_advice_on=case.specialist_advice_on,
        anaesthetist=case.anaesthetist,
        mdt=_decision(rows.meetings.get(case.id, [])),
        consents=tuple(_consent(row) for row in rows.consents.get(case.id, [])),
        episodes=tuple(
            episode_of(row, rows.categories.get(row.id, []), rows.not_ready.get(row.id, []))
            for row in rows.episodes.get(case.id, [])
        ),
        booking=_booking(case, rows),
        procedures=tuple(_procedure(row, rows.readings) for row in rows.procedures.get(case.id, [])),
        complications=tuple(_complication(row) for row in rows.complications.get(case.id, [])),
        reviews=tuple(_review(row) for row in rows.reviews.get(case.id, [])),
        performance=tuple(Performance(on=row.on, ecog=row.ecog) for row in rows.performance.get(case.id, [])),
        postponed=_postponed(events),
        other_cases=_other_cases(case, rows),
        contact_attempts=tuple(
            ContactAttempt(on=row.on, channel=row.channel) for row in rows.contacts.get(case.id, [])
        ),
        test_repeats=case.test_repeats,
        patient_postponements=case.patient_postponements,
        hospital_postponements=case.hospital_postponements,
        missed_appointments=case.missed_appointments,
        history=_visits(events),
        responses=responses(session, rows.answers.get(case.id, ()), standing_lines(events)),
        site_days=_site_days(case, rows),
    )


def _site_days(case: CaseRow, rows: _Rows) -> SiteDays:
    booked = rows.bookings.get(case.id)
    site = booked[2].site_id if booked is not None else rows.treated_at.get(case.id, "")
    return rows.days.get(site, AS_EVERYWHERE)


def _visits(events: Sequence[CaseEventRow]) -> tuple[Visit, ...]:
    """The states a case went through; a line that was taken back never happened."""
    visits: dict[int, Visit] = {}
    for row in events:
        if row.event == REVERSAL:
            visits.pop(taken_back_by(row), None)
            here = next(reversed(visits.values())).state if visits else None
        else:
            here = PathwayState(row.from_state) if row.from_state else None
        if here is not row.to_state:
            visits[row.seq] = Visit(state=row.to_state, entered_on=row.on)
    return tuple(visits.values())


def taken_back_by(reversal: CaseEventRow) -> int:
    """The number of the line that this one takes back."""
    return int(str(reversal.details["takes_back"]))


def standing_lines(events: Sequence[CaseEventRow]) -> list[CaseEventRow]:
    """The lines of a history that stand: those that a later line took back are left out."""
    taken_back = {taken_back_by(row) for row in events if row.event == REVERSAL}
    return [row for row in events if row.seq not in taken_back]


NEW_DATE = frozenset({Event.BOOK_TEST, Event.BOOK_DEFINITIVE})


def _postponed(events: Sequence[CaseEventRow]) -> Postponed | None:
    """The last postponement by the hospital that stands, unless a new date was booked or the case left the list."""
    last = None
    for row in standing_lines(events):
        if row.event == Event.CANCEL_HOSPITAL:
            promised = row.details.get("offer_by")
            last = Postponed(on=row.on, offer_by=date.fromisoformat(str(promised)) if promised else None)
        elif row.event in NEW_DATE or row.to_state not in WAITING:
            last = None
    return last


def _decision(rows: Sequence[MdtItemRow]) -> MdtDecision | None:
    decided = [row for row in rows if row.recommendation is not None]
    last = max(decided, key=lambda row: (row.on, row.event_seq), default=None)
    if last is None or last.recommendation is None:
        return None
    return MdtDecision(on=last.on, recommendation=last.recommendation, target=last.target, technique=last.technique)


def _consent(row: ConsentRow) -> Consent:
    return Consent(stage=row.stage, on=row.on, target=row.target, laterality=row.laterality, technique=row.technique)


def episode_of(
    row: WaitlistEpisodeRow, changes: Iterable[CategoryChangeRow], periods: Iterable[NotReadyPeriodRow]
) -> Episode:
    """Make one episode from its row, its category changes and its not-ready periods."""
    return Episode(
        stage=row.stage,
        listed_on=row.listed_on,
        readiness=row.readiness,
        categories=tuple(
            CategoryFrom(on=change.since, urgency=Urgency(change.urgency))
            for change in sorted(changes, key=lambda change: change.since)
        ),
        not_ready=tuple(
            NotReadyPeriod(
                readiness=period.readiness, since=period.since, until=period.until, review_on=period.review_on
            )
            for period in sorted(periods, key=lambda period: period.since)
        ),
        earliest=row.earliest,
        closed_on=row.closed_on,
    )


def _booking(case: CaseRow, rows: _Rows) -> BookingFacts | None:
    found = rows.bookings.get(case.id)
    if found is None:
        return None
    booking, on, suite = found
    return BookingFacts(
        stage=booking.stage,
        state=booking.status,
        on=on.on,
        suite_modalities=tuple(Modality(modality) for modality in suite.modalities),
        radiologist=booking.radiologist_id,
        equipment=tuple(rows.kinds[unit] for unit in booking.equipment),
        anaesthetist=on.anaesthetist,
    )


def _complication(row: ComplicationRow) -> Complication:
    return Complication(on=row.on, what=row.what, scale=row.scale, grade=row.grade, outcome=row.outcome)


def _review(row: ReviewRow) -> Review:
    return Review(
        on=row.on,
        point=row.point,
        pain_score=row.pain_score,
        opioid_dose_mg=row.opioid_dose_mg,
        following=row.following,
    )


def _other_cases(case: CaseRow, rows: _Rows) -> tuple[OtherCase, ...]:
    others = rows.others
    return tuple(
        OtherCase(
            ref=other.ref,
            state=other.state,
            target=other.target,
            linked=frozenset({case.id, other.id}) in others.links,
            procedures=tuple(_procedure(row, {}) for row in others.procedures.get(other.id, [])),
            mdt=_decision(others.meetings.get(other.id, [])),
            ended_on=other.closed_on,
        )
        for other in others.by_patient.get(case.patient_id, [])
        if other.id != case.id
    )


def _procedure(row: ProcedureRecordRow, readings_of: Mapping[str, Sequence[ReadingRow]]) -> ProcedureDone:
    readings = sorted(readings_of.get(row.id, []), key=lambda reading: reading.number)
    return ProcedureDone(
        stage=row.stage,
        on=row.on,
        target=row.target,
        technique=row.technique,
        laterality=row.laterality,
        completed=row.completed,
        readings=tuple(
            Reading(
                score=reading.score,
                minutes_after=reading.minutes_after,
                measure=reading.measure,
                hours_before=reading.hours_before or 0,
            )
            for reading in readings
        ),
        result=row.result,
        result_on=row.result_on,
        pain_before=row.pain_before,
        opioid_before_mg=row.opioid_before_mg,
    )
