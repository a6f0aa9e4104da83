"""What holds a resource is found without going through what was given back.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_claim_kind_resource_id_start", ["kind", "resource_id", "start"]


def upgrade() -> None:
    op.drop_index(op.f(NAME), table_name="claim")
    op.create_index(
        op.f(NAME), "claim", COLUMNS, sqlite_where=sa.text("active = 1"), postgresql_where=sa.text("active")
    )


def downgrade() -> None:
    op.drop_index(op.f(NAME), table_name="claim")
    op.create_index(op.f(NAME), "claim", COLUMNS)
