"""Claims: one row for each resource held, taken and given back here alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from db import audit
from db.tables.base import METADATA, new_id
from db.tables.booking import BookingRow, ClaimRow
from db.tables.pathway import CaseRow
from db.words import ResourceKind
from scheduler.errors import DoubleBookingError

NAMES_AT_ONCE = 500  # of resources in one question; SQLite takes some tens of thousands
# Every act takes and gives back claims, a publish hundreds, and nobody looks at them as objects: they are plain rows.
_TABLE = METADATA.tables["claim"]
_HELD = select(ClaimRow.id, ClaimRow.version, ClaimRow.kind).where(col(ClaimRow.active))

_MEETING = (
    select(ClaimRow)
    .where(
        col(ClaimRow.active),
        col(ClaimRow.kind) == bindparam("kind"),
        col(ClaimRow.resource_id) == bindparam("resource"),
        col(ClaimRow.start) < bindparam("end"),
        col(ClaimRow.end) > bindparam("start"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One resource wanted from a start up to, and not including, an end, and by what."""

    kind: ResourceKind
    resource_id: str
    start: datetime
    end: datetime
    booking_id: str | None = None
    session_id: str | None = None
    leave_id: str | None = None
    maintenance_id: str | None = None


_WANTED = tuple(part.name for part in fields(Hold))


class Held(NamedTuple):
    """One claim that is active, as it was read."""

    id: str
    version: int
    kind: ResourceKind


def take(session: Session, holds: Iterable[Hold]) -> None:
    """Hold these resources; DoubleBookingError names the resource and who has it if one is taken.

    The look beforehand gives the sentence; the database's own guard gives the guarantee, also against a writer this
    transaction cannot see yet.
    """
    # Always in the same order, so that two writers wait in a line and never in a circle.
    wanted = sorted(holds, key=lambda hold: (hold.kind, hold.resource_id, hold.start))
    session.info.setdefault("wanted", []).extend(wanted)
    session.flush()
    if not wanted:
        return
    known = _spans(session, wanted)
    last: Hold | None = None
    for hold in wanted:
        if last is not None and _meets(last, hold):
            raise DoubleBookingError(_sentence(session, hold, last))
        spans = known.get((hold.kind, hold.resource_id), ())
        held = any(start < hold.end and end > hold.start for start, end in spans)
        holder = _holder(session, hold) if held else None
        if holder is not None:
            raise DoubleBookingError(_sentence(session, hold, holder))
        last = hold
    audit.add_rows(session, _TABLE, [_claim(hold) for hold in wanted])


def _meets(last: Hold, hold: Hold) -> bool:
    """Whether the hold before, the last so far of its resource, reaches into the next one wanted."""
    return (last.kind, last.resource_id) == (hold.kind, hold.resource_id) and last.end > hold.start


def _claim(hold: Hold) -> dict[str, Any]:
    return {"id": new_id(), "version": 1, "active": True, **{name: getattr(hold, name) for name in _WANTED}}


def is_free(session: Session, hold: Hold) -> bool:
    """Say whether nobody holds this at that time."""
    return _holder(session, hold) is None


def release(session: Session, held: Iterable[Held]) -> None:
    """Give these resources back; the rows stay as history. Raises StaleDataError where somebody was faster."""
    known = {one.id: one.version for one in held}
    audit.change_rows(session, _TABLE, known, before={"active": True}, after={"active": False})


def held_by(
    session: Session,
    *,
    booking_id: str | None = None,
    session_id: str | None = None,
    leave_id: str | None = None,
    maintenance_id: str | None = None,
) -> list[Held]:
    """List the active claims of one booking, list, leave or service period."""
    asked = _HELD
    for column, wanted in (
        (col(ClaimRow.booking_id), booking_id),
        (col(ClaimRow.session_id), session_id),
        (col(ClaimRow.leave_id), leave_id),
        (col(ClaimRow.maintenance_id), maintenance_id),
    ):
        asked = asked.where(column == wanted) if wanted is not None else asked
    return _held(session, asked)


def held_by_bookings(session: Session, ids: Collection[str]) -> list[Held]:
    """List the active claims of these bookings."""
    return _held(session, _HELD.where(col(ClaimRow.booking_id).in_(ids)))


def held_by_lists(session: Session, ids: Collection[str]) -> list[Held]:
    """List the active claims of these lists themselves, which are those of their radiologists."""
    return _held(session, _HELD.where(col(ClaimRow.session_id).in_(ids)))


def _held(session: Session, asked: Select[str, int, str]) -> list[Held]:
    return [Held(name, version, ResourceKind(kind)) for name, version, kind in session.exec(asked)]


def named_refusal(reader: Session, refused: Session) -> DoubleBookingError | None:
    """Say which of the holds a refused transaction wanted is taken, and by what."""
    wanted: list[Hold] = refused.info.get("wanted", [])
    for hold in wanted:
        holder = _holder(reader, hold)
        if holder is not None and not _own(holder, hold):
            return DoubleBookingError(_sentence(reader, hold, holder))
    return None


def _own(holder: ClaimRow, hold: Hold) -> bool:
    """Whether this is what the refused transaction held before, which its rollback gave back to it."""
    pairs = (
        (holder.booking_id, hold.booking_id),
        (holder.session_id, hold.session_id),
        (holder.leave_id, hold.leave_id),
        (holder.maintenance_id, hold.maintenance_id),
    )
    return any(had is not None and had == wants for had, wants in pairs)


def _spans(session: Session, wanted: Sequence[Hold]) -> Mapping[tuple[str, str], Sequence[tuple[datetime, datetime]]]:
    """Read from when to when each of these resources is held, anywhere between the first start and the last end."""
    names = sorted({hold.resource_id for hold in wanted})
    first, last = min(hold.start for hold in wanted), max(hold.end for hold in wanted)
    spans = defaultdict(list)
    for at in range(0, len(names), NAMES_AT_ONCE):
        asked = select(ClaimRow.kind, ClaimRow.resource_id, ClaimRow.start, ClaimRow.end).where(
            col(ClaimRow.active),
            col(ClaimRow.kind).in_({hold.kind for hold in wanted}),
            col(ClaimRow.resource_id).in_(names[at : at + NAMES_AT_ONCE]),
            col(ClaimRow.start) < last,
            col(ClaimRow.end) > first,
        )
        for kind, resource, start, end in session.exec(asked):
            spans[kind, resource].append((start, end))
    return spans


def _holder(session: Session, hold: Hold) -> ClaimRow | None:
    """Find who holds this."""
    wanted = {"kind": hold.kind, "resource": hold.resource_id, "start": hold.start, "end": hold.end}
    return session.exec(_MEETING, params=wanted).first()


def _sentence(session: Session, hold: Hold, holder: ClaimRow | Hold) -> str:
    what = "The patient" if hold.kind is ResourceKind.PATIENT else f"The {hold.kind.label} {hold.resource_id}"
    return f"{what} is already held at that time by {_whose(session, holder)}. Choose another time or place."


def _whose(session: Session, claim: ClaimRow | Hold) -> str:
    if claim.booking_id is not None:
        asked = select(CaseRow.ref).join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        ref = session.exec(asked.where(BookingRow.id == claim.booking_id)).first()
        return f"case {ref}"
    if claim.session_id is not None:
        return f"list {claim.session_id}"
    return "leave" if claim.leave_id is not None else "a service period"
