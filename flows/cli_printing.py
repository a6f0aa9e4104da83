"""`neurolist print`: sheets as PDF files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import the_desk, typed_date
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from flows.printing import Sheet

app = typer.Typer(
    name="print",
    help="Print a list, a suite's day or the agenda of a meeting as PDF.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

On = Annotated[str, typer.Argument(metavar="DATE", help="The day, such as 2026-12-02.")]
Into = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="The folder to write the file into.")]
Names = Annotated[
    bool, typer.Option("--names/--no-names", help="With the patients' names, for those who may see them.")
]
Kind = Annotated[
    str, typer.Option("--standard", metavar="KIND", help="plain; a-2b for an archive; ua-1 for a screen reader.")
]
HERE = Path()


@app.command("list")
def one_list(
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="A list's id; `neurolist lists` shows them.")],
    *,
    into: Into = HERE,
    names: Names = True,
    standard: Kind = "plain",
) -> None:
    """Print one list."""
    from flows.printing import standard_named

    _keep(the_desk().printing.one_list(list_id, names=names, standard=standard_named(standard)), into)


@app.command()
def day(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A suite's id.")],
    on: On,
    *,
    into: Into = HERE,
    names: Names = True,
    standard: Kind = "plain",
) -> None:
    """Print every list of a suite on one day."""
    from flows.printing import standard_named

    sheet = the_desk().printing.suite_day(suite, typed_date(on), names=names, standard=standard_named(standard))
    _keep(sheet, into)


@app.command()
def agenda(on: On, *, into: Into = HERE, standard: Kind = "plain") -> None:
    """Print the agenda of an MDT meeting."""
    from flows.printing import standard_named

    _keep(the_desk().printing.agenda(typed_date(on), standard=standard_named(standard)), into)


def _keep(sheet: Sheet, folder: Path) -> None:
    path = folder / sheet.name
    try:
        path.write_bytes(sheet.pdf)
    except OSError as fault:
        raise BadInputError.of("into", f"{path} cannot be written: {fault.strerror}. Name another folder.") from None
    typer.echo(f"Wrote {path}.")
