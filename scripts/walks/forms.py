"""What people write into a form on a walk: right, at the edge of what is allowed, or wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from scheduler.pathway.fields import Field, FieldType, When
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.items import REQUIRED_ITEMS
from scheduler.vocabulary import Readiness, Technique


class Mood(StrEnum):
    """How a form is filled in."""

    RIGHT = "right"
    EDGE = "edge"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One empty form: what it asks, about which case, on which day, and the chance that fills it in."""

    event: str
    state: str
    fields: Sequence[Field]
    case: Mapping[str, Any]
    wanted: Sequence[str]  # items asked for and not received
    today: date
    chance: Random

    def ahead(self, days: int) -> str:
        """A date so many days from today."""
        return (self.today + timedelta(days=days)).isoformat()


Answer = Callable[[Blank], object]
EDGES = (
    -366,
    -181,
    -180,
    -91,
    -90,
    -43,
    -42,
    -31,
    -30,
    -8,
    -7,
    -2,
    -1,
    0,
    1,
    2,
    7,
    8,
    30,
    31,
    42,
    43,
    60,
    61,
    120,
    121,
)
SCORES = (
    "15min=3,1h=2",
    "15min=3,1h=2,4h=3",
    "15min=3",
    "15min=5,1h=1,4h=6",
    "15min=5",
    "1h=5,4h=5",
    "15min=7",
    "6h=8",
    "5min=1",
    "7h=1",
)
SCORES_AT_THE_EDGE = ("15min=4", "360min=4", "361min=4", "14min=0", "15min=5,1h=6", "15min=0", "15min=10")
FOR_ANOTHER_PLAN = frozenset({("new_plan", "repeat_review"), ("mdt_recall", "test_negative")})


def fill_in(blank: Blank, mood: Mood) -> dict[str, object]:
    """Fill the form in."""
    given = {field.key: answer for field in blank.fields if (answer := _answer(blank, field)) is not None}
    if blank.fields and mood is Mood.EDGE:
        field = blank.chance.choice(blank.fields)
        given[field.key] = _at_the_edge(blank, field)
    if mood is Mood.WRONG:
        _spoil(blank, given)
    return given


def _answer(blank: Blank, field: Field) -> object:
    known = USUAL.get(field.key)
    if known is not None:
        return known(blank)
    return _generic(blank, field) if field.required or blank.chance.random() < 0.2 else None


def _generic(blank: Blank, field: Field) -> object:
    lists = ",".join(choice.value for choice in field.choices) or "ECG"
    chosen = blank.chance.choice(field.choices).value if field.choices else ""
    by_type: Mapping[FieldType, object] = {
        FieldType.DATE: blank.ahead(7 if field.when is When.AHEAD else 0),
        FieldType.INTEGER: field.lowest if field.lowest is not None else 1,
        FieldType.NUMBER: field.lowest if field.lowest is not None else 1,
        FieldType.BOOLEAN: "yes",
        FieldType.CHOICE: chosen,
        FieldType.ITEMS: lists,
        FieldType.DATED_ITEMS: lists,
        FieldType.READINGS: blank.chance.choice(SCORES),
    }
    return by_type.get(field.type, "For a good reason")


def _sometimes(share: float, answer: Answer) -> Answer:
    return lambda blank: answer(blank) if blank.chance.random() < share else None


def _always(value: object) -> Answer:
    return lambda _: value


def _graded(value: str) -> Answer:
    return lambda blank: value if blank.event == "record_complication" else None


def _technique(blank: Blank) -> object:
    others = [way.value for way in Technique if way.value not in {blank.case["technique"], "local_anaesthetic"}]
    wanted = (blank.event, blank.state) in FOR_ANOTHER_PLAN or blank.case["technique"] is None
    return blank.chance.choice(others) if wanted or blank.chance.random() < 0.05 else None


def _readiness(blank: Blank) -> object:
    unready = [Readiness.NOT_READY_CLINICAL.value, Readiness.NOT_READY_PERSONAL.value]
    return blank.chance.choice([None] * 8 + unready)


def _items(blank: Blank) -> object:
    if blank.event != "information_received":
        return blank.chance.choice(("R1", "R2,R5", "ECG", "R3,Echocardiogram"))
    dated = blank.ahead(-2)
    return ",".join(f"{key}={dated}" for key in dict.fromkeys((*REQUIRED_ITEMS, *blank.wanted)))


USUAL: Mapping[str, Answer] = {
    "attended": _always(",".join(MEETING_ROLES)),
    "side": lambda blank: blank.case["laterality"],
    "mdt_target": lambda blank: blank.case["target"],
    "recommendation": lambda blank: blank.chance.choice(("proceed_test", "proceed_test", "proceed_direct")),
    "target": _sometimes(0.03, _always("splanchnic")),
    "laterality": _always(None),
    "technique": _technique,
    "urgency": lambda blank: blank.chance.choice((None, None, None, "1", "2", "3")) or str(blank.case["urgency"] or 2),
    "lead_approval": _sometimes(0.4, _always("Dr Head")),
    "seen_on": lambda blank: blank.ahead(0),
    "consent_on": lambda blank: blank.ahead(blank.chance.choice((0, 0, 0, -1, -3))),
    "readiness": _readiness,
    "review_on": lambda blank: blank.ahead(blank.chance.choice((3, 7, 14))),
    "until": lambda blank: blank.ahead(blank.chance.choice((1, 5, 10, 20))),
    "since": _always(None),
    "ready_on": _always(None),
    "inr": _always("1.1"),
    "platelets": _always("210"),
    "bloods_dated": lambda blank: blank.ahead(0),
    "override_by": _always(None),
    "override_reason": _always(None),
    "baseline_rest": _always("8"),
    "readings": lambda blank: blank.chance.choice(SCORES),
    "readings_movement": _always(None),
    "baseline_movement": _always("8"),
    "items": _items,
    "attempts": _always("phone,sms,letter"),
    "late_reason": _always("The referrer was away"),
    "mdt_on": lambda blank: blank.ahead(-5) if blank.event == "accept_with_prior_mdt" else None,
    "final_review_on": lambda blank: blank.ahead(0),
    "handed_to_referrer": _sometimes(0.5, _always("yes")),
    "offer_by": _always(None),
    "pattern_concern": _sometimes(0.3, _always("The relief came before the injection")),
    "referral_valid_until": _sometimes(0.3, lambda blank: blank.ahead(200)),
    "bloods_on": _always(None),
    "imaging_on": _always(None),
    "change": _always("A new scan"),
    "confirm_cancel": _always("yes"),
    "agent": _always("Alcohol"),
    "volume_ml": _always("20"),
    "concentration_percent": _always("99.5"),
    "temperature_c": _always("80"),
    "lesion_seconds": _always("90"),
    "freeze_cycles": _always("2"),
    "probe": _always("17 gauge"),
    "complications": _always("none"),
    "complication_scale": _graded("cirse"),
    "complication_grade": _graded("2"),
    "complication_on": _always(None),
    "complication_outcome": _always(None),
    "pain_score": lambda blank: blank.chance.choice(("2", "7")),
    "opioid_dose_mg": _always("60"),
    "following": _always("continue"),
    "point": _always(None),
    "reviewed_on": _always(None),
}


def _at_the_edge(blank: Blank, field: Field) -> object:
    some = [choice.value for choice in field.choices[: blank.chance.randint(0, len(field.choices))]]
    number = blank.chance.choice((field.lowest or 0, field.highest or 1000, "1.8", "1.81", "50", "49"))
    by_type: Mapping[FieldType, object] = {
        FieldType.DATE: blank.ahead(blank.chance.choice(EDGES)),
        FieldType.INTEGER: number,
        FieldType.NUMBER: number,
        FieldType.READINGS: blank.chance.choice(SCORES_AT_THE_EDGE),
        FieldType.BOOLEAN: "no",
        FieldType.CHOICE: some[-1] if some else "",
    }
    return by_type.get(field.type, ",".join(some))


def _spoil(blank: Blank, given: dict[str, object]) -> None:
    """Leave one answer out, write nonsense into one, or answer what was never asked."""
    ways: list[Callable[[], object]] = [lambda: given.setdefault("shoe_size", "42")]
    if given:
        key = blank.chance.choice(sorted(given))
        nonsense = blank.chance.choice(("\x00", "yes and no", "31 February", "x" * 5000, 7.5, "-1"))
        ways += [lambda: given.pop(key), lambda: given.update({key: nonsense})]
    blank.chance.choice(ways)()
