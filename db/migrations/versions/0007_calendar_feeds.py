"""Calendar feeds: the unguessable addresses of radiologists' and suites' calendars.

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("radiologist_id", AutoString(), nullable=True),
        sa.Column("suite_id", AutoString(), nullable=True),
        sa.Column("token_digest", AutoString(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", AutoString(), nullable=False),
        sa.CheckConstraint(
            "(radiologist_id IS NULL) <> (suite_id IS NULL)", name=op.f("ck_calendar_feed_one_calendar")
        ),
        *(
            sa.CheckConstraint(f"\"{name}\" GLOB '{INSTANT}'", name=op.f(f"ck_calendar_feed_{name}_form")).ddl_if(
                dialect="sqlite"
            )
            for name in ("made_at", "ended_at")
        ),
        sa.ForeignKeyConstraint(["radiologist_id"], ["radiologist.id"], name=op.f("fk_calendar_feed_radiologist_id")),
        sa.ForeignKeyConstraint(["suite_id"], ["suite.id"], name=op.f("fk_calendar_feed_suite_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_calendar_feed_token_digest")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_calendar_feed_radiologist_id"), "calendar_feed", ["radiologist_id"], unique=False)
    op.create_index(op.f("ix_calendar_feed_suite_id"), "calendar_feed", ["suite_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_calendar_feed_suite_id"), table_name="calendar_feed")
    op.drop_index(op.f("ix_calendar_feed_radiologist_id"), table_name="calendar_feed")
    op.drop_table("calendar_feed")
