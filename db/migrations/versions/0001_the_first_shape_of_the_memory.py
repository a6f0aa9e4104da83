"""The first shape of the memory.

Revision: 0001, the first.
"""

# ruff: noqa: PLR0915  a migration is one long list of tables
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("username", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("password_hash", AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("done", "refused", name="outcome_known", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("entity", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("key_id", AutoString(), nullable=False),
        sa.Column("previous", AutoString(), nullable=False),
        sa.Column("seal", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_audit_event_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_audit_event_ref"), "audit_event", ["ref"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seal", AutoString(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "client_write",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "\"at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_client_write_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_write")),
        sqlite_strict=True,
    )
    op.create_table(
        "counter",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "due_step",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("case_ref", AutoString(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "taken",
                "done",
                "refused",
                "parked",
                "cancelled",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("owner", AutoString(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", AutoString(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "\"created_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_due_step_created_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"due_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_due_step_due_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"finished_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_due_step_finished_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"lease_until\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_due_step_lease_until_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_step")),
        sa.UniqueConstraint("key", name=op.f("uq_due_step_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_due_step_case_ref"), "due_step", ["case_ref"], unique=False)
    op.create_index(op.f("ix_due_step_state_due_at"), "due_step", ["state", "due_at"], unique=False)
    op.create_table(
        "equipment_unit",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_unit")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_equipment_unit_kind"), "equipment_unit", ["kind"], unique=False)
    op.create_table(
        "login_attempt",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name_digest", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "\"at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_login_attempt_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_login_attempt_name_digest_at"), "login_attempt", ["name_digest", "at"], unique=False)
    op.create_table(
        "mdt_meeting",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("attended", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_mdt_meeting_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdt_meeting")),
        sa.UniqueConstraint("on", name=op.f("uq_mdt_meeting_on")),
        sqlite_strict=True,
    )
    op.create_table(
        "medication_hold",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("line", AutoString(), nullable=False),
        sa.Column("drug", AutoString(), nullable=False),
        sa.Column("use", AutoString(), nullable=False),
        sa.Column("risk", AutoString(), nullable=False),
        sa.Column("off", sa.Integer(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("clearance_above", sa.Integer(), nullable=True),
        sa.Column("clearance_up_to", sa.Integer(), nullable=True),
        sa.Column("then", AutoString(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("approved_by", AutoString(), nullable=True),
        sa.CheckConstraint(
            "\"effective_from\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_medication_hold_effective_from_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication_hold")),
        sa.UniqueConstraint("line", "edition", name=op.f("uq_medication_hold_line_edition")),
        sqlite_strict=True,
    )
    op.create_table(
        "patient",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("home_lat", sa.Float(), nullable=True),
        sa.Column("home_lon", sa.Float(), nullable=True),
        sa.Column("unavailable", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sqlite_strict=True,
    )
    op.create_table(
        "practitioner_identity",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("provider_number", AutoString(), nullable=True),
        sa.Column("hpii", AutoString(), nullable=True),
        sa.Column("organisation", AutoString(), nullable=False),
        sa.Column("hpio", AutoString(), nullable=True),
        sa.Column("phone", AutoString(), nullable=True),
        sa.Column("specialty", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioner_identity")),
        sa.UniqueConstraint("hpii", name=op.f("uq_practitioner_identity_hpii")),
        sa.UniqueConstraint("provider_number", name=op.f("uq_practitioner_identity_provider_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "proposal",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "failed",
                "published",
                "withdrawn",
                name="status_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", AutoString(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=True),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("run", sa.JSON(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("published_by", AutoString(), nullable=True),
        sa.Column("failure", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"asked_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_proposal_asked_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"finish\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_proposal_finish_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"finished_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_proposal_finished_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"published_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_proposal_published_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_proposal_start_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"started_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_proposal_started_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_strict=True,
    )
    op.create_table(
        "protocol_procedure",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "technique",
            sa.Enum(
                "local_anaesthetic",
                "chemical",
                "rf_thermal",
                "rf_pulsed",
                "cryo",
                name="technique_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("minimum_minutes", sa.Integer(), nullable=False),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("maximum_minutes", sa.Integer(), nullable=False),
        sa.Column("per_side", sa.Boolean(), nullable=False),
        sa.Column("recovery_minutes", sa.Integer(), nullable=False),
        sa.Column("overnight_bed", AutoString(), nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("modalities", sa.JSON(), nullable=False),
        sa.Column("anaesthetist", sa.Boolean(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("approved_by", AutoString(), nullable=True),
        sa.CheckConstraint(
            "\"effective_from\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_protocol_procedure_effective_from_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "minimum_minutes <= planned_minutes AND planned_minutes <= maximum_minutes",
            name=op.f("ck_protocol_procedure_in_order"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_procedure")),
        sa.UniqueConstraint(
            "target", "technique", "stage", "edition", name=op.f("uq_protocol_procedure_target_technique_stage_edition")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "protocol_value",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("says", AutoString(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("approved_by", AutoString(), nullable=True),
        sa.CheckConstraint(
            "\"effective_from\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_protocol_value_effective_from_form"),
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_value")),
        sa.UniqueConstraint("key", "edition", name=op.f("uq_protocol_value_key_edition")),
        sqlite_strict=True,
    )
    op.create_table(
        "radiologist",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("techniques", sa.JSON(), nullable=False),
        sa.Column("max_sessions_per_day", sa.Integer(), nullable=True),
        sa.Column("max_sessions_per_week", sa.Integer(), nullable=True),
        sa.Column("target_minutes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radiologist")),
        sqlite_strict=True,
    )
    op.create_table(
        "site",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("recovery_bays", sa.Integer(), nullable=True),
        sa.Column("recovery_close", AutoString(), nullable=True),
        sa.Column("target_minutes", sa.Integer(), nullable=True),
        sa.CheckConstraint("recovery_bays >= 0", name=op.f("ck_site_recovery_bays_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_role",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=False),
        sa.Column("site", AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "bookings",
                "ir_lead",
                "mdt_coordinator",
                "clinician",
                "viewer",
                "administrator",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        sa.UniqueConstraint("account_id", "site", "role", name=op.f("uq_account_role_account_id_site_role")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_account_role_account_id"), "account_role", ["account_id"], unique=False)
    op.create_table(
        "holiday",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("site_id", AutoString(), nullable=True),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_holiday_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_holiday_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("on", "site_id", name=op.f("uq_holiday_on_site_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "leave",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("radiologist_id", AutoString(), nullable=False),
        sa.Column("start", UTCDateTime(), nullable=False),
        sa.Column("end", UTCDateTime(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_leave_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"start" < "end"', name=op.f("ck_leave_in_order")),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_leave_start_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["radiologist_id"], ["radiologist.id"], name=op.f("fk_leave_radiologist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_leave_radiologist_id"), "leave", ["radiologist_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_digest", AutoString(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "\"ended_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_login_session_ended_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"last_seen_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_login_session_last_seen_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"started_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_login_session_started_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_login_session")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_table(
        "patient_identity",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patient_id", AutoString(), nullable=False),
        sa.Column("family_name", AutoString(), nullable=False),
        sa.Column("given_names", AutoString(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", AutoString(), nullable=False),
        sa.Column("ihi", AutoString(), nullable=True),
        sa.Column("medicare", AutoString(), nullable=True),
        sa.Column("dva", AutoString(), nullable=True),
        sa.Column("record_numbers", sa.JSON(), nullable=False),
        sa.Column("phone", AutoString(), nullable=True),
        sa.Column("email", AutoString(), nullable=True),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("suburb", AutoString(), nullable=False),
        sa.Column("postcode", AutoString(), nullable=False),
        sa.Column("general_practitioner", AutoString(), nullable=False),
        sa.Column("interpreter_language", AutoString(), nullable=True),
        sa.Column("decision_maker", AutoString(), nullable=True),
        sa.CheckConstraint(
            "\"birth_date\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_patient_identity_birth_date_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_identity_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_patient_identity")),
        sa.UniqueConstraint("ihi", name=op.f("uq_patient_identity_ihi")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_patient_identity_birth_date"), "patient_identity", ["birth_date"], unique=False)
    op.create_index(op.f("ix_patient_identity_dva"), "patient_identity", ["dva"], unique=False)
    op.create_index(op.f("ix_patient_identity_medicare"), "patient_identity", ["medicare"], unique=False)
    op.create_table(
        "referral",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("content_digest", AutoString(), nullable=False),
        sa.Column("patient_id", AutoString(), nullable=False),
        sa.Column("referrer_id", AutoString(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=True),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "technique",
            sa.Enum(
                "local_anaesthetic",
                "chemical",
                "rf_thermal",
                "rf_pulsed",
                "cryo",
                name="technique_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "laterality",
            sa.Enum(
                "left",
                "right",
                "bilateral",
                "midline",
                "not_applicable",
                name="side_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column(
            "funding",
            sa.Enum(
                "public",
                "private",
                "dva",
                "tac",
                "worksafe",
                "self_funded",
                "medicare_ineligible",
                name="funding_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("cancer", sa.Boolean(), nullable=False),
        sa.Column("diagnosis", AutoString(), nullable=False),
        sa.Column("pain_site", AutoString(), nullable=False),
        sa.Column("pain_score", sa.Integer(), nullable=True),
        sa.Column("opioid_dose_mg", sa.Integer(), nullable=True),
        sa.Column("medicines", sa.JSON(), nullable=False),
        sa.Column("allergies", AutoString(), nullable=True),
        sa.Column("devices", AutoString(), nullable=True),
        sa.Column("sedation", AutoString(), nullable=True),
        sa.Column("note", AutoString(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"received_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_referral_received_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"stored_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_referral_stored_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"written_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_referral_written_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_referral_patient_id")),
        sa.ForeignKeyConstraint(["referrer_id"], ["practitioner_identity.id"], name=op.f("fk_referral_referrer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("key", name=op.f("uq_referral_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_referral_patient_id"), "referral", ["patient_id"], unique=False)
    op.create_table(
        "suite",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("site_id", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("modalities", sa.JSON(), nullable=False),
        sa.Column("turnaround_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("turnaround_minutes >= 0", name=op.f("ck_suite_turnaround_counted")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_suite_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suite")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_suite_site_id"), "suite", ["site_id"], unique=False)
    op.create_table(
        "travel",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("site_id", AutoString(), nullable=False),
        sa.Column("other_id", AutoString(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint('"site_id" < "other_id"', name=op.f("ck_travel_pair_once")),
        sa.ForeignKeyConstraint(["other_id"], ["site.id"], name=op.f("fk_travel_other_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_travel_site_id")),
        sa.PrimaryKeyConstraint("site_id", "other_id", name=op.f("pk_travel")),
        sqlite_strict=True,
    )
    op.create_table(
        "unit_placement",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("site_id", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_unit_placement_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_unit_placement_site_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["equipment_unit.id"], name=op.f("fk_unit_placement_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "on", name=op.f("pk_unit_placement")),
        sqlite_strict=True,
    )
    op.create_table(
        "maintenance",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("suite_id", AutoString(), nullable=True),
        sa.Column("unit_id", AutoString(), nullable=True),
        sa.Column("start", UTCDateTime(), nullable=False),
        sa.Column("end", UTCDateTime(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_maintenance_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"start" < "end"', name=op.f("ck_maintenance_in_order")),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_maintenance_start_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("(suite_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_maintenance_one_resource")),
        sa.ForeignKeyConstraint(["suite_id"], ["suite.id"], name=op.f("fk_maintenance_suite_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["equipment_unit.id"], name=op.f("fk_maintenance_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_maintenance_suite_id"), "maintenance", ["suite_id"], unique=False)
    op.create_index(op.f("ix_maintenance_unit_id"), "maintenance", ["unit_id"], unique=False)
    op.create_table(
        "neurolysis_case",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("ref", AutoString(), nullable=False),
        sa.Column("patient_id", AutoString(), nullable=False),
        sa.Column("referral_id", AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "referral_received",
                "referral_incomplete",
                "triage",
                "awaiting_mdt",
                "mdt_more_info",
                "consultation",
                "test_waiting",
                "test_booked",
                "test_in_progress",
                "test_awaiting_result",
                "test_positive",
                "test_equivocal",
                "test_negative",
                "definitive_waiting",
                "definitive_booked",
                "definitive_in_progress",
                "follow_up",
                "repeat_review",
                "discharged",
                "declined",
                "withdrawn",
                "treated_elsewhere",
                "removed_uncontactable",
                "deceased",
                "entered_in_error",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "technique",
            sa.Enum(
                "local_anaesthetic",
                "chemical",
                "rf_thermal",
                "rf_pulsed",
                "cryo",
                name="technique_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "laterality",
            sa.Enum(
                "left",
                "right",
                "bilateral",
                "midline",
                "not_applicable",
                name="side_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column(
            "funding",
            sa.Enum(
                "public",
                "private",
                "dva",
                "tac",
                "worksafe",
                "self_funded",
                "medicare_ineligible",
                name="funding_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cancer", sa.Boolean(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("referral_valid_until", sa.Date(), nullable=True),
        sa.Column("creatinine_clearance", sa.Integer(), nullable=True),
        sa.Column("anaesthetist", sa.Boolean(), nullable=True),
        sa.Column("first_on_list", sa.Boolean(), nullable=False),
        sa.Column("allowed_sites", sa.JSON(), nullable=True),
        sa.Column("preferred_site", AutoString(), nullable=True),
        sa.Column("test_repeats", sa.Integer(), nullable=False),
        sa.Column("patient_postponements", sa.Integer(), nullable=False),
        sa.Column("hospital_postponements", sa.Integer(), nullable=False),
        sa.Column("missed_appointments", sa.Integer(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "\"closed_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_neurolysis_case_closed_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"received_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_neurolysis_case_received_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"referral_valid_until\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_neurolysis_case_referral_valid_until_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"state_since\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_neurolysis_case_state_since_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("urgency IN (1, 2, 3)", name=op.f("ck_neurolysis_case_urgency_known")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_neurolysis_case_patient_id")),
        sa.ForeignKeyConstraint(["preferred_site"], ["site.id"], name=op.f("fk_neurolysis_case_preferred_site")),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_neurolysis_case_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neurolysis_case")),
        sa.UniqueConstraint("ref", name=op.f("uq_neurolysis_case_ref")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_neurolysis_case_referral_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_neurolysis_case_patient_id"), "neurolysis_case", ["patient_id"], unique=False)
    op.create_index(op.f("ix_neurolysis_case_state"), "neurolysis_case", ["state"], unique=False)
    op.create_table(
        "suite_session",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("suite_id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("wall_start", AutoString(), nullable=False),
        sa.Column("wall_end", AutoString(), nullable=False),
        sa.Column("start", UTCDateTime(), nullable=False),
        sa.Column("end", UTCDateTime(), nullable=False),
        sa.Column("overtime_minutes", sa.Integer(), nullable=False),
        sa.Column("funding", sa.JSON(), nullable=False),
        sa.Column("anaesthetist", sa.Boolean(), nullable=False),
        sa.Column("rostered_radiologist_id", AutoString(), nullable=True),
        sa.Column("assigned_radiologist_id", AutoString(), nullable=True),
        sa.Column("max_cases", sa.Integer(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("closed_reason", AutoString(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "\"end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_suite_session_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_suite_session_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"published_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_suite_session_published_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"start" < "end"', name=op.f("ck_suite_session_in_order")),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_suite_session_start_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("overtime_minutes >= 0", name=op.f("ck_suite_session_overtime_counted")),
        sa.ForeignKeyConstraint(
            ["assigned_radiologist_id"], ["radiologist.id"], name=op.f("fk_suite_session_assigned_radiologist_id")
        ),
        sa.ForeignKeyConstraint(
            ["rostered_radiologist_id"], ["radiologist.id"], name=op.f("fk_suite_session_rostered_radiologist_id")
        ),
        sa.ForeignKeyConstraint(["suite_id"], ["suite.id"], name=op.f("fk_suite_session_suite_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suite_session")),
        sa.UniqueConstraint("suite_id", "start", name=op.f("uq_suite_session_suite_id_start")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_suite_session_on"), "suite_session", ["on"], unique=False)
    op.create_index(op.f("ix_suite_session_suite_id"), "suite_session", ["suite_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", AutoString(), nullable=False),
        sa.Column("from_state", AutoString(), nullable=True),
        sa.Column(
            "to_state",
            sa.Enum(
                "referral_received",
                "referral_incomplete",
                "triage",
                "awaiting_mdt",
                "mdt_more_info",
                "consultation",
                "test_waiting",
                "test_booked",
                "test_in_progress",
                "test_awaiting_result",
                "test_positive",
                "test_equivocal",
                "test_negative",
                "definitive_waiting",
                "definitive_booked",
                "definitive_in_progress",
                "follow_up",
                "repeat_review",
                "discharged",
                "declined",
                "withdrawn",
                "treated_elsewhere",
                "removed_uncontactable",
                "deceased",
                "entered_in_error",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("why", AutoString(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "\"at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_case_event_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_case_event_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "case_item",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("received", sa.Boolean(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("reference", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"dated\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_case_item_dated_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_case_item_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_item")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_case_item_case_id_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "consent",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "laterality",
            sa.Enum(
                "left",
                "right",
                "bilateral",
                "midline",
                "not_applicable",
                name="side_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "technique",
            sa.Enum(
                "local_anaesthetic",
                "chemical",
                "rf_thermal",
                "rf_pulsed",
                "cryo",
                name="technique_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_consent_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_consent_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"], unique=False)
    op.create_table(
        "contact_attempt",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "sms",
                "email",
                "letter",
                "gp",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_contact_attempt_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_contact_attempt_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_contact_attempt_case_id"), "contact_attempt", ["case_id"], unique=False)
    op.create_table(
        "mdt_item",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("meeting_id", AutoString(), nullable=True),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "recommendation",
            sa.Enum(
                "proceed_test",
                "proceed_direct",
                "more_information",
                "not_suitable",
                name="recommendation_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("supplied", sa.Boolean(), nullable=False),
        sa.Column("attended", sa.JSON(), nullable=False),
        sa.Column("owner", AutoString(), nullable=False),
        sa.Column("rediscuss_on", sa.Date(), nullable=True),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("alternative", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_mdt_item_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"rediscuss_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_mdt_item_rediscuss_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_mdt_item_case_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["mdt_meeting.id"], name=op.f("fk_mdt_item_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdt_item")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_mdt_item_case_id"), "mdt_item", ["case_id"], unique=False)
    op.create_index(op.f("ix_mdt_item_meeting_id"), "mdt_item", ["meeting_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("about", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("audience", AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "sent", "cancelled", name="state_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "\"ended_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_notice_ended_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"queued_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_notice_queued_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_notice_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=True),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "bookings",
                "ir_lead",
                "mdt_coordinator",
                "clinician",
                "viewer",
                "administrator",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("says", AutoString(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "done", "cancelled", name="state_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", AutoString(), nullable=True),
        sa.CheckConstraint(
            "\"due_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_task_due_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"ended_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_task_ended_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"made_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_task_made_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_task_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"], unique=False)
    op.create_index(op.f("ix_task_state_role"), "task", ["state", "role"], unique=False)
    op.create_table(
        "trend",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("pain_score", sa.Integer(), nullable=False),
        sa.Column("opioid_dose_mg", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_trend_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_trend_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trend")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_trend_case_id"), "trend", ["case_id"], unique=False)
    op.create_table(
        "waitlist_episode",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column(
            "readiness",
            sa.Enum(
                "RFS",
                "NRFS_STAGED",
                "NRFS_CLINICAL",
                "NRFS_PERSONAL",
                name="readiness_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_reason", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"closed_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_waitlist_episode_closed_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"earliest\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_waitlist_episode_earliest_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"listed_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_waitlist_episode_listed_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("urgency IN (1, 2, 3)", name=op.f("ck_waitlist_episode_urgency_known")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_waitlist_episode_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_episode")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_waitlist_episode_case_id"), "waitlist_episode", ["case_id"], unique=False)
    op.create_index(
        "uq_waitlist_episode_open",
        "waitlist_episode",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "booking",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("episode_id", AutoString(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("session_id", AutoString(), nullable=False),
        sa.Column("radiologist_id", AutoString(), nullable=False),
        sa.Column("start", UTCDateTime(), nullable=False),
        sa.Column("end", UTCDateTime(), nullable=False),
        sa.Column("recovery_end", UTCDateTime(), nullable=False),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "unbooked",
                "held",
                "offered",
                "booked",
                "confirmed",
                "arrived",
                "in_room",
                "recovered",
                "closed",
                "hold_expired",
                "offer_declined",
                "cancelled_hospital",
                "cancelled_patient",
                "did_not_attend",
                "cancelled_not_ready",
                name="status_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposal_id", AutoString(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("end_reason", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_booking_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"ended_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_booking_ended_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"made_at\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_booking_made_at_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"recovery_end" >= "end"', name=op.f("ck_booking_recovery_follows")),
        sa.CheckConstraint(
            "\"recovery_end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_booking_recovery_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"start" < "end"', name=op.f("ck_booking_in_order")),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_booking_start_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_booking_case_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["waitlist_episode.id"], name=op.f("fk_booking_episode_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_booking_proposal_id")),
        sa.ForeignKeyConstraint(["radiologist_id"], ["radiologist.id"], name=op.f("fk_booking_radiologist_id")),
        sa.ForeignKeyConstraint(["session_id"], ["suite_session.id"], name=op.f("fk_booking_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_booking_case_id"), "booking", ["case_id"], unique=False)
    op.create_index(op.f("ix_booking_episode_id"), "booking", ["episode_id"], unique=False)
    op.create_index(op.f("ix_booking_session_id"), "booking", ["session_id"], unique=False)
    op.create_index(
        "uq_booking_standing",
        "booking",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('arrived', 'booked', 'confirmed', 'held', 'in_room', 'offered', 'recovered')"),
        postgresql_where=sa.text(
            "status IN ('arrived', 'booked', 'confirmed', 'held', 'in_room', 'offered', 'recovered')"
        ),
    )
    op.create_table(
        "category_change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("episode_id", AutoString(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "\"since\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_category_change_since_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint("urgency IN (1, 2, 3)", name=op.f("ck_category_change_urgency_known")),
        sa.ForeignKeyConstraint(["episode_id"], ["waitlist_episode.id"], name=op.f("fk_category_change_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_change")),
        sa.UniqueConstraint("episode_id", "since", name=op.f("uq_category_change_episode_id_since")),
        sqlite_strict=True,
    )
    op.create_table(
        "not_ready_period",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("episode_id", AutoString(), nullable=False),
        sa.Column(
            "readiness",
            sa.Enum(
                "RFS",
                "NRFS_STAGED",
                "NRFS_CLINICAL",
                "NRFS_PERSONAL",
                name="readiness_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "\"review_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_not_ready_period_review_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"since\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_not_ready_period_since_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"until\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_not_ready_period_until_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"until" IS NULL OR "since" <= "until"', name=op.f("ck_not_ready_period_in_order")),
        sa.ForeignKeyConstraint(["episode_id"], ["waitlist_episode.id"], name=op.f("fk_not_ready_period_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_ready_period")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_not_ready_period_episode_id"), "not_ready_period", ["episode_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("booking_id", AutoString(), nullable=True),
        sa.Column("session_id", AutoString(), nullable=True),
        sa.Column("leave_id", AutoString(), nullable=True),
        sa.Column("maintenance_id", AutoString(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "suite",
                "radiologist",
                "patient",
                "equipment",
                "recovery_bay",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("resource_id", AutoString(), nullable=False),
        sa.Column("start", UTCDateTime(), nullable=False),
        sa.Column("end", UTCDateTime(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "\"end\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_claim_end_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint('"start" < "end"', name=op.f("ck_claim_in_order")),
        sa.CheckConstraint(
            "\"start\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'",
            name=op.f("ck_claim_start_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "(booking_id IS NOT NULL) + (session_id IS NOT NULL) + (leave_id IS NOT NULL) + (maintenance_id IS NOT NULL) <= 1",
            name=op.f("ck_claim_one_holder"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "num_nonnulls(booking_id, session_id, leave_id, maintenance_id) <= 1", name=op.f("ck_claim_one_holder")
        ).ddl_if(dialect="postgresql"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_claim_booking_id")),
        sa.ForeignKeyConstraint(["leave_id"], ["leave.id"], name=op.f("fk_claim_leave_id")),
        sa.ForeignKeyConstraint(["maintenance_id"], ["maintenance.id"], name=op.f("fk_claim_maintenance_id")),
        sa.ForeignKeyConstraint(["session_id"], ["suite_session.id"], name=op.f("fk_claim_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_claim_booking_id"), "claim", ["booking_id"], unique=False)
    op.create_index(op.f("ix_claim_kind_resource_id_start"), "claim", ["kind", "resource_id", "start"], unique=False)
    op.create_index(op.f("ix_claim_leave_id"), "claim", ["leave_id"], unique=False)
    op.create_index(op.f("ix_claim_maintenance_id"), "claim", ["maintenance_id"], unique=False)
    op.create_index(op.f("ix_claim_session_id"), "claim", ["session_id"], unique=False)
    op.create_table(
        "procedure_record",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("case_id", AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("booking_id", AutoString(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "test_block", "definitive", name="stage_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "target",
            sa.Enum(
                "coeliac",
                "splanchnic",
                "lumbar_sympathetic",
                "lumbar_plexus",
                "superior_hypogastric",
                "ganglion_impar",
                "stellate",
                "thoracic_sympathetic",
                name="target_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "technique",
            sa.Enum(
                "local_anaesthetic",
                "chemical",
                "rf_thermal",
                "rf_pulsed",
                "cryo",
                name="technique_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "laterality",
            sa.Enum(
                "left",
                "right",
                "bilateral",
                "midline",
                "not_applicable",
                name="side_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("inr", sa.Float(), nullable=True),
        sa.Column("platelets", sa.Integer(), nullable=True),
        sa.Column("bloods_dated", sa.Date(), nullable=True),
        sa.Column("overridden_by", AutoString(), nullable=False),
        sa.Column("override_reason", AutoString(), nullable=False),
        sa.Column("agent", AutoString(), nullable=False),
        sa.Column("volume_ml", sa.Float(), nullable=True),
        sa.Column("parameters", AutoString(), nullable=False),
        sa.Column("complications", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "positive",
                "equivocal",
                "negative",
                name="result_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("relief", sa.Integer(), nullable=True),
        sa.Column("result_note", AutoString(), nullable=False),
        sa.CheckConstraint(
            "\"bloods_dated\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_procedure_record_bloods_dated_form"),
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", name=op.f("ck_procedure_record_on_form")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "\"result_on\" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
            name=op.f("ck_procedure_record_result_on_form"),
        ).ddl_if(dialect="sqlite"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_procedure_record_booking_id")),
        sa.ForeignKeyConstraint(["case_id"], ["neurolysis_case.id"], name=op.f("fk_procedure_record_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_record")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_procedure_record_case_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "reading",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("procedure_id", AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("minutes_after", sa.Integer(), nullable=True),
        sa.Column(
            "measure",
            sa.Enum(
                "at_rest", "on_movement", name="measure_known", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 10", name=op.f("ck_reading_score_in_scale")),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure_record.id"], name=op.f("fk_reading_procedure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_reading_procedure_id"), "reading", ["procedure_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_reading_procedure_id"), table_name="reading")
    op.drop_table("reading")
    op.drop_table("procedure_record")
    op.drop_index(op.f("ix_claim_session_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_maintenance_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_leave_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_kind_resource_id_start"), table_name="claim")
    op.drop_index(op.f("ix_claim_booking_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_index(op.f("ix_not_ready_period_episode_id"), table_name="not_ready_period")
    op.drop_table("not_ready_period")
    op.drop_table("category_change")
    op.drop_index(
        "uq_booking_standing",
        table_name="booking",
        sqlite_where=sa.text("status IN ('arrived', 'booked', 'confirmed', 'held', 'in_room', 'offered', 'recovered')"),
        postgresql_where=sa.text(
            "status IN ('arrived', 'booked', 'confirmed', 'held', 'in_room', 'offered', 'recovered')"
        ),
    )
    op.drop_index(op.f("ix_booking_session_id"), table_name="booking")
    op.drop_index(op.f("ix_booking_episode_id"), table_name="booking")
    op.drop_index(op.f("ix_booking_case_id"), table_name="booking")
    op.drop_table("booking")
    op.drop_index(
        "uq_waitlist_episode_open",
        table_name="waitlist_episode",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index(op.f("ix_waitlist_episode_case_id"), table_name="waitlist_episode")
    op.drop_table("waitlist_episode")
    op.drop_index(op.f("ix_trend_case_id"), table_name="trend")
    op.drop_table("trend")
    op.drop_index(op.f("ix_task_state_role"), table_name="task")
    op.drop_index(op.f("ix_task_case_id"), table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_notice_case_id"), table_name="notice")
    op.drop_table("notice")
    op.drop_index(op.f("ix_note_case_id"), table_name="note")
    op.drop_table("note")
    op.drop_index(op.f("ix_mdt_item_meeting_id"), table_name="mdt_item")
    op.drop_index(op.f("ix_mdt_item_case_id"), table_name="mdt_item")
    op.drop_table("mdt_item")
    op.drop_index(op.f("ix_contact_attempt_case_id"), table_name="contact_attempt")
    op.drop_table("contact_attempt")
    op.drop_index(op.f("ix_consent_case_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_table("case_item")
    op.drop_table("case_event")
    op.drop_index(op.f("ix_suite_session_suite_id"), table_name="suite_session")
    op.drop_index(op.f("ix_suite_session_on"), table_name="suite_session")
    op.drop_table("suite_session")
    op.drop_index(op.f("ix_neurolysis_case_state"), table_name="neurolysis_case")
    op.drop_index(op.f("ix_neurolysis_case_patient_id"), table_name="neurolysis_case")
    op.drop_table("neurolysis_case")
    op.drop_index(op.f("ix_maintenance_unit_id"), table_name="maintenance")
    op.drop_index(op.f("ix_maintenance_suite_id"), table_name="maintenance")
    op.drop_table("maintenance")
    op.drop_table("unit_placement")
    op.drop_table("travel")
    op.drop_index(op.f("ix_suite_site_id"), table_name="suite")
    op.drop_table("suite")
    op.drop_index(op.f("ix_referral_patient_id"), table_name="referral")
    op.drop_table("referral")
    op.drop_index(op.f("ix_patient_identity_medicare"), table_name="patient_identity")
    op.drop_index(op.f("ix_patient_identity_dva"), table_name="patient_identity")
    op.drop_index(op.f("ix_patient_identity_birth_date"), table_name="patient_identity")
    op.drop_table("patient_identity")
    op.drop_index(op.f("ix_login_session_account_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_leave_radiologist_id"), table_name="leave")
    op.drop_table("leave")
    op.drop_table("holiday")
    op.drop_index(op.f("ix_account_role_account_id"), table_name="account_role")
    op.drop_table("account_role")
    op.drop_table("site")
    op.drop_table("radiologist")
    op.drop_table("protocol_value")
    op.drop_table("protocol_procedure")
    op.drop_table("proposal")
    op.drop_table("practitioner_identity")
    op.drop_table("patient")
    op.drop_table("medication_hold")
    op.drop_table("mdt_meeting")
    op.drop_index(op.f("ix_login_attempt_name_digest_at"), table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_index(op.f("ix_equipment_unit_kind"), table_name="equipment_unit")
    op.drop_table("equipment_unit")
    op.drop_index(op.f("ix_due_step_state_due_at"), table_name="due_step")
    op.drop_index(op.f("ix_due_step_case_ref"), table_name="due_step")
    op.drop_table("due_step")
    op.drop_table("counter")
    op.drop_table("client_write")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_event_ref"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("account")
