"""Who opened a patient of another site in an emergency, why, and until when.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
INSTANT = f"{DAY} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    op.create_table(
        "emergency_reading",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        *(_form(name) for name in ("opened_at", "until")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_emergency_reading_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_reading")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_emergency_reading_case_id_account_id"), "emergency_reading", ["case_id", "account_id"], unique=False
    )


def _form(column: str) -> sa.CheckConstraint:
    name = op.f(f"ck_emergency_reading_{column}_form")
    return sa.CheckConstraint(f"\"{column}\" GLOB '{INSTANT}'", name=name).ddl_if(dialect="sqlite")


def downgrade() -> None:
    op.drop_index(op.f("ix_emergency_reading_case_id_account_id"), table_name="emergency_reading")
    op.drop_table("emergency_reading")
