"""What the command line prints about the worth of capacity: the best lists and skills, one in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape

from flows.show import console, day, local, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from scheduler.explain.capacity import CapacityWorth, ListWorth, SkillWorth, Worthwhile


def print_worth(found: CapacityWorth, zone: ZoneInfo, *, top: int) -> None:
    """Print what is worth most, and how sure that is."""
    screen = console()
    screen.print(f"[bold]{day(found.start)} to {day(found.end)}[/]  No plan costs less than {found.bound:,}.")
    if not found.settled:
        screen.print("[yellow]The prices had not settled when the time was up; allow more with --time-limit.[/]")
    _print_lists([one for one in found.lists if _counts(one.worth)][:top], screen, zone)
    _print_skills([one for one in found.skills if _counts(one.worth)][:top], screen)
    screen.print(
        f"\nSaves: cost units, worked out anew with the wish. At most: a ceiling from the prices, good to "
        f"{found.slack:,}. {len(found.lists)} kinds of list and {len(found.skills)} skills priced in "
        f"{found.seconds:.1f} s."
    )


def _counts(worth: Worthwhile) -> bool:
    return bool(worth.at_most if worth.saves is None else worth.saves)


def _print_lists(lists: Sequence[ListWorth], screen: Console, zone: ZoneInfo) -> None:
    if not lists:
        screen.print("\nOne more list would save nothing.")
        return
    heads = ("Week of", "Site", "Imaging", "Funding", "Anaesthetist", "Best on", "Room", "Done by")
    shown = table(*heads, "At most", "Saves", "Cases", "Days", title="\nOne more list")
    for one in lists:
        shown.add_row(
            day(one.week),
            escape(one.site_name),
            ", ".join(modality.label for modality in one.modalities),
            ", ".join(one.funding).replace("_", " "),
            "yes" if one.anaesthetist else "no",
            local(one.start, zone),
            escape(one.suite),
            "those there are" if one.staffing.value == "free" else "one more radiologist",
            *_figures(one.worth),
        )
    screen.print(shown)


def _print_skills(skills: Sequence[SkillWorth], screen: Console) -> None:
    if not skills:
        screen.print("\nOne more skill would save nothing.")
        return
    shown = table("Radiologist", "Learns", "At most", "Saves", "Cases", "Days", title="\nOne more skill")
    for one in skills:
        learns = one.target or one.technique
        shown.add_row(
            escape(one.radiologist_name),
            learns.label if learns else f"to work at {escape(one.site_name or '')}",
            *_figures(one.worth),
        )
    screen.print(shown)


def _figures(worth: Worthwhile) -> tuple[str, str, str, str]:
    """Give the ceiling, what is saved, cases booked more and weighted patient-days past due avoided."""
    if worth.saves is None or worth.cases_gained is None or worth.patient_days_avoided is None:
        return f"{worth.at_most:,}", "-", "-", "-"
    return (
        f"{worth.at_most:,}",
        f"{worth.saves:,}",
        f"{worth.cases_gained:+.1f}",
        f"{worth.patient_days_avoided:,.0f}",
    )
