"""Numbers that only rise, kept by name: how far something that is done again and again has come."""

from __future__ import annotations

from sqlmodel import Session

from db.tables import CounterRow


def reached(session: Session, name: str) -> int:
    """Give how far this has come; 0 before the first."""
    counter = session.get(CounterRow, name)
    return counter.last if counter else 0


def reach(session: Session, name: str, number: int) -> None:
    """Keep that this has come so far, unless it has come further."""
    counter = session.get(CounterRow, name)
    if counter is None:
        session.add(CounterRow(name=name, last=number))
    else:
        counter.last = max(counter.last, number)
