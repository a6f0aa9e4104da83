"""Starting from the command line: in whose name, on which database, with demonstration data, as a whole service."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from db import logs
from db.audit import Author
from db.migrations import newest
from db.settings import MemorySettings
from flows.clock import carry
from flows.desk import EVERY_SITE, Actor, Desk
from flows.log_process import logged
from flows.outbox.settings import outbox_settings
from flows.prefect_home import prefect_environment
from flows.progress import counting
from flows.public_holidays import fill_in_holidays
from flows.serve import serve
from flows.service import Service, open_service
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from db.backups.restoring import Restored

USER = "NEUROLIST_USER"
COMMANDS_LOG = "commands.log"


def command_line_desk(*, as_it_is: bool = False) -> Desk:
    """Open the desk in the name of who types, on a database whose tables and guards are in place, or `as_it_is`."""
    service = _opened()
    if not as_it_is:
        _prepare(service)
    return Desk(service, command_line_actor())


def prepare_memory() -> str:
    """Bring the tables to the newest shape, with every guard tried; gives the revision they stand at."""
    service = _opened()
    _prepare(service, repair=True)
    return newest()


def _opened() -> Service:
    """Open the service for one job of the command line, whose lines go to a log of the home folder."""
    service = open_service()
    logs.set_up("command", into=service.home / "logs" / COMMANDS_LOG)
    return service


def command_line_actor() -> Actor:
    """Say who types: whoever can reach the database from here is its administrator, by the name they give."""
    name = os.environ.get(USER) or getpass.getuser()
    return Actor(id=f"command line: {name}", name=name, roles={EVERY_SITE: frozenset({Role.ADMINISTRATOR})})


def restore_in_my_name(path: Path, into: Path, keys: list[Path], data_keys: list[Path]) -> Restored:
    """Restore a backup into a new home, in the name of who types; the database is the one the environment names."""
    from db.backups.restoring import restore

    who, service = command_line_actor(), _opened()
    author = Author(id=who.id, name=who.name, role=Role.ADMINISTRATOR.value)
    settings = service.database.settings.model_copy(update={"home": into})
    return restore(path, settings, author=author, now=service.clock.now(), keys=keys, opening=data_keys)


def start_service(*, port: int, demo: bool, say: Callable[[str], None]) -> None:
    """Run the whole service here until Ctrl-C; with `demo`, an empty database is filled first.

    Raises BadInputError before anything starts when letters could not leave by the settings.
    """
    outbox_settings()
    service = open_service()
    with logged("up", into=service.home / "logs" / "up.log"):
        serve(
            service.home,
            port=port,
            environment=_environment(service),
            say=say,
            make_ready=lambda: _make_ready(service, demo=demo, say=say),
        )


def start_worker(*, limit: int, api: str | None) -> None:
    """Become a worker for parts of large plans, until Ctrl-C."""
    home = MemorySettings().home.expanduser().absolute()
    from flows.plan_in_parts import prefect_address  # the solver takes a second to load

    address = prefect_address(home, given=api)
    settings = {**prefect_environment(home, address), "NEUROLIST_HOME": str(home)}
    command = [sys.executable, "-m", "flows.part_worker", str(limit)]
    os.execve(command[0], command, {**os.environ, **settings})  # noqa: S606 - our own module, never a shell's


def fill_with_demo(seed: int) -> tuple[str, ...]:
    """Fill the empty database with a synthetic service; gives what was made and how to sign in, line by line."""
    service = _opened()
    service.database.prepare(service.clock.now())
    return _fill(service, seed)


def is_empty(service: Service) -> bool:
    """Say whether nothing has been put into this memory yet."""
    desk = Desk(service, command_line_actor())
    return not desk.sites() and not desk.cases()


def _prepare(service: Service, *, repair: bool = False) -> None:
    """Bring the memory to its newest shape, with the public holidays of the years around; a lost guard is named."""
    service.database.prepare(service.clock.now(), repair=repair)
    fill_in_holidays(service)


def _make_ready(service: Service, *, demo: bool, say: Callable[[str], None]) -> None:
    say(f"Preparing {service.home} …")
    _prepare(service)
    if demo and is_empty(service):
        say("Making demonstration data; this takes a minute or two …")
        for line in _fill(service, 0):
            say(line)
    elif demo:
        from flows.demo import demo_accounts

        say("The database already holds data, so no demonstration data was made.")
        say(demo_accounts(service.home) or "Sign in with an account made by: neurolist account")
    service.database.close()


def _fill(service: Service, seed: int) -> tuple[str, ...]:
    from flows.demo import demo_accounts, make_demo, plan_ahead

    with counting("Making demonstration data") as tell:
        report = make_demo(service.database, clock=service.clock, seed=seed, on_progress=tell)
    published = plan_ahead(service)
    return (
        f"Made {report.cases} cases, {report.sites} sites, {report.lists} lists and {report.plans} past plans.",
        f"Planned the coming weeks: {len(published.booked)} more cases booked, {len(published.moved)} moved.",
        demo_accounts(service.home) or "",
    )


def _environment(service: Service) -> dict[str, str]:
    """Give what every process of the service must agree on: the folder, the database, the zone and the time."""
    settings = service.database.settings
    given = {"NEUROLIST_HOME": str(service.home), "NEUROLIST_TIMEZONE": settings.timezone, **carry(service.clock)}
    if settings.database_url is not None:
        given["NEUROLIST_DATABASE_URL"] = _absolute(settings.database_url.get_secret_value())
    return given


def _absolute(url: str) -> str:
    """Keep a relative SQLite file where it is, whatever folder a process starts in."""
    start = "sqlite:///"
    path = url.removeprefix(start)
    return f"{start}{Path(path).absolute()}" if url.startswith(start) and path else url
