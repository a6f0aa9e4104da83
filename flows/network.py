"""The network at the desk: how full lists are, who does the work, how long patients waited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from db import boards

if TYPE_CHECKING:
    from db.network_pictures import NetworkLoad, Waits
    from flows.desk import Desk
    from scheduler.vocabulary import Stage

ONE_DAY = timedelta(days=1)


class Network:
    """Everything a person may ask about the whole network, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def load(self, start: date | None = None, weeks: int = 4, site: str | None = None) -> NetworkLoad:
        """Say how full the lists of some whole weeks are, from the Monday of a date's week (today's unless said)."""
        on = start or self.desk.today()
        monday = on - timedelta(days=on.weekday())
        last = monday + timedelta(weeks=weeks) - ONE_DAY
        now = self.desk.service.clock.now()
        return self.desk._look(lambda session: boards.network_load(session, start=monday, end=last, now=now, site=site))

    def waits(self, stage: Stage | None = None) -> Waits:
        """Say how long those treated in the last twelve months waited, for one stage or for either."""
        now = self.desk.service.clock.now()
        return self.desk._look(lambda session: boards.waits(session, now=now, stage=stage))
