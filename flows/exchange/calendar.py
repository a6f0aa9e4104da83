"""A calendar feed: each list as one event with how many cases it holds, and nothing about a patient."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from db.pictures import ListCard
from flows.exchange.wording import counted

PRODUCT = "-//Neurolist//Lists//EN"
HOST = "neurolist.invalid"  # an id needs a place it is unique in; this one names no machine


def calendar(name: str, cards: Iterable[ListCard], *, now: datetime, zone: ZoneInfo, whose: bool) -> bytes:
    """Write these lists as an iCalendar file (RFC 5545); `whose` says who does each list, for a suite's calendar."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", zone.key)
    shown = sorted(cards, key=lambda card: (card.start, card.id))
    for card in shown:
        made.add_component(_event(card, now=now, zone=zone, whose=whose))
    first, last = _days(shown, now)
    made.add_missing_timezones(first_date=first, last_date=last)
    return bytes(made.to_ical())


def _event(card: ListCard, *, now: datetime, zone: ZoneInfo, whose: bool) -> Event:
    event = Event()
    event.add("uid", f"list-{card.id}@{HOST}")
    event.add("dtstamp", now)
    event.add("dtstart", card.start.astimezone(zone))
    event.add("dtend", card.end.astimezone(zone))
    event.add("sequence", card.version)
    event.add("summary", _summary(card, whose=whose))
    event.add("location", f"{card.suite_name}, {card.site_name}")
    event.add("description", f"{card.minutes_used} of {card.minutes_available} minutes booked. {_standing(card)}")
    event.add("status", _status(card))
    return event


def _summary(card: ListCard, *, whose: bool) -> str:
    held = counted(len(card.cases), "case") if card.cases else "no cases"
    who = card.radiologist or "no radiologist yet"
    return f"{card.part} list, {held}" + (f" ({who})" if whose else f" ({card.site_name})")


def _standing(card: ListCard) -> str:
    if card.closed:
        return "Closed."
    return "Published." if card.published else "Not published: it may change."


def _status(card: ListCard) -> str:
    if card.closed:
        return "CANCELLED"
    return "CONFIRMED" if card.published else "TENTATIVE"


def _days(cards: list[ListCard], now: datetime) -> tuple[date, date]:
    """Give the days the time zone has to be written out for; all of them to come would be pages long."""
    if not cards:
        return now.date(), now.date() + timedelta(days=1)
    return cards[0].date - timedelta(days=1), cards[-1].date + timedelta(days=1)
