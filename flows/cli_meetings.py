"""`neurolist mdt`: the calendar of MDT meetings, their agendas, who sat, outcomes and minutes."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk, typed_date, typed_time
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from db.meeting_pictures import AgendaPage
    from db.meetings import Attendee, NewMeeting
    from flows.meetings import Meetings

mdt = typer.Typer(
    name="mdt",
    help="MDT meetings: without a word after it, the calendar.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

On = Annotated[str, typer.Argument(metavar="DATE", help="The day of the meeting, such as 2026-12-02.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="A case reference.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
At = Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="Local time; the protocol's unless said.")]
Place = Annotated[str, typer.Option("--place", help="A room or a link's label.")]
Chair = Annotated[str, typer.Option("--chair", help="Who chairs it.")]
Minutes = Annotated[int | None, typer.Option("--minutes", min=1, help="How long it has; the protocol's unless said.")]
Each = Annotated[int | None, typer.Option("--each", min=1, help="Minutes for each case; the protocol's unless said.")]


@mdt.callback(invoke_without_command=True)
def calendar(
    context: typer.Context,
    *,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; two weeks ago.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; twelve weeks ahead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the calendar of meetings: how full each is, when its agenda closes, how it stands."""
    if context.invoked_subcommand is not None:
        return
    from flows.show import print_json
    from flows.show_meetings import print_calendar

    desk = the_desk()
    found = desk.mdt.calendar(typed_date(first) if first else None, typed_date(last) if last else None)
    print_json(found) if as_json else print_calendar(found, desk.zone)


@mdt.command()
def add(
    on: On, *, at: At = None, place: Place = "", chair: Chair = "", minutes: Minutes = None, each: Each = None
) -> None:
    """Add one meeting; cases that wait for one go on its agenda."""
    placed = _meetings().add(_new(on, at, place=place, chair=chair, minutes=minutes, each=each))
    typer.echo(f"Added the MDT meeting of {_day(on)}.{_took(placed)}")


@mdt.command("series")
def add_series(
    on: On,
    *,
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day it may fall on.")],
    every: Annotated[int, typer.Option(metavar="WEEKS", help="Every so many weeks.")] = 1,
    at: At = None,
    place: Place = "",
    chair: Chair = "",
    minutes: Minutes = None,
    each: Each = None,
) -> None:
    """Add a regular meeting from a day on; holidays and days that have a meeting are left out, and named."""
    new = _new(on, at, place=place, chair=chair, minutes=minutes, each=each)
    report = _meetings().add_series(new, every_weeks=every, until=typed_date(until))
    for skipped in report.series.skipped:
        typer.echo(f"No meeting on {_day(skipped.on.isoformat())}: {skipped.why}.")
    typer.echo(f"Added {len(report.series.days)} MDT meetings.{_took(report.placed)}")


@mdt.command()
def move(
    on: On,
    to: Annotated[str, typer.Argument(metavar="NEWDATE", help="The new day; the same day to change the time.")],
    *,
    at: At = None,
    reason: Reason = "",
) -> None:
    """Move a meeting with its agenda."""
    page = _meetings().move(typed_date(on), typed_date(to), start=_time(at), why=reason)
    typer.echo(f"The MDT meeting of {_day(on)} is now on {_day(to)} at {page.meeting.start:%H:%M}.")


@mdt.command()
def cancel(on: On, *, reason: Reason = "") -> None:
    """Cancel a meeting; its cases go on the next one with the reason."""
    page = _meetings().cancel(typed_date(on), why=reason)
    for line in page.lines:
        if line.carried:
            where = (
                f"the meeting of {_day(line.carried_to.isoformat())}" if line.carried_to else "no meeting yet: a task"
            )
            typer.echo(f"{line.ref} goes on {where}.")
    typer.echo(f"The MDT meeting of {_day(on)} is cancelled.")


@mdt.command()
def agenda(on: On, *, as_json: AsJson = False) -> None:
    """Show a meeting's cases in clinical order: why each stands there, what it lacks, who must sit."""
    _show(_meetings().agenda(typed_date(on)), as_json=as_json)


@mdt.command()
def put(
    on: On,
    ref: Ref,
    *,
    reason: Reason = "",
    minutes: Annotated[int | None, typer.Option(min=1, help="Minutes this case needs.")] = None,
) -> None:
    """Put a case on an agenda; once it is closed only a coordinator does, with a reason."""
    _meetings().put(typed_date(on), ref, why=reason, minutes=minutes)
    typer.echo(f"{ref} is on the agenda of {_day(on)}.")


@mdt.command()
def carry(
    on: On,
    ref: Ref,
    *,
    reason: Reason = "",
    to: Annotated[str | None, typer.Option(metavar="DATE", help="To this meeting; the next unless said.")] = None,
) -> None:
    """Carry a case to a later meeting with the reason."""
    page = _meetings().carry(typed_date(on), ref, why=reason, to=typed_date(to) if to else None)
    line = next(line for line in page.lines if line.ref == ref and line.carried)
    where = f" to the meeting of {_day(line.carried_to.isoformat())}" if line.carried_to else "; no meeting yet: a task"
    typer.echo(f"{ref} is carried{where}.")


@mdt.command()
def close(on: On) -> None:
    """Close an agenda now: what the time does not hold is carried with the reason."""
    page = _meetings().close(typed_date(on))
    carried = [line.ref for line in page.lines if line.carried]
    listed = page.meeting.waiting
    typer.echo(f"The agenda of {_day(on)} is closed with {listed} cases; carried: {', '.join(carried) or 'none'}.")


@mdt.command()
def attend(
    on: On,
    people: Annotated[
        list[str] | None,
        typer.Argument(metavar="DISCIPLINE=NAME...", help="Who sits, such as palliative_care='Dr A. Lee'."),
    ] = None,
    *,
    observer: Annotated[
        list[str] | None, typer.Option(metavar="DISCIPLINE=NAME", help="Sits without a vote; repeat it.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Was noted by mistake; repeat it.")] = None,
    chair: Annotated[str | None, typer.Option(help="Who chairs it.")] = None,
) -> None:
    """Note who sits in a meeting; those who vote make its quorum."""
    from flows.show_meetings import attendance_lines

    present = [_attendee(text, voting=True) for text in people or []]
    present += [_attendee(text, voting=False) for text in observer or []]
    page = _meetings().attend(typed_date(on), present, absent=remove or [], chair=chair)
    typer.echo("\n".join(attendance_lines(page)))


@mdt.command()
def outcome(
    on: On,
    ref: Ref,
    result: Annotated[
        str,
        typer.Argument(
            metavar="OUTCOME",
            help="proceed_test, proceed_direct, more_information, alternative_therapy, not_suitable or rediscuss_on.",
        ),
    ],
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One field of its form; repeat it.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Record what the meeting said about a case; its day and who sat are filled in."""
    from flows.meetings import outcome_named
    from flows.typed import form_answers

    meetings, day = _meetings(), typed_date(on)
    form = meetings.form(ref, result)
    details = form_answers(result, outcome_named(result).label, form, fields or []) if form else {}
    page = meetings.outcome(day, ref, result, details)
    if as_json:
        _show(page, as_json=True)
    else:
        line = next(line for line in page.lines if line.ref == ref and line.outcome is not None)
        left = (
            f" Still to do: {', '.join(page.undecided)}." if page.undecided else " Nothing is left: finish the meeting."
        )
        typer.echo(f"{ref}: {line.outcome.label if line.outcome else ''}. It is now: {line.state.label}.{left}")


@mdt.command()
def finish(on: On) -> None:
    """End a meeting and write its minutes; says what is left when something is."""
    page = _meetings().finish(typed_date(on))
    typer.echo(
        f"The MDT meeting of {_day(on)} is finished: {page.meeting.decided} decided, {page.meeting.carried} carried."
    )
    typer.echo(f"Its minutes: neurolist mdt minutes {on}")


@mdt.command("minutes")
def show_minutes(on: On) -> None:
    """Print the minutes of a finished meeting; that you read them is recorded."""
    typer.echo(_meetings().minutes(typed_date(on)).text)


def _meetings() -> Meetings:
    return the_desk().mdt


def _show(page: AgendaPage, *, as_json: bool) -> None:
    from flows.show import print_json
    from flows.show_meetings import print_agenda

    print_json(page) if as_json else print_agenda(page)


def _new(on: str, at: str | None, *, place: str, chair: str, minutes: int | None, each: int | None) -> NewMeeting:
    from db.meetings import NewMeeting

    return NewMeeting(
        on=typed_date(on), start=_time(at), place=place, chair=chair, capacity_minutes=minutes, minutes_per_case=each
    )


def _attendee(text: str, *, voting: bool) -> Attendee:
    from db.meetings import Attendee

    discipline, found, person = text.partition("=")
    if not found or not person.strip():
        raise BadInputError.of("attend", f'"{text}" is not DISCIPLINE=NAME; write it like palliative_care="Dr A. Lee".')
    return Attendee(discipline=discipline.strip(), person=person.strip(), voting=voting)


def _time(text: str | None) -> time | None:
    return None if text is None else typed_time(text)


def _day(text: str) -> str:
    from flows.show import day

    return day(typed_date(text))


def _took(placed: tuple[str, ...]) -> str:
    return f" On the next agenda now: {', '.join(placed)}." if placed else ""
