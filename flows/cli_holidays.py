"""`neurolist holidays`: the public holidays that working days are counted by, and confirming, adding, removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk, typed_date

if TYPE_CHECKING:
    pass

app = typer.Typer(help="List the public holidays that working days are counted by; or change the table.")
Day = Annotated[str, typer.Argument(metavar="DATE", help="The day, such as 2027-09-24.")]
Site = Annotated[str | None, typer.Option("--site", help="Only at this site; every site unless said.")]


@app.callback(invoke_without_command=True)
def holidays(
    context: typer.Context,
    *,
    year: Annotated[int | None, typer.Option(min=1900, max=2200, help="Which year; this one unless said.")] = None,
    as_json: AsJson = False,
) -> None:
    """List a year's public holidays, and say which are only predicted."""
    if context.invoked_subcommand is not None:
        return
    from flows.show import print_json
    from flows.show_tasks import print_holidays

    desk = the_desk()
    wanted = year or desk.today().year
    found = desk.holidays(wanted)
    print_json(found) if as_json else print_holidays(found, wanted)


@app.command()
def add(
    day: Day,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the day is called.")],
    *,
    site: Site = None,
    works: Annotated[bool, typer.Option("--works", help="The site works, though others have a holiday.")] = False,
) -> None:
    """Add a holiday at every site or one; with --works, say that one site works on a holiday of the others."""
    desk, on = the_desk(), typed_date(day)
    desk.add_holiday(on, name, site=site, works=works)
    typer.echo(f"{on:%A %-d %B %Y} is in the table. Every due day, timer and reminder follows.")
    if not works and (lists := [card for card in desk.lists(on, on, site=site) if not card.closed]):
        typer.echo(f"{len(lists)} lists are open on that day: close those that will not run.")


@app.command()
def confirm(
    day: Annotated[str | None, typer.Argument(metavar="[DATE]", help="The day; or a whole year with --year.")] = None,
    *,
    year: Annotated[int | None, typer.Option(help="Confirm every date of this year.")] = None,
    site: Site = None,
) -> None:
    """Say that a person has checked a date, or all of a year's."""
    if (day is None) == (year is None):
        raise typer.BadParameter("give a date, or --year for all of a year.")
    if year is not None:
        typer.echo(f"{the_desk().confirm_holidays(year)} dates of {year} confirmed.")
    elif day is not None:
        the_desk().confirm_holiday(typed_date(day), site=site)
        typer.echo("Confirmed.")


@app.command()
def remove(day: Day, *, site: Site = None) -> None:
    """Take a date out of the table, such as one that was predicted wrongly."""
    the_desk().remove_holiday(typed_date(day), site=site)
    typer.echo("Removed. Every due day, timer and reminder follows.")
