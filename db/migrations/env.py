"""How Alembic runs here: on the connection it is given, with the guards put back and tried afterwards."""

from __future__ import annotations

from alembic import context

from db import guards
from db.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()

# Batch mode rebuilds tables and drops their triggers without a word, so every upgrade ends here.
if connection.dialect.has_table(connection, "audit_event"):
    guards.install(connection)
    guards.self_test(connection)
