"""Corrections strike rows out, procedures are recorded by technique, and reviews, complications and links are kept.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CORRECTABLE = (
    "case_item",
    "waitlist_episode",
    "category_change",
    "not_ready_period",
    "consent",
    "contact_attempt",
    "procedure_record",
    "reading",
    "trend",
    "note",
)
PROCEDURE = {
    "concentration_percent": sa.Float,
    "temperature_c": sa.Float,
    "lesion_seconds": sa.Integer,
    "freeze_cycles": sa.Integer,
    "probe": AutoString,
    "pain_before": sa.Integer,
    "opioid_before_mg": sa.Integer,
}
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


def upgrade() -> None:
    for table in CORRECTABLE:
        op.add_column(table, sa.Column("struck_by", sa.Integer(), nullable=True))
    for name, kind in PROCEDURE.items():
        op.add_column("procedure_record", sa.Column(name, kind(), nullable=True))
    op.add_column("reading", sa.Column("hours_before", sa.Integer(), nullable=True))
    op.create_table(
        "complication",
        *_of_a_procedure("complication"),
        sa.Column("what", AutoString(), nullable=False),
        sa.Column("scale", _words("scale_known", "cirse", "ctcae"), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("outcome", AutoString(), nullable=False),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_complication_case_id"), "complication", ["case_id"], unique=False)
    op.create_table(
        "review",
        *_of_a_procedure("review"),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("pain_score", sa.Integer(), nullable=False),
        sa.Column("opioid_dose_mg", sa.Integer(), nullable=False),
        sa.Column(
            "following", _words("following_known", "continue", "see_again", "pain_returned", "finish"), nullable=False
        ),
        sa.CheckConstraint("pain_score BETWEEN 0 AND 10", name=op.f("ck_review_score_in_scale")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_review_case_id"), "review", ["case_id"], unique=False)
    op.create_table(
        "case_link",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("earlier_id", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_case_link_case_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["neurolysis_case.id"], name=op.f("fk_case_link_earlier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_link")),
        sa.UniqueConstraint("case_id", "earlier_id", name=op.f("uq_case_link_case_id_earlier_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_case_link_earlier_id"), "case_link", ["earlier_id"], unique=False)
    op.create_table(
        "case_trace",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_case_trace_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_trace")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_trace_case_id_seq")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("case_trace")
    op.drop_index(op.f("ix_case_link_earlier_id"), table_name="case_link")
    op.drop_table("case_link")
    op.drop_index(op.f("ix_review_case_id"), table_name="review")
    op.drop_table("review")
    op.drop_index(op.f("ix_complication_case_id"), table_name="complication")
    op.drop_table("complication")
    _drop_column("reading", "hours_before")
    for name in PROCEDURE:
        _drop_column("procedure_record", name)
    for table in CORRECTABLE:
        _drop_column(table, "struck_by")


def _drop_column(table: str, name: str) -> None:
    """Take a column out without rebuilding its table, which others refer to."""
    op.execute(f'ALTER TABLE "{table}" DROP COLUMN "{name}"')


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _of_a_procedure(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The columns of a row that belongs to one procedure of one case on one day."""
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("struck_by", sa.Integer(), nullable=True),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("procedure_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.CheckConstraint(f"\"on\" GLOB '{DAY}'", name=op.f(f"ck_{table}_on_form")).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f(f"fk_{table}_case_id")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure_record.id"], name=op.f(f"fk_{table}_procedure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
