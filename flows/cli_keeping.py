"""`neurolist setup`: close a list, enter leave, make weekly lists, first what it breaks; and end sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import the_desk, typed_date
from scheduler.errors import NotFoundError

if TYPE_CHECKING:
    from flows.desk import Desk
    from flows.keeping.change import Change

app = typer.Typer(
    help="Close a list, enter leave, or make lists: says what would break, and --save does it. Or end sign-ins.",
    no_args_is_help=True,
)
REFUSED = 1
First = Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")]
Last = Annotated[str, typer.Option("--to", metavar="DATE", help="The last day, included.")]
Save = Annotated[bool, typer.Option("--save", help="Save it also when bookings break, with a task to rebook each.")]


@app.command("close")
def close_list(
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="A list, as `neurolist lists` names it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")],
    save: Save = False,
) -> None:
    """Close a list: nothing more is planned on it."""
    from flows.keeping.lists import CloseList

    desk = the_desk()
    card = desk.keeping.list(list_id)
    _make(desk, CloseList(list=list_id, on=card.date, reason=reason, version=card.version), save=save)


@app.command()
def leave(
    radiologist: Annotated[str, typer.Argument(metavar="RADIOLOGIST", help="The id of a radiologist, such as R01.")],
    *,
    first: First,
    last: Last,
    reason: Annotated[str, typer.Option(help="Why; shown to those who plan.")] = "",
    save: Save = False,
) -> None:
    """Enter leave for whole days; lists of that time that have not begun lose their radiologist."""
    from flows.keeping.staff import AddLeave

    desk = the_desk()
    name = next((line.name for line in desk.keeping.staff() if line.id == radiologist), radiologist)
    change = AddLeave(radiologist=radiologist, name=name, first=typed_date(first), last=typed_date(last), reason=reason)
    _make(desk, change, save=save)


@app.command("make-lists")
def make_lists(
    *,
    first: First,
    last: Last,
    site: Annotated[str | None, typer.Option(help="Only from the templates of this site.")] = None,
    save: Save = False,
) -> None:
    """Make the lists of some weeks from the weekly templates; none on a public holiday, and nothing twice."""
    from flows.keeping.lists import MakeLists

    _make(the_desk(), MakeLists(first=typed_date(first), last=typed_date(last), site=site), save=save)


def _make(desk: Desk, change: Change, *, save: bool) -> None:
    """Say what a change would do; save it when it was asked for, or when nothing follows from it."""
    found = desk.keeping.preview(change)
    for one in found.broken:
        when = one.start.astimezone(desk.zone)
        typer.echo(f"{one.ref}, {when:%a %-d %b %H:%M}, {one.suite_name}, {one.site_name}: {' '.join(one.says)}")
    for says in found.also:
        typer.echo(says)
    if (found.broken or found.also) and not save:
        typer.echo("Nothing was saved. Give --save to do it, with a task to rebook each booking named.")
        raise typer.Exit(REFUSED)
    saved = desk.keeping.save(change, accepting=[one.ref for one in found.broken])
    asked = f" To rebook: {', '.join(saved.asked)}." if saved.asked else ""
    typer.echo(f"Saved.{asked}")


@app.command("end-sign-ins")
def end_sign_ins(
    username: Annotated[
        str | None, typer.Argument(metavar="USERNAME", help="Whose; everybody's unless said.", show_default=False)
    ] = None,
) -> None:
    """End every sign-in that is still good, at once: of one account, or of everybody."""
    people = the_desk().people
    wanted = {one.id for one in people.accounts() if username in {None, one.username}}
    if not wanted:
        raise NotFoundError(f"Nobody signs in as {username}. Set-up, Users has the names.")
    ended = [line for line in people.sign_ins() if line.account in wanted]
    for line in ended:
        people.revoke(line.id, account=line.account)
    typer.echo(f"{len(ended)} sign-ins were ended. They ask for the password again at the next click.")
