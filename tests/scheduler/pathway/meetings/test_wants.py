"""What a case lacks for a meeting is told in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scheduler.pathway.meetings.wants import wants
from scheduler.pathway.states import PathwayState
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, all_items

DAY = timedelta(days=1)


def a_case(**changes):
    facts = a_case_facts(PathwayState.AWAITING_MDT, items=all_items(TODAY - 12 * DAY), **changes)
    return replace(facts, referrer_recorded=True)


def test_a_complete_case_lacks_nothing():
    assert wants(a_case(), a_protocol(), TODAY) == ()


def test_what_has_not_come_is_named():
    facts = a_case()
    without = replace(facts, items=tuple(item for item in facts.items if item.key != "R3"))
    assert wants(without, a_protocol(), TODAY) == (
        "R3 (records of recent consultations with other specialists) has not come.",
    )


def test_bloods_are_too_old_for_the_meeting_on_the_day_after_their_limit():
    limit = a_protocol().days("triage_age.R2")
    last = TODAY - 12 * DAY + limit * DAY
    assert wants(a_case(), a_protocol(), last) == ()
    assert wants(a_case(), a_protocol(), last + DAY)[0].startswith("R2 (blood results")


def test_a_plan_that_nobody_has_proposed_and_an_unknown_referrer_are_told():
    facts = replace(a_case(technique=None, urgency=None), referrer_recorded=False)
    assert wants(facts, a_protocol(), TODAY) == (
        "The referring specialist is not recorded.",
        "Not proposed yet: technique, urgency category.",
    )
