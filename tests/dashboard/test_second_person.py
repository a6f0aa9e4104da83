"""What waits for a second person stands on the page it is about, and whoever asked is offered no approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.views import taking
from db.approvals import ApprovalLine
from db.words import ApprovalKind, ApprovalState
from scheduler.errors import NotPermittedError, SecondPersonNeededError
from scheduler.pathway.events import Event
from scheduler.pathway.fields import Field, FieldType
from scheduler.pathway.machine import NextStep
from scheduler.vocabulary import Role
from tests.builders.screen_desk import ScreenApprovals, ScreenDesk, SomePerson
from tests.builders.screens import NINE, a_case_page, a_place, a_proposal_page, a_proposal_summary
from tests.dashboard.conftest import html

LEAD = SomePerson(name="Dr Head", roles={"*": frozenset({Role.IR_LEAD})}, id="head")
HARMLESS = "<b>Bold</b>"


def a_line(**changed):
    usual = {
        "id": "A1",
        "kind": ApprovalKind.PUBLISH,
        "ref": None,
        "proposal": "P1",
        "says": "Publish this plan although visits on the frozen days change: N10001.",
        "reason": f"The carer is away {HARMLESS}",
        "asked_by": "clerk",
        "asked_name": "A Clerk",
        "asked_at": NINE,
        "expires_at": NINE + timedelta(hours=24),
        "state": ApprovalState.ASKED,
        "decided_name": "",
        "decided_at": None,
        "decision": "",
        "version": 3,
        "lapsed": "",
    }
    return ApprovalLine(**{**usual, **changed})


def a_desk(*lines, who=LEAD, **changed):
    page = a_proposal_page(a_proposal_summary(), **changed)
    return ScreenDesk(
        plans={"P1": page}, pages={"N10001": a_case_page()}, approvals=ScreenApprovals(lines=lines), actor=who
    )


def labels(at):
    return [button.label for button in at.button]


def press(at, label):
    next(button for button in at.button if button.label == label).click().run()
    return at


def test_the_proposal_says_what_is_asked_by_whom_and_why_and_another_person_approves(show):
    desk = a_desk(a_line())
    at = show(desk, "proposal", who=LEAD)
    assert not at.exception
    assert "N10001" in html(at)
    assert "A Clerk asks since Tue 24 Nov, 09:00: The carer is away &lt;b&gt;Bold" in html(at)
    at = press(at, "Approve")
    ((name, (asked, how)),) = desk.approvals.asked
    assert (name, asked, how["expected_version"]) == ("approve", "A1", 3)
    assert [said.value for said in at.success] == ["Approved and published: 1 moved."]


def test_whoever_asked_may_only_take_it_back(show):
    at = show(a_desk(a_line(asked_by="head")), "proposal", who=LEAD)
    assert "Approve" not in labels(at)
    assert "Take it back" in labels(at)
    assert "You asked, so somebody else must approve it." in html(at)


def test_a_clerk_is_offered_neither_and_a_lapsed_request_no_approval(show):
    at = show(a_desk(a_line(), who=SomePerson()), "proposal")
    assert not {"Approve", "Decline", "Take it back"} & set(labels(at))
    at = show(a_desk(a_line(lapsed="It has run out.")), "proposal", who=LEAD)
    assert "Approve" not in labels(at)
    assert "Decline" in labels(at)
    assert "It has run out." in html(at)


def test_declining_carries_the_reason_and_a_refusal_is_said(show):
    desk = a_desk(a_line())
    at = show(desk, "proposal", who=LEAD)
    next(box for box in at.text_input if box.label == "Why").input("Not needed")
    at = press(at, "Decline")
    ((name, (asked, how)),) = desk.approvals.asked
    assert (name, asked, how["reason"], how["expected_version"]) == ("decline", "A1", "Not needed", 3)
    desk = a_desk(a_line())
    desk.approvals.refuses = NotPermittedError("Not at this site.")
    assert [said.value for said in press(show(desk, "proposal", who=LEAD), "Approve").error] == ["Not at this site."]


def test_a_plan_that_changes_frozen_days_offers_to_ask_a_second_person(show):
    frozen = replace(a_place(), frozen=True, before_session="L9", before_start=NINE)
    desk = a_desk(placed=(frozen,), who=SomePerson())
    at = show(desk, "proposal")
    at.button(key="publish").click().run()
    assert "Ask a second person" in labels(at)
    assert "publish" not in {name for name, _ in desk.asked}


def test_asking_carries_the_reason_the_choice_and_the_version_and_publishes_nothing(monkeypatch):
    desk = a_desk(who=SomePerson())
    monkeypatch.setattr(taking, "the_desk", lambda: desk)
    taking.ask_second_person(a_proposal_summary(), ("N10001",), reason="The carer is away")
    ((name, (asked, how)),) = desk.approvals.asked
    assert (name, asked, how["cases"], how["reason"]) == ("ask_to_publish", "P1", ("N10001",), "The carer is away")
    assert how["expected_version"] == 2
    assert "publish" not in {name for name, _ in desk.asked}


START = NextStep(
    event=Event.START_TEST,
    label=Event.START_TEST.label,
    says="Sign-in is done.",
    fields=(Field(key="override_reason", type=FieldType.TEXT, label="Reason", required=False),),
    roles=frozenset({Role.IR_LEAD}),
    allowed=True,
    why_not=None,
)


def test_a_step_that_goes_ahead_in_spite_of_a_stop_is_asked_for(show):
    desk = a_desk()
    desk.steps, desk.refuses = (START,), SecondPersonNeededError("INR 2.5 is above 1.8.")
    at = show(desk, "case", who=LEAD, case="N10001", step=Event.START_TEST.value)
    at.text_area[0].input("Comfort care") if at.text_area else at.text_input[0].input("Comfort care")
    at = press(at, "Record")
    ((name, ((ref, event, details), _)),) = desk.approvals.asked
    assert (name, ref, event, details) == (
        "ask_to_go_ahead",
        "N10001",
        Event.START_TEST,
        {"override_reason": "Comfort care"},
    )
    assert "Nothing is recorded until an IR lead who is not you approves" in at.success[0].value


def test_the_case_shows_what_is_asked_about_it_and_my_tasks_lead_there(show):
    line = a_line(kind=ApprovalKind.GO_AHEAD, ref="N10001", proposal=None, says="It would go ahead although INR 2.5.")
    at = show(a_desk(line), "case", who=LEAD, case="N10001")
    assert "Approve" in labels(at)
    at = show(a_desk(line), "tasks", who=LEAD)
    assert [info.value for info in at.info] == ["A Clerk asks for a second person. It would go ahead although INR 2.5."]
    assert "Look at it" in labels(at)


@pytest.mark.parametrize("changed", [{"asked_by": "head"}, {"lapsed": "It has run out."}])
def test_my_tasks_name_only_what_the_person_may_decide(show, changed):
    assert "Look at it" not in labels(show(a_desk(a_line(**changed)), "tasks", who=LEAD))
    assert "Look at it" not in labels(show(a_desk(a_line(), who=SomePerson()), "tasks"))
