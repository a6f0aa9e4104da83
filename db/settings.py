"""Where the memory is kept, and the few limits a site may set, read from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url

from scheduler.vocabulary import Role

POSTGRESQL = "postgresql+psycopg"


class MemorySettings(BaseSettings):
    """Read from NEUROLIST_HOME, NEUROLIST_DATABASE_URL, NEUROLIST_TIMEZONE and their companions."""

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".neurolist")
    database_url: SecretStr | None = None
    timezone: str = "Australia/Melbourne"
    audit_key: SecretStr | None = None
    audit_keys_before: SecretStr | None = None  # keys given up since, apart by spaces: their rows are still checked
    data_key: SecretStr | None = None  # what values are encrypted with, instead of data.key in the home folder
    data_keys_before: SecretStr | None = None  # keys given up since, apart by spaces: they still open what they closed
    encrypt_identity: bool = False  # names, numbers, letters and referrers' words are encrypted in the database
    encrypt_file: bool = False  # SQLite's file is encrypted as a whole
    anchors: Path | None = None
    anchor_minutes: int = Field(default=5, ge=0)
    backups: Path | None = None
    backup_minutes: int = Field(default=5, ge=0)  # 0: no backup by itself
    backups_kept: int = Field(default=48, ge=1)
    backup_days: int = Field(default=30, ge=0)
    drill_url: SecretStr | None = None
    session_idle_minutes: int = 30
    session_hours: int = 12
    second_step_roles: str = ""
    emergency_minutes: int = Field(default=60, ge=1)
    emergency_looked_at_days: int = Field(default=3, ge=0)

    @property
    def url(self) -> URL:
        """Give the database's address for SQLAlchemy: SQLite in the home folder unless another is set."""
        if self.database_url is None:
            return URL.create("sqlite", database=str(self.home.expanduser() / "neurolist.sqlite3"))
        return _with_driver(self.database_url)

    @property
    def anchor_file(self) -> Path:
        """Give the file that the head of the audit trail is written to, outside the database."""
        return (self.anchors or self.home / "anchors" / "trail.jsonl").expanduser()

    @property
    def backup_folder(self) -> Path:
        """Give the folder that backups are kept in."""
        return (self.backups or self.home / "backups").expanduser()

    @property
    def scratch_url(self) -> URL:
        """Give the address under which a drill may make a database of its own on PostgreSQL."""
        return self.url if self.drill_url is None else _with_driver(self.drill_url)

    @field_validator("second_step_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        unknown = sorted({word.strip() for word in value.split(",")} - {"", *Role})
        if unknown:
            raise ValueError(
                f"NEUROLIST_SECOND_STEP_ROLES names {', '.join(unknown)}, which is no role. "
                f"The roles are: {', '.join(Role)}."
            )
        return value

    @property
    def roles_with_second_step(self) -> frozenset[Role]:
        """Give the roles whose holders must have a second step, from a comma-separated list."""
        return frozenset(Role(word.strip()) for word in self.second_step_roles.split(",") if word.strip())

    @property
    def session_idle(self) -> timedelta:
        """How long a sign-in may rest before it ends."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_life(self) -> timedelta:
        """How long a sign-in may last at all."""
        return timedelta(hours=self.session_hours)


def _with_driver(address: SecretStr) -> URL:
    url = make_url(address.get_secret_value())
    return url.set(drivername=POSTGRESQL) if url.drivername in {"postgres", "postgresql"} else url
