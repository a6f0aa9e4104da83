"""Changes of the protocol: one person proposes a new edition of a row, another approves it, and only then it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit
from db.audit import Author
from db.keeping.lines import ProtocolChangeLine, ProtocolLine
from db.tables import MedicationHoldRow, ProtocolChangeRow, ProtocolProcedureRow, ProtocolValueRow
from db.words import ChangeState, ProtocolPart
from scheduler.errors import BadInputError, NotFoundError, NotPermittedError, StaleVersionError

Row = ProtocolValueRow | ProtocolProcedureRow | MedicationHoldRow
Known = Mapping[tuple[ProtocolPart, str, int], Row]
# What a proposal may change of each part; everything else names the row.
CHANGEABLE: Mapping[ProtocolPart, tuple[str, ...]] = {
    ProtocolPart.VALUE: ("value",),
    ProtocolPart.PROCEDURE: (
        "minimum_minutes",
        "planned_minutes",
        "maximum_minutes",
        "recovery_minutes",
        "overnight_bed",
        "equipment",
        "modalities",
        "anaesthetist",
        "offered",
    ),
    ProtocolPart.HOLD: ("off", "unit", "then"),
}


def protocol_lines(session: Session, today: date) -> tuple[ProtocolLine, ...]:
    """List every row of the protocol as it stands today, with the day of a later edition where there is one."""
    return tuple(
        _line(part, key, rows, today) for part in ProtocolPart for key, rows in _editions(session, part).items()
    )


def change_lines(session: Session, *, state: ChangeState | None = None) -> tuple[ProtocolChangeLine, ...]:
    """List the proposed changes, the newest first."""
    asked = select(ProtocolChangeRow).order_by(col(ProtocolChangeRow.proposed_at).desc(), ProtocolChangeRow.id)
    rows = session.exec(asked if state is None else asked.where(ProtocolChangeRow.state == state)).all()
    known = _known(session) if rows else {}
    return tuple(_change_line(row, known) for row in rows)


def propose(
    session: Session,
    part: ProtocolPart,
    key: str,
    fields: Mapping[str, object],
    *,
    effective_from: date,
    source: str,
    reason: str,
    edition: int,
    actor: Author,
    now: datetime,
) -> str:
    """Propose other values for one row, or with no values that it be approved as it stands; gives the proposal's id.

    `edition` is the one that was shown.
    """
    newest = _newest(session, part, key)
    _must_be_edition(key, newest, edition)
    waiting = select(ProtocolChangeRow).where(
        ProtocolChangeRow.part == part,
        ProtocolChangeRow.key == key,
        ProtocolChangeRow.state == ChangeState.PROPOSED,
    )
    open_one = session.exec(waiting).first()
    if open_one is not None:
        says = f"{open_one.proposed_name} has proposed a change of this row already. Decide on that one first."
        raise BadInputError.of("protocol", says)
    changed = {name: value for name, value in fields.items() if audit.plain(value) != getattr(newest, name)}
    row = ProtocolChangeRow(
        part=part,
        key=key,
        edition=newest.edition,
        fields=audit.plain_map(changed),
        effective_from=effective_from,
        source=source.strip() or newest.source,
        reason=reason.strip(),
        proposed_by=actor.id,
        proposed_name=actor.name,
        proposed_at=now,
    )
    session.add(row)
    audit.record(session, action="propose_protocol", entity="protocol", ref=key, why=row.reason)
    return row.id


def approve(
    session: Session, change_id: str, *, actor: Author, now: datetime, today: date, expected_version: int | None = None
) -> int:
    """Bring a proposed change into force from its day, or from today if that has passed; gives the new edition."""
    change = _proposed(session, change_id, expected_version)
    if change.proposed_by == actor.id:
        raise NotPermittedError(f"{actor.name} proposed this change, so somebody else must approve it.")
    newest = _newest(session, change.part, change.key)
    _must_be_edition(change.key, newest, change.edition)
    kept = newest.model_dump(exclude={"id", "version", "edition"})
    made = type(newest).model_validate(
        {
            **kept,
            **change.fields,
            "edition": newest.edition + 1,
            "effective_from": max(change.effective_from, today),
            "source": change.source,
            "approved_by": actor.name,
        }
    )
    session.add(made)
    _decide(change, ChangeState.APPROVED, actor=actor, now=now, decision="")
    audit.record(session, action="approve_protocol", entity="protocol", ref=change.key)
    return made.edition


def decline(
    session: Session, change_id: str, *, reason: str, actor: Author, now: datetime, expected_version: int | None = None
) -> None:
    """Turn a proposed change down, or take back one's own; the row stays as it is."""
    change = _proposed(session, change_id, expected_version)
    if not reason.strip():
        raise BadInputError.of("reason", "say why the change is not made.")
    own = change.proposed_by == actor.id
    state = ChangeState.WITHDRAWN if own else ChangeState.DECLINED
    _decide(change, state, actor=actor, now=now, decision=reason.strip())
    action = "withdraw_protocol" if own else "decline_protocol"
    audit.record(session, action=action, entity="protocol", ref=change.key, why=reason.strip())


def change_line(session: Session, change_id: str) -> ProtocolChangeLine:
    """Give one proposed change."""
    return _change_line(_change(session, change_id), _known(session))


def _decide(change: ProtocolChangeRow, state: ChangeState, *, actor: Author, now: datetime, decision: str) -> None:
    change.state, change.decision = state, decision
    change.decided_by, change.decided_name, change.decided_at = actor.id, actor.name, now


def _change(session: Session, change_id: str) -> ProtocolChangeRow:
    row = session.get(ProtocolChangeRow, change_id)
    if row is None:
        raise NotFoundError("No proposed change of the protocol has this id.")
    return row


def _proposed(session: Session, change_id: str, expected_version: int | None) -> ProtocolChangeRow:
    row = _change(session, change_id)
    row.expect(expected_version)
    if row.state is not ChangeState.PROPOSED:
        raise StaleVersionError(f"{row.decided_name} has decided about this change already: it is {row.state.value}.")
    return row


def _must_be_edition(key: str, newest: Row, edition: int) -> None:
    if newest.edition != edition:
        raise StaleVersionError(
            f"'{key}' was edition {edition} when shown and is now edition {newest.edition}. Look at it again."
        )


def _editions(session: Session, part: ProtocolPart) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    rows: Iterable[Row]
    if part is ProtocolPart.VALUE:
        rows = session.exec(select(ProtocolValueRow))
    elif part is ProtocolPart.PROCEDURE:
        rows = session.exec(select(ProtocolProcedureRow))
    else:
        rows = session.exec(select(MedicationHoldRow))
    for row in sorted(rows, key=lambda row: (key_of(row), row.effective_from, row.edition)):
        found.setdefault(key_of(row), []).append(row)
    return found


def key_of(row: Row) -> str:
    """Name a row of the protocol: a value's key, a procedure by target, technique and stage, or a hold's line."""
    if isinstance(row, ProtocolValueRow):
        return row.key
    if isinstance(row, MedicationHoldRow):
        return row.line
    return f"{row.target.value}/{row.technique.value}/{row.stage.value}"


def _newest(session: Session, part: ProtocolPart, key: str) -> Row:
    rows = _editions(session, part).get(key)
    if not rows:
        raise NotFoundError(f"The protocol has no row named '{key}'.")
    return max(rows, key=lambda row: row.edition)


def _line(part: ProtocolPart, key: str, rows: list[Row], today: date) -> ProtocolLine:
    begun = [row for row in rows if row.effective_from <= today]
    row = begun[-1] if begun else rows[0]
    newest = max(rows, key=lambda each: each.edition)
    return ProtocolLine(
        part=part,
        key=key,
        says=row.says if isinstance(row, ProtocolValueRow) else "",
        unit=row.unit if isinstance(row, ProtocolValueRow | MedicationHoldRow) else "minutes",
        fields=audit.plain_map({name: getattr(row, name) for name in _shown(part)}),
        edition=newest.edition,
        effective_from=row.effective_from,
        source=row.source,
        approved_by=row.approved_by,
        coming=newest.effective_from if newest.effective_from > today else None,
    )


def _shown(part: ProtocolPart) -> tuple[str, ...]:
    named: Mapping[ProtocolPart, tuple[str, ...]] = {
        ProtocolPart.VALUE: (),
        ProtocolPart.PROCEDURE: ("target", "technique", "stage", "per_side"),
        ProtocolPart.HOLD: ("drug", "use", "risk", "clearance_above", "clearance_up_to"),
    }
    return (*named[part], *CHANGEABLE[part])


def _known(session: Session) -> Known:
    parts = {part: _editions(session, part) for part in ProtocolPart}
    return {(part, key, row.edition): row for part, rows in parts.items() for key in rows for row in rows[key]}


def _change_line(row: ProtocolChangeRow, known: Known) -> ProtocolChangeLine:
    shown = known.get((row.part, row.key, row.edition))
    return ProtocolChangeLine(
        id=row.id,
        part=row.part,
        key=row.key,
        before={} if shown is None else audit.plain_map({name: getattr(shown, name) for name in row.fields}),
        fields=row.fields,
        effective_from=row.effective_from,
        source=row.source,
        reason=row.reason,
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_name=row.proposed_name,
        proposed_at=row.proposed_at,
        decided_name=row.decided_name,
        decided_at=row.decided_at,
        decision=row.decision,
        version=row.version,
    )
