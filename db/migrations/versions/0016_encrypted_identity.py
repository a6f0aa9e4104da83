"""Room for encrypted identity: a proof for each row, indexes of exact values, and dates of birth kept as text.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel import AutoString

from db.migrations.adding import add_columns, drop_columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
TEXT_OR_ENCRYPTED = f"birth_date GLOB '{DAY}' OR birth_date GLOB 'nl1:*'"
ON_POSTGRESQL = "birth_date ~ '^([0-9]{4}-[0-9]{2}-[0-9]{2}$|nl1:)'"
FORM = "ck_patient_identity_birth_date_form"
INDEXED = ("birth_date", "dva", "medicare")
BLINDS = {
    "patient_identity": {"ihi_blind": True, "birth_date_blind": False},
    "practitioner_identity": {"provider_number_blind": True, "hpii_blind": True, "name_blind": False},
    "referral": {"key_blind": True},
    "document": {},
    "disposal": {},
}


def upgrade() -> None:
    if _on_sqlite():
        _rebuild(f"\"birth_date\" GLOB '{DAY}'", TEXT_OR_ENCRYPTED)
    else:
        op.execute("ALTER TABLE patient_identity ALTER COLUMN birth_date TYPE VARCHAR USING birth_date::text")
        op.create_check_constraint(op.f(FORM), "patient_identity", ON_POSTGRESQL)
    for table, blinds in BLINDS.items():
        add_columns(table, *(sa.Column(name, AutoString(), nullable=True) for name in (*blinds, "row_proof")))
        for name, unique in blinds.items():
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=unique)
    add_columns("document", sa.Column("salt", AutoString(), nullable=True))


def downgrade() -> None:
    """Nothing may be encrypted any more by then: neurolist encrypt off."""
    drop_columns("document", "salt")
    for table, blinds in BLINDS.items():
        for name in blinds:
            op.drop_index(op.f(f"ix_{table}_{name}"), table_name=table)
        drop_columns(table, *blinds, "row_proof")
    if _on_sqlite():
        _rebuild(TEXT_OR_ENCRYPTED, f"\"birth_date\" GLOB '{DAY}'")
    else:
        op.drop_constraint(op.f(FORM), "patient_identity", type_="check")
        op.execute("ALTER TABLE patient_identity ALTER COLUMN birth_date TYPE DATE USING birth_date::date")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _rebuild(check: str, other: str) -> None:
    """Give SQLite's table another check. Nothing refers to it and it has no trigger, so it can be written anew."""
    connection = op.get_bind()
    asked = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'patient_identity'"
    written = str(connection.exec_driver_sql(asked).scalar_one())
    if check not in written:
        raise RuntimeError("The table patient_identity is not as it was made, so it is not made anew.")
    made = written.replace(check, other).replace("patient_identity", "patient_identity_anew", 1)
    connection.exec_driver_sql(made)
    connection.exec_driver_sql("INSERT INTO patient_identity_anew SELECT * FROM patient_identity")
    connection.exec_driver_sql("DROP TABLE patient_identity")
    connection.exec_driver_sql("ALTER TABLE patient_identity_anew RENAME TO patient_identity")
    for name in INDEXED:
        op.create_index(op.f(f"ix_patient_identity_{name}"), "patient_identity", [name], unique=False)
