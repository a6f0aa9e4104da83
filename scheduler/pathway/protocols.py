"""The site's clinical numbers as data: each with its unit, where it came from, its version and who approved it.

The rows live in the database, seeded from db/seed/protocol.json. Code asks for a number by name and never states one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

from scheduler.errors import BadInputError, Fault, NotFoundError
from scheduler.vocabulary import Laterality, Modality, Stage, Target, Technique

FORMAT = "neurolist-protocol/1"
UNAPPROVED = "unapproved default"
HOURS_IN_A_DAY = 24

Value = int | float | str | tuple[int, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureProtocol:
    """Times and needs of one procedure: room minutes (wheels in to wheels out), recovery minutes, equipment, imaging.

    `per_side` means that the minutes are for one side, so both sides take twice as long.
    """

    target: Target
    technique: Technique
    stage: Stage
    minimum_minutes: int
    planned_minutes: int
    maximum_minutes: int
    per_side: bool
    recovery_minutes: int
    overnight_bed: str  # "no" or "on_request"
    equipment: tuple[str, ...]
    modalities: tuple[Modality, ...]
    anaesthetist: bool
    offered: bool  # False: only with the IR lead's approval
    version: int
    effective_from: date
    source: str
    approved_by: str | None

    def __post_init__(self) -> None:
        if not 0 < self.minimum_minutes <= self.planned_minutes <= self.maximum_minutes:
            raise ValueError("Minutes must rise from minimum to planned to maximum.")

    @property
    def approval(self) -> str:
        """Who approved this row, or that nobody has."""
        return self.approved_by or UNAPPROVED

    def minutes_for(self, laterality: Laterality | None) -> int:
        """Room minutes to plan for this side; both sides of a per-side procedure take twice as long."""
        both = self.per_side and laterality is Laterality.BILATERAL
        return self.planned_minutes + self.planned_minutes if both else self.planned_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolValue:
    """One named number (or word, or short list) of the protocol."""

    key: str
    value: Value
    unit: str
    says: str
    version: int
    effective_from: date
    source: str
    approved_by: str | None

    @property
    def approval(self) -> str:
        """Who approved this value, or that nobody has."""
        return self.approved_by or UNAPPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationHold:
    """How long one medicine stays off before a procedure of one bleeding risk.

    The row fits when `drug` occurs in the medicine's text, and creatinine clearance (mL/min) is above
    `clearance_above` and at most `clearance_up_to`, where given. In days, `off` counts whole days with no dose before
    the day, and none on the day.
    """

    drug: str
    use: str  # "any", or the indication or dose the row is for
    risk: str  # bleeding risk class: "high", "low" or "neuraxial"
    off: int
    unit: str  # "days" or "hours"
    clearance_above: int | None
    clearance_up_to: int | None
    then: str  # what else to do, such as a check of the INR; "" for nothing
    version: int
    effective_from: date
    source: str
    approved_by: str | None

    @property
    def approval(self) -> str:
        """Who approved this row, or that nobody has."""
        return self.approved_by or UNAPPROVED

    @property
    def full_days(self) -> int:
        """Whole days without a dose before the day; hours are rounded up."""
        return self.off if self.unit == "days" else ceil(self.off / HOURS_IN_A_DAY)

    def fits(self, medicine: str, risk: str, clearance: int | None) -> bool:
        """Say whether this row is about this medicine, risk and kidney function; unknown clearance fits every band."""
        if self.risk != risk or self.drug not in medicine.lower():
            return False
        if clearance is None:
            return True
        above = self.clearance_above is None or clearance > self.clearance_above
        return above and (self.clearance_up_to is None or clearance <= self.clearance_up_to)


ProcedureKey = tuple[Target, Technique, Stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """The protocol in force on one day."""

    procedures: Mapping[ProcedureKey, ProcedureProtocol]
    values: Mapping[str, ProtocolValue]
    holds: tuple[MedicationHold, ...]

    def procedure(self, target: Target, technique: Technique, stage: Stage) -> ProcedureProtocol:
        """The row for this procedure; raises NotFoundError where the table has none."""
        row = self.procedures.get((target, technique, stage))
        if row is None:
            raise NotFoundError(
                f"The protocol table has no row for {target.label}, {technique.label}, {stage.label.lower()}. "
                "Ask the IR lead to add one."
            )
        return row

    def minutes(self, target: Target, technique: Technique, stage: Stage, laterality: Laterality | None = None) -> int:
        """Planned room minutes."""
        return self.procedure(target, technique, stage).minutes_for(laterality)

    def value(self, key: str) -> ProtocolValue:
        """The named value with its source; raises NotFoundError where the table has none."""
        found = self.values.get(key)
        if found is None:
            raise NotFoundError(f"The protocol table has no value named '{key}'. Ask the IR lead to add it.")
        return found

    def whole(self, key: str) -> int:
        """A whole number, such as a count or a percentage."""
        found = self.value(key).value
        if isinstance(found, bool) or not isinstance(found, int):
            raise _wrong_type(key, "a whole number", found)
        return found

    def days(self, key: str) -> int:
        """A number of days; raises NotFoundError when the value is in another unit."""
        unit = self.value(key).unit
        if unit not in {"days", "working days"}:
            raise NotFoundError(f"The protocol value '{key}' is in {unit}, where days are needed. Correct its unit.")
        return self.whole(key)

    def hours(self, key: str) -> int:
        """A number of hours; raises NotFoundError when the value is in another unit."""
        unit = self.value(key).unit
        if unit != "hours":
            raise NotFoundError(f"The protocol value '{key}' is in {unit}, where hours are needed. Correct its unit.")
        return self.whole(key)

    def number(self, key: str) -> float:
        """A number that may have decimals, such as an INR."""
        found = self.value(key).value
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise _wrong_type(key, "a number", found)
        return float(found)

    def word(self, key: str) -> str:
        """A single word, such as a risk class."""
        found = self.value(key).value
        if not isinstance(found, str):
            raise _wrong_type(key, "a word", found)
        return found

    def wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, such as the days of the follow-up reviews."""
        found = self.value(key).value
        if not isinstance(found, tuple):
            raise _wrong_type(key, "a list of whole numbers", found)
        return tuple(entry for entry in found if isinstance(entry, int))

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words, such as the roles that make a quorum."""
        found = self.value(key).value
        if not isinstance(found, tuple):
            raise _wrong_type(key, "a list of words", found)
        return tuple(entry for entry in found if isinstance(entry, str))

    def holds_for(self, medicine: str, target: Target, clearance: int | None) -> tuple[MedicationHold, ...]:
        """Every hold row that fits this medicine before a procedure at this target, longest first."""
        risk = self.word(f"bleeding_risk.{target}")
        fitting = [hold for hold in self.holds if hold.fits(medicine, risk, clearance)]
        return tuple(sorted(fitting, key=lambda hold: -hold.full_days))


def _wrong_type(key: str, wanted: str, found: Value) -> NotFoundError:
    return NotFoundError(f"The protocol value '{key}' should be {wanted}, but is {found!r}. Correct it.")


def protocol_from_json(text: str | bytes) -> Protocol:
    """Read a protocol document; raises BadInputError with every fault and a JSON pointer to it."""
    document = _document(text)
    faults: list[Fault] = []
    reader = _Reader(faults)
    procedures = [reader.procedure(row, f"/procedures/{at}") for at, row in reader.rows(document, "procedures")]
    values = [reader.value(row, f"/values/{at}") for at, row in reader.rows(document, "values")]
    holds = [reader.hold(row, f"/holds/{at}") for at, row in reader.rows(document, "holds")]
    if faults:
        raise BadInputError(tuple(faults))
    return Protocol(
        procedures={(row.target, row.technique, row.stage): row for row in procedures if row},
        values={row.key: row for row in values if row},
        holds=tuple(row for row in holds if row),
    )


def _document(text: str | bytes) -> Mapping[str, object]:
    try:
        document: object = json.loads(text)
    except ValueError as fault:
        raise BadInputError.of("", f"This is not JSON: {fault}.") from fault
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadInputError.of("/format", f'A protocol document says "format": "{FORMAT}".')
    return document


class _Reader:
    """Reads rows one by one, keeping every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def rows(self, document: Mapping[str, object], name: str) -> list[tuple[int, Mapping[str, object]]]:
        found = document.get(name)
        if not isinstance(found, list):
            self.faults.append(Fault(where=f"/{name}", says="This list is missing."))
            return []
        return [(at, row) for at, row in enumerate(found) if isinstance(row, dict)]

    def procedure(self, row: Mapping[str, object], where: str) -> ProcedureProtocol | None:
        try:
            return ProcedureProtocol(
                target=Target(_text(row, "target")),
                technique=Technique(_text(row, "technique")),
                stage=Stage(_text(row, "stage")),
                minimum_minutes=_whole(row, "minimum_minutes"),
                planned_minutes=_whole(row, "planned_minutes"),
                maximum_minutes=_whole(row, "maximum_minutes"),
                per_side=_yes(row, "per_side"),
                recovery_minutes=_whole(row, "recovery_minutes"),
                overnight_bed=_text(row, "overnight_bed"),
                equipment=_texts(row, "equipment"),
                modalities=tuple(Modality(name) for name in _texts(row, "modalities")),
                anaesthetist=_yes(row, "anaesthetist"),
                offered=_yes(row, "offered"),
                version=_whole(row, "version"),
                effective_from=date.fromisoformat(_text(row, "effective_from")),
                source=_text(row, "source"),
                approved_by=_text_or_none(row, "approved_by"),
            )
        except ValueError as fault:
            self.faults.append(Fault(where=where, says=str(fault)))
            return None

    def value(self, row: Mapping[str, object], where: str) -> ProtocolValue | None:
        try:
            return ProtocolValue(
                key=_text(row, "key"),
                value=_value(row),
                unit=_text(row, "unit"),
                says=_text(row, "says"),
                version=_whole(row, "version"),
                effective_from=date.fromisoformat(_text(row, "effective_from")),
                source=_text(row, "source"),
                approved_by=_text_or_none(row, "approved_by"),
            )
        except ValueError as fault:
            self.faults.append(Fault(where=where, says=str(fault)))
            return None

    def hold(self, row: Mapping[str, object], where: str) -> MedicationHold | None:
        try:
            return MedicationHold(
                drug=_text(row, "drug"),
                use=_text(row, "use"),
                risk=_text(row, "risk"),
                off=_whole(row, "off"),
                unit=_text(row, "unit"),
                clearance_above=_whole_or_none(row, "clearance_above"),
                clearance_up_to=_whole_or_none(row, "clearance_up_to"),
                then=_text(row, "then"),
                version=_whole(row, "version"),
                effective_from=date.fromisoformat(_text(row, "effective_from")),
                source=_text(row, "source"),
                approved_by=_text_or_none(row, "approved_by"),
            )
        except ValueError as fault:
            self.faults.append(Fault(where=where, says=str(fault)))
            return None


def _wrong(name: str, wanted: str, found: object) -> ValueError:
    return ValueError(f"'{name}' should be {wanted}, but is {found!r}.")


def _text(row: Mapping[str, object], name: str) -> str:
    found = row.get(name)
    if not isinstance(found, str):
        raise _wrong(name, "text", found)
    return found


def _text_or_none(row: Mapping[str, object], name: str) -> str | None:
    return None if row.get(name) is None else _text(row, name)


def _whole(row: Mapping[str, object], name: str) -> int:
    found = row.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        raise _wrong(name, "a whole number", found)
    return found


def _whole_or_none(row: Mapping[str, object], name: str) -> int | None:
    return None if row.get(name) is None else _whole(row, name)


def _yes(row: Mapping[str, object], name: str) -> bool:
    found = row.get(name)
    if not isinstance(found, bool):
        raise _wrong(name, "true or false", found)
    return found


def _texts(row: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = row.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise _wrong(name, "a list of texts", found)
    return tuple(found)


def _value(row: Mapping[str, object]) -> Value:
    found = row.get("value")
    if isinstance(found, int | float | str) and not isinstance(found, bool):
        return found
    if isinstance(found, list) and all(isinstance(entry, str) for entry in found):
        return tuple(str(entry) for entry in found)
    if isinstance(found, list) and all(isinstance(entry, int) for entry in found):
        return tuple(int(entry) for entry in found)
    raise _wrong("value", "a number, a word or a list of one kind", found)
