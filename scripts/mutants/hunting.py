"""A pytest plugin that runs the chosen tests once for each mutant, each in a process of its own, until one fails."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from _pytest.runner import runtestprotocol

from scripts.mutants.swapping import swap

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence

    import pytest

    from scripts.mutants.making import Mutant

SECONDS_FOR_ONE = 120.0  # of work, not by the clock: a mutant that needs more never ends, which is noticed too
STEPS_TOLD = 50


class Hunt:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self, trees: dict[str, ast.Module], mutants: Sequence[Mutant], jobs: int) -> None:
        self._trees = trees
        self._mutants = mutants
        self._jobs = jobs
        self.sound = False
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """See every test pass on the code as it is, then hunt."""
        modules = {file: import_module(file.removesuffix(".py").replace("/", ".")) for file in self._trees}
        self.sound = _passes(os.waitpid(_fork(lambda: None, session.items), 0)[1])
        if not self.sound:
            return True
        running: dict[int, Mutant] = {}
        for count, mutant in enumerate(self._mutants):
            if len(running) >= self._jobs:
                self._gather(running)
            if count % STEPS_TOLD == 0:
                say(f"{count} of {len(self._mutants)} mutants tried, {len(self.survivors)} alive")

            def change(mutant: Mutant = mutant) -> None:
                mutant.apply()
                swap(modules[mutant.file], self._trees[mutant.file])

            running[_fork(change, _nearest_first(session.items, mutant.file))] = mutant
        while running:
            self._gather(running)
        return True

    def _gather(self, running: dict[int, Mutant]) -> None:
        """Wait for one mutant's process."""
        process, status = os.wait()
        mutant = running.pop(process)
        if os.waitstatus_to_exitcode(status) == -signal.SIGPROF:
            say(f"never ends, so it is killed: {mutant.key}")
        if _passes(status):
            self.survivors.append(mutant)
            say(f"alive: {mutant.key}")


def say(text: str) -> None:
    """Tell how it goes, past pytest's capturing."""
    print(text, file=sys.__stdout__, flush=True)


def _nearest_first(items: list[pytest.Item], file: str) -> list[pytest.Item]:
    """Put the tests that carry the file's name first."""
    name = file.rsplit("/", 1)[-1].removesuffix(".py")
    names = (name, name.replace("_", "-"))
    return sorted(items, key=lambda item: not any(part in item.nodeid for part in names))


def _fork(change: Callable[[], None], items: list[pytest.Item]) -> int:
    """Start a process that makes the change and exits with 0 if every test passes all the same."""
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS_FOR_ONE)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        change()
        status = int(_any_fails(items))
    finally:
        os._exit(status)


def _any_fails(items: list[pytest.Item]) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
            return True
    return False


def _passes(status: int) -> bool:
    return os.waitstatus_to_exitcode(status) == 0
