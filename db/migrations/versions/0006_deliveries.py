"""Deliveries: how the sending of each letter goes, and where doctors' letters go by e-mail.

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

from db.migrations.adding import add_columns, drop_columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATES = ("waiting", "under_way", "sent", "to_post", "failed", "unknown", "dropped")
INSTANT = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("notice_id", AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("channel", AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", UTCDateTime(), nullable=True),
        sa.Column("receipt", AutoString(), nullable=False),
        sa.Column("problem", AutoString(), nullable=False),
        sa.Column("document_id", AutoString(), nullable=True),
        sa.Column("task_id", AutoString(), nullable=True),
        sa.Column("replaces", AutoString(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.CheckConstraint(f"\"attempted_at\" GLOB '{INSTANT}'", name=op.f("ck_delivery_attempted_at_form")).ddl_if(
            dialect="sqlite"
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_delivery_document_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id")),
        sa.ForeignKeyConstraint(["replaces"], ["notice.id"], name=op.f("fk_delivery_replaces")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_delivery_task_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("document_id", name=op.f("uq_delivery_document_id")),
        sa.UniqueConstraint("replaces", name=op.f("uq_delivery_replaces")),
        sa.UniqueConstraint("task_id", name=op.f("uq_delivery_task_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_delivery_state"), "delivery", ["state"], unique=False)
    add_columns("practitioner_identity", sa.Column("email", AutoString(), nullable=True))
    add_columns("patient_identity", sa.Column("general_practitioner_email", AutoString(), nullable=True))


def downgrade() -> None:
    drop_columns("patient_identity", "general_practitioner_email")
    drop_columns("practitioner_identity", "email")
    op.drop_index(op.f("ix_delivery_state"), table_name="delivery")
    op.drop_table("delivery")
