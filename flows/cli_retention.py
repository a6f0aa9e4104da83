"""`neurolist retention`: which records may be destroyed, their destruction by two people, and the register of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from db.disk import why as why_not
from flows.cli_common import AsJson, the_desk
from scheduler.errors import BadInputError, NeurolistError

REFUSED = 1
app = typer.Typer(
    help="How long records are kept. One person proposes that a record be destroyed, another approves.",
    no_args_is_help=True,
)
Refs = Annotated[list[str], typer.Argument(metavar="REF...", help="Case references, such as N10001.")]
Why = Annotated[str, typer.Option("--reason", metavar="WORDS", help="Why; do not name the patient.")]


@app.command()
def due(*, as_json: AsJson = False) -> None:
    """List the cases whose records may be destroyed, each with why; nothing happens to them."""
    from flows.show import print_json
    from flows.show_approvals import due_lines

    found = the_desk().retention.due()
    print_json(found) if as_json else typer.echo("\n".join(due_lines(found)))


@app.command()
def why(refs: Refs) -> None:
    """Say for each case whether its record may be destroyed today, with everything in the way."""
    desk = the_desk()
    for ref in refs:
        typer.echo(f"{ref}: {desk.retention.judge(ref).says}")


@app.command()
def propose(refs: Refs, *, reason: Why) -> None:
    """Propose that records be destroyed; another person approves or declines each."""
    desk = the_desk()
    _each(refs, lambda ref: f"{ref}: proposed, request {desk.retention.propose(ref, reason=reason)}.")


@app.command()
def proposed(*, as_json: AsJson = False) -> None:
    """List the destructions that wait for a second person: which, who proposes and why."""
    from flows.show import print_json
    from flows.show_approvals import approval_lines

    desk = the_desk()
    found = desk.retention.proposed()
    print_json(found) if as_json else typer.echo("\n".join(approval_lines(found, desk.zone)))


@app.command()
def approve(refs: Refs) -> None:
    """Approve what somebody else proposed: the records are destroyed at once, and entered in the register."""
    desk = the_desk()
    _each(refs, desk.retention.approve)


@app.command()
def decline(refs: Refs, *, reason: Why) -> None:
    """Turn proposals down, or take back one's own; the records stay."""
    desk = the_desk()
    _each(refs, lambda ref: f"{ref}: {desk.retention.decline(ref, reason=reason).value}. The record stays.")


@app.command()
def hold(refs: Refs, *, reason: Why) -> None:
    """Put cases under a legal hold: their records are not destroyed, whatever their age."""
    desk = the_desk()

    def one(ref: str) -> str:
        desk.retention.hold(ref, reason=reason)
        return f"{ref}: under a legal hold."

    _each(refs, one)


@app.command()
def lift(refs: Refs, *, reason: Why) -> None:
    """Lift the legal hold of cases."""
    desk = the_desk()

    def one(ref: str) -> str:
        desk.retention.lift(ref, reason=reason)
        return f"{ref}: no longer under a legal hold."

    _each(refs, one)


@app.command()
def holds() -> None:
    """List the cases under a legal hold, with why."""
    from flows.show_approvals import hold_lines

    typer.echo("\n".join(hold_lines(the_desk().retention.holds())))


@app.command()
def register(
    *,
    to: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write it as CSV into a new file; - prints it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the register of disposals: whose record, of which period, destroyed when and by whom. It names people."""
    from flows.show import print_json
    from flows.show_approvals import register_csv, register_lines

    found = the_desk().retention.register()
    if to is not None and str(to) != "-":
        try:
            with to.open("x", encoding="utf-8") as file:
                to.chmod(0o600)
                file.write(register_csv(found))
        except OSError as fault:
            raise BadInputError.of("--csv", f"{to} cannot be written ({why_not(fault)}). Name a new file.") from None
        typer.echo(f"{len(found)} lines written to {to}. It names people: keep it as you keep records.")
    elif to is not None:
        typer.echo(register_csv(found), nl=False)
    else:
        print_json(found) if as_json else typer.echo("\n".join(register_lines(found)))


def _each(refs: Iterable[str], act: Callable[[str], str]) -> None:
    """Do it for each case by itself, so that one refusal keeps no other; exit code 1 where any was refused."""
    refused = False
    for ref in refs:
        try:
            typer.echo(act(ref))
        except NeurolistError as fault:
            refused = True
            typer.echo(f"{ref}: {fault}", err=True)
    if refused:
        raise typer.Exit(REFUSED)
