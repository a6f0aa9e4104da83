"""Documents: letters as they were sent, and minutes of meetings.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=True),
        sa.Column("meeting_id", AutoString(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("letter", "minutes", name="kind_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("media_type", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", AutoString(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) <> (meeting_id IS NULL)", name=op.f("ck_document_one_subject")),
        sa.CheckConstraint(
            "\"made_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_document_made_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_document_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["mdt_meeting.id"], name=op.f("fk_document_meeting_id")),
        sa.ForeignKeyConstraint(["replaces"], ["document.id"], name=op.f("fk_document_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("replaces", name=op.f("uq_document_replaces")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_document_case_id"), "document", ["case_id"], unique=False)
    op.create_index(op.f("ix_document_meeting_id"), "document", ["meeting_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_document_meeting_id"), table_name="document")
    op.drop_index(op.f("ix_document_case_id"), table_name="document")
    op.drop_table("document")
