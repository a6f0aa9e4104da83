"""`neurolist booking`: a slot is held for a patient, offered, declined, given back or booked, and a visit moves on."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk, typed_time
from scheduler.pathway.booking import BookingEvent

if TYPE_CHECKING:
    pass

booking = typer.Typer(
    name="booking",
    help="Hold a slot for a case, offer it, book it or give it back; or move a booked visit on.",
    no_args_is_help=True,
)

Ref = Annotated[str, typer.Argument(metavar="CASE", help="A case reference, such as N10001.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the booking.")]


@booking.command()
def hold(
    ref: Ref,
    on: Annotated[str, typer.Argument(metavar="LIST", help="The list, as `where` and `lists` print it.")],
    *,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="A local time such as 09:30; the best one unless said.")
    ] = None,
    radiologist: Annotated[
        str | None, typer.Option(metavar="ID", help="For a list that nobody does yet; the best one unless said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a slot for a waiting case; it is given back by itself unless it is offered or booked in time."""
    from flows.hold_asked import HoldAsked
    from flows.show import held_lines, print_json

    desk = the_desk()
    held = desk.hold(HoldAsked(ref=ref, list=on, start=_time(start), radiologist=radiologist))
    print_json(held) if as_json else typer.echo("\n".join(held_lines(held, desk.zone)))


@booking.command()
def offer(ref: Ref) -> None:
    """Note that the patient was offered the held slot."""
    from flows.show import local

    desk = the_desk()
    typer.echo(f"{ref}: offered. The answer is waited for until {local(desk.offer_slot(ref), desk.zone)}.")


@booking.command()
def decline(ref: Ref, reason: Reason) -> None:
    """Note that the patient does not take the offered slot, which is free again."""
    declined = the_desk().decline_offer(ref, reason=reason)
    typer.echo(f"{ref}: declined, {declined} on this waiting list. The slot is free again.")


@booking.command()
def release(ref: Ref, reason: Reason) -> None:
    """Give a held or offered slot back before its time runs out."""
    the_desk().release_slot(ref, reason=reason)
    typer.echo(f"{ref}: the slot is free again.")


@booking.command()
def book(
    ref: Ref,
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One field of the booking's form; repeat it.")
    ] = None,
) -> None:
    """Turn the held slot into the patient's booking, once everything holds on its day."""
    from flows.show import summary_line
    from flows.typed import typed_details

    desk = the_desk()
    event = desk.booking_event(ref)
    typer.echo(summary_line(desk.book_slot(ref, typed_details(desk, ref, event, fields or []))))


@booking.command()
def advance(
    ref: Ref, step: Annotated[BookingEvent, typer.Argument(help="What happened to the visit, such as confirm.")]
) -> None:
    """Move a booked visit on without moving the case: confirm, arrive or recover."""
    from flows.show import summary_line

    typer.echo(summary_line(the_desk().advance_booking(ref, step)))


def _time(text: str | None) -> time | None:
    return None if text is None else typed_time(text)
