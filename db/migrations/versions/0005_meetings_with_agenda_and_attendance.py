"""MDT meetings with a time, an agenda, attendance and outcomes of their own.

The table of items is made anew and filled again, which is safe because nothing points to it.

Revision: 0005, after 0004.
"""

# ruff: noqa: S608  the words in the statements stand in this file
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

from db.migrations.adding import add_columns, drop_columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANTS = ("agenda_closes_at", "agenda_closed_at", "finished_at")
MEETING = ("start", "place", "chair", "capacity_minutes", "minutes_per_case", "state", "reason", *INSTANTS)
STATES = ("planned", "agenda_closed", "held", "cancelled")
ITEM = (
    'version, id, meeting_id, case_id, event_seq, "on", recommendation, target, supplied, attended, owner, '
    "rediscuss_on, reason, alternative"
)
RECOMMENDATIONS = ("proceed_test", "proceed_direct", "more_information", "not_suitable")
OUTCOMES = (
    "proceed_test",
    "proceed_direct",
    "more_information",
    "alternative_therapy",
    "not_suitable",
    "rediscuss_on",
)
TARGETS = (
    "coeliac",
    "splanchnic",
    "lumbar_sympathetic",
    "lumbar_plexus",
    "superior_hypogastric",
    "ganglion_impar",
    "stellate",
    "thoracic_sympathetic",
)
DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
UNDECIDED = sa.text("outcome IS NULL AND NOT carried")


def upgrade() -> None:
    add_columns(
        "mdt_meeting",
        sa.Column("start", AutoString(), nullable=True),
        sa.Column("place", AutoString(), server_default="", nullable=False),
        sa.Column("chair", AutoString(), server_default="", nullable=False),
        sa.Column("capacity_minutes", sa.Integer(), nullable=True),
        sa.Column("minutes_per_case", sa.Integer(), nullable=True),
        sa.Column("state", _words("meeting_state_known", *STATES), server_default="planned", nullable=False),
        sa.Column("reason", AutoString(), server_default="", nullable=False),
        *(sa.Column(name, UTCDateTime(), nullable=True) for name in INSTANTS),
    )
    op.execute(
        "UPDATE mdt_meeting SET state = 'held' WHERE \"on\" < CURRENT_DATE AND NOT EXISTS "
        "(SELECT 1 FROM mdt_item WHERE mdt_item.meeting_id = mdt_meeting.id AND mdt_item.recommendation IS NULL)"
    )
    _set_items_aside()
    op.create_table(
        "mdt_attendance",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("meeting_id", AutoString(), nullable=False),
        sa.Column("discipline", AutoString(), nullable=False),
        sa.Column("person", AutoString(), nullable=False),
        sa.Column("voting", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["mdt_meeting.id"], name=op.f("fk_mdt_attendance_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdt_attendance")),
        sa.UniqueConstraint(
            "meeting_id", "discipline", "person", name=op.f("uq_mdt_attendance_meeting_id_discipline_person")
        ),
        sqlite_strict=True,
    )
    _create_items(
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("added_why", AutoString(), nullable=False),
        sa.Column("outcome", _words("meeting_outcome_known", *OUTCOMES), nullable=True),
        after=(
            sa.Column("carried", sa.Boolean(), nullable=False),
            sa.Column("carried_to", sa.Date(), nullable=True),
            sa.Column("carried_why", AutoString(), nullable=False),
            _form("carried_to"),
        ),
    )
    op.create_index(
        "uq_mdt_item_open", "mdt_item", ["case_id"], unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED
    )
    no, yes = _truth()
    later = (
        "SELECT 1 FROM mdt_item_before AS other WHERE other.case_id = item.case_id "
        "AND other.recommendation IS NULL AND other.id > item.id"
    )
    op.execute(
        f"INSERT INTO mdt_item ({ITEM}, late, added_why, outcome, carried, carried_why) "
        f"SELECT {ITEM}, {no}, '', recommendation, "
        f"CASE WHEN recommendation IS NULL AND EXISTS ({later}) THEN {yes} ELSE {no} END, '' FROM mdt_item_before AS item"
    )
    op.drop_table("mdt_item_before")


def downgrade() -> None:
    op.drop_table("mdt_attendance")
    _set_items_aside()
    _create_items()
    op.execute(f"INSERT INTO mdt_item ({ITEM}) SELECT {ITEM} FROM mdt_item_before")
    op.drop_table("mdt_item_before")
    drop_columns("mdt_meeting", *MEETING)


def _set_items_aside() -> None:
    op.execute("CREATE TABLE mdt_item_before AS SELECT * FROM mdt_item")
    op.drop_table("mdt_item")


def _create_items(*before: sa.schema.SchemaItem, after: tuple[sa.schema.SchemaItem, ...] = ()) -> None:
    op.create_table(
        "mdt_item",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("meeting_id", AutoString(), nullable=True),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        *before,
        sa.Column("recommendation", _words("recommendation_known", *RECOMMENDATIONS), nullable=True),
        sa.Column("target", _words("target_known", *TARGETS), nullable=True),
        sa.Column("supplied", sa.Boolean(), nullable=False),
        sa.Column("attended", sa.JSON(), nullable=False),
        sa.Column("owner", AutoString(), nullable=False),
        sa.Column("rediscuss_on", sa.Date(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("alternative", AutoString(), nullable=False),
        *after,
        _form("on"),
        _form("rediscuss_on"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_mdt_item_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["mdt_meeting.id"], name=op.f("fk_mdt_item_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdt_item")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_mdt_item_case_id"), "mdt_item", ["case_id"], unique=False)
    op.create_index(op.f("ix_mdt_item_meeting_id"), "mdt_item", ["meeting_id"], unique=False)


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _form(column: str) -> sa.schema.SchemaItem:
    check = sa.CheckConstraint(f"\"{column}\" GLOB '{DAY}'", name=op.f(f"ck_mdt_item_{column}_form"))
    return check.ddl_if(dialect="sqlite")


def _truth() -> tuple[str, str]:
    return ("0", "1") if op.get_bind().dialect.name == "sqlite" else ("false", "true")
