"""`neurolist export`: cases without their patients, for research and for quality."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_common import the_desk


def export(
    deidentified: Annotated[
        Path, typer.Option("--deidentified", metavar="DIR", help="A new folder for the cases without names.")
    ],
    *,
    purpose: Annotated[str, typer.Option(help="What they are for; it is recorded.")],
) -> None:
    """Write every case without names: pseudonyms, shifted weeks, no free text, and nobody in a cell below five."""
    made = the_desk().export_deidentified(deidentified, purpose)
    typer.echo(f"{len(made.cases)} cases are in {deidentified}. Left out: {made.left_out}. Read its README.txt.")
