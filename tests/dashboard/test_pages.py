"""Every page draws what the desk shows, and says in words what the desk refuses."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.pictures import PICTURES, looking_from
from db.words import ProposalStatus
from scheduler.errors import NotPermittedError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.events import Event
from scheduler.pathway.fields import Field, FieldType
from scheduler.pathway.machine import NextStep
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.screen_desk import ScreenDesk
from tests.builders.screens import (
    a_case_page,
    a_case_summary,
    a_column,
    a_list_card,
    a_listed_case,
    a_proposal_page,
    a_proposal_summary,
)
from tests.dashboard.conftest import component, html


def a_step(**changed):
    usual = {
        "event": Event.PATIENT_WITHDRAWS,
        "label": "Patient withdraws",
        "says": "The pathway ends here.",
        "fields": (Field(key="reason", type=FieldType.TEXT, label="Reason"),),
        "roles": frozenset({Role.BOOKINGS}),
        "allowed": True,
        "why_not": None,
    }
    return NextStep(**{**usual, **changed})


def test_nobody_sees_a_page_without_a_session(show):
    at = show(ScreenDesk(), who=None)
    assert [error.value for error in at.error] == ["Your session has ended. [Sign in again](/login)."]
    assert not at.title


def test_the_board_shows_two_weeks_of_lists_from_this_monday(show):
    desk = ScreenDesk(cards=(a_list_card(cases=(a_listed_case(),)),), waiting=(a_case_summary("N10002"),))
    at = show(desk)
    assert not at.exception
    assert desk.asked == [("lists", (date(2026, 11, 23), date(2026, 12, 6), None))]
    data = component(at, "neurolist_board")
    told = PICTURES.since(desk, looking_from(data["looking"]), None)  # as the board then fetches it
    assert told["lists"]["L1"]["cases"][0]["ref"] == "N10001"
    assert told["tray"]["cases"][0]["ref"] == "N10002"


def test_the_address_holds_the_weeks_and_the_site(show):
    desk = ScreenDesk()
    at = show(desk, weeks="4 weeks", site="Bayside Hospital")
    assert not at.exception
    assert desk.asked == [("lists", (date(2026, 11, 23), date(2026, 12, 20), "BAY"))]


def test_asking_for_a_plan_asks_for_the_weeks_shown(show):
    desk = ScreenDesk(plans={"P1": a_proposal_page()})
    at = show(desk)
    at.button(key="propose").click().run()
    assert ("request_plan", (date(2026, 11, 25), 2)) in desk.asked
    assert any("is ready: 1 case placed" in each.value for each in at.markdown)


def test_a_plan_that_may_not_be_asked_for_is_refused_in_words(show):
    desk = ScreenDesk(refuses=NotPermittedError("A viewer may not ask for a plan. Ask the bookings office."))
    at = show(desk)
    at.button(key="propose").click().run()
    assert [error.value for error in at.error] == ["A viewer may not ask for a plan. Ask the bookings office."]


def test_the_stages_are_drawn_in_the_order_the_desk_gives(show):
    desk = ScreenDesk(columns=(a_column(PathwayState.TRIAGE, a_case_summary()), a_column(PathwayState.AWAITING_MDT)))
    at = show(desk, "stages")
    assert not at.exception
    columns = component(at, "neurolist_stages")["columns"]
    assert [column["name"] for column in columns] == ["In triage", "Waiting for MDT meeting"]


def test_without_a_reference_the_case_page_says_how_to_find_one(show):
    at = show(ScreenDesk(pages={"N10001": a_case_page()}), "case")
    assert [info.value for info in at.info] == ["Choose a case above, or open one from the board or the stages."]


def test_a_case_shows_its_plan_its_clocks_and_its_history(show):
    desk = ScreenDesk(pages={"N10001": a_case_page(a_case_summary(missing=("consent",)))}, steps=(a_step(),))
    at = show(desk, "case", case="N10001")
    assert not at.exception
    for words in ("N10001", "Coeliac plexus", "20 days left."):
        assert words in html(at)
    assert "All items are here." in html(show(desk, "case", case="N10001", part="History"))
    assert [warning.value for warning in at.warning] == ["Missing: consent."]


def test_a_step_that_must_wait_says_why(show):
    waits = a_step(allowed=False, why_not="The bloods are older than 14 days.")
    at = show(ScreenDesk(pages={"N10001": a_case_page()}, steps=(waits,)), "case", case="N10001")
    assert "The bloods are older than 14 days." in html(at)
    assert "Patient withdraws" not in [box.label for box in at.expander]


def record(show, desk):
    at = show(desk, "case", case="N10001", step="patient_withdraws")
    at.text_area[0].input("Moved away")
    at.button(key=next(b.key for b in at.button if b.label == "Record")).click().run()
    return at


def test_a_step_is_recorded_with_the_version_that_was_shown(show):
    desk = ScreenDesk(pages={"N10001": a_case_page()}, steps=(a_step(),))
    at = record(show, desk)
    assert ("record", ("N10001", Event.PATIENT_WITHDRAWS, {"reason": "Moved away"}, 3)) in desk.asked
    assert [each.value for each in at.success] == [
        "Patient withdraws: recorded. The case now stands at: Waiting for test block."
    ]


def test_a_step_the_pathway_refuses_says_what_the_pathway_says(show):
    refused = TransitionNotAllowedError("'reason' is missing: Reason.")
    at = record(show, ScreenDesk(pages={"N10001": a_case_page()}, steps=(a_step(),), refuses=refused))
    assert [error.value for error in at.error] == ["'reason' is missing: Reason."]


def test_a_stale_step_shows_what_was_shown_and_what_is_there_now(show, monkeypatch):
    desk = ScreenDesk(pages={"N10001": a_case_page()}, steps=(a_step(),), refuses=StaleVersionError("Saved by Priya."))

    def somebody_else_first(self, *asked, **how):
        self.pages["N10001"] = a_case_page(a_case_summary(version=4, state=PathwayState.AWAITING_MDT))
        raise StaleVersionError("Saved by Priya.")

    monkeypatch.setattr(ScreenDesk, "record", somebody_else_first)
    at = record(show, desk)
    assert at.error[0].value.startswith("Somebody else changed this case since it was shown to you.")
    for words in ("You were shown", "It is now", "<td>3</td><td>4</td>", "<td>Waiting for MDT meeting</td>"):
        assert words in html(at)


def test_without_any_plan_the_proposal_page_says_how_to_get_one(show):
    at = show(ScreenDesk(), "proposal")
    assert [info.value for info in at.info] == [
        "No plan has been proposed yet. Choose New plan to have one worked out; nothing is booked by it."
    ]


def test_a_plan_shows_what_it_places_what_it_leaves_and_what_it_costs(show):
    at = show(ScreenDesk(plans={"P1": a_proposal_page()}), "proposal")
    assert not at.exception
    for words in ("treats the stellate ganglion", "Lists end on time", "3,000"):
        assert words in html(at)
    (group,) = component(at, "neurolist_sheet")["groups"]
    assert (group["title"], [row["id"] for row in group["rows"]]) == (
        "Tue 24 Nov, Angio 1, Northern Hospital",
        ["N10001"],
    )


def test_the_address_names_the_plan_that_is_shown(show):
    older = a_proposal_page(a_proposal_summary("P2", status=ProposalStatus.WITHDRAWN))
    desk = ScreenDesk(plans={"P1": a_proposal_page(), "P2": older})
    assert "publish" in {button.key for button in show(desk, "proposal").button}
    assert "publish" not in {button.key for button in show(desk, "proposal", proposal="P2").button}
    assert "publish" in {button.key for button in show(desk, "proposal", proposal="gone").button}


def test_publishing_names_the_version_that_was_shown(show):
    desk = ScreenDesk(plans={"P1": a_proposal_page()})
    at = show(desk, "proposal")
    at.button(key="publish").click().run()
    assert ("publish", ("P1", 2)) in desk.asked
    assert at.success[0].value.startswith("Published: 1 case booked.")


def test_a_plan_that_cannot_be_published_any_more_says_so(show):
    refused = StaleVersionError("List L1 has changed. Plan again.")
    desk = ScreenDesk(plans={"P1": a_proposal_page()}, refuses=refused)
    at = show(desk, "proposal")
    at.button(key="publish").click().run()
    assert [error.value for error in at.error] == ["List L1 has changed. Plan again."]


@pytest.mark.parametrize("status", [ProposalStatus.PUBLISHED, ProposalStatus.WITHDRAWN, ProposalStatus.FAILED])
def test_only_a_ready_plan_can_be_published(show, status):
    page = a_proposal_page(a_proposal_summary(status=status))
    at = show(ScreenDesk(plans={"P1": page}), "proposal")
    assert not at.exception
    assert "publish" not in {button.key for button in at.button}
