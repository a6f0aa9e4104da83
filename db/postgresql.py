"""PostgreSQL kept safe: nothing waits for ever, and readers cannot write."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from db.seals import as_json

LIMITS = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
READ_ONLY = "-c default_transaction_read_only=on"
PREPARED = 1000  # statements that a connection keeps ready; of the driver's own 100 an act takes up to 70
OFTEN = 2  # times a statement is asked before it is kept ready; whatever is refused makes the driver forget all


def postgresql_engine(url: URL, *, reader: bool) -> Engine:
    """Make an engine at READ COMMITTED with time limits; a reader's transactions are read-only.

    Each question of a reader sees its own moment at READ COMMITTED, so it is a transaction of its own: the rollback
    that ends a longer one makes the driver forget every statement it had prepared.
    """
    # A refused claim ends a pipeline, which the driver reports as a warning though nothing is wrong.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    options = f"{LIMITS} {READ_ONLY}" if reader else LIMITS
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=as_json,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT" if reader else "READ COMMITTED",
        connect_args={"options": options, "connect_timeout": 10},
    )

    @event.listens_for(engine, "connect")
    def _keep_ready(connection: Any, _record: object) -> None:
        connection.prepared_max, connection.prepare_threshold = PREPARED, OFTEN

    return engine
