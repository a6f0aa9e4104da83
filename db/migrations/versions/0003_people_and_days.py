"""Tasks have a person and a procedure day, holidays have exceptions, and risks of stopping a medicine are kept.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import AutoString

from db.migrations.adding import add_columns, drop_columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns(
        "task",
        sa.Column("about", AutoString(), server_default="", nullable=False),
        sa.Column("for_day", sa.Date(), nullable=True),
        sa.Column("assignee", AutoString(), nullable=True),
        sa.Column("assignee_name", AutoString(), server_default="", nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("snooze_reason", AutoString(), nullable=True),
    )
    add_columns(
        "neurolysis_case",
        sa.Column("clot_risks", sa.JSON(), nullable=True),
        sa.Column("specialist_advice_on", sa.Date(), nullable=True),
    )
    add_columns("holiday", sa.Column("observed", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    drop_columns("task", "about", "for_day", "assignee", "assignee_name", "snoozed_until", "snooze_reason")
    drop_columns("neurolysis_case", "clot_risks", "specialist_advice_on")
    drop_columns("holiday", "observed")
