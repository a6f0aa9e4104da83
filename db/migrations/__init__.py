"""The tables' changes over time, and the one call that applies them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

HERE = Path(__file__).parent


def configuration(connection: Connection) -> Config:
    """Make Alembic's configuration for one open connection; no file and no password is involved."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """Give the revision of the tables that this version works with."""
    return str(ScriptDirectory(str(HERE)).get_current_head())


def known() -> frozenset[str]:
    """Give every revision that this version can bring up to the newest."""
    return frozenset(script.revision for script in ScriptDirectory(str(HERE)).walk_revisions())


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to this revision; the guards are put back and tried in the same transaction."""
    command.upgrade(configuration(connection), revision)
