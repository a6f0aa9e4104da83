"""Serves the screens with a desk that has no memory: python -m tests.builders.screen_server PORT."""

from __future__ import annotations

import sys
from datetime import timedelta

import dashboard.reads
from scheduler.pathway.events import Event
from scheduler.pathway.fields import Field, FieldType
from scheduler.pathway.machine import NextStep
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role, Target
from tests.builders.screen_desk import ScreenDesk
from tests.builders.screens import (
    NINE,
    TODAY,
    a_case_page,
    a_case_summary,
    a_column,
    a_list_card,
    a_listed_case,
    a_proposal_page,
)


def a_small_service() -> ScreenDesk:
    """Three lists at two sites, five cases, one plan."""
    cases = [
        a_case_summary(f"N1000{number}", urgency=1 + number % 3, days=number, overdue=number > 4) for number in range(6)
    ]
    morning = a_list_card("L1", published=True, cases=(a_listed_case("N10001"), a_listed_case("N10002", missing=1)))
    afternoon = a_list_card("L2", part="Afternoon", start=NINE + timedelta(hours=5), minutes_used=0)
    tomorrow = a_list_card(
        "L3",
        site="BAY",
        site_name="Bayside Hospital",
        date=TODAY + timedelta(days=1),
        minutes_used=250,
        cases=(a_listed_case("N10003", target=Target.STELLATE),),
    )
    step = NextStep(
        event=Event.PATIENT_WITHDRAWS,
        label="Patient withdraws",
        says="The pathway ends here.",
        fields=(Field(key="reason", type=FieldType.TEXT, label="Reason"),),
        roles=frozenset({Role.BOOKINGS}),
        allowed=True,
        why_not=None,
    )
    return ScreenDesk(
        cards=(morning, afternoon, tomorrow),
        waiting=tuple(cases[4:]),
        columns=(a_column(PathwayState.TRIAGE, *cases[:2]), a_column(PathwayState.TEST_WAITING, *cases[2:], over=1)),
        pages={case.ref: a_case_page(case) for case in cases},
        steps=(step,),
        plans={"P1": a_proposal_page()},
    )


def main() -> None:
    """Put the desk in place of the real one before anything asks for it, then serve."""
    desk = a_small_service()
    dashboard.reads.front_door = lambda: desk  # type: ignore[assignment]  # the stand-in has what the pages ask for
    from dashboard import asgi

    asgi.main(int(sys.argv[1]))


if __name__ == "__main__":
    main()
