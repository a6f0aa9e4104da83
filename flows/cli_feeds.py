"""`neurolist feeds`: the calendars of radiologists and suites that a calendar program may subscribe to."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_common import AsJson, the_desk

app = typer.Typer(
    name="feeds",
    help="Calendar feeds: without a word after it, those there are.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def all_feeds(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the feeds: whose calendar each is, who made it, and whether it still answers."""
    if context.invoked_subcommand is not None:
        return
    from flows.show import local, print_json, table

    desk = the_desk()
    found = desk.feeds.all()
    if as_json:
        print_json(found)
    elif not found:
        typer.echo("No calendar feed yet. Make one: neurolist feeds add radiologist ID")
    else:
        from flows.show import console

        shown = table("Feed", "Whose", "Made", "By", "Ended")
        for line in found:
            ended = local(line.ended_at, desk.zone) if line.ended_at else "-"
            shown.add_row(
                line.id, f"{line.name} ({line.kind.value})", local(line.made_at, desk.zone), line.made_by, ended
            )
        console().print(shown)


@app.command()
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="radiologist or suite")],
    subject: Annotated[str, typer.Argument(metavar="ID", help="The id of the radiologist or suite.")],
) -> None:
    """Make a feed; its address is shown this once and kept nowhere."""
    path = the_desk().feeds.make(kind, subject)
    typer.echo(f"Put the server's own address before this and keep it as you would a password: {path}")


@app.command()
def end(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="The feed's id; `neurolist feeds` shows it.")],
) -> None:
    """Let a feed answer no more."""
    the_desk().feeds.end(feed)
    typer.echo("The feed has ended: its address answers no more.")
