"""PostgreSQL kept safe: nothing waits for ever, and readers cannot write."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from db.seals import as_json

LIMITS = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
READ_ONLY = "-c default_transaction_read_only=on"


def postgresql_engine(url: URL, *, reader: bool) -> Engine:
    """Make an engine at READ COMMITTED with time limits; a reader's transactions are read-only."""
    # A refused claim ends a pipeline, which the driver reports as a warning though nothing is wrong.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    options = f"{LIMITS} {READ_ONLY}" if reader else LIMITS
    return create_engine(
        url,
        hide_parameters=True,
        json_serializer=as_json,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": options, "connect_timeout": 10},
    )
