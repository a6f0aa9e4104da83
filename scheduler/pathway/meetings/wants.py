"""What a case still lacks before a meeting can decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.items import AGEING_ITEMS, item_label, missing_items
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.validity import day


def wants(facts: CaseFacts, protocol: Protocol, on: date) -> tuple[str, ...]:
    """List in sentences what a case lacks for a meeting on this day: papers, imaging, bloods, referrer, plan."""
    return (*_papers(facts, protocol), *_aged(facts, protocol, on), *_plan(facts))


def _papers(facts: CaseFacts, protocol: Protocol) -> Iterator[str]:
    for key in missing_items(facts, protocol, now_received={}):
        label = item_label(key)
        yield f"{label[0].upper()}{label[1:]} has not come."


def _aged(facts: CaseFacts, protocol: Protocol, on: date) -> Iterator[str]:
    """What came in time with the referral, and will be too old when the meeting sees it."""
    missing = missing_items(facts, protocol, now_received={})
    for key in AGEING_ITEMS:
        item, limit = facts.item(key), protocol.days(f"triage_age.{key}")
        if item is None or item.dated is None or key in missing:
            continue
        age = (on - item.dated).days
        if age > limit:
            label = item_label(key)
            yield (
                f"{label[0].upper()}{label[1:]} of {day(item.dated)} will be {age} days old; the limit is {limit} days."
            )


def _plan(facts: CaseFacts) -> Iterator[str]:
    if not facts.referrer_recorded:
        yield "The referring specialist is not recorded."
    parts = (
        ("target", facts.target),
        ("side", facts.laterality),
        ("technique", facts.technique),
        ("urgency category", facts.urgency),
    )
    unknown = [name for name, value in parts if value is None]
    if unknown:
        yield f"Not proposed yet: {', '.join(unknown)}."
