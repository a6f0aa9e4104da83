"""The sweep that keeps cases from being forgotten: silent ones are found, and once a day everything is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import silence, watching
from flows.public_holidays import keep_holidays
from flows.service import MACHINE

if TYPE_CHECKING:
    from sqlmodel import Session

    from flows.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """The cases that were silent until now, and how many were looked after because a new day had begun."""

    silent: tuple[str, ...]
    looked_after: int

    def lines(self) -> list[str]:
        """Give a line for everything that was found."""
        found = [f"{ref} silent: its next step was asked for again" for ref in self.silent]
        return [*found, f"{self.looked_after} cases looked after"] if self.looked_after else found


def keep_watch(service: Service) -> WatchReport:
    """Ask again for the next step of every silent case; on the first sweep of a day, look after all cases."""
    now = service.clock.now()
    with service.database.reading() as session:
        silent = silence.silent_cases(session, now=now)
    broken = tuple(ref for ref in silent if _break(service, ref))
    return WatchReport(silent=broken, looked_after=_daily(service))


def _break(service: Service, ref: str) -> bool:
    """A case may have got its next step since it was found, so it is asked once more inside the write."""
    now = service.clock.now()

    def work(session: Session) -> bool:
        if ref not in silence.silent_cases(session, now=now, ref=ref):
            return False
        silence.break_silence(session, ref, now=now)
        return True

    return service.database.write(work, author=MACHINE, now=now)


def _daily(service: Service) -> int:
    now, today = service.clock.now(), service.clock.today()
    with service.database.reading() as session:
        if watching.looked_after_on(session) >= today.toordinal():
            return 0
    keep_holidays(service)

    def work(session: Session) -> int:
        watching.note_day(session, today.toordinal())
        return watching.look_after_all(session, now=now)

    return service.database.write(work, author=MACHINE, now=now)
