"""`neurolist board`: what is done by hand on the board, typed: move, trade places, lock, close, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.board_asked import Drop
from flows.cli_common import AsJson, the_desk

if TYPE_CHECKING:
    from flows.board_asked import BoardAct

board = typer.Typer(
    name="board",
    help="Put a case on a list by hand, trade places on a list, lock, release, close or open a list, and undo.",
    no_args_is_help=True,
)

Ref = Annotated[str, typer.Argument(metavar="CASE", help="A case reference, such as N10001.")]
OnList = Annotated[str, typer.Argument(metavar="LIST", help="The list, as `where` and `lists` print it.")]


@board.command()
def move(ref: Ref, on: OnList, *, as_json: AsJson = False) -> None:
    """Hold a waiting case's slot on a list at the best time, or move its booking there."""
    acts = the_desk().board
    _say(acts.place(Drop(ref=ref, list=on, seen_on=acts.stands_on(ref))), as_json=as_json)


@board.command()
def swap(
    on: OnList,
    ref: Ref,
    *,
    later: Annotated[
        bool, typer.Option("--later", help="With the one after it; with the one before unless said.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a case trade places with its neighbour on a list."""
    _say(the_desk().board.reorder(on, ref, earlier=not later), as_json=as_json)


@board.command()
def lock(on: OnList, *, as_json: AsJson = False) -> None:
    """Lock a list: its cases stay, and nobody is added, by plan or by hand."""
    _say(the_desk().board.lock(on, locked=True), as_json=as_json)


@board.command()
def release(on: OnList, *, as_json: AsJson = False) -> None:
    """Release a locked list."""
    _say(the_desk().board.lock(on, locked=False), as_json=as_json)


@board.command()
def close(
    on: OnList,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the list.")],
    as_json: AsJson = False,
) -> None:
    """Close a list; those still booked on it are named."""
    _say(the_desk().board.close(on, reason=reason), as_json=as_json)


@board.command(name="open")
def open_again(on: OnList, *, as_json: AsJson = False) -> None:
    """Open a closed list again."""
    _say(the_desk().board.open(on), as_json=as_json)


@board.command()
def undo(*, as_json: AsJson = False) -> None:
    """Take back your own last act of the last hour on the board."""
    acts = the_desk().board
    last = acts.last_act()
    if last is None:
        typer.echo("You have done nothing on the board in the last hour that could be taken back.")
        return
    _say(acts.undo(last[0]), as_json=as_json)


def _say(act: BoardAct, *, as_json: bool) -> None:
    from flows.show import print_json

    print_json(act) if as_json else typer.echo("\n".join((act.says, *act.cautions)))
