"""Setting up in pages: what is ended from a day, weekly templates, protocol changes to approve, first passwords.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

from db.migrations.adding import add_columns, drop_columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ENDED = ("site", "suite", "radiologist", "equipment_unit")
PARTS = ("value", "procedure", "hold")
STATES = ("proposed", "approved", "declined", "withdrawn")
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
INSTANT = f"{DAY} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*"


def upgrade() -> None:
    for table in ENDED:
        add_columns(table, sa.Column("ended_on", sa.Date(), nullable=True))
    add_columns("account", sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False))
    _create_list_template()
    _create_protocol_change()


def downgrade() -> None:
    op.drop_index(op.f("ix_protocol_change_key"), table_name="protocol_change")
    op.drop_table("protocol_change")
    op.drop_index(op.f("ix_list_template_suite_id"), table_name="list_template")
    op.drop_table("list_template")
    drop_columns("account", "must_change")
    for table in ENDED:
        drop_columns(table, "ended_on")


def _create_list_template() -> None:
    op.create_table(
        "list_template",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("suite_id", AutoString(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("wall_start", AutoString(), nullable=False),
        sa.Column("wall_end", AutoString(), nullable=False),
        sa.Column("overtime_minutes", sa.Integer(), nullable=False),
        sa.Column("funding", sa.JSON(), nullable=False),
        sa.Column("anaesthetist", sa.Boolean(), nullable=False),
        sa.Column("radiologist_id", AutoString(), nullable=True),
        sa.Column("max_cases", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_list_template_weekday_known")),
        sa.CheckConstraint("every_weeks >= 1", name=op.f("ck_list_template_weeks_counted")),
        sa.CheckConstraint("overtime_minutes >= 0", name=op.f("ck_list_template_overtime_counted")),
        _form("list_template", "first_on", DAY),
        _form("list_template", "ended_on", DAY),
        sa.ForeignKeyConstraint(["radiologist_id"], ["radiologist.id"], name=op.f("fk_list_template_radiologist_id")),
        sa.ForeignKeyConstraint(["suite_id"], ["suite.id"], name=op.f("fk_list_template_suite_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_template")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_list_template_suite_id"), "list_template", ["suite_id"], unique=False)


def _create_protocol_change() -> None:
    op.create_table(
        "protocol_change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("part", _one_of("part_known", PARTS), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("state", _one_of("state_known", STATES), nullable=False),
        sa.Column("proposed_by", AutoString(), nullable=False),
        sa.Column("proposed_name", AutoString(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", AutoString(), nullable=True),
        sa.Column("decided_name", AutoString(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision", AutoString(), nullable=False),
        _form("protocol_change", "effective_from", DAY),
        _form("protocol_change", "proposed_at", INSTANT),
        _form("protocol_change", "decided_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_change")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_protocol_change_key"), "protocol_change", ["key"], unique=False)


def _one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _form(table: str, column: str, shape: str) -> sa.CheckConstraint:
    check = sa.CheckConstraint(f"\"{column}\" GLOB '{shape}'", name=op.f(f"ck_{table}_{column}_form"))
    check.ddl_if(dialect="sqlite")
    return check
