"""Locked lists, and finding the latest writes of a person.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.adding import add_columns, drop_columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("suite_session", sa.Column("locked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_client_write_at"), "client_write", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_client_write_at"), table_name="client_write")
    drop_columns("suite_session", "locked")
