"""The `neurolist` command: every job of the service from a terminal, with clear sentences and exit codes.

Exit codes: 0 done, 1 refused or only partly done, 2 the command or its input is wrong, 70 a fault of ours.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows import (
    cli_approvals,
    cli_feeds,
    cli_holidays,
    cli_keeping,
    cli_printing,
    cli_retention,
    cli_scenarios,
    cli_tasks,
    cli_upkeep,
)
from flows.cli_board import board
from flows.cli_booking import booking
from flows.cli_common import AsJson, the_desk, typed_date
from flows.cli_corrections import correct, return_, reverse
from flows.cli_emergency import emergency
from flows.cli_encrypt import encrypt
from flows.cli_export import export
from flows.cli_letters import letter, letters
from flows.cli_meetings import mdt
from scheduler.errors import BadInputError, FrozenDaysError, NeurolistError, NotFoundError, SecondPersonNeededError
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    pass

REFUSED = 1
BAD_INPUT = 2
OUR_FAULT = 70

app = typer.Typer(
    name="neurolist",
    help="Scheduling and workflow for an image-guided percutaneous neurolysis service.",
    epilog=(
        "NEUROLIST_HOME is the folder for data and logs (~/.neurolist). NEUROLIST_DATABASE_URL is the database "
        "(SQLite in that folder). NEUROLIST_USER names you in the audit trail. NEUROLIST_NOW shifts the clock; "
        "NEUROLIST_CLOCK names a file that holds the time instead."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(booking)
app.add_typer(board)
app.add_typer(mdt)

app.command()(reverse)
app.command()(correct)
app.command("return")(return_)
app.command()(letters)
app.command()(emergency)
app.command()(export)
app.command()(letter)
app.add_typer(cli_tasks.app, name="tasks")
app.add_typer(cli_holidays.app, name="holidays")
app.add_typer(cli_keeping.app, name="setup")
app.add_typer(cli_printing.app, name="print")
app.add_typer(cli_feeds.app, name="feeds")
app.add_typer(cli_scenarios.app, name="scenario")
app.add_typer(cli_upkeep.app, name="audit")
app.add_typer(cli_approvals.app, name="approvals")
app.add_typer(cli_retention.app, name="retention")
app.add_typer(encrypt)
app.command()(cli_upkeep.backup)
app.command()(cli_upkeep.drill)
app.command()(cli_upkeep.restore)
app.command()(cli_upkeep.prepare)

Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same result.")]
PlanFile = Annotated[str | None, typer.Option("--plan", metavar="FILE", help="The plan file for that problem.")]
ProblemFile = Annotated[
    str | None, typer.Option("--problem", metavar="FILE", help="Ask about a plan file instead of what is booked.")
]
Risk = Annotated[
    int | None,
    typer.Option(
        "--risk", min=1, max=99, metavar="PERCENT", help="Let no list overrun on more than so many per cent of days."
    ),
]
Durations = Annotated[
    str | None,
    typer.Option("--durations", metavar="FILE", help="How long its cases may take (neurolist-durations/1)."),
]
TimeLimit = Annotated[float, typer.Option("--time-limit", min=1, metavar="SECONDS", help="How long to search.")]


def main() -> None:
    """Run the command line; a refusal is one sentence and a code, never a traceback."""
    began = monotonic()
    try:
        app()
    except SystemExit as end:
        _log_end(end.code if isinstance(end.code, int) else int(end.code is not None), began)
        raise
    except (BadInputError, NotFoundError) as fault:
        _complain(str(fault))
        _end(BAD_INPUT, began)
    except NeurolistError as fault:
        _complain(str(fault))
        _end(REFUSED, began)
    except KeyboardInterrupt:
        _end(130, began)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has gone
        _end(REFUSED, began)
    except Exception as fault:  # noqa: BLE001 - the last door: people get a sentence, the log file the traceback
        from flows.fault_log import keep_fault
        from flows.settings_faults import setting_fault

        if says := setting_fault(fault):
            _complain(says)
            _end(BAD_INPUT, began)
        where = keep_fault(fault)
        _complain(f"Something went wrong inside Neurolist. The details are in {where}; nothing was half saved.")
        _end(OUR_FAULT, began, fault)


def _end(code: int, began: float, fault: Exception | None = None) -> NoReturn:
    _log_end(code, began, fault)
    sys.exit(code)


def _log_end(code: int, began: float, fault: Exception | None = None) -> None:
    """Tell the log what ran, how it ended and how long it took; nothing of what was typed after the command's name."""
    if "db.logs" not in sys.modules:  # it opened no memory, so it keeps no log
        return
    from db import logs
    from db.log_words import LogEvent

    seconds = round(monotonic() - began, 2)
    logs.tell(LogEvent.COMMAND_DONE, fault=fault, command=_command(), exit_code=code, seconds=seconds)


def _command() -> str | None:
    """Give the name of the command that was typed, without what follows it."""
    names: list[str] = []
    known = getattr(typer.main.get_command(app), "commands", {})
    for word in sys.argv[1:]:
        if word not in known:
            break
        names.append(word)
        known = getattr(known[word], "commands", {})
    return " ".join(names) or None


@app.command()
def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="Make demonstration data first if the database is empty.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the screens.")] = 8501,
) -> None:
    """Run the whole service on this machine until Ctrl-C: screens, dispatcher, planner and Prefect."""
    from flows.start import start_service

    start_service(port=port, demo=demo, say=typer.echo)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say how the service stands: database, guards, cases, steps due and parked, Prefect, versions."""
    from flows.show import print_json, print_status
    from flows.status import status_report

    desk = the_desk()
    found = status_report(desk)
    print_json(found) if as_json else print_status(found, desk.zone)


@app.command()
def demo(*, seed: Seed = 0) -> None:
    """Fill an empty database with a synthetic service: sites, lists, people and cases at every stage."""
    from flows.start import fill_with_demo

    typer.echo("\n".join(fill_with_demo(seed)))


@app.command()
def clinic(
    problem: Annotated[str, typer.Argument(metavar="FILE", help="A problem file; its cases are not read.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Add the sites, suites, radiologists, equipment and lists of a file; what is already there stays as it is."""
    from flows.plan_files import read_problem_file
    from flows.show import print_json, set_up_line

    report = the_desk().set_up(read_problem_file(problem))
    print_json(report) if as_json else typer.echo(set_up_line(report))


@app.command()
def account(
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="The name to sign in with.")],
    *,
    name: Annotated[str, typer.Option(help="The name other people see.")],
    role: Annotated[list[Role], typer.Option(help="What they may do; repeat it for more than one.")],
    site: Annotated[
        list[str] | None, typer.Option(help="Only at this site; repeat it. Everywhere unless said.")
    ] = None,
) -> None:
    """Make an account for one of the staff; the password is asked for."""
    from flows.desk import EVERY_SITE

    desk = the_desk()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    desk.add_account(username, name, password, {where: set(role) for where in site or [EVERY_SITE]})
    typer.echo(f"{name} may now sign in as {username}.")


@app.command("import")
def import_files(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="FHIR bundles, CSV files, or folders of them.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Read referral files; each referral is kept or refused by itself, and one that came before changes nothing."""
    from flows.progress import counting
    from flows.show import import_lines, print_json

    with counting("Importing referrals") as tell:
        report = the_desk().import_referrals(paths, on_progress=tell)
    print_json(report) if as_json else typer.echo("\n".join(import_lines(report)))
    if report.refused:
        raise typer.Exit(REFUSED)


@app.command()
def cases(
    *,
    state: Annotated[str | None, typer.Option(help="Only cases in this state, such as test_waiting.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the cases: where each stands, since when, and how long it waits."""
    from flows.show import print_cases, print_json

    desk = the_desk()
    found = desk.cases(state=state)
    print_json(found) if as_json else print_cases(found, desk.zone)


@app.command()
def case(
    ref: Annotated[str, typer.Argument(metavar="REF", help="A case reference, such as N10001.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one case: what is wrong, to do and due, what must hold on its day, its history, and what may follow."""
    from flows.show import print_json
    from flows.show_case import print_case
    from flows.show_findings import print_findings

    desk = the_desk()
    page, steps = desk.case(ref), desk.next_steps(ref)
    if as_json:
        print_json({"case": page, "next_steps": steps})
    else:
        print_case(page, steps, desk.zone, today=desk.today())
        print_findings(page)


@app.command()
def timers(
    ref: Annotated[
        str | None, typer.Argument(metavar="REF", help="A case reference; the daily jobs of the service unless said.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what falls due by itself: for a case, or the daily jobs with what the last night came to."""
    from flows.show import print_json
    from flows.show_timers import print_daily, print_timers

    desk = the_desk()
    if ref is None:
        jobs = desk.daily_jobs()
        print_json(jobs) if as_json else print_daily(jobs, desk.zone)
    else:
        found = desk.timers(ref)
        print_json(found) if as_json else print_timers(found, desk.zone)


@app.command()
def patient(
    ref: Annotated[str, typer.Argument(metavar="REF", help="A case reference.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell who a case's patient is and how to reach them; that you looked is recorded."""
    from flows.show import patient_lines, print_json

    found = the_desk().patient(ref)
    print_json(found) if as_json else typer.echo("\n".join(patient_lines(found)))


@app.command()
def record(
    ref: Annotated[str, typer.Argument(metavar="REF", help="A case reference.")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="What happened, such as accept or list_for_test.")],
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One field of the event's form; repeat it.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Record what happened to a case; without the fields it needs, says which they are."""
    from flows.show import print_json, summary_line
    from flows.typed import typed_details

    desk = the_desk()
    details = typed_details(desk, ref, event, fields or [])
    try:
        summary = desk.record(ref, event, details)
    except SecondPersonNeededError as needed:
        asked = desk.approvals.ask_to_go_ahead(ref, event, details)
        typer.echo(f"{needed}\nNothing is recorded yet. An IR lead approves request {asked} on the page of {ref}.")
        raise typer.Exit(REFUSED) from None
    print_json(summary) if as_json else typer.echo(summary_line(summary))


@app.command()
def plan(
    *,
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First date to plan; tomorrow unless said.")] = None,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks to plan.")] = 4,
    time_limit: TimeLimit = 20.0,
    seed: Seed = 0,
    risk: Risk = None,
    as_json: AsJson = False,
) -> None:
    """Compute a plan for the waiting cases and keep it as a proposal; nothing is booked until it is published."""
    from flows.progress import searching
    from flows.show import print_json, print_proposal

    desk = the_desk()
    with searching("Planning", seconds=time_limit) as tell:
        made = desk.plan_now(
            start=_date(start), weeks=weeks, time_limit=time_limit, seed=seed, risk=risk, on_progress=tell
        )
    page = desk.proposal(made)
    print_json(page) if as_json else print_proposal(page, desk.zone)


@app.command()
def proposal(
    proposal_id: Annotated[str, typer.Argument(metavar="ID", help="A proposal, as `plan` printed it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a proposed plan: what is placed, what moves, what is left over and why, and what it costs."""
    from flows.show import print_json, print_proposal

    desk = the_desk()
    page = desk.proposal(proposal_id)
    print_json(page) if as_json else print_proposal(page, desk.zone)


@app.command()
def publish(
    proposal_id: Annotated[str, typer.Argument(metavar="ID", help="The proposal to publish.")],
    *,
    case: Annotated[
        list[str] | None, typer.Option(help="Take the changes of this case alone; may be repeated.")
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why visits on the frozen days may change; a second person is asked then.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Book what a proposal places, or some of it, at once or not at all; what others changed is left alone."""
    from flows.show import print_json, publish_lines

    desk = the_desk()
    try:
        report = desk.publish(proposal_id, cases=case or None, reason=reason)
    except FrozenDaysError:
        if not reason:
            raise
        asked = desk.approvals.ask_to_publish(proposal_id, cases=case or None, reason=reason)
        typer.echo(f"Nothing is booked yet. A second person approves it with: neurolist approvals approve {asked}")
        raise typer.Exit(REFUSED) from None
    print_json(report) if as_json else typer.echo("\n".join(publish_lines(report)))


@app.command()
def where(
    ref: Annotated[str, typer.Argument(metavar="CASE", help="A case reference, or a case of the problem file.")],
    *,
    problem: ProblemFile = None,
    plan: PlanFile = None,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks of lists to look at.")] = 4,
    every: Annotated[bool, typer.Option("--all", help="Show the lists it cannot go on too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where a case can go: every list with yes, yes but, or no and why, and the change in cost, cheapest first."""
    from flows.explaining import in_files, where_it_can_go
    from flows.show import print_json
    from flows.show_explanations import print_where

    files = _files(problem, plan)
    found = where_it_can_go(in_files(*files), ref) if files else the_desk().where(ref, weeks)
    print_json(found) if as_json else print_where(found, every=every)


@app.command()
def why(
    ref: Annotated[
        str | None, typer.Argument(metavar="CASE", help="As for `where`; every case that is not booked unless said.")
    ] = None,
    *,
    problem: ProblemFile = None,
    plan: PlanFile = None,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks of lists to look at.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Say why a case is not booked: what rules out how many lists, the fewest reasons, and what would make room."""
    from flows.explaining import in_files, why_it_is_not_booked, why_none_is_booked
    from flows.show import print_json
    from flows.show_explanations import print_all_whys, print_why

    files = _files(problem, plan)
    if ref is None:
        all_found = why_none_is_booked(in_files(*files)) if files else the_desk().whys(weeks)
        print_json(tuple(all_found)) if as_json else print_all_whys(all_found)
    else:
        found = why_it_is_not_booked(in_files(*files), ref) if files else the_desk().why(ref, weeks)
        print_json(found) if as_json else print_why(found)


@app.command()
def lists(
    *,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; today unless said.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; four weeks on.")] = None,
    site: Annotated[str | None, typer.Option(help="Only lists at this site.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the lists of each suite with their cases in order."""
    from flows.show import print_json, print_lists

    desk = the_desk()
    found = desk.lists(_date(first), _date(last), site=site)
    print_json(found) if as_json else print_lists(found, desk.zone)


@app.command()
def worth(
    *,
    problem: Annotated[
        str | None, typer.Option("--problem", metavar="FILE", help="A problem file instead of the database.")
    ] = None,
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First date; tomorrow unless said.")] = None,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How many weeks to look at.")] = 4,
    time_limit: TimeLimit = 60.0,
    top: Annotated[int, typer.Option(min=1, help="How many lists and skills to print.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Say what one more list is worth, by site, imaging, funding and week, and one more skill of a radiologist."""
    from flows.plan_files import worth_of_file
    from flows.progress import searching
    from flows.show import print_json
    from flows.show_worth import print_worth

    if problem is not None and start is not None:
        raise typer.BadParameter("--start goes with the database; a problem file has its own dates.")
    with searching("Pricing capacity", seconds=time_limit) as tell:
        if problem is not None:
            found, zone = worth_of_file(problem, time_limit=time_limit, on_progress=tell)
        else:
            desk = the_desk()
            zone = desk.zone
            found = desk.worth(start=_date(start), weeks=weeks, time_limit=time_limit, on_progress=tell)
    print_json(found) if as_json else print_worth(found, zone, top=top)


@app.command()
def risk(
    *,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First date; today unless said.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last date; four weeks on.")] = None,
    site: Annotated[str | None, typer.Option(help="Only lists at this site.")] = None,
    problem: ProblemFile = None,
    plan: PlanFile = None,
    durations: Durations = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say how likely each published list is to overrun, and by how many minutes, the likeliest first."""
    from flows.show import print_json
    from flows.show_risk import print_risks

    desk = None
    if problem is not None and plan is not None and not (first or last or site):
        from flows.risk_files import file_risks

        found = file_risks(problem, plan, durations, seed=seed)
    elif problem is None and plan is None and durations is None:
        desk = the_desk()
        found = desk.risks(_date(first), _date(last), site, seed=seed)
    else:
        raise typer.BadParameter(
            "give --problem and --plan together, with --durations or without; --from, --to and --site are for the "
            "database."
        )
    print_json(found) if as_json else print_risks(found, desk.zone if desk else None)


@app.command()
def solve(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="A problem file (neurolist-problem/1).")],
    output: Annotated[str, typer.Option("-o", "--output", metavar="PLAN", help="Where to write; - is the screen.")],
    *,
    time_limit: TimeLimit = 60.0,
    workers: Annotated[int, typer.Option(min=1, help="How many processors to search with.")] = 2,
    seed: Seed = 0,
    effort: Annotated[
        int | None,
        typer.Option(min=1, metavar="UNITS", help="Count work instead of seconds: the same plan on every repeat."),
    ] = None,
    parts: Annotated[
        int, typer.Option(min=0, help="Split into so many parts; 0 is as many as the size asks for, 1 is none.")
    ] = 0,
    on_prefect: Annotated[
        bool, typer.Option("--on-prefect", help="Spread the parts over Prefect's workers, --workers at once.")
    ] = False,
    risk: Risk = None,
    durations: Durations = None,
) -> None:
    """Find a plan for a problem file; cases that cannot be booked are listed with their reasons."""
    from flows.plan_files import check_writable, save_plan, solve_file
    from flows.progress import searching
    from flows.show import plan_sentence

    check_writable(output)
    if risk is not None or durations is not None:
        if parts > 1 or on_prefect:
            raise typer.BadParameter("--parts and --on-prefect do not go with --risk: that plans the whole at once.")
        _solve_to_risk(
            problem, output, risk, durations, time_limit=time_limit, workers=workers, seed=seed, effort=effort
        )
        return
    with searching("Planning", seconds=time_limit) as tell:
        plan = solve_file(
            problem,
            time_limit=time_limit,
            workers=workers,
            seed=seed,
            effort=effort,
            parts=parts,
            on_prefect=on_prefect,
            on_progress=tell,
        )
    save_plan(plan, output)
    typer.echo(plan_sentence(plan), err=True)


@app.command()
def quick(
    problem: Annotated[
        str | None, typer.Argument(metavar="[PROBLEM", help="A problem file; without files, what is booked now.")
    ] = None,
    plan: Annotated[str | None, typer.Argument(metavar="PLAN]", help="The plan file that stands.")] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="NEWPLAN", help="Where to write; - is the screen.")
    ] = None,
    *,
    suite_down: Annotated[str | None, typer.Option(metavar="SUITE", help="This suite is out of use.")] = None,
    radiologist_away: Annotated[str | None, typer.Option(metavar="RADIOLOGIST", help="This one is away.")] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="From this date or local time.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="WHEN", help="To this date (included) or time.")] = None,
    urgent: Annotated[
        str | None, typer.Option(metavar="CASE", help="This case needs a place now: a file, or a reference.")
    ] = None,
    cancel: Annotated[str | None, typer.Option(metavar="CASE", help="A booked case that will not be done.")] = None,
    problem_out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write the problem after the event, to check against.")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=0.5, metavar="SECONDS", help="How long to search.")] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Answer one event in seconds: who moves and why, everything else staying where it is."""
    from flows.plan_files import QuickFiles, quick_files
    from flows.quick_asked import QuickAsked
    from flows.show import print_json, quick_lines

    asked = QuickAsked(
        suite_down=suite_down, radiologist_away=radiologist_away, urgent=urgent, cancel=cancel, start=start, end=end
    )
    files = QuickFiles(problem=problem, plan=plan, output=output, problem_out=problem_out)
    if files.given:
        made, answer = None, quick_files(files, asked, time_limit=time_limit)
    else:
        made, answer = the_desk().answer_event(asked, time_limit=time_limit)
    if as_json:
        found = {"changes": answer.changes, "suggestions": answer.suggestions, "cost": answer.plan.cost}
        print_json({**found, "proposal": made})
    else:
        typer.echo("\n".join(quick_lines(answer, made)), err=output == "-")


@app.command()
def worker(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many parts to work on at once.")] = 2,
    api: Annotated[
        str | None, typer.Option(metavar="URL", help="Prefect's address; this folder's own Neurolist unless said.")
    ] = None,
) -> None:
    """Work on parts of large plans until Ctrl-C, on this or another host that shares NEUROLIST_HOME."""
    from flows.start import start_worker

    start_worker(limit=limit, api=api)


@app.command()
def check(
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="A problem file.")],
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file for it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Check a plan against its problem, independently of the solver: one line per broken rule, and then exit code 1."""
    from flows.plan_files import check_files
    from flows.show import audit_lines, print_json

    found = check_files(problem, plan)
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(audit_lines(found)))
    if found.breaches:
        raise typer.Exit(REFUSED)


@app.command()
def rules(*, as_json: AsJson = False) -> None:
    """Print the rules a plan may never break, and what a plan costs."""
    from flows.show import print_json, print_rulebook
    from scheduler.goals import GOALS
    from scheduler.rules import RULEBOOK

    if as_json:
        print_json(
            {
                "rules": [{"name": rule.name, "says": rule.says, "because": rule.because} for rule in RULEBOOK],
                "goals": [{"name": goal.name, "says": goal.says, "unit": goal.unit} for goal in GOALS],
            }
        )
    else:
        print_rulebook(RULEBOOK, GOALS)


def _solve_to_risk(
    problem: str,
    output: str,
    percent: int | None,
    durations: str | None,
    *,
    time_limit: float,
    workers: int,
    seed: int,
    effort: int | None,
) -> None:
    if percent is None or durations is None:
        raise typer.BadParameter(
            "--risk and --durations belong together: a problem file does not say how long its cases may take."
        )
    from flows.plan_files import save_plan
    from flows.progress import searching
    from flows.risk_files import solve_file_to_risk
    from flows.show import plan_sentence
    from scheduler.engine.to_risk import RunOptions

    with searching("Planning", seconds=time_limit) as tell:
        options = RunOptions(time_limit=time_limit, workers=workers, seed=seed, effort=effort, on_progress=tell)
        plan, kept = solve_file_to_risk(problem, durations, percent, options)
    save_plan(plan, output)
    typer.echo(plan_sentence(plan), err=True)
    typer.echo(kept.says, err=True)


def _files(problem: str | None, plan: str | None) -> tuple[str, str] | None:
    if (problem is None) != (plan is None):
        raise typer.BadParameter("--problem and --plan go together: give the problem and the plan made for it.")
    return None if problem is None or plan is None else (problem, plan)


def _date(text: str | None) -> date | None:
    return None if text is None else typed_date(text)


def _complain(sentence: str) -> None:
    from rich.console import Console

    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold red]✗[/] {_plain(sentence)}")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


if __name__ == "__main__":
    main()
