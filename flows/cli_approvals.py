"""`neurolist approvals`: what waits for a second person, and that person's yes or no."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_common import AsJson, the_desk

app = typer.Typer(
    help="What waits for a second person. Whoever asked cannot approve; asking is done by `publish` and `record`.",
    no_args_is_help=True,
)
ApprovalId = Annotated[str, typer.Argument(metavar="ID", help="A request, as `approvals list` names it.")]


@app.command("list")
def list_open(
    *,
    every: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the requests that wait for a second person: what about, who asks and why."""
    from flows.show import print_json
    from flows.show_approvals import approval_lines

    desk = the_desk()
    found = desk.approvals.all() if every else desk.approvals.open()
    print_json(found) if as_json else typer.echo("\n".join(approval_lines(found, desk.zone)))


@app.command()
def approve(approval_id: ApprovalId) -> None:
    """Approve what somebody else asked for; it is done at once."""
    typer.echo(the_desk().approvals.approve(approval_id))


@app.command()
def decline(
    approval_id: ApprovalId,
    *,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why not.")],
) -> None:
    """Turn a request down, or take back one's own; nothing is done."""
    state = the_desk().approvals.decline(approval_id, reason=reason)
    typer.echo(f"It is {state.value}. Nothing was done.")
