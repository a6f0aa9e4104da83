"""`neurolist prepare`, `backup`, `restore`, `drill` and `audit`: what keeps the memory safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk

if TYPE_CHECKING:
    from db.backups.restoring import Restored

REFUSED = 1

app = typer.Typer(
    name="audit",
    help="The audit trail: checked, anchored outside the database, told to other systems.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def backup(
    *,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="The folder to put it in; the usual one unless said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a backup now: the whole database at one moment, in one file that says what it holds."""
    from flows.show import print_json

    made = the_desk().upkeep.back_up(into)
    contents = made.manifest.contents
    if as_json:
        print_json({"file": str(made.path), "manifest": made.manifest})
        return
    typer.echo(f"{made.path}")
    typer.echo(
        f"{sum(contents.rows.values())} rows of {len(contents.rows)} tables; the trail ends at row {contents.seq}. "
        "The keys are not in it: keep copies of audit.key and data.key apart."
    )


def prepare() -> None:
    """Bring the tables to the newest shape and try every guard; on PostgreSQL, as the role that owns the tables."""
    from flows.start import prepare_memory

    typer.echo(f"The tables stand at migration {prepare_memory()}, and every guard refuses what it should.")


def drill(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A backup; the newest unless said.", show_default=False)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Restore a backup to a scratch place, look at everything in it, and remove it again."""
    _tell(the_desk().upkeep.drill(file), as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    *,
    into: Annotated[Path, typer.Option("--into", metavar="HOME", help="The new home: a folder that is new or empty.")],
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="The copy of audit.key; repeat it for keys given up since."),
    ] = None,
    data_key: Annotated[
        list[Path] | None,
        typer.Option("--data-key", metavar="FILE", help="The copy of data.key; repeat it for keys given up since."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into a new home, look at everything in it, and end every old sign-in."""
    from flows.start import restore_in_my_name

    found = restore_in_my_name(file, into, key or [], data_key or [])
    _tell(found, as_json=as_json)
    typer.echo(
        f"Restored into {into}. Use it with NEUROLIST_HOME={into} and NEUROLIST_TIMEZONE={found.manifest.timezone}; "
        "everybody signs in again.",
        err=True,
    )


@app.command()
def verify(*, as_json: AsJson = False) -> None:
    """Walk the whole trail and hold it against the anchors; a fault is named, with exit code 1."""
    from flows.show import print_json

    found = the_desk(as_it_is=True).upkeep.verify()
    if as_json:
        print_json(found)
    else:
        typer.echo(
            found.report.fault
            or f"All {found.report.rows} rows of the trail hold, and {found.anchors} anchors are on it."
        )
    if found.report.fault:
        raise typer.Exit(REFUSED)


@app.command()
def anchor() -> None:
    """Write where the trail ends to the file outside the database, now."""
    made = the_desk().upkeep.anchor()
    typer.echo(f"The trail ends at row {made.seq}, sealed {made.seal}.")


@app.command()
def export(
    *,
    fhir: Annotated[Path, typer.Option("--fhir", metavar="FILE", help="Where to write, one AuditEvent a line.")],
) -> None:
    """Write the whole trail as FHIR R4 AuditEvents, for another system to keep."""
    told = the_desk().upkeep.export(fhir)
    typer.echo(f"{told} audit events written to {fhir}.")


@app.command("rotate-key")
def rotate_key() -> None:
    """Seal what comes from now on with a new key; the old one stays at hand for its rows."""
    old, new = the_desk().upkeep.rotate_key()
    typer.echo(
        f"Rows are now sealed with key {new.id}; those before keep {old.id}. Put a copy of the new audit.key away, "
        "apart from the backups."
    )


def _tell(found: Restored, *, as_json: bool) -> None:
    from flows.show import print_json

    if as_json:
        print_json({"manifest": found.manifest, "findings": found.findings, "good": found.good})
    else:
        for finding in found.findings:
            typer.echo(f"{'✓' if finding.good else '✗'} {finding.what}: {finding.says}")
    if not found.good:
        raise typer.Exit(REFUSED)
