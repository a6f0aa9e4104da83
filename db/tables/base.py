"""What every table shares: ids, versions, words from closed sets, instants, documents and their checks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, CheckConstraint, Column, Date, Enum, MetaData
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel, UTCDateTime

from scheduler.errors import StaleVersionError

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite would otherwise keep a number in a text column, or text in a number's.
STRICT: dict[str, Any] = {"sqlite_strict": True}

# Bookkeeping of the machinery itself (leases, retries, sign-in traffic): its rows change without an audit event.
OPERATIONAL: dict[str, Any] = {**STRICT, "info": {"operational": True}}

# A check that PostgreSQL needs no counterpart of, since its types refuse the same.
SQLITE_ONLY = "sqlite_only"

# Names and record numbers: an audit event says which columns changed and never what is in them.
IDENTITY: dict[str, Any] = {**STRICT, "info": {"identity": True}}


class Row(SQLModel):
    """One row of one table."""

    metadata = METADATA


class VersionedRow(Row):
    """A row people edit: its version rises with every save, and a save from an older version is refused."""

    version: int = Field(default=0, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> Mapping[str, object]:  # noqa: N805  SQLAlchemy passes the class
        """Let the mapper compare and raise the version."""
        table = getattr(cls, "__table__")  # noqa: B009  known to SQLAlchemy only
        return {"version_id_col": table.c.version}

    def expect(self, version: int | None) -> None:
        """Refuse a save made from an older version than this row now has; `None` asks for no check."""
        if version is not None and version != self.version:
            raise StaleVersionError(
                f"Somebody saved this since it was shown: it was version {version} and is now version "
                f"{self.version}. Look at it again, then repeat the change."
            )


def new_id() -> str:
    """Make an opaque id that no other row has."""
    return str(uuid4())


def words(choices: type[StrEnum], name: str) -> Enum:
    """Make the type of a column that holds one word of a closed set, stored as its value."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [str(member.value) for member in members],
    )


def key() -> Any:
    """Make the primary key of a row with an opaque id."""
    return Field(default_factory=new_id, primary_key=True)


def private(**options: Any) -> Any:
    """Make a free-text column: an audit event says that it changed and never what it says."""
    return Field(sa_column_kwargs={"info": {"private": True}}, **options)


def document(**options: Any) -> Any:
    """Make a column that holds a JSON document."""
    return Field(sa_type=JSON, **options)


def one_of(column: str, *values: int) -> CheckConstraint:
    """Allow only these numbers in a column."""
    return CheckConstraint(f"{column} IN ({', '.join(map(str, values))})", name=f"{column}_known")


def in_order(first: str, second: str, *, name: str = "in_order") -> CheckConstraint:
    """Demand that one column lies before the other."""
    return CheckConstraint(f'"{first}" < "{second}"', name=name)


def add_format_checks(metadata: MetaData) -> None:
    """Give every instant and date a check of its written form on SQLite, which keeps both as text."""
    for table in metadata.tables.values():
        for column in table.columns:
            shape = _written_form(column)
            if shape is not None:
                condition = f"\"{column.name}\" GLOB '{shape}'"
                check = CheckConstraint(condition, name=f"{column.name}_form", info={SQLITE_ONLY: True})
                table.append_constraint(check.ddl_if(dialect="sqlite"))


def _written_form(column: Column[Any]) -> str | None:
    digit = "[0-9]"
    day = f"{digit * 4}-{digit * 2}-{digit * 2}"
    if isinstance(column.type, UTCDateTime):
        return f"{day} {digit * 2}:{digit * 2}:{digit * 2}*"
    return day if isinstance(column.type, Date) else None
