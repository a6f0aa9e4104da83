"""Bookings, the claims that hold what each one uses, and the proposals they come from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, bindparam, text
from sqlmodel import Field, col

from db.tables.base import STRICT, VersionedRow, document, in_order, key, private, words
from db.words import ProposalStatus, ResourceKind
from scheduler.pathway.booking import BookingState
from scheduler.vocabulary import Stage

HOLDING = sorted(state.value for state in BookingState if state.is_live)  # a closed visit keeps its claims only
STANDING = text("status IN (" + ", ".join(f"'{state}'" for state in HOLDING) + ")")


class BookingRow(VersionedRow, table=True):
    """One case's place on one list; a case has at most one that still stands."""

    __tablename__ = "booking"
    __table_args__ = (
        in_order("start", "end"),
        CheckConstraint('"recovery_end" >= "end"', name="recovery_follows"),
        Index("uq_booking_standing", "case_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
        STRICT,
    )

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    episode_id: str = Field(foreign_key="waitlist_episode.id", index=True)
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    session_id: str = Field(foreign_key="suite_session.id", index=True)
    radiologist_id: str = Field(foreign_key="radiologist.id")
    start: datetime
    end: datetime
    recovery_end: datetime
    equipment: list[str] = document(default_factory=list)
    status: BookingState = Field(default=BookingState.BOOKED, sa_type=words(BookingState, "status_known"))
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id")
    made_at: datetime
    ended_at: datetime | None = None
    end_reason: str = private(default="")


# Written out and not asked as parameters, so that an engine finds the few that stand by their index.
STANDS = col(BookingRow.status).in_(bindparam("standing", HOLDING, expanding=True, literal_execute=True))


class ClaimRow(VersionedRow, table=True):
    """One resource held from a start up to, and not including, an end; active claims of one resource never overlap."""

    __tablename__ = "claim"
    __table_args__ = (
        in_order("start", "end"),
        CheckConstraint(
            "(booking_id IS NOT NULL) + (session_id IS NOT NULL) + (leave_id IS NOT NULL)"
            " + (maintenance_id IS NOT NULL) <= 1",
            name="one_holder",
        ).ddl_if(dialect="sqlite"),
        CheckConstraint(
            "num_nonnulls(booking_id, session_id, leave_id, maintenance_id) <= 1", name="one_holder"
        ).ddl_if(dialect="postgresql"),
        Index(
            None, "kind", "resource_id", "start", sqlite_where=text("active = 1"), postgresql_where=text("active")
        ),  # what was given back stays as history, and nobody looks for it by its resource
        STRICT,
    )

    id: str = key()
    booking_id: str | None = Field(default=None, foreign_key="booking.id", index=True)
    session_id: str | None = Field(default=None, foreign_key="suite_session.id", index=True)
    leave_id: str | None = Field(default=None, foreign_key="leave.id", index=True)
    maintenance_id: str | None = Field(default=None, foreign_key="maintenance.id", index=True)
    kind: ResourceKind = Field(sa_type=words(ResourceKind, "kind_known"))
    resource_id: str
    start: datetime
    end: datetime
    active: bool = True


class UnitPlacementRow(VersionedRow, table=True):
    """The one site a mobile unit stands at on one date."""

    __tablename__ = "unit_placement"
    __table_args__ = (STRICT,)

    unit_id: str = Field(primary_key=True, foreign_key="equipment_unit.id")
    on: date = Field(primary_key=True)
    site_id: str = Field(foreign_key="site.id")


class ProposalRow(VersionedRow, table=True):
    """One planning run: its problem, its plan, and what became of it."""

    __tablename__ = "proposal"
    __table_args__ = (STRICT,)

    id: str = key()
    status: ProposalStatus = Field(default=ProposalStatus.QUEUED, sa_type=words(ProposalStatus, "status_known"))
    start: date
    finish: date
    asked_at: datetime
    asked_by: str
    options: dict[str, object] = document(default_factory=dict)
    problem: dict[str, object] | None = document(
        default=None, nullable=True, sa_column_kwargs={"info": {"bulky": True}}
    )
    plan: dict[str, object] | None = document(default=None, nullable=True, sa_column_kwargs={"info": {"bulky": True}})
    versions: dict[str, object] = document(default_factory=dict, sa_column_kwargs={"info": {"bulky": True}})
    # How far a run has come changes every second and means nothing afterwards, so the trail does not hear of it.
    progress: dict[str, object] = document(default_factory=dict, sa_column_kwargs={"info": {"quiet": True}})
    run: dict[str, object] = document(default_factory=dict)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    published_at: datetime | None = None
    published_by: str | None = None
    failure: str = ""
