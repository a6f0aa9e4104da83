"""Scenarios that people wonder about, and the studies of what each comes to and of what one more list is worth.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
INSTANT = f"{DAY} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        _form("scenario", "made_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sqlite_strict=True,
    )
    op.create_table(
        "study",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", _words("study_kind_known", "scenario", "worth"), nullable=False),
        sa.Column("status", _words("study_status_known", "queued", "running", "ready", "failed"), nullable=False),
        sa.Column("comparison", AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("scenario_id", AutoString(), nullable=True),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("failure", AutoString(), nullable=False),
        sa.Column("proposal_id", AutoString(), nullable=True),
        *(_form("study", name, DAY) for name in ("start", "finish")),
        *(_form("study", name, INSTANT) for name in ("asked_at", "started_at", "finished_at")),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_study_scenario_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_study_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_study_comparison"), "study", ["comparison"], unique=False)


def _words(name: str, *choices: str) -> sa.Enum:
    return sa.Enum(*choices, name=name, native_enum=False, create_constraint=True, length=40)


def _form(table: str, column: str, shape: str) -> sa.CheckConstraint:
    name = op.f(f"ck_{table}_{column}_form")
    return sa.CheckConstraint(f"\"{column}\" GLOB '{shape}'", name=name).ddl_if(dialect="sqlite")


def downgrade() -> None:
    op.drop_index(op.f("ix_study_comparison"), table_name="study")
    op.drop_table("study")
    op.drop_table("scenario")
