"""A change of the protocol is proposed by one person and counts only once a lead who is another approves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from db import publishing
from db.protocol import protocol
from flows.keeping.words import ApproveProtocol, ChangeState, DeclineProtocol, ProposeProtocol, ProtocolPart
from scheduler.errors import BadInputError, NotPermittedError, StaleVersionError
from scheduler.vocabulary import Role, Stage, Target, Technique
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.service import a_desk, a_service, an_actor

ONE_DAY = timedelta(days=1)
COELIAC_TEST = "coeliac/local_anaesthetic/test_block"


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database), Role.CLINICIAN)


@pytest.fixture
def lead(desk):
    return desk.acting(an_actor(Role.IR_LEAD, name="Dr Lead"))


def proposing(key="consent_valid", part=ProtocolPart.VALUE, **changes):
    usual = {"edition": 1, "fields": {"value": 120}, "effective_from": TODAY, "source": "Policy 12", "reason": "Audit"}
    return ProposeProtocol(part=part, key=key, **{**usual, **changes})


def waiting(desk):
    return next(each for each in desk.keeping.protocol_changes() if each.state is ChangeState.PROPOSED)


def approving(desk):
    change = waiting(desk)
    return ApproveProtocol(
        change=change.id,
        part=change.part,
        key=change.key,
        fields=change.fields,
        effective_from=change.effective_from,
        version=change.version,
    )


def in_force(desk, on=TODAY):
    return read(desk.service.database, lambda session: protocol(session, on))


def row(desk, key="consent_valid"):
    return next(line for line in desk.keeping.protocol() if line.key == key)


def test_a_proposed_value_counts_only_once_it_is_approved_and_from_its_day(desk, lead):
    desk.keeping.save(proposing(effective_from=TODAY + ONE_DAY))
    assert in_force(desk, TODAY + ONE_DAY).days("consent_valid") == 180
    (change,) = desk.keeping.protocol_changes()
    assert (dict(change.before), dict(change.fields)) == ({"value": 180}, {"value": 120})
    lead.keeping.save(approving(lead))
    assert in_force(desk).days("consent_valid") == 180
    assert in_force(desk, TODAY + ONE_DAY).days("consent_valid") == 120
    assert row(desk).coming == TODAY + ONE_DAY
    desk.service.clock.source.pass_(ONE_DAY)
    assert (row(desk).approved_by, row(desk).source, row(desk).edition) == ("Dr Lead", "Policy 12", 2)


def test_a_change_whose_day_has_passed_counts_from_the_day_it_is_approved(desk, lead):
    desk.keeping.save(proposing())
    desk.service.clock.source.pass_(3 * ONE_DAY)
    lead.keeping.save(approving(lead))
    assert in_force(desk, TODAY + 2 * ONE_DAY).days("consent_valid") == 180
    assert in_force(desk, TODAY + 3 * ONE_DAY).days("consent_valid") == 120


def test_nobody_approves_what_they_proposed_and_only_a_lead_approves(desk, lead):
    lead.keeping.save(proposing())
    with pytest.raises(NotPermittedError, match="Dr Lead proposed this change, so somebody else must approve it"):
        lead.keeping.save(approving(lead))
    with pytest.raises(NotPermittedError, match="approve a change of the protocol"):
        desk.keeping.save(approving(desk))
    assert in_force(desk).days("consent_valid") == 180
    another = lead.acting(replace(lead.actor, id="another-lead"))
    another.keeping.save(approving(another))
    assert in_force(desk).days("consent_valid") == 120


def test_a_row_is_approved_as_it_stands_by_a_proposal_without_values(desk, lead):
    desk.keeping.save(proposing(fields={"value": 180}, source=""))
    assert dict(waiting(desk).fields) == {}
    lead.keeping.save(approving(lead))
    assert (row(desk).approved_by, row(desk).fields["value"]) == ("Dr Lead", 180)


def test_a_declined_change_says_why_and_one_taken_back_is_no_refusal(desk, lead):
    desk.keeping.save(proposing())
    change = waiting(desk)
    with pytest.raises(BadInputError, match="say why the change is not made"):
        lead.keeping.save(DeclineProtocol(change=change.id, key=change.key, reason=" "))
    lead.keeping.save(DeclineProtocol(change=change.id, key=change.key, reason="Too short", version=change.version))
    desk.keeping.save(proposing(fields={"value": 150}))
    mine = waiting(desk)
    desk.keeping.save(DeclineProtocol(change=mine.id, key=mine.key, reason="Mistyped"))
    states = {each.fields["value"]: each.state for each in desk.keeping.protocol_changes()}
    assert states == {120: ChangeState.DECLINED, 150: ChangeState.WITHDRAWN}
    with pytest.raises(StaleVersionError, match="already"):
        lead.keeping.save(DeclineProtocol(change=change.id, key=change.key, reason="Again"))


def test_one_change_of_a_row_waits_at_a_time_and_an_older_edition_is_stale(desk, lead):
    desk.keeping.save(proposing())
    with pytest.raises(BadInputError, match="has proposed a change of this row already"):
        lead.keeping.save(proposing(fields={"value": 90}))
    lead.keeping.save(approving(lead))
    with pytest.raises(StaleVersionError, match="was edition 1 when shown and is now edition 2"):
        desk.keeping.save(proposing(fields={"value": 90}))


WRONG = {
    "cannot be less than 0": proposing(fields={"value": -1}),
    "a share is from 0 to 100": proposing("success_from", fields={"value": 101}),
    "write yes or no": proposing("same_session_test_and_treat", fields={"value": "perhaps"}),
    "write one of high": proposing("bleeding_risk.coeliac", fields={"value": "middling"}),
    "is not a time of day": proposing("escalation_at", fields={"value": "6 o'clock"}),
    "is no role or discipline": proposing("escalate_to.bookings", fields={"value": ["wizard"]}),
    "give at least one": proposing("follow_up_days", fields={"value": []}),
    "room minutes rise": proposing(COELIAC_TEST, ProtocolPart.PROCEDURE, fields={"planned_minutes": 61}),
    "say why, for the lead": proposing(reason=" "),
    "has passed": proposing(effective_from=TODAY - ONE_DAY),
    "cannot be changed here": proposing(fields={"says": "Other words"}),
}


@pytest.mark.parametrize("says", WRONG)
def test_a_value_the_protocol_could_not_work_with_is_refused_in_a_sentence(desk, says):
    with pytest.raises(BadInputError, match=says):
        desk.keeping.save(WRONG[says])
    assert desk.keeping.protocol_changes() == ()


def test_longer_procedures_show_the_bookings_that_no_longer_fit(desk, lead):
    a_clinic(desk.service.database)
    refs = [list_for_test(desk.service.database, number) for number in (1, 2)]
    places = {f"{ref}-T": ("S01-1", at, "R01") for ref, at in zip(refs, (0, 60), strict=True)}
    made = a_proposal(desk.service.database, places)
    write(desk.service.database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING))
    longer = {"planned_minutes": 60, "maximum_minutes": 60}
    desk.keeping.save(proposing(COELIAC_TEST, ProtocolPart.PROCEDURE, fields=longer))
    found = lead.keeping.preview(approving(lead))
    assert {one.ref for one in found.broken} <= set(refs)
    assert found.broken
    asked = lead.keeping.save(approving(lead), accepting=[one.ref for one in found.broken]).asked
    assert asked == tuple(sorted(one.ref for one in found.broken))
    kind = (Target.COELIAC, Technique.LOCAL_ANAESTHETIC, Stage.TEST_BLOCK)
    assert in_force(desk).procedure(*kind).planned_minutes == 60


def test_the_same_minutes_break_nothing(desk, lead):
    a_clinic(desk.service.database)
    ref = list_for_test(desk.service.database, 1)
    made = a_proposal(desk.service.database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(desk.service.database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING))
    desk.keeping.save(proposing(COELIAC_TEST, ProtocolPart.PROCEDURE, fields={"recovery_minutes": 125}))
    assert lead.keeping.preview(approving(lead)).broken == ()
