"""`neurolist letters` and `neurolist letter`: what was written to whom, how it stands, and sending one again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk

if TYPE_CHECKING:
    pass


def letters(
    ref: Annotated[str | None, typer.Argument(metavar="REF", help="Only the letters of this case.")] = None,
    *,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only letters that stand so, such as waiting, sent or to_post.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="First send every letter that waits, without the service.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List letters: of which case, what about, to whom, and how each stands. Nobody is named here."""
    from flows.show import print_json
    from flows.show_letters import print_letters

    desk = the_desk()
    if send:
        desk.send_letters()
    found = desk.letters(ref, state)
    print_json(found) if as_json else print_letters(found, desk.zone)


def letter(
    letter_id: Annotated[str, typer.Argument(metavar="LETTER", help="A letter, as `letters` prints it: N10001-3.")],
    *,
    resend: Annotated[
        str | None, typer.Option("--resend", metavar="REASON", help="Send it again, as a new letter in its place.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print one letter as it was sent, or send it again with a reason; that you read it is recorded."""
    from flows.show import print_json
    from flows.show_letters import letter_lines

    desk = the_desk()
    shown = letter_id if resend is None else desk.repeat_letter(letter_id, resend)
    found = desk.letter(shown)
    print_json(found) if as_json else typer.echo("\n".join(letter_lines(found, desk.zone)))
