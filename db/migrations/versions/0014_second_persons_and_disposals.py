"""What a second person approves, cases under a legal hold, and the register of records that were destroyed.

Revision: 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

from db.migrations.adding import add_columns, drop_columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
INSTANT = f"{DAY} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"
ANOTHER = "state NOT IN ('approved', 'declined') OR (decided_by IS NOT NULL AND decided_by <> asked_by)"


def upgrade() -> None:
    add_columns("neurolysis_case", sa.Column("destroyed_on", sa.Date(), nullable=True))
    op.create_table(
        "approval",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", _words("approval_kind_known", "publish", "go_ahead", "destroy"), nullable=False),
        sa.Column("case_id", AutoString(), nullable=True),
        sa.Column("proposal_id", AutoString(), nullable=True),
        sa.Column("about_version", sa.Integer(), nullable=False),
        sa.Column("says", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("asked_name", AutoString(), nullable=False),
        sa.Column("asked_role", AutoString(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            _words("approval_state_known", "asked", "approved", "declined", "withdrawn", "void"),
            nullable=False,
        ),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("decided_name", AutoString(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision", AutoString(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("(case_id IS NULL) <> (proposal_id IS NULL)", name=op.f("ck_approval_one_subject")),
        sa.CheckConstraint(ANOTHER, name=op.f("ck_approval_another_person")),
        *(_form("approval", name, INSTANT) for name in ("asked_at", "expires_at", "decided_at", "done_at")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_approval_case_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_approval_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_approval_case_id"), "approval", ["case_id"], unique=False)
    op.create_index(op.f("ix_approval_proposal_id"), "approval", ["proposal_id"], unique=False)
    op.create_index(op.f("ix_approval_state_kind"), "approval", ["state", "kind"], unique=False)
    op.create_table(
        "legal_hold",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("placed_by", AutoString(), nullable=False),
        sa.Column("placed_name", AutoString(), nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_by", AutoString(), nullable=True),
        sa.Column("lifted_name", AutoString(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.Column("lifted_why", AutoString(), nullable=False),
        *(_form("legal_hold", name, INSTANT) for name in ("placed_at", "lifted_at")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_legal_hold_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sqlite_strict=True,
    )
    unlifted = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_legal_hold_unlifted",
        "legal_hold",
        ["case_id"],
        unique=True,
        sqlite_where=unlifted,
        postgresql_where=unlifted,
    )
    op.create_table(
        "disposal",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("period_from", "period_to", "destroyed_on")),
        *(sa.Column(name, AutoString(), nullable=False) for name in ("rule", "reason", "asked_by", "approved_by")),
        *(_form("disposal", name, DAY) for name in ("period_from", "period_to", "destroyed_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
        sqlite_strict=True,
    )


def _words(name: str, *choices: str) -> sa.Enum:
    return sa.Enum(*choices, name=name, native_enum=False, create_constraint=True, length=40)


def _form(table: str, column: str, shape: str) -> sa.CheckConstraint:
    name = op.f(f"ck_{table}_{column}_form")
    return sa.CheckConstraint(f"\"{column}\" GLOB '{shape}'", name=name).ddl_if(dialect="sqlite")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("case_event_no_delete", "document_no_delete", "document_no_update"):
            op.execute(
                f"DROP TRIGGER IF EXISTS {name}"
            )  # they ask the table of approvals; install puts the others back
    op.drop_table("disposal")
    op.drop_index("uq_legal_hold_unlifted", table_name="legal_hold")
    op.drop_table("legal_hold")
    op.drop_index(op.f("ix_approval_state_kind"), table_name="approval")
    op.drop_index(op.f("ix_approval_proposal_id"), table_name="approval")
    op.drop_index(op.f("ix_approval_case_id"), table_name="approval")
    op.drop_table("approval")
    drop_columns("neurolysis_case", "destroyed_on")
