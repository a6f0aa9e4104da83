"""`neurolist encrypt`: what of the database is encrypted, on, off, and with another key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk

if TYPE_CHECKING:
    from flows.upkeep import EncryptionState

REFUSED = 1

encrypt = typer.Typer(
    name="encrypt",
    help="What of the database is encrypted, under a key that lies outside it.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@encrypt.command()
def status(
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Open every value as well, and name each that is wrong.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which rows are encrypted with which key; exit code 1 when something is left to do or wrong."""
    _tell(the_desk().upkeep.encryption(verified=verify), as_json=as_json)


@encrypt.command()
def on(*, as_json: AsJson = False) -> None:
    """Encrypt every name, number, letter and referrer's word there is; may be stopped, and goes on when repeated."""
    _tell(the_desk().upkeep.encrypt_identity(_progress()), as_json=as_json)


@encrypt.command()
def off(*, as_json: AsJson = False) -> None:
    """Keep names, numbers and letters in the clear again; may be stopped, and goes on when repeated."""
    _tell(the_desk().upkeep.decrypt_identity(_progress()), as_json=as_json)


@encrypt.command("rotate-key")
def rotate_key(*, as_json: AsJson = False) -> None:
    """Encrypt everything anew with a new key; may be stopped, and goes on when repeated."""
    found = the_desk().upkeep.rotate_data_key(_progress())
    _tell(found, as_json=as_json)
    typer.echo(
        f"Values are now encrypted with the key {found.key}. Put a copy of the new data.key away, apart from the "
        "backups; older backups still need the keys in data-keys.",
        err=True,
    )


@encrypt.command()
def file(*, as_json: AsJson = False) -> None:
    """Write SQLite's file anew as NEUROLIST_ENCRYPT_FILE says, encrypted as a whole or not; the service is stopped."""
    _tell(the_desk().upkeep.write_file_anew(), as_json=as_json)


class _progress:  # noqa: N801  it reads as the function it is used as
    """Tell how many rows of each table were written so far."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {}

    def __call__(self, table: str, rows: int) -> None:
        if rows:
            self.written[table] = self.written.get(table, 0) + rows
            typer.echo(f"{table}: {self.written[table]} rows", err=True)


def _tell(found: EncryptionState, *, as_json: bool) -> None:
    from flows.show import print_json

    faults = found.verified.faults if found.verified else ()
    if as_json:
        print_json(found)
    else:
        _in_words(found, faults)
    if faults or not found.complete or not found.clean or (found.file and not found.file.as_it_should_be):
        raise typer.Exit(REFUSED)


def _in_words(found: EncryptionState, faults: tuple[str, ...]) -> None:
    typer.echo(f"Names, numbers, letters and referrers' words: {'encrypted' if found.identity else 'in the clear'}.")
    if found.file is not None:
        how = f"encrypted as a whole, with the key {found.file.key}" if found.file.encrypted else "not encrypted"
        typer.echo(f"The database's file: {how}.")
    typer.echo(f"The key in use is {found.key}.")
    for table in found.tables:
        older = f", {table.older} with an older key" if table.older else ""
        typer.echo(f"  {table.table}: {table.current} encrypted{older}, {table.plain} in the clear")
    if not found.complete:
        typer.echo("Not every row is as it should be: neurolist encrypt on (or off, or rotate-key) does what is left.")
    if found.file is not None and not found.file.as_it_should_be:
        typer.echo("The file is not as it should be: stop the service, and run neurolist encrypt file")
    if not found.clean:
        typer.echo(
            "The database's files may still hold rows as they were, for somebody was reading them. Repeat it when the "
            "service is stopped."
        )
    if found.verified is not None:
        for fault in faults:
            typer.echo(f"✗ {fault}")
        typer.echo(f"{found.verified.encrypted} encrypted rows were opened, {len(faults)} are wrong.")
