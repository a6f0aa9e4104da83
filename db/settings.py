"""Where the memory is kept, and the few limits a site may set, read from the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from db.here import is_this_machine
from db.leaked_passwords import fault_of
from scheduler.vocabulary import Role

POSTGRESQL = "postgresql+psycopg"
NO_ROLE = "none"
CHECKED = {"verify-full", "verify-ca"}  # the ways of PostgreSQL that look at the certificate of the database


class MemorySettings(BaseSettings):
    """Read from NEUROLIST_HOME, NEUROLIST_DATABASE_URL, NEUROLIST_TIMEZONE and their companions."""

    # An address may hold a password, so no refusal repeats what was set.
    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore", hide_input_in_errors=True)

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
    second_step_roles: str = ""  # unless said: every role behind TLS, as every real set-up is, and none elsewhere
    tls: bool = False
    leaked_passwords: Path | None = None  # a list of hashes: no password in it may be chosen
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

    @field_validator("database_url", "drill_url")
    @classmethod
    def _an_address_nobody_listens_to(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        name = f"NEUROLIST_{str(info.field_name).upper()}"
        try:
            safe = value is None or is_safe_line(_with_driver(value))
        except (ArgumentError, ValueError):
            raise ValueError(
                f"{name} is no address of a database. Set it like postgresql://USER@localhost/DATABASE, or like "
                "sqlite:////FOLDER/FILE.sqlite3, or leave it out for SQLite in the home folder."
            ) from None
        if not safe:
            raise ValueError(
                f"{name} leads to another machine over a line that is not encrypted, "
                "or to one whose certificate is not checked. Add ?sslmode=verify-full&sslrootcert=FILE to the address."
            )
        return value

    @field_validator("second_step_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        unknown = sorted({word.strip() for word in value.split(",")} - {"", *Role})
        if unknown and value.strip() != NO_ROLE:
            raise ValueError(
                f"NEUROLIST_SECOND_STEP_ROLES names {', '.join(unknown)}, which is no role. "
                f"The roles are: {', '.join(Role)}. Write {NO_ROLE} alone to ask nobody."
            )
        return value

    @field_validator("leaked_passwords")
    @classmethod
    def _readable_list(cls, value: Path | None) -> Path | None:
        fault = "" if value is None else fault_of(value.expanduser())
        if fault:
            raise ValueError(f"The file in NEUROLIST_LEAKED_PASSWORDS {fault}")
        return value and value.expanduser()

    @property
    def roles_with_second_step(self) -> frozenset[Role]:
        """Give the roles whose holders must have a second step: those listed with commas, or else all behind TLS."""
        if self.second_step_roles.strip() == NO_ROLE:
            return frozenset()
        said = frozenset(Role(word.strip()) for word in self.second_step_roles.split(",") if word.strip())
        return said or (frozenset(Role) if self.tls else frozenset())

    @property
    def session_idle(self) -> timedelta:
        """How long a sign-in may rest before it ends."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_life(self) -> timedelta:
        """How long a sign-in may last at all."""
        return timedelta(hours=self.session_hours)


def is_safe_line(url: URL) -> bool:
    """Say whether the database is on this machine, or its certificate is checked before anything is said to it.

    What the address leaves out, PostgreSQL's own PGHOST, PGHOSTADDR and PGSSLMODE say.
    """
    if url.get_backend_name() != "postgresql":
        return True

    def said(name: str) -> str:
        value = url.query.get(name) or (url.host if name == "host" else None) or os.environ.get(f"PG{name.upper()}", "")
        return value if isinstance(value, str) else ",".join(value)

    hosts = f"{said('host')},{said('hostaddr')}".split(",")
    return all(map(_is_here, hosts)) or set(said("sslmode").split(",")) <= CHECKED


def _is_here(host: str) -> bool:
    """Say whether this is this machine, or a socket on it: its folder, or nothing, which stands for the usual one."""
    return not host or host.startswith(("/", "@")) or is_this_machine(host)


def _with_driver(address: SecretStr) -> URL:
    url = make_url(address.get_secret_value())
    return url.set(drivername=POSTGRESQL) if url.drivername in {"postgres", "postgresql"} else url
