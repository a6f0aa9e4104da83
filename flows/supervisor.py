"""Keeps a set of child processes running: starts them in order, restarts one that dies, stops them in reverse."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from db import logs
from db.log_words import LogEvent
from flows.prefect_home import answers
from flows.tether import command

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0  # a child that ran this long has earned a fresh start of its pauses
PROBE_EVERY_SECONDS = 5.0
PROBE_WHILE_STARTING_SECONDS = 0.5
UNWELL_SECONDS = 60.0  # how long a child that has answered may be silent on its health address before it is restarted
STARTING_SECONDS = 300.0  # how long it may take to answer at first: Prefect makes its tables, on a busy machine slowly
STOP_WITHIN_SECONDS = 8.0
STOP_EACH_SECONDS = 4.0
TICK_SECONDS = 0.1
LOOK_AT_LOGS_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process to keep: its command, what it needs, and the address that answers when it is well."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    health: str | None = None
    mark: str = ""  # what the answer has to carry, so that another program at that address is not taken for this one
    after: str | None = None  # the child that must be well before this one starts


@dataclass(slots=True)
class _Running:
    """What the supervisor knows of one child now."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0
    well: bool = False
    has_answered: bool = False  # since it was started
    last_well: float = 0.0
    probe_at: float = 0.0


class Supervisor:
    """Starts, watches and stops the children; one thread, one loop."""

    def __init__(
        self, children: Sequence[Child], *, logs: Path, on_event: Callable[[str, str], None] = lambda _name, _what: None
    ) -> None:
        self._running = {child.name: _Running(child=child) for child in children}
        self._logs = logs
        self._tell = on_event
        self._asked_to_stop = 0
        self._logs_at = time.monotonic()

    def pids(self) -> dict[str, int]:
        """Give the process id of each child that is running."""
        return {name: run.process.pid for name, run in self._running.items() if run.process is not None}

    def well(self, name: str) -> bool:
        """Say whether this child runs and, where it has a health address, has answered there."""
        return self._running[name].well

    def ask_to_stop(self, *_: object) -> None:
        """Ask the loop to end; asked twice, the children are ended without waiting."""
        self._asked_to_stop += 1

    def run(self) -> None:
        """Keep the children running until asked to stop, then stop them; also when something goes wrong here."""
        try:
            while not self._asked_to_stop:
                self.tick()
                time.sleep(TICK_SECONDS)
        finally:
            self.stop()

    def tick(self) -> None:
        """Look once at every child: start what should run, notice what died, probe what should answer."""
        for run in self._running.values():
            if run.process is None:
                self._start_if_due(run)
            elif run.process.poll() is not None:
                self._note_death(run, run.process.returncode)
            else:
                self._probe(run)
        self._look_at_logs()

    def stop(self) -> None:
        """Stop the children in reverse order, politely first, all within ten seconds."""
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        for run in reversed(self._running.values()):
            if run.process is not None:
                self._end(run.process, deadline)
                self._say(run.child.name, "stopped", LogEvent.CHILD_STOPPED)
                run.process, run.well = None, False

    def _start_if_due(self, run: _Running) -> None:
        after = run.child.after
        if time.monotonic() < run.start_at or (after is not None and not self._running[after].well):
            return
        with _log_file(self._logs, run.child.name) as log:
            run.process = subprocess.Popen(  # noqa: S603 - our own command lines, no shell, nothing a person typed
                command(os.getpid(), list(run.child.command)),
                env={**os.environ, **run.child.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        run.started = run.last_well = time.monotonic()
        run.probe_at, run.well, run.has_answered = run.started, False, False
        self._say(run.child.name, "started", LogEvent.CHILD_STARTED)

    def _note_death(self, run: _Running, code: int) -> None:
        lasted = time.monotonic() - run.started
        run.deaths = 1 if lasted >= STEADY_SECONDS else run.deaths + 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (run.deaths - 1))
        if run.process is not None:
            _end_group(run.process.pid)
        run.process, run.well, run.start_at = None, False, time.monotonic() + pause
        ended = {"signal": -code} if code < 0 else {"exit_code": code}
        says = f"ended ({_how(code)}); starting again in {pause:.0f} s"
        self._say(run.child.name, says, LogEvent.CHILD_ENDED, seconds=pause, **ended)

    def _probe(self, run: _Running) -> None:
        now = time.monotonic()
        if now < run.probe_at:
            return
        well = run.child.health is None or answers(run.child.health, mark=run.child.mark)
        if well and not run.well:
            self._say(run.child.name, "well", LogEvent.CHILD_WELL)
        run.well = well
        run.probe_at = now + (PROBE_EVERY_SECONDS if well else PROBE_WHILE_STARTING_SECONDS)
        patience = UNWELL_SECONDS if run.has_answered else STARTING_SECONDS
        if well:
            run.last_well, run.has_answered = now, True
        elif now - run.last_well > patience and run.process is not None:
            says = f"did not answer for {patience:.0f} s"
            self._say(run.child.name, says, LogEvent.CHILD_SILENT, seconds=patience)
            run.process.kill()

    def _say(self, name: str, says: str, event: LogEvent, **numbers: Any) -> None:
        logs.tell(event, child=name, **numbers)
        self._tell(name, says)

    def _look_at_logs(self) -> None:
        """Put full logs aside while the children go on writing to them."""
        if time.monotonic() - self._logs_at < LOOK_AT_LOGS_SECONDS:
            return
        self._logs_at = time.monotonic()
        for name in self._running:
            logs.empty_full(self._logs / f"{name}.log")

    def _end(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        process.terminate()
        until = max(time.monotonic() + 0.5, min(deadline, time.monotonic() + STOP_EACH_SECONDS))
        while process.poll() is None and time.monotonic() < until and self._asked_to_stop < 2:
            time.sleep(0.02)
        _end_group(process.pid)
        process.kill()
        process.wait()


def _end_group(pid: int) -> None:
    """End whatever the child started and left behind."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _log_file(folder: Path, name: str) -> BinaryIO:
    path = folder / f"{name}.log"
    logs.make_room(path)
    return path.open("ab")
