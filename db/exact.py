"""Rows are found by an exact value of an encrypted column, whether they are encrypted yet or not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String, and_, or_, type_coerce
from sqlmodel import Session

from db.tables.base import Row
from db.tables.encrypted import PROTECTED, cipher_of


def same(session: Session, row: type[Row], index: str, **values: Any) -> ColumnElement[bool]:
    """Ask for the rows that have these values in the columns that an index stands for.

    An encrypted row is found by what stands for the value under any key at hand, another by the value itself.
    """
    kept, cipher = PROTECTED[str(row.__tablename__)], cipher_of(session.get_bind().dialect)
    columns = kept.table.c
    plain = and_(*(type_coerce(columns[name], String) == kept.columns[name].plain(one) for name, one in values.items()))
    stands = kept.exact_of(cipher, index, values) if cipher is not None else ()
    return or_(columns[index].in_(stands), plain) if stands else plain


def is_encrypting(session: Session) -> bool:
    """Say whether what is written in this session is encrypted."""
    cipher = cipher_of(session.get_bind().dialect)
    return cipher is not None and cipher.identity
