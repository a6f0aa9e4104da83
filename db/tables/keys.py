"""Which data keys this database holds values of: without them it is not served."""

from __future__ import annotations

from sqlmodel import Field

from db.tables.base import OPERATIONAL, Row


class DataKeyRow(Row, table=True):
    """One key, by its id, with a known text that only this key opens; the key itself lies elsewhere."""

    __tablename__ = "data_key"
    __table_args__ = (OPERATIONAL,)

    key_id: str = Field(primary_key=True)
    probe: str
