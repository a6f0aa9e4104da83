"""Victoria's public holidays as they are computed, and the upkeep of the table that people confirm them in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from db import holidays as table
from db import watching
from db.protocol import protocol
from flows.service import MACHINE

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from flows.service import Service

STATE = "VIC"


@cache
def public_holidays(first_year: int, last_year: int) -> Mapping[date, str]:
    """Give Victoria's public holidays in these years; later years are forecasts until somebody confirms them."""
    import holidays  # the library takes a while to load, and only a new year needs it

    years = range(first_year, last_year + 1)
    return dict(sorted(holidays.country_holidays("AU", subdiv=STATE, years=years, language="en_AU").items()))


def fill_in_holidays(service: Service) -> None:
    """Fill in last year, this year and next year, each once: what a person removes stays away."""
    now, today = service.clock.now(), service.clock.today()
    last_year = today.year + 1
    with service.database.reading() as session:
        filled = table.seeded_until(session)
    if filled >= last_year:
        return
    days = public_holidays(today.year - 1, last_year)

    def fill(session: Session) -> None:
        table.seed(session, days, last_year=last_year, today=today)
        remind(session, today=today, now=now)

    service.database.write(fill, author=MACHINE, now=now)


def keep_holidays(service: Service) -> None:
    """Fill in the years around today, and keep the reminder to confirm what is only predicted."""
    now, today = service.clock.now(), service.clock.today()
    fill_in_holidays(service)
    service.database.write(lambda session: remind(session, today=today, now=now), author=MACHINE, now=now)


def remind(session: Session, *, today: date, now: datetime) -> bool:
    """Keep one open task for an administrator while holidays within the protocol's horizon are unconfirmed."""
    horizon = protocol(session, today).days("holidays_confirmed_before")
    return table.ask_to_confirm(session, today=today, until=today + timedelta(days=horizon), now=now)


def after_change(session: Session, *, today: date, now: datetime) -> None:
    """Let everything that rests on working days follow a changed table: due days, timers, and the reminder."""
    watching.look_after_all(session, now=now)
    remind(session, today=today, now=now)
