"""The protocol's rows and the changes proposed, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.setup.history import value_words
from dashboard.shapes.words import day, listed, moment, short_day, upper
from flows.desk import keeping
from scheduler.errors import BadInputError
from scheduler.vocabulary import Modality, Stage, Target, Technique

Part = keeping.ProtocolPart
PARTS: Final[Mapping[Part, str]] = {
    Part.VALUE: "Limits and times",
    Part.PROCEDURE: "Procedures",
    Part.HOLD: "Medicines",
}
FIELDS: Final[Mapping[str, str]] = {
    "value": "Value",
    "minimum_minutes": "Room minutes, least",
    "planned_minutes": "Room minutes, planned",
    "maximum_minutes": "Room minutes, most",
    "recovery_minutes": "Recovery minutes",
    "overnight_bed": "Overnight bed",
    "equipment": "Equipment",
    "modalities": "Imaging",
    "anaesthetist": "Anaesthetist",
    "offered": "Offered without the lead's approval",
    "off": "Held for",
    "unit": "Unit",
    "then": "Then",
}
CHANGE_HEADS: Final = ("What", "Now", "Proposed")
WORDLESS: Final = frozenset({"class", "yes or no", "roles", "local time", "ratio"})
BEDS: Final[Mapping[str, str]] = {"no": "no", "on_request": "on request"}
MODALITIES: Final[Mapping[str, str]] = {modality.value: modality.label for modality in Modality}


def protocol_groups(
    lines: Iterable[keeping.ProtocolLine], waiting: Mapping[str, keeping.ProtocolChangeLine], text: str
) -> tuple[Group, ...]:
    """The rows that hold this text: those somebody waits for first, then the unapproved, then the approved."""
    wanted = text.strip().casefold()
    found = [line for line in lines if wanted in f"{title(line)} {line.says} {line.key}".casefold()]
    asked = [line for line in found if line.key in waiting]
    others = [line for line in found if line.key not in waiting]
    return (
        Group(heading="Waiting for approval", cards=tuple(protocol_card(line) for line in asked), look="soon"),
        Group(heading="Never approved", cards=tuple(protocol_card(line) for line in others if not line.approved_by)),
        Group(heading="Approved", cards=tuple(protocol_card(line) for line in others if line.approved_by)),
    )


def protocol_card(line: keeping.ProtocolLine) -> Card:
    """One row in short."""
    coming = f"Changes on {short_day(line.coming)}" if line.coming else ""
    return Card(
        kind="thing",
        id=line.key,
        title=title(line),
        aside=amount(line),
        lines=(Said(text=line.says), Said(text=coming, look="soon")),
    )


def title(line: keeping.ProtocolLine) -> str:
    """What a row is called."""
    fields = line.fields
    if line.part is Part.PROCEDURE:
        target, technique = Target(str(fields["target"])).label, Technique(str(fields["technique"])).label
        test = ", test block" if fields["stage"] == Stage.TEST_BLOCK else ""
        return f"{target}, {technique.lower()}{test}"
    if line.part is Part.HOLD:
        band = clearance(fields)
        use = "" if fields["use"] == "any" else f", {fields['use']}"
        return f"{upper(str(fields['drug']))}{use}, {fields['risk']} risk{band}"
    name, _, about = line.key.partition(".")
    words = upper(name.replace("_", " "))
    return f"{words}: {about.replace('_', ' ')}" if about else words


def clearance(fields: Mapping[str, object]) -> str:
    """The kidney function a row of a medicine is for."""
    above, up_to = fields.get("clearance_above"), fields.get("clearance_up_to")
    if above is None and up_to is None:
        return ""
    if above is None:
        return f", clearance up to {up_to} mL/min"
    return f", clearance above {above} mL/min" if up_to is None else f", clearance {above} to {up_to} mL/min"


def amount(line: keeping.ProtocolLine) -> str:
    """What a row says in a word or two, with its unit."""
    fields = line.fields
    if line.part is Part.PROCEDURE:
        side = " a side" if fields["per_side"] else ""
        return f"{fields['planned_minutes']} min{side}"
    if line.part is Part.HOLD:
        return counted(fields["off"], str(fields["unit"]))
    if line.unit in WORDLESS:
        return value_words(fields["value"]).replace("_", " ")
    return counted(fields["value"], line.unit)


def counted(value: object, unit: str) -> str:
    """A value with its unit, in the singular for one of them."""
    one = value == 1 and unit.endswith("s")
    return f"{value_words(value)} {unit[:-1] if one else unit}"


def protocol_facts(line: keeping.ProtocolLine) -> list[tuple[str, str]]:
    """What a row says in full, and who approved it from when."""
    shown = [(FIELDS[name], field_words(value, name)) for name, value in line.fields.items() if name in FIELDS]
    unit = [("Unit", line.unit)] if line.part is Part.VALUE else []
    return [
        *shown,
        *unit,
        ("Edition", str(line.edition)),
        ("In force from", day(line.effective_from)),
        ("Approved by", line.approved_by or "nobody yet: a default"),
        *([("A later edition from", day(line.coming))] if line.coming else []),
    ]


def change_rows(change: keeping.ProtocolChangeLine) -> list[list[str]]:
    """One row for each value that would change."""
    return [
        [FIELDS.get(name, name), field_words(change.before.get(name), name), field_words(value, name)]
        for name, value in change.fields.items()
    ]


def change_words(change: keeping.ProtocolChangeLine, zone: ZoneInfo) -> str:
    """Who proposed what, from when, and why."""
    what = "these values" if change.fields else "that the row be approved as it stands"
    return (
        f"{change.proposed_name} proposed {what} on {moment(change.proposed_at, zone)}, from "
        f"{day(change.effective_from)} or the day it is approved. Why: {change.reason}"
    )


def decided_words(change: keeping.ProtocolChangeLine, zone: ZoneInfo) -> str:
    """What was decided about a change."""
    at = moment(change.decided_at, zone) if change.decided_at else ""
    why = f" {change.decision}" if change.decision else ""
    return f"{upper(change.state.value)} by {change.decided_name}, {at}.{why}"


def field_words(value: object, name: str = "") -> str:
    """A field's value as people write it."""
    if name == "modalities" and isinstance(value, list):
        return listed(tuple(MODALITIES.get(str(each), str(each)) for each in value))
    words = value_words(value)
    return BEDS.get(words, words.replace("_", " "))


def read_value(current: object, typed: str) -> object:
    """Read a typed value as the kind of the current one: a number, a word, or a list of either."""
    text = typed.strip()
    if isinstance(current, list | tuple):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        whole = bool(current) and isinstance(current[0], int)
        return [_whole(part) for part in parts] if whole else [part.replace(" ", "_") for part in parts]
    if isinstance(current, int):
        return _whole(text)
    return _number(text) if isinstance(current, float) else text


def typed_value(current: object) -> str:
    """Write a value as people type it."""
    return ", ".join(map(str, current)) if isinstance(current, list | tuple) else str(current)


def first_day(today: date, line: keeping.ProtocolLine) -> date:
    """The earliest day a change is proposed for."""
    return max(today, line.effective_from)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInputError.of("value", f'"{text}" is not a whole number. Write digits only, such as 14.') from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInputError.of("value", f'"{text}" is not a number. Write it like 1.5.') from None
