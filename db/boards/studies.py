"""Scenarios, comparisons and the worth of capacity as people see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from db.change_words import Names, change_says, names_for
from db.localtime import local_date
from db.protocol import protocol
from db.scenarios import scenario_row
from db.studies import rows_of
from db.study_pictures import ChangeLine, Comparison, ScenarioChoices, ScenarioLine, StudyLine, WorthLine, WorthReport
from db.tables import RadiologistRow, ScenarioRow, StudyRow, SuiteRow, SuiteSessionRow
from db.words import StudyKind, StudyStatus
from scheduler.documents.changes import read_changes
from scheduler.figures import PlanFigures
from scheduler.problem import Objective
from scheduler.scenario import CloseList
from scheduler.vocabulary import Stage

SHOWN = 20  # comparisons to choose from
AHEAD = timedelta(weeks=12)  # of lists to choose from


def scenarios(session: Session) -> tuple[ScenarioLine, ...]:
    """List the scenarios by name."""
    asked = select(ScenarioRow).where(col(ScenarioRow.dropped).is_(False)).order_by(col(ScenarioRow.name))
    rows = session.exec(asked).all()
    names = _names(session, [row.changes for row in rows])
    return tuple(_scenario(row, names) for row in rows)


def scenario(session: Session, name: str) -> ScenarioLine:
    """Give one scenario by its id or name."""
    row = scenario_row(session, name)
    return _scenario(row, _names(session, [row.changes]))


def _scenario(row: ScenarioRow, names: Names) -> ScenarioLine:
    return ScenarioLine(
        id=row.id,
        name=row.name,
        changes=tuple(
            ChangeLine(place=place, change=change, says=change_says(change, names))
            for place, change in enumerate(read_changes(row.changes), start=1)
        ),
        made_by=row.made_by,
        made_at=row.made_at,
        version=row.version,
    )


def _names(session: Session, documents: Iterable[Sequence[Mapping[str, object]]]) -> Names:
    changes = [change for each in documents for change in read_changes(each)]
    return names_for(session, frozenset(change.list for change in changes if isinstance(change, CloseList)))


def comparisons(session: Session) -> tuple[Comparison, ...]:
    """List the latest comparisons, newest first."""
    asked = (
        select(StudyRow.comparison)
        .where(StudyRow.kind == StudyKind.SCENARIO, StudyRow.place == 0)
        .order_by(col(StudyRow.asked_at).desc(), col(StudyRow.id))
        .limit(SHOWN)
    )
    ids = session.exec(asked).all()
    rows = session.exec(select(StudyRow).where(col(StudyRow.comparison).in_(ids)).order_by(col(StudyRow.place))).all()
    names = _names(session, [row.changes for row in rows])
    return tuple(_comparison([row for row in rows if row.comparison == each], names) for each in ids)


def comparison(session: Session, comparison_id: str) -> Comparison:
    """Give one comparison in full."""
    rows = rows_of(session, comparison_id)
    return _comparison(rows, _names(session, [row.changes for row in rows]))


def _comparison(rows: Sequence[StudyRow], names: Names) -> Comparison:
    first = rows[0]
    return Comparison(
        id=first.comparison,
        start=first.start,
        end=first.finish,
        asked_at=first.asked_at,
        asked_by=first.asked_by,
        time_limit=float(str(first.options["time_limit"])),
        prices=asdict(Objective()),
        studies=tuple(_study(row, names) for row in rows),
    )


def _study(row: StudyRow, names: Names) -> StudyLine:
    figures, outside = row.answer.get("figures"), row.options.get("outside")
    invented = row.options.get("invented")
    return StudyLine(
        id=row.id,
        name=row.name,
        status=row.status,
        failure=row.failure,
        changes=tuple(change_says(change, names) for change in read_changes(row.changes)),
        outside=tuple(
            change_says(change, names) for change in read_changes(outside if isinstance(outside, list) else [])
        ),
        figures=PlanFigures(**figures) if isinstance(figures, dict) else None,
        invented=len(invented) if isinstance(invented, list) else 0,
        invented_booked=int(str(row.answer.get("invented_booked", 0))),
        prices=_prices(row),
        proposal=row.proposal_id,
        version=row.version,
    )


def _prices(row: StudyRow) -> Mapping[str, int]:
    found: Any = (row.problem or {}).get("objective")
    return {**asdict(Objective()), **(found if isinstance(found, dict) else {})}


def choices(session: Session, *, now: datetime) -> ScenarioChoices:
    """Give what the changes of a scenario may name; lists are the open ones of the coming weeks."""
    today = local_date(session, now)
    asked = select(SuiteSessionRow.id).where(
        col(SuiteSessionRow.start) > now,
        SuiteSessionRow.on < today + AHEAD,
        col(SuiteSessionRow.closed).is_(False),
    )
    names = names_for(session, frozenset(session.exec(asked).all()))
    offered = (key for key, row in protocol(session, today).procedures.items() if row.offered)
    return ScenarioChoices(
        suites=dict(
            sorted(_in_use(session, SuiteRow, names.suites, today), key=lambda each: each[1].split(", ")[::-1])
        ),
        radiologists=dict(
            sorted(_in_use(session, RadiologistRow, names.radiologists, today), key=lambda each: each[1])
        ),
        lists=names.lists,
        procedures=tuple(
            (stage, target, technique)
            for target, technique, stage in sorted(offered, key=lambda key: (key[2] is not Stage.TEST_BLOCK, *key[:2]))
        ),
    )


def _in_use(
    session: Session, table: type[SuiteRow] | type[RadiologistRow], names: Mapping[str, str], today: date
) -> list[tuple[str, str]]:
    """Leave out what is no longer used or no longer works here."""
    asked = select(table.id).where(col(table.ended_on).is_not(None), col(table.ended_on) <= today)
    ended = set(session.exec(asked))
    return [(key, name) for key, name in names.items() if key not in ended]


def worth_report(session: Session) -> WorthReport | None:
    """Give what capacity was worth when last worked out, and how the latest asking stands; None if never asked."""
    asked = select(StudyRow).where(StudyRow.kind == StudyKind.WORTH).order_by(col(StudyRow.asked_at).desc())
    latest = session.exec(asked.limit(1)).first()
    if latest is None:
        return None
    answered = session.exec(asked.where(StudyRow.status == StudyStatus.READY).limit(1)).first()
    found: Mapping[str, Any] = answered.answer if answered else {}
    return WorthReport(
        status=latest.status,
        asked_at=latest.asked_at,
        asked_by=latest.asked_by,
        failure=latest.failure,
        answered_at=answered.finished_at if answered else None,
        start=answered.start if answered else None,
        end=answered.finish if answered else None,
        bound=int(found.get("bound", 0)),
        settled=bool(found.get("settled", False)),
        lists=_worth_lines(found.get("lists", [])),
        skills=_worth_lines(found.get("skills", [])),
    )


def _worth_lines(found: Sequence[Mapping[str, Any]]) -> tuple[WorthLine, ...]:
    return tuple(
        WorthLine(**{**one, "when": date.fromisoformat(one["when"]) if one["when"] else None}) for one in found
    )
