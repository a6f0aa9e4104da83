"""The page for operators names commands that parse, settings that are read, files that exist and events there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.exceptions import TyperException

from dashboard.settings import ScreenSettings
from db.log_settings import LogSettings
from db.log_words import LogEvent
from db.logs import KEPT, LARGEST_BYTES
from db.settings import MemorySettings
from flows.cli import app
from flows.outbox.settings import OutboxSettings
from flows.steps import LEASE, PARK_AFTER
from flows.upkeep_jobs import LEASE as UPKEEP_LEASE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# Read from the environment without a class of settings.
ELSEWHERE = {"NEUROLIST_USER", "NEUROLIST_NOW", "NEUROLIST_CLOCK", "NEUROLIST_OUTBOX", "NEUROLIST_PG_BIN"}
OF_THE_PAGE = {"NEUROLIST_HOME"}


def commands() -> list[str]:
    """Every `neurolist …` of the page: in backticks, and in lines that are set apart, without what a shell adds."""
    joined = re.sub(r"\\\n\s*", "", PAGE)
    apart = [line.strip() for line in joined.splitlines() if line.startswith("    ")]
    quoted = [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", joined)]
    found = []
    for text in (*apart, *quoted):
        told = re.sub(r"\s+#.*$", "", text)
        told = re.sub(r"^([A-Z_]+=\S+\s+)+", "", told)
        if told.startswith("neurolist "):
            found.append(told)
    return sorted(set(found))


def test_the_page_has_its_commands() -> None:
    assert len(commands()) > 20
    for told in ("prepare", "backup", "restore FILE --into NEWHOME", "audit rotate-key"):
        assert [each for each in commands() if each.startswith(f"neurolist {told}")], told


def parsed(words: list[str]) -> list[str]:
    """Read a command line as the program does, without running anything; gives what follows the command's name."""
    command, name = typer.main.get_command(app), "neurolist"
    while hasattr(command, "commands") and words:
        name, *words = words
        command = command.commands[name]
    if words:
        command.make_context(name, list(words))
    return words


@pytest.mark.parametrize("told", commands())
def test_each_command_of_the_page_is_one(told: str) -> None:
    parsed(shlex.split(told)[1:])


@pytest.mark.parametrize("told", ["audit rotate", "backup --in DIR", "restore FILE", "stat", "setup close LIST"])
def test_a_command_that_is_none_is_found(told: str) -> None:
    with pytest.raises((KeyError, TyperException)):
        parsed(shlex.split(told))


def test_every_setting_of_the_page_is_read_somewhere() -> None:
    classes = (MemorySettings, ScreenSettings, LogSettings, OutboxSettings)
    known = {f"NEUROLIST_{name.upper()}" for one in classes for name in one.model_fields} | ELSEWHERE | OF_THE_PAGE
    named = set(re.findall(r"\bNEUROLIST_[A-Z_]*[A-Z]\b", PAGE))
    assert named - known == set()


def test_every_file_of_the_page_is_there() -> None:
    named = set(re.findall(r"(?<![/\w])((?:examples|tests|db|flows|dashboard|scripts)/[\w@./-]+\w)", PAGE))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert {path.name for path in (ROOT / "examples" / "deploy").glob("*.*")} == {
        name.rpartition("/")[2] for name in named if name.startswith("examples/deploy/") and "systemd" not in name
    }


def test_the_page_names_every_event_an_operator_meets() -> None:
    rare = {LogEvent.UNLISTED, LogEvent.NOT_WRITTEN, LogEvent.STEP_DONE, LogEvent.ANCHOR_DONE, LogEvent.COMMAND_DONE}
    rare |= {LogEvent.PREFECT_RUN_FAILED}
    assert [event for event in LogEvent if event not in rare and f"`{event}`" not in PAGE] == []


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"more than {LARGEST_BYTES // 1_000_000} MB" in PAGE
    assert KEPT == 4
    assert "four older ones stay" in PAGE
    assert f"a lease of {LEASE.total_seconds():.0f} seconds" in PAGE
    assert UPKEEP_LEASE.total_seconds() == 3600
    assert PARK_AFTER == 5
    assert "fails five times is parked" in PAGE
