"""`neurolist reverse`, `correct` and `return`: putting a mistake right, and a patient who comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_common import AsJson, the_desk
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    pass

CaseRef = Annotated[str, typer.Argument(metavar="REF", help="A case reference, such as N10001.")]
Version = Annotated[
    int | None, typer.Option("--version", metavar="NUMBER", help="The version that was shown; needed to change it.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="WORDS", help="What was wrong.")]


def reverse(
    ref: CaseRef,
    *,
    reason: Reason = None,
    version: Version = None,
    not_ready: Annotated[
        bool, typer.Option("--not-ready", help="Do not count the days since the mistake as waited.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take back the last step of a case, a mistake; shows what that does, and does it with --reason and --version."""
    from flows.show import print_json, summary_line
    from flows.show_corrections import reversal_lines

    desk = the_desk()
    if reason is None or version is None:
        shown = desk.reversal(ref)
        print_json(shown) if as_json else typer.echo("\n".join(reversal_lines(shown)))
        return
    summary = desk.reverse(ref, reason, expected_version=version, not_ready=not_ready)
    print_json(summary) if as_json else typer.echo(summary_line(summary))


def correct(
    ref: CaseRef,
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="Which value; without it, lists them.")] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="What it should have said.")] = None,
    *,
    reason: Reason = None,
    version: Version = None,
    as_json: AsJson = False,
) -> None:
    """Correct one value that was recorded wrongly, such as a pain score or a date; first lists those there are."""
    from flows.show import print_json, summary_line
    from flows.show_corrections import amendable_lines

    desk = the_desk()
    if key is None:
        found, shown = desk.amendable(ref), desk.case(ref).version
        print_json({"version": shown, "values": found}) if as_json else typer.echo(
            "\n".join(amendable_lines(ref, found, shown))
        )
        return
    if value is None or reason is None or version is None:
        says = f"give the value, --reason and --version; `neurolist correct {ref}` shows the version."
        raise BadInputError.of(key, says)
    summary = desk.amend(ref, key, value, reason, expected_version=version)
    print_json(summary) if as_json else typer.echo(summary_line(summary))


def return_(
    ref: CaseRef,
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="One field of the form; repeat it.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Open a new case for the patient of one that has ended; the two are linked, and what was done stays in sight."""
    from flows.show import print_json, summary_line
    from flows.typed import form_answers
    from scheduler.pathway.returning import RETURN_FIELDS

    answers = form_answers("return", "Return", RETURN_FIELDS, fields or [])
    summary = the_desk().refer_again(ref, answers)
    print_json(summary) if as_json else typer.echo(summary_line(summary))
