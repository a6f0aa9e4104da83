"""The seven things every referral must come with, and how recent each must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from scheduler.pathway.facts import CaseFacts, ReferralItem
from scheduler.pathway.protocols import Protocol

IMAGING = "R1"
BLOODS = "R2"
CONSULTATIONS = "R3"

REQUIRED_ITEMS: dict[str, str] = {
    IMAGING: "Recent CT, MRI or PET with its report and where to find it",
    BLOODS: "Blood results: full blood count, clotting, kidney and liver function",
    CONSULTATIONS: "Records of recent consultations with other specialists",
    "R4": "Diagnosis, pain site, pain score, opioid dose and what has been tried",
    "R5": "Blood thinners, allergies, kidney function and implanted devices",
    "R6": "Identity, contact, funding, general practitioner, interpreter and decision maker",
    "R7": "Referrer's name, provider number, date and signature",
}
AGEING_ITEMS = (IMAGING, BLOODS, CONSULTATIONS)
NOTHING: Mapping[str, date | None] = MappingProxyType({})


def item_label(key: str) -> str:
    """The words people read for this item; an item asked for by name is its own label."""
    label = REQUIRED_ITEMS.get(key)
    return f"{key} ({label[0].lower()}{label[1:]})" if label else key


def missing_items(facts: CaseFacts, protocol: Protocol, *, now_received: dict[str, date | None]) -> tuple[str, ...]:
    """List the required items that are still missing, or were too old when the referral came, in order.

    `now_received` are items handed in with this step. An item without a date counts as recent here; on the procedure
    day it does not.
    """
    return missing_of(facts.items, facts.received_on, protocol, now_received=now_received)


def missing_of(
    items: Iterable[ReferralItem],
    received_on: date,
    protocol: Protocol,
    *,
    now_received: Mapping[str, date | None] = NOTHING,
) -> tuple[str, ...]:
    """List what is missing of these items, as `missing_items` does, for who knows nothing else of the case."""
    known = tuple(items)
    dated = {item.key: item.dated for item in known if item.received} | dict(now_received)
    asked = [item.key for item in known if item.key not in REQUIRED_ITEMS]
    wanted = [*REQUIRED_ITEMS, *asked]
    return tuple(key for key in wanted if key not in dated or _too_old(key, dated[key], received_on, protocol))


def _too_old(key: str, dated: date | None, received_on: date, protocol: Protocol) -> bool:
    if dated is None or key not in AGEING_ITEMS:
        return False
    return (received_on - dated).days > protocol.days(f"triage_age.{key}")
