"""Processes that are killed outright: at random moments by the harness, or by themselves at one commit."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import event as sql_event

from benchmarks.clinic.journal import Journal
from db.engine import Database
from flows.tether import tether

SHARE_ARMED = 0.5

Main = Callable[["Arming | None"], None]


@dataclass(frozen=True, slots=True)
class Arming:
    """The commit at which a process kills itself: just before it, or just after."""

    moment: str
    number: int
    deaths: Journal
    name: str

    def arm(self, database: Database) -> None:
        """Kill this process at that commit of this database, having written down that it did."""
        seen: Counter[str] = Counter()

        def committing(_: object) -> None:
            seen["before"] += 1
            self._die_if_due(seen["before"], "before")

        def back_in_the_pool(*_: object) -> None:
            # A connection goes back right after its commit, before anybody hears that it was kept.
            if seen["before"] > seen["after"]:
                seen["after"] += 1
                self._die_if_due(seen["after"], "after")

        sql_event.listen(database._writer, "commit", committing)
        sql_event.listen(database._writer, "checkin", back_in_the_pool)

    def _die_if_due(self, number: int, moment: str) -> None:
        if (moment, number) == (self.moment, self.number):
            self.deaths.write("death", victim=self.name, how=f"{moment} a commit")
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class Crew:
    """The processes the harness keeps: forked, so that starting one again takes a moment only."""

    folder: Path
    chance: Random
    mains: dict[str, Main] = field(default_factory=dict)
    running: dict[str, int] = field(default_factory=dict)
    furthest: int = 60  # commits, after which one of the armed processes kills itself at the latest; 0 arms none
    starts: Counter[str] = field(default_factory=Counter)

    @property
    def deaths(self) -> Journal:
        """Who was killed, and how."""
        return Journal(self.folder / "deaths.jsonl")

    def start(self, name: str) -> None:
        """Fork one process, armed to kill itself in half of all cases."""
        arming = None
        if self.furthest and self.chance.random() < SHARE_ARMED:
            moment = self.chance.choice(("before", "after"))
            arming = Arming(moment, round(self.furthest ** self.chance.random()), self.deaths, name)
        harness = os.getpid()
        child = os.fork()
        if child == 0:
            self._be(name, arming, harness)
        self.starts[name] += 1
        self.running[name] = child

    def _be(self, name: str, arming: Arming | None, harness: int) -> None:
        code = 1
        try:
            tether(harness)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            log = os.open(self.folder / f"{name}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            self.mains[name](arming)
            code = 0
        except BaseException:  # noqa: BLE001 - a forked child must never run on in its parent's code
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def look(self) -> list[str]:
        """Start again whatever has died; gives the names of those that broke down without being killed."""
        broken = []
        for name, child in list(self.running.items()):
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
                    broken.append(name)
                self.start(name)
        return broken

    def kill(self, name: str) -> None:
        """Kill one process where it stands, and start it again."""
        child = self.running[name]
        self.deaths.write("death", victim=name, how="at random")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        self.start(name)

    def stop(self) -> None:
        """End every process."""
        for child in self.running.values():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
        self.running.clear()
