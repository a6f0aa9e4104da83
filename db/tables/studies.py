"""Scenarios that people wonder about, and studies: questions put to the planner whose answers book nothing."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, document, key, words
from db.words import StudyKind, StudyStatus


class ScenarioRow(VersionedRow, table=True):
    """A named set of changes to the coming weeks; one that was dropped is kept for the studies made of it."""

    __tablename__ = "scenario"
    __table_args__ = (STRICT,)

    id: str = key()
    name: str
    changes: list[dict[str, object]] = document(default_factory=list)
    made_at: datetime
    made_by: str
    dropped: bool = False


class StudyRow(VersionedRow, table=True):
    """One question put to the planner: what a scenario comes to, or what one more list is worth; and its answer.

    Those with the same `comparison` were asked together, of the same clinic at the same moment.
    """

    __tablename__ = "study"
    __table_args__ = (STRICT,)

    id: str = key()
    kind: StudyKind = Field(sa_type=words(StudyKind, "study_kind_known"))
    status: StudyStatus = Field(default=StudyStatus.QUEUED, sa_type=words(StudyStatus, "study_status_known"))
    comparison: str = Field(default="", index=True)
    place: int = 0
    scenario_id: str | None = Field(default=None, foreign_key="scenario.id")
    name: str = ""
    changes: list[dict[str, object]] = document(default_factory=list)
    start: date
    finish: date
    asked_at: datetime
    asked_by: str
    options: dict[str, object] = document(default_factory=dict)
    problem: dict[str, object] | None = document(
        default=None, nullable=True, sa_column_kwargs={"info": {"bulky": True}}
    )
    plan: dict[str, object] | None = document(default=None, nullable=True, sa_column_kwargs={"info": {"bulky": True}})
    answer: dict[str, object] = document(default_factory=dict, sa_column_kwargs={"info": {"bulky": True}})
    started_at: datetime | None = None
    finished_at: datetime | None = None
    failure: str = ""
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id")
