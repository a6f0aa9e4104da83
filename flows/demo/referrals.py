"""Each arrival as the referral that intake would have read from a file."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from db.incoming import IncomingItem, IncomingReferral
from flows.demo.arrivals import Arrival, Twist
from flows.demo.chance import stream
from flows.demo.conditions import ALLERGIES, DEVICES, MEDICINES
from flows.demo.people import patient, referrer
from flows.demo.sites import SITES
from scheduler.pathway.items import REQUIRED_ITEMS

SOURCE = "demonstration"
OPTIONAL_TO_LACK = ("R1", "R2", "R3", "R5")
INCOMPLETE = frozenset({Twist.LACKS_ITEMS, Twist.COMPLETED_LATER, Twist.RETURNED, Twist.CANNOT_BE_REACHED})
TITLES = {
    "R1": "CT of the abdomen and pelvis, with report",
    "R2": "Full blood count, coagulation, urea and electrolytes, liver function",
    "R3": "Letter from the treating specialist",
    "R4": "Diagnosis and pain history",
    "R5": "Medicines, allergies, kidney function and devices",
    "R6": "Identity, contact and funding",
    "R7": "Referrer and signature",
}
OLDEST_AT_ARRIVAL = {"R1": 24, "R2": 12, "R3": 40}  # days; within what triage accepts


def referral(seed: int, arrival: Arrival, *, today: date) -> IncomingReferral:
    """Make the whole referral."""
    chance = stream(seed, "referral", arrival.number)
    missing = _missing(chance, arrival)
    written_on = arrival.received_on - timedelta(days=chance.randint(0, 4))
    return IncomingReferral(
        key=f"demonstration:{seed}:{arrival.number}",
        received_on=arrival.received_on,
        written_on=written_on,
        patient=patient(seed, arrival.number, funding=arrival.funding, site=chance.choice(SITES).id, today=today),
        referrer=referrer(chance),
        target=arrival.condition.target,
        technique=arrival.technique,
        laterality=arrival.laterality,
        urgency=arrival.urgency,
        funding=arrival.funding,
        cancer=arrival.condition.cancer,
        diagnosis=arrival.condition.diagnosis,
        pain_site=arrival.condition.pain_site,
        pain_score=arrival.pain_score,
        opioid_dose_mg=arrival.opioid_dose_mg,
        medicines=chance.choice(MEDICINES),
        allergies=chance.choice(ALLERGIES),
        devices=chance.choice(DEVICES),
        sedation="moderate",
        note="Invented for demonstration; every number is synthetic.",
        items=tuple(_item(chance, key, arrival, written_on) for key in REQUIRED_ITEMS if key not in missing),
        missing=missing,
        missing_says=tuple(f"{REQUIRED_ITEMS[key]}: did not come with the referral." for key in missing),
        source=SOURCE,
    )


def _missing(chance: Random, arrival: Arrival) -> tuple[str, ...]:
    if arrival.twist not in INCOMPLETE:
        return ()
    return tuple(sorted(chance.sample(OPTIONAL_TO_LACK, chance.randint(1, 2))))


def _item(chance: Random, key: str, arrival: Arrival, written_on: date) -> IncomingItem:
    oldest = OLDEST_AT_ARRIVAL.get(key)
    dated = written_on if oldest is None else arrival.received_on - timedelta(days=chance.randint(5, oldest))
    reference = f"DEMO-{arrival.number:04d}-{key}" if oldest else ""
    return IncomingItem(key=key, dated=dated, title=TITLES[key], reference=reference)
