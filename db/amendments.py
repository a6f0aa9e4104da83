"""One wrongly entered value is corrected: both stay in the history, and nothing else changes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, select

from db import audit, effects, watching, writes
from db.audit import Author
from db.cases import Applied, answer_of, write_line
from db.effects import Work
from db.facts import case_facts, case_row
from db.light import light_on
from db.localtime import local_date
from db.tables import (
    CaseItemRow,
    CaseRow,
    ComplicationRow,
    ConsentRow,
    ProcedureRecordRow,
    ReadingRow,
    ReviewRow,
    TrendRow,
)
from db.tables.pathway import CorrectableRow
from scheduler.errors import NotFoundError, TransitionNotAllowedError
from scheduler.pathway import effects as pathway
from scheduler.pathway.duties import restarted
from scheduler.pathway.facts import HIGHEST_PAIN_SCORE, CaseFacts
from scheduler.pathway.fields import Field, FieldType, When, read_details
from scheduler.pathway.relief import judge
from scheduler.pathway.situation import Situation
from scheduler.vocabulary import Role

T = TypeVar("T", bound=CorrectableRow)
ACTION = "amend"
AMENDED = "correction"
VALUE = "value"

_DATE = Field(key=VALUE, type=FieldType.DATE, label="Date", when=When.PAST)
_SCORE = Field(key=VALUE, type=FieldType.INTEGER, label="Pain score", lowest=0, highest=HIGHEST_PAIN_SCORE)
_COUNT = Field(key=VALUE, type=FieldType.INTEGER, label="Whole number", lowest=1)
_WHOLE = Field(key=VALUE, type=FieldType.INTEGER, label="Whole number", lowest=0)
_NUMBER = Field(key=VALUE, type=FieldType.NUMBER, label="Number", lowest=0)
_TEXT = Field(key=VALUE, type=FieldType.TEXT, label="Words")

_PROCEDURE = {
    "on": _DATE,
    "inr": _NUMBER,
    "platelets": _WHOLE,
    "bloods_dated": _DATE,
    "agent": _TEXT,
    "volume_ml": _NUMBER,
    "concentration_percent": _NUMBER,
    "temperature_c": _NUMBER,
    "lesion_seconds": _COUNT,
    "freeze_cycles": _COUNT,
    "probe": _TEXT,
    "pain_before": _SCORE,
    "opioid_before_mg": _WHOLE,
}
_READING = {"score": _SCORE, "minutes_after": _COUNT, "hours_before": _WHOLE}
_SCORES = {"on": _DATE, "pain_score": _SCORE, "opioid_dose_mg": _WHOLE}
_GRADED = {"on": _DATE, "grade": _COUNT, "outcome": _TEXT}
# The timers that hang on what may be corrected.
_TIMED = (pathway.Timer.TREAT_BY, pathway.Timer.RESULT_AGEING, pathway.Timer.RESULT_EXPIRES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendable:
    """One recorded value that may be corrected: the key to name it by, what it is, and what it says now."""

    key: str
    label: str
    value: str
    field: Field


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one value is kept."""

    row: CorrectableRow
    column: str
    field: Field
    what: str

    @property
    def value(self) -> object:
        return getattr(self.row, self.column)


def amendable(session: Session, ref: str) -> tuple[Amendable, ...]:
    """List every recorded value of a case that may be corrected, with what it says now."""
    places = _places(session, case_row(session, ref))
    return tuple(
        Amendable(key=key, label=place.what, value=_words(place.value), field=place.field)
        for key, place in places.items()
    )


def amend(
    session: Session,
    ref: str,
    key: str,
    value: object,
    *,
    reason: str,
    actor: Author,
    now: datetime,
    expected_version: int,
    write_id: str | None = None,
) -> Applied:
    """Correct one value of a case, as it was shown at `expected_version`; a clinician is asked what no longer fits."""
    done = writes.earlier(session, write_id, ACTION)
    if done is not None:
        return answer_of(done)
    case = case_row(session, ref, lock=True)
    case.expect(expected_version)
    today, place = local_date(session, now), _place(session, case, key)
    new = _read(place.field, value, today)
    old = place.value
    if new == old:
        raise TransitionNotAllowedError(f"'{key}' says {_words(old)} already, so there is nothing to correct.")
    setattr(place.row, place.column, new)
    told = {"field": key, "what": place.what, "old": _words(old), "new": _words(new), "reason": reason}
    line = write_line(session, case, AMENDED, case.state, actor=actor, now=now, details=told)
    work = Work(session=session, case=case, author=actor, now=now, today=today, seq=line.seq)
    effects.apply_each([(_what_follows(work), work)])
    watching.bring_in_line(session, [case], now=now, by=actor.id)
    audit.record(session, action=ACTION, entity="case", ref=ref, why=reason)
    answer = {"ref": ref, "state": case.state, "seq": line.seq, "version": case.version}
    writes.finish(session, write_id, answer)
    return answer_of(answer, repeated=False)


def _place(session: Session, case: CaseRow, key: str) -> _Place:
    places = _places(session, case)
    if key not in places:
        raise NotFoundError(f"Case {case.ref} has no value '{key}' to correct. Those it has are: {', '.join(places)}.")
    return places[key]


def _read(field: Field, value: object, today: date) -> object:
    answers = read_details((field,), {VALUE: value}, today=today)
    match field.type:
        case FieldType.DATE:
            return answers.date(VALUE)
        case FieldType.INTEGER:
            return answers.whole(VALUE)
        case FieldType.NUMBER:
            return answers.number(VALUE)
        case _:
            return answers.text(VALUE)


def _places(session: Session, case: CaseRow) -> dict[str, _Place]:
    return dict(_every_place(session, case))


def _every_place(session: Session, case: CaseRow) -> Iterator[tuple[str, _Place]]:
    for item in _of_case(session, CaseItemRow, case, "key"):
        if item.received:
            yield from _of_row(f"item-{item.key}", item, {"dated": _DATE}, f"Item {item.key}")
    for procedure in _of_case(session, ProcedureRecordRow, case, "number"):
        name = f"procedure-{procedure.number}"
        what = f"{procedure.stage.label} {procedure.number}"
        yield from _of_row(name, procedure, _PROCEDURE, what)
        asked = select(ReadingRow).where(ReadingRow.procedure_id == procedure.id, col(ReadingRow.struck_by).is_(None))
        for reading in session.exec(asked.order_by(col(ReadingRow.number))):
            yield from _of_row(f"{name}.reading-{reading.number}", reading, _READING, f"{what}, pain score")
    for at, consent in enumerate(_of_case(session, ConsentRow, case, "event_seq"), start=1):
        yield from _of_row(f"consent-{at}", consent, {"on": _DATE}, f"Consent, {consent.stage.label.lower()}")
    for at, trend in enumerate(_of_case(session, TrendRow, case, "on"), start=1):
        yield from _of_row(f"trend-{at}", trend, _SCORES, "Pain returned")
    for at, review in enumerate(_of_case(session, ReviewRow, case, "event_seq"), start=1):
        yield from _of_row(f"review-{at}", review, _SCORES, f"Review of day {review.point}")
    for at, complication in enumerate(_of_case(session, ComplicationRow, case, "event_seq"), start=1):
        yield from _of_row(f"complication-{at}", complication, _GRADED, "Complication")


def _of_row(name: str, row: CorrectableRow, fields: dict[str, Field], what: str) -> Iterator[tuple[str, _Place]]:
    """Every value of a row that was recorded; one that never was is recorded elsewhere, not corrected."""
    for column, field in fields.items():
        if getattr(row, column) not in (None, ""):
            yield f"{name}.{column}", _Place(row, column, field, f"{what}: {column.replace('_', ' ')}")


def _of_case(session: Session, table: type[T], case: CaseRow, order: str) -> list[T]:
    asked = select(table).where(getattr(table, "case_id") == case.id)  # noqa: B009  known to these tables only
    rows = session.exec(asked.where(col(table.struck_by).is_(None)).order_by(getattr(table, order)))
    return list(rows)


def _words(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _what_follows(work: Work) -> list[pathway.Effect]:
    """Move the timers that hang on corrected values, and ask a clinician about a result that no longer fits."""
    work.session.flush()
    facts = case_facts(work.session, work.case.ref)
    case = light_on(work.session, work.today).situation(facts)
    timers = [] if facts.state.ends else list(restarted(case, _TIMED))
    doubt = _doubt(case, facts)
    if doubt is None:
        return timers
    due_on = work.today + timedelta(days=case.protocol.days("decide_within"))
    return [
        *timers,
        pathway.Task(kind=pathway.TaskKind.CORRECTION, role=Role.CLINICIAN, says=doubt, due_on=due_on),
    ]


def _doubt(case: Situation, facts: CaseFacts) -> str | None:
    """Why the recorded result of the latest test block no longer fits its scores; None while it does."""
    test = facts.last_test
    if test is None or test.result is None or facts.state.ends:
        return None
    judged = judge(test.readings, case.protocol)
    if judged.result is test.result:
        return None
    return (
        f"The test result is recorded as {test.result.value}, but the corrected scores are {judged.result.value}: "
        f"{judged.says} Decide whether it stands; nothing changes by itself."
    )
