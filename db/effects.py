"""What a step of the pathway changes, one function for each effect, in the transaction that moves the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import singledispatch
from typing import Generic, TypeVar

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db import due_steps, meetings, outbox
from db.at_hand import standing_bookings
from db.audit import Author
from db.giving_back import give_back, tick_off
from db.tables import (
    BookingRow,
    CaseItemRow,
    CaseRow,
    CategoryChangeRow,
    ComplicationRow,
    ConsentRow,
    ContactAttemptRow,
    MdtItemRow,
    NoteRow,
    NotReadyPeriodRow,
    PerformanceRow,
    ProcedureRecordRow,
    ReadingRow,
    ReviewRow,
    TaskRow,
    TrendRow,
    WaitlistEpisodeRow,
)
from scheduler.errors import NeurolistError
from scheduler.pathway import effects as pathway
from scheduler.pathway.booking import BookingState
from scheduler.pathway.meetings.words import OUTCOME_OF
from scheduler.vocabulary import Readiness, Stage

E = TypeVar("E")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The case being moved: its row, who moves it, when, and the line of history it is."""

    session: Session
    case: CaseRow
    author: Author
    now: datetime
    today: date
    seq: int


@singledispatch
def apply(effect: object, work: Work) -> None:
    """Write one effect; one that is not known here is a fault and never skipped."""
    raise NotImplementedError(f"The memory does not know the effect {type(effect).__name__} of case {work.case.ref}.")


def apply_each(steps: Sequence[tuple[Sequence[pathway.Effect], Work]]) -> None:
    """Write the effects of steps of several cases, those of each in their order, and alike ones together."""
    for at in range(max((len(effects) for effects, _ in steps), default=0)):
        alike: dict[type, list[tuple[pathway.Effect, Work]]] = defaultdict(list)
        for effects, work in steps:
            if at < len(effects):
                alike[type(effects[at])].append((effects[at], work))
        for kind, pairs in alike.items():
            write = apply.dispatch(kind)
            if isinstance(write, _Together):
                write.each(pairs)
                continue
            for effect, work in pairs:
                write(effect, work)


class _Together(Generic[E]):
    """How effects of one kind are written for several cases at once, and so for one."""

    def __init__(self, each: Callable[[Sequence[tuple[E, Work]]], None]) -> None:
        self.each = each

    def __call__(self, effect: E, work: Work) -> None:
        """Write it for one case."""
        self.each([(effect, work)])


def _for_each(kind: type[E]) -> Callable[[Callable[[Sequence[tuple[E, Work]]], None]], None]:
    """Let effects of this kind be written for several cases at once."""

    def keep(each: Callable[[Sequence[tuple[E, Work]]], None]) -> None:
        apply.register(kind, _Together(each))

    return keep


@apply.register
def _(effect: pathway.SetPlan, work: Work) -> None:
    case = work.case
    case.target = effect.target or case.target
    case.technique = effect.technique or case.technique
    case.laterality = effect.laterality or case.laterality
    case.urgency = effect.urgency.value if effect.urgency else case.urgency
    case.direct = case.direct if effect.direct is None else effect.direct


@apply.register
def _(effect: pathway.RecordMdtOutcome, work: Work) -> None:
    meeting = None if effect.supplied else meetings.meeting_that_decided(work.session, effect.on)
    item = meetings.open_agenda_item(work.session, work.case.id)
    if item is None:
        item = MdtItemRow(case_id=work.case.id, on=effect.on)
        work.session.add(item)
    item.on, item.meeting_id, item.event_seq = effect.on, meeting.id if meeting else None, work.seq
    if meeting is not None:
        meeting.attended = sorted({*meeting.attended, *effect.attended})
    item.outcome = OUTCOME_OF[effect.recommendation]
    item.recommendation, item.target, item.technique = effect.recommendation, effect.target, effect.technique
    item.supplied = effect.supplied
    item.attended, item.owner, item.rediscuss_on = list(effect.attended), effect.owner, effect.rediscuss_on
    item.reason, item.alternative = effect.reason, effect.alternative
    if meeting is not None and not item.attended:
        item.attended = list(meeting.attended)
    _tick_off([work], meetings.CASE_TASKS)


@apply.register
def _(effect: pathway.OpenEpisode, work: Work) -> None:
    asked = select(func.count()).select_from(WaitlistEpisodeRow).where(WaitlistEpisodeRow.case_id == work.case.id)
    episode = WaitlistEpisodeRow(
        case_id=work.case.id,
        number=work.session.exec(asked).one() + 1,
        stage=effect.stage,
        urgency=effect.urgency.value,
        readiness=effect.readiness,
        listed_on=effect.listed_on,
        earliest=effect.earliest,
    )
    work.session.add(episode)
    work.session.flush()
    work.session.add(CategoryChangeRow(episode_id=episode.id, urgency=episode.urgency, since=effect.listed_on))
    if effect.readiness is not Readiness.READY:
        _open_not_ready(work, episode, effect.listed_on, effect.review_on)


@apply.register
def _(effect: pathway.ReopenEpisode, work: Work) -> None:
    asked = select(WaitlistEpisodeRow).where(
        WaitlistEpisodeRow.case_id == work.case.id,
        WaitlistEpisodeRow.stage == effect.stage,
        col(WaitlistEpisodeRow.struck_by).is_(None),
    )
    latest = work.session.exec(asked.order_by(col(WaitlistEpisodeRow.number).desc())).first()
    if latest is None:
        raise NeurolistError(f"Case {work.case.ref} was never listed for {effect.stage.label.lower()}.")
    latest.closed_on, latest.closed_reason = None, ""


@apply.register
def _(effect: pathway.UpdateEpisode, work: Work) -> None:
    episode = open_episode(work)
    if episode is None or episode.stage is not effect.stage:
        raise NeurolistError(f"Case {work.case.ref} is not on the waiting list for {effect.stage.label.lower()}.")
    if episode.urgency != effect.urgency.value:
        _set_category(work, episode, effect.urgency.value, effect.on)
    if episode.readiness is not effect.readiness:
        _end_not_ready(work, episode, effect.on)
        episode.readiness = effect.readiness
        if effect.readiness is not Readiness.READY:
            _open_not_ready(work, episode, effect.on, effect.review_on)
    else:
        _set_review(work, episode, effect.review_on)
    episode.earliest = effect.earliest


def open_episode(work: Work) -> WaitlistEpisodeRow | None:
    """Give the listing of the case that has not ended."""
    asked = select(WaitlistEpisodeRow).where(WaitlistEpisodeRow.case_id == work.case.id)
    return work.session.exec(asked.where(col(WaitlistEpisodeRow.closed_on).is_(None))).first()


def _set_category(work: Work, episode: WaitlistEpisodeRow, urgency: int, since: date) -> None:
    asked = select(CategoryChangeRow).where(
        CategoryChangeRow.episode_id == episode.id, CategoryChangeRow.since == since
    )
    change = work.session.exec(asked).first()
    if change is None:
        change = CategoryChangeRow(episode_id=episode.id, urgency=urgency, since=since)
        work.session.add(change)
    change.urgency = episode.urgency = urgency
    change.struck_by = None


def _open_not_ready(work: Work, episode: WaitlistEpisodeRow, since: date, review_on: date | None) -> None:
    work.session.add(
        NotReadyPeriodRow(episode_id=episode.id, readiness=episode.readiness, since=since, review_on=review_on)
    )


def _set_review(work: Work, episode: WaitlistEpisodeRow, review_on: date | None) -> None:
    for period in _open_periods(work, episode):
        period.review_on = review_on


def _open_periods(work: Work, episode: WaitlistEpisodeRow) -> Sequence[NotReadyPeriodRow]:
    asked = select(NotReadyPeriodRow).where(NotReadyPeriodRow.episode_id == episode.id)
    return work.session.exec(asked.where(col(NotReadyPeriodRow.until).is_(None))).all()


def _end_not_ready(work: Work, episode: WaitlistEpisodeRow, until: date) -> None:
    for period in _open_periods(work, episode):
        period.until = max(until, period.since)


@apply.register
def _(effect: pathway.CloseEpisode, work: Work) -> None:
    episode = open_episode(work)
    if episode is not None:
        episode.closed_on, episode.closed_reason = effect.on, effect.reason.value
        work.session.flush()


def standing_booking(session: Session, case_id: str) -> BookingRow | None:
    """Give the booking of a case that still holds its slot."""
    return standing_bookings(session, [case_id]).get(case_id)


@_for_each(pathway.SetBookingState)
def _(pairs: Sequence[tuple[pathway.SetBookingState, Work]]) -> None:
    standing = standing_bookings(pairs[0][1].session, [work.case.id for _, work in pairs])
    for effect, work in pairs:
        booking = standing.get(work.case.id)
        if booking is None:
            raise NeurolistError(f"Case {work.case.ref} has no booking to move on.")
        if effect.state.holds_its_slot:
            booking.status = effect.state
        else:
            _end_booking(work, booking, effect.state)


@apply.register
def _(effect: pathway.CancelBooking, work: Work) -> None:
    booking = standing_booking(work.session, work.case.id)
    if booking is not None:
        _end_booking(work, booking, effect.state, effect.reason)


def _end_booking(work: Work, booking: BookingRow, state: BookingState, reason: str | None = None) -> None:
    give_back(work.session, work.case, booking, state, now=work.now, by=work.author.id, reason=reason)


@apply.register
def _(effect: pathway.StartProcedure, work: Work) -> None:
    booking = standing_booking(work.session, work.case.id)
    asked = select(func.count()).select_from(ProcedureRecordRow).where(ProcedureRecordRow.case_id == work.case.id)
    work.session.add(
        ProcedureRecordRow(
            case_id=work.case.id,
            number=work.session.exec(asked).one() + 1,
            booking_id=booking.id if booking else None,
            stage=effect.stage,
            on=effect.on,
            target=effect.target,
            technique=effect.technique,
            laterality=effect.laterality,
            inr=effect.inr,
            platelets=effect.platelets,
            bloods_dated=effect.bloods_dated,
            overridden_by=effect.overridden_by,
            override_reason=effect.override_reason,
        )
    )
    work.session.flush()


@apply.register
def _(effect: pathway.FinishProcedure, work: Work) -> None:
    record = _latest_procedure(work, effect.stage)
    record.finished, record.completed = True, effect.completed
    record.agent, record.volume_ml, record.parameters = effect.agent, effect.volume_ml, effect.parameters
    record.concentration_percent, record.temperature_c = effect.concentration_percent, effect.temperature_c
    record.lesion_seconds, record.freeze_cycles = effect.lesion_seconds, effect.freeze_cycles
    record.probe, record.pain_before = effect.probe or None, effect.pain_before
    record.opioid_before_mg = effect.opioid_before_mg
    record.complications, record.reason = effect.complications, effect.reason


def _latest_procedure(work: Work, stage: Stage) -> ProcedureRecordRow:
    asked = _procedures(work).where(ProcedureRecordRow.stage == stage)
    found = work.session.exec(asked.order_by(col(ProcedureRecordRow.number).desc())).first()
    if found is None:
        raise NeurolistError(f"Case {work.case.ref} has no {stage.label.lower()} on record.")
    return found


def _procedures(work: Work) -> SelectOfScalar[ProcedureRecordRow]:
    """Ask for the case's procedures, leaving out those that were struck out as mistakes."""
    asked = select(ProcedureRecordRow).where(ProcedureRecordRow.case_id == work.case.id)
    return asked.where(col(ProcedureRecordRow.struck_by).is_(None))


@apply.register
def _(effect: pathway.RecordReview, work: Work) -> None:
    work.session.add(
        ReviewRow(
            case_id=work.case.id,
            procedure_id=_latest_procedure(work, Stage.DEFINITIVE).id,
            event_seq=work.seq,
            on=effect.on,
            point=effect.point,
            pain_score=effect.pain_score,
            opioid_dose_mg=effect.opioid_dose_mg,
            following=effect.following,
        )
    )


@apply.register
def _(effect: pathway.RecordComplication, work: Work) -> None:
    asked = _procedures(work).where(ProcedureRecordRow.on <= effect.on).order_by(col(ProcedureRecordRow.number).desc())
    found = work.session.exec(asked).first()
    if found is None:
        raise NeurolistError(f"Case {work.case.ref} had no procedure by {effect.on}.")
    work.session.add(
        ComplicationRow(
            case_id=work.case.id,
            procedure_id=found.id,
            event_seq=work.seq,
            on=effect.on,
            what=effect.what,
            scale=effect.scale,
            grade=effect.grade,
            outcome=effect.outcome,
        )
    )


@apply.register
def _(effect: pathway.RecordReadings, work: Work) -> None:
    record = _latest_procedure(work, Stage.TEST_BLOCK)
    asked = select(func.count()).select_from(ReadingRow).where(ReadingRow.procedure_id == record.id)
    before = work.session.exec(asked).one()
    for number, reading in enumerate(effect.readings, start=before + 1):
        work.session.add(
            ReadingRow(
                procedure_id=record.id,
                number=number,
                score=reading.score,
                minutes_after=reading.minutes_after,
                measure=reading.measure,
                hours_before=reading.hours_before if reading.is_baseline else None,
            )
        )


@apply.register
def _(effect: pathway.RecordResult, work: Work) -> None:
    record = _latest_procedure(work, Stage.TEST_BLOCK)
    record.result, record.result_on = effect.result, effect.on
    record.relief, record.result_note = effect.relief, effect.note


@apply.register
def _(effect: pathway.RecordTrend, work: Work) -> None:
    trend = TrendRow(
        case_id=work.case.id, on=effect.on, pain_score=effect.pain_score, opioid_dose_mg=effect.opioid_dose_mg
    )
    work.session.add(trend)


@apply.register
def _(effect: pathway.RecordConsent, work: Work) -> None:
    work.session.add(
        ConsentRow(
            case_id=work.case.id,
            event_seq=work.seq,
            stage=effect.stage,
            on=effect.on,
            target=effect.target,
            laterality=effect.laterality,
            technique=effect.technique,
        )
    )


@apply.register
def _(effect: pathway.RecordMedicineFacts, work: Work) -> None:
    case = work.case
    if effect.clot_risks is not None:
        case.clot_risks = [risk.value for risk in effect.clot_risks]
    case.specialist_advice_on = effect.specialist_advice_on or case.specialist_advice_on
    if effect.creatinine_clearance is not None:
        case.creatinine_clearance = effect.creatinine_clearance


@apply.register
def _(effect: pathway.RecordPerformance, work: Work) -> None:
    work.session.add(PerformanceRow(case_id=work.case.id, event_seq=work.seq, on=effect.on, ecog=effect.ecog))


@apply.register
def _(effect: pathway.RenewReferral, work: Work) -> None:
    work.case.referral_valid_until = effect.valid_until


@apply.register
def _(effect: pathway.Count, work: Work) -> None:
    counter = effect.counter.value
    setattr(work.case, counter, getattr(work.case, counter) + 1)


@apply.register
def _(effect: pathway.AddItem, work: Work) -> None:
    item = _item(work, effect.key)
    item.received, item.dated = True, effect.dated


@apply.register
def _(effect: pathway.RequireItems, work: Work) -> None:
    for key in effect.keys:
        item = _item(work, key)
        item.received, item.dated = False, None


def _item(work: Work, key: str) -> CaseItemRow:
    asked = select(CaseItemRow).where(CaseItemRow.case_id == work.case.id, CaseItemRow.key == key)
    item = work.session.exec(asked).first()
    if item is None:
        item = CaseItemRow(case_id=work.case.id, key=key, received=False)
        work.session.add(item)
    item.struck_by = None
    return item


@apply.register
def _(effect: pathway.LogContact, work: Work) -> None:
    work.session.add(ContactAttemptRow(case_id=work.case.id, on=effect.on, channel=effect.channel))


@apply.register
def _(effect: pathway.DueStep, work: Work) -> None:
    due_steps.set_timer(
        work.session,
        work.case.ref,
        name=effect.name.value,
        about=effect.key_suffix,
        due_on=effect.due_on,
        told={"role": effect.role.value, "says": effect.says},
    )


@_for_each(pathway.CancelDueSteps)
def _(pairs: Sequence[tuple[pathway.CancelDueSteps, Work]]) -> None:
    for names, works in _by(pairs, lambda effect: tuple(name.value for name in effect.names)).items():
        letters = () if names else (outbox.SEND_STEP,)  # a case that ends still answers its referrer
        refs = [work.case.ref for work in works]
        due_steps.cancel(works[0].session, refs=refs, names=names, keeping=letters, now=works[0].now)
        _tick_off(works, names or [name.value for name in pathway.Timer])


def _by(pairs: Sequence[tuple[E, Work]], alike: Callable[[E], tuple[str, ...]]) -> dict[tuple[str, ...], list[Work]]:
    """Bring together what asks for the same of several cases."""
    found: dict[tuple[str, ...], list[Work]] = defaultdict(list)
    for effect, work in pairs:
        found[alike(effect)].append(work)
    return found


@_for_each(pathway.Notice)
def _(pairs: Sequence[tuple[pathway.Notice, Work]]) -> None:
    wanted = [
        outbox.Wanted(case=work.case, kind=effect.kind, audience=effect.audience, event_seq=work.seq)
        for effect, work in pairs
    ]
    outbox.queue_each(pairs[0][1].session, wanted, now=pairs[0][1].now)


@apply.register
def _(_: pathway.CancelNotices, work: Work) -> None:
    outbox.silence(work.session, work.case, author=work.author, now=work.now)


@apply.register
def _(effect: pathway.Task, work: Work) -> None:
    work.session.add(
        TaskRow(
            case_id=work.case.id,
            kind=effect.kind.value,
            role=effect.role,
            says=effect.says,
            due_on=effect.due_on,
            made_at=work.now,
            about=effect.about,
            for_day=effect.for_day,
        )
    )


@_for_each(pathway.CompleteTasks)
def _(pairs: Sequence[tuple[pathway.CompleteTasks, Work]]) -> None:
    for kinds, works in _by(pairs, lambda effect: tuple(kind.value for kind in effect.kinds)).items():
        _tick_off(works, kinds)


def _tick_off(works: Sequence[Work], kinds: Sequence[str]) -> None:
    first = works[0]
    tick_off(first.session, [work.case.id for work in works], kinds, now=first.now, by=first.author.id)


@apply.register
def _(effect: pathway.KeepNote, work: Work) -> None:
    work.session.add(NoteRow(case_id=work.case.id, event_seq=work.seq, about=effect.about, text=effect.text))
