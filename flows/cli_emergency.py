"""`neurolist emergency`: open who a patient of another site is, for a while and with a reason."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_common import the_desk


def emergency(
    ref: Annotated[str, typer.Argument(metavar="REF", help="A case reference.")],
    *,
    reason: Annotated[str, typer.Option(help="What the emergency is; do not name the patient.")],
) -> None:
    """Open who a patient of another site is, for an hour unless set otherwise; the IR lead is asked to look at it."""
    desk = the_desk()
    until = desk.open_in_emergency(ref, reason).astimezone(desk.zone)
    typer.echo(f"Opened until {until:%H:%M}. Your name and the reason are recorded. Now: neurolist patient {ref}")
