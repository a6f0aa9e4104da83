"""Which data keys are in use, and the proof of each second step, whose key is encrypted as the memory is prepared.

Revision: 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString

from db.migrations.adding import add_columns, drop_columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_key",
        sa.Column("key_id", AutoString(), nullable=False),
        sa.Column("probe", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_data_key")),
        sqlite_strict=True,
    )
    add_columns("second_step", sa.Column("row_proof", AutoString(), nullable=True))


def downgrade() -> None:
    drop_columns("second_step", "row_proof")
    op.drop_table("data_key")
