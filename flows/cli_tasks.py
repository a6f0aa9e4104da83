"""`neurolist tasks`: what is to be done, by whom and how, and taking, handing over, putting off and ticking off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk, typed_date
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    pass

app = typer.Typer(help="List what is to be done, by whom, by when and how; or act on one task.")
TaskId = Annotated[str, typer.Argument(metavar="TASK", help="A task, by the id that `neurolist tasks` prints.")]
Version = Annotated[int | None, typer.Option("--version", help="Refuse if the task changed since this version.")]


@app.callback(invoke_without_command=True)
def tasks(
    context: typer.Context,
    *,
    mine: Annotated[bool, typer.Option("--mine", help="Given to you, or to nobody and asked of your roles.")] = False,
    role: Annotated[Role | None, typer.Option(help="Only those asked of this role.")] = None,
    case: Annotated[str | None, typer.Option(metavar="REF", help="Only those of this case.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past their day.")] = False,
    put_off: Annotated[bool, typer.Option("--put-off", help="Also those put off to a later day.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the open tasks, the soonest due first, each with why it is asked and how it is done."""
    if context.invoked_subcommand is not None:
        return
    from flows.show import print_json
    from flows.show_tasks import print_tasks

    found = the_desk().tasks(mine=mine, role=role, ref=case, overdue=overdue, put_off=put_off)
    print_json(found) if as_json else print_tasks(found)


@app.command()
def done(task: TaskId, *, version: Version = None) -> None:
    """Tick off a task by hand; one that its step ticks off is refused, with the name of the step."""
    the_desk().finish_task(task, expected_version=version)
    typer.echo("Done.")


@app.command()
def take(task: TaskId, *, version: Version = None) -> None:
    """Take a task, so that others see who does it."""
    desk = the_desk()
    desk.assign_task(task, expected_version=version)
    typer.echo(f"{desk.actor.name} has taken it.")


@app.command()
def give(
    task: TaskId,
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="The name they sign in with.")],
    *,
    version: Version = None,
) -> None:
    """Give a task to one of the staff who holds its role at its site."""
    the_desk().assign_task(task, username, expected_version=version)
    typer.echo(f"Given to {username}.")


@app.command("hand-back")
def hand_back(task: TaskId, *, version: Version = None) -> None:
    """Give a task back to everybody of its role."""
    the_desk().hand_back_task(task, expected_version=version)
    typer.echo("Handed back.")


@app.command()
def snooze(
    task: TaskId,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The day to look at it again.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is put off.")],
    *,
    version: Version = None,
) -> None:
    """Put a task off to a later day, within the protocol's limit; the day it is due does not change."""
    day = typed_date(until)
    the_desk().snooze_task(task, day, reason, expected_version=version)
    typer.echo(f"Put off to {day:%-d %B %Y}.")
