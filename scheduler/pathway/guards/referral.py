"""Conditions on what came with the referral, and when the referrer was told."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.pathway.clocks import add_working_days, working_days_between
from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.items import item_label, missing_items
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day


@guard(answers=False)
def items_present(case: Situation) -> str | None:
    """Every required item (R1 to R7) came with the referral, recent enough."""
    missing = missing_items(case.facts, case.protocol, now_received={})
    if not missing:
        return None
    return f"{_still_missing(missing)}: mark the referral incomplete, and record information_received when they arrive."


@guard()
def items_arrived(case: Situation) -> str | None:
    """Every required item has now arrived."""
    received = {item.key: item.dated for item in case.details.dated_items("items")}
    missing = missing_items(case.facts, case.protocol, now_received=received)
    if not missing:
        return None
    return f"{_still_missing(missing)}: ask the referrer, or list them in 'items' if they are here."


@guard()
def items_closed(case: Situation) -> str | None:
    """Every item the meeting asked for has arrived."""
    received = {item.key for item in case.details.dated_items("items")}
    open_ = [item.key for item in case.facts.items if not item.received and item.key not in received]
    return f"{_still_missing(open_)}: list them in 'items' when they are here." if open_ else None


def _still_missing(keys: Iterable[str]) -> str:
    labels = [item_label(key) for key in keys]
    text = listed(labels)
    return f"{text[0].upper()}{text[1:]} {'is' if len(labels) == 1 else 'are'} still missing or too old"


@guard()
def something_missing(case: Situation) -> str | None:
    """At least one required item is missing, and is named."""
    if case.details.items("items") or missing_items(case.facts, case.protocol, now_received={}):
        return None
    return "Nothing is missing: start triage, or name in 'items' what is not good enough."


@guard()
def told_in_time(case: Situation) -> str | None:
    """The referrer was told in writing within the response limit, or the delay is explained."""
    told_on = case.details.date("told_on")
    if told_on is None:
        return "Give the date on which the referrer was told in writing."
    if told_on < case.facts.received_on:
        return (
            f"The referrer cannot have been told on {day(told_on)}: the referral came on {day(case.facts.received_on)}."
        )
    limit = case.protocol.days("referral_response")
    if working_days_between(case.facts.received_on, told_on, case.holidays) <= limit or case.details.text(
        "late_reason"
    ):
        return None
    by = add_working_days(case.facts.received_on, limit, case.holidays)
    return f"The referrer had to be told by {day(by)} ({limit} working days): give 'late_reason' as well."
