"""Letters have numbers, meetings keep the technique, ECOG is kept, and each technique has a yearly limit of its own.

Revision: 0010, after 0009.
"""

# ruff: noqa: S608  the words in the statements stand in this file
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString

from db.migrations.adding import add_columns, drop_columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TECHNIQUES = ("local_anaesthetic", "chemical", "rf_thermal", "rf_pulsed", "cryo")
LIMIT = "repeats_allowed"
REST = "version, edition, effective_from, value, unit, says, source, approved_by"
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


def upgrade() -> None:
    add_columns("notice", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE notice SET number = (SELECT COUNT(*) FROM notice AS other WHERE other.case_id = notice.case_id "
        "AND (other.queued_at, other.id) <= (notice.queued_at, notice.id))"
    )
    op.create_index("uq_notice_number", "notice", ["case_id", "number"], unique=True)
    technique = sa.Enum(*TECHNIQUES, name="technique_known", native_enum=False, create_constraint=True, length=40)
    add_columns("mdt_item", sa.Column("technique", technique, nullable=True))
    _create_performance()
    _limits_by_technique()


def downgrade() -> None:
    op.execute(f"UPDATE protocol_value SET key = '{LIMIT}' WHERE key = '{LIMIT}.chemical'")
    op.execute(f"DELETE FROM protocol_value WHERE key LIKE '{LIMIT}.%' OR key LIKE 'repeats_counted_with.%'")
    op.drop_index(op.f("ix_performance_status_case_id"), table_name="performance_status")
    op.drop_table("performance_status")
    drop_columns("mdt_item", "technique")
    op.drop_index("uq_notice_number", table_name="notice")
    drop_columns("notice", "number")


def _create_performance() -> None:
    op.create_table(
        "performance_status",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("struck_by", sa.Integer(), nullable=True),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("ecog", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"\"on\" GLOB '{DAY}'", name=op.f("ck_performance_status_on_form")).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("ecog BETWEEN 0 AND 4", name=op.f("ck_performance_status_ecog_in_scale")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_performance_status_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_status")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_performance_status_case_id"), "performance_status", ["case_id"], unique=False)


def _limits_by_technique() -> None:
    """A limit that a site has set or approved is every technique's; the shipped one gives way to the new ones."""
    own = f"SELECT 1 FROM protocol_value WHERE key = '{LIMIT}' AND (edition > 1 OR approved_by IS NOT NULL)"
    for technique in TECHNIQUES[1:]:
        op.execute(
            f"INSERT INTO protocol_value (id, key, {REST}) SELECT id || '-{technique}', '{LIMIT}.{technique}', {REST} "
            f"FROM protocol_value WHERE key = '{LIMIT}' AND EXISTS ({own})"
        )
    op.execute(f"DELETE FROM protocol_value WHERE key = '{LIMIT}'")
