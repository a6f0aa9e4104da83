"""Second steps with recovery codes, the place of each sign-in, and accounts known by the hospital's own sign-in.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

from db.migrations.adding import add_columns, drop_columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
INSTANT = f"{DAY} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    add_columns("account", sa.Column("external_id", AutoString(), nullable=True))
    op.create_index("uq_account_external_id", "account", ["external_id"], unique=True)
    add_columns(
        "login_session",
        sa.Column("address_digest", AutoString(), server_default="", nullable=False),
        sa.Column("half_open", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    add_columns("login_attempt", sa.Column("address_digest", AutoString(), server_default="", nullable=False))
    op.create_index(op.f("ix_login_attempt_address_digest_at"), "login_attempt", ["address_digest", "at"])
    op.create_table(
        "second_step",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=False),
        sa.Column("secret", AutoString(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        _form("second_step", "confirmed_at"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_step_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_step")),
        sqlite_strict=True,
    )
    op.create_table(
        "recovery_code",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=False),
        sa.Column("code_digest", AutoString(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        _form("recovery_code", "used_at"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"], unique=False)


def _form(table: str, column: str) -> sa.CheckConstraint:
    name = op.f(f"ck_{table}_{column}_form")
    return sa.CheckConstraint(f"\"{column}\" GLOB '{INSTANT}'", name=name).ddl_if(dialect="sqlite")


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_step")
    op.drop_index(op.f("ix_login_attempt_address_digest_at"), table_name="login_attempt")
    drop_columns("login_attempt", "address_digest")
    drop_columns("login_session", "address_digest", "half_open")
    op.drop_index("uq_account_external_id", table_name="account")
    drop_columns("account", "external_id")
