"""`neurolist scenario`: what would change in the coming weeks, worked out side by side and adopted as a proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk, typed_date, typed_time
from scheduler.vocabulary import Funding, Stage, Target, Technique, Urgency

if TYPE_CHECKING:
    from flows.scenarios import Scenarios
    from scheduler.scenario import Change

app = typer.Typer(
    name="scenario",
    help="Scenarios: without a word after it, those there are.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

STANDS = "-"
Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario's name.")]
Where = Annotated[str, typer.Argument(metavar="SUITE", help="A suite, such as S01-CT1.")]
Who = Annotated[str, typer.Argument(metavar="RADIOLOGIST", help="A radiologist's id, such as R01.")]
Day = Annotated[str, typer.Argument(metavar="DATE", help="A day, such as 2026-12-01.")]
Payers = Annotated[list[Funding] | None, typer.Option("--funding", help="Who pays; repeat for more. Public if none.")]


@app.callback(invoke_without_command=True)
def all_scenarios(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the scenarios with what each changes."""
    if context.invoked_subcommand is not None:
        return
    from flows.show import print_json
    from flows.show_scenarios import print_scenarios

    found = _scenarios().all()
    print_json(found) if as_json else print_scenarios(found)


@app.command()
def new(
    name: Name, *, copy_of: Annotated[str | None, typer.Option("--copy", help="Begin with the changes of it.")] = None
) -> None:
    """Make a scenario."""
    _scenarios().make(name, copy_of=copy_of)
    typer.echo(f"Made “{name}”. Add what would change: neurolist scenario --help")


@app.command()
def rename(name: Name, to: Annotated[str, typer.Argument(metavar="NEWNAME", help="The new name.")]) -> None:
    """Give a scenario another name."""
    _scenarios().rename(name, to)
    typer.echo(f"“{name}” is now called “{to}”.")


@app.command("add-list")
def add_list(
    name: Name,
    suite: Where,
    on: Day,
    *,
    start: Annotated[str, typer.Option("--from", metavar="HH:MM", help="Local time.")] = "08:30",
    end: Annotated[str, typer.Option("--to", metavar="HH:MM", help="Local time.")] = "12:30",
    funding: Payers = None,
    radiologist: Annotated[str | None, typer.Option(help="Who does it; the plan chooses unless said.")] = None,
    overtime: Annotated[int, typer.Option(min=0, metavar="MINUTES", help="How long it may run over.")] = 0,
    anaesthetist: Annotated[bool, typer.Option("--anaesthetist", help="It has an anaesthetist.")] = False,
) -> None:
    """There is one more list."""
    from scheduler.scenario import AddList

    change = AddList(
        suite=suite,
        on=typed_date(on),
        start=typed_time(start),
        end=typed_time(end),
        funding=tuple(each.value for each in funding or [Funding.PUBLIC]),
        overtime_minutes=overtime,
        anaesthetist=anaesthetist,
        radiologist=radiologist,
    )
    _add(name, change)


@app.command("close-list")
def close_list(name: Name, which: Annotated[str, typer.Argument(metavar="LIST", help="A list's id.")]) -> None:
    """A list is not held."""
    from scheduler.scenario import CloseList

    _add(name, CloseList(list=which))


@app.command()
def leave(
    name: Name, radiologist: Who, first: Day, last: Annotated[str | None, typer.Argument(metavar="[LASTDATE]")] = None
) -> None:
    """A radiologist is away for whole days."""
    from scheduler.scenario import Leave

    begins = typed_date(first)
    _add(name, Leave(radiologist=radiologist, first=begins, last=typed_date(last) if last else begins))


@app.command()
def demand(
    name: Name,
    count: Annotated[int, typer.Argument(metavar="CASES", help="How many more.")],
    target: Annotated[Target, typer.Argument(help="The nerve structure.")],
    on: Day,
    *,
    stage: Annotated[Stage, typer.Option(help="Test block or definitive procedure.")] = Stage.TEST_BLOCK,
    technique: Annotated[Technique, typer.Option(help="How the nerve is treated.")] = Technique.LOCAL_ANAESTHETIC,
    category: Annotated[int, typer.Option(min=1, max=3, help="Urgency category.")] = 2,
    funding: Annotated[Funding, typer.Option(help="Who pays.")] = Funding.PUBLIC,
) -> None:
    """There are so many more cases of a kind."""
    from scheduler.scenario import Demand

    change = Demand(
        count=count,
        stage=stage,
        target=target,
        technique=technique,
        urgency=Urgency(category),
        funding=funding.value,
        on=typed_date(on),
    )
    _add(name, change)


@app.command()
def price(
    name: Name,
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="A goal's name, as `neurolist rules` prints it.")],
    each: Annotated[int, typer.Argument(metavar="PRICE", help="What one unit costs.")],
) -> None:
    """A goal has another price."""
    from scheduler.scenario import Price

    _add(name, Price(goal=goal, each=each))


@app.command()
def remove(name: Name, place: Annotated[int, typer.Argument(metavar="NUMBER", help="The change's number.")]) -> None:
    """Take a change out."""
    _scenarios().remove(name, place)
    _show(name)


@app.command()
def drop(name: Name) -> None:
    """Set a scenario aside; comparisons that hold it stay."""
    _scenarios().drop(name)
    typer.echo(f"“{name}” is set aside.")


@app.command()
def compare(
    names: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Two to four; - is as things stand.")],
    *,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First date; tomorrow unless said.")
    ] = None,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks.")] = 4,
    time_limit: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="How long to search for each.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same result.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Work scenarios out side by side and print what each comes to; nothing is booked."""
    from flows.progress import searching
    from flows.show import print_json
    from flows.show_scenarios import print_comparison

    scenarios = _scenarios()
    chosen = [None if name == STANDS else name for name in names]
    with searching("Comparing", seconds=time_limit * len(chosen)) as tell:
        made = scenarios.compare_now(
            chosen,
            start=typed_date(start) if start else None,
            weeks=weeks,
            time_limit=time_limit,
            seed=seed,
            on_progress=tell,
        )
    found = scenarios.comparison(made)
    print_json(found) if as_json else print_comparison(found)


@app.command()
def adopt(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study, as `compare` printed it.")],
    *,
    make_changes: Annotated[bool, typer.Option("--make-changes", help="Make its list changes and leave now.")] = False,
) -> None:
    """Make a scenario's plan a proposal; nothing is booked until that is published."""
    made = _scenarios().adopt(study, make_changes=make_changes)
    typer.echo(f"Adopted as proposal {made}. Look at it: neurolist proposal {made}")


def _scenarios() -> Scenarios:
    return the_desk().scenarios


def _add(name: str, change: Change) -> None:
    _scenarios().add(name, change)
    _show(name)


def _show(name: str) -> None:
    from flows.show_scenarios import print_scenarios

    print_scenarios((_scenarios().one(name),))
