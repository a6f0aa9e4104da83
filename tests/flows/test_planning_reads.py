"""The best list for each case is found once, a freed place is offered to those who fit, and referrers are reminded."""

from datetime import timedelta

import pytest
from sqlmodel import select

from db import audit, clinic
from db.tables import CaseItemRow, CaseRow
from flows import first_places
from flows.board_memory import MEMORY
from flows.hold_asked import HoldAsked
from flows.left_over import explained
from scheduler.errors import NeurolistError, NotPermittedError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.effects import NoticeKind
from scheduler.pathway.events import Event
from scheduler.vocabulary import Funding, Role
from tests.builders.memory import TODAY, a_clinic, a_proposal, list_for_test, step, write
from tests.builders.planning import a_case, a_problem, a_suite_session
from tests.builders.service import MovingClock, a_desk, a_service
from tests.scheduler.engine.quick.clinic import standing


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def desk(sqlite_database, clock):
    return a_desk(a_service(sqlite_database, source=clock))


@pytest.fixture
def refs(desk):
    a_clinic(desk.service.database)
    return [list_for_test(desk.service.database, number) for number in (1, 2, 3)]


# The best list.


def all_places(desk, refs):
    """Ask until the last is worked out: each time gives one more at the least."""
    return [desk.first_places(refs) for _ in refs][-1]


def test_each_waiting_case_has_its_best_list_or_the_reason_why_none(desk, refs):
    best = all_places(desk, refs)
    assert list(best) == refs
    assert best[refs[0]].where.startswith("CT ")
    for name in [card.id for card in desk.lists()]:
        write(desk.service.database, lambda session, name=name: clinic.close_list(session, name, reason="Strike"))
    assert all_places(desk, refs)[refs[0]].says == "No list of the coming weeks takes it as things stand."


def test_what_was_found_is_kept_until_anything_changes_and_the_rest_follows(desk, refs, monkeypatch):
    asked = []
    honest = first_places.best_place
    monkeypatch.setattr(first_places, "best_place", lambda around: asked.append(1) or honest(around))

    def look():
        dates = {"start": TODAY, "end": TODAY + timedelta(days=7), "now": desk.now()}
        return MEMORY.first_places(desk.service.database, refs, seconds=0.0, **dates)

    assert [len(look()) for _ in range(4)] == [1, 2, 3, 3]
    assert len(asked) == 3
    step(
        desk.service.database,
        refs[0],
        Event.PATIENT_WITHDRAWS,
        requested_by="patient",
        requested_on=TODAY,
        channel="phone",
    )
    assert len(look()) == 1
    assert look()[refs[0]].says == "It no longer waits for a place."


# A freed place.


def test_a_freed_place_is_offered_to_those_who_fit_it_the_most_useful_first(desk, refs):
    one, two, three = refs
    desk.publish(a_proposal(desk.service.database, {f"{one}-T": ("S01-1", 0, "R01")}))
    with pytest.raises(NeurolistError, match="no booking that was cancelled"):
        desk.freed_place(one)
    desk.record(one, "cancel_patient", {"reason": "unwell"})
    place = desk.freed_place(one)
    assert (place.list, place.minutes, place.where, place.others) == ("S01-1", 45, "CT 1, Site 1", 0)
    assert {case.ref for case in place.standby} == {two, three}
    assert all(case.cost_change < 0 for case in place.standby)
    desk.hold(
        HoldAsked(ref=place.standby[0].ref, list=place.list, start=place.standby[0].start.astimezone(desk.zone).time())
    )
    assert [case.ref for case in desk.freed_place(one).standby] == [place.standby[1].ref]
    write(desk.service.database, lambda session: clinic.close_list(session, "S01-1", reason="Strike"))
    assert desk.freed_place(one).closed == "The list is closed, so nobody can be put on it."


def test_a_place_that_is_past_is_offered_to_nobody(desk, refs, clock):
    desk.publish(a_proposal(desk.service.database, {f"{refs[0]}-T": ("S01-1", 0, "R01")}))
    desk.record(refs[0], "cancel_patient", {"reason": "unwell"})
    clock.pass_(timedelta(days=2))
    with pytest.raises(NeurolistError, match="is past"):
        desk.freed_place(refs[0])


# Reminding.


def lose(desk, ref, item="R1"):
    """Let one document of a case be missing after all."""

    def work(session):
        asked = select(CaseItemRow).join(CaseRow, CaseRow.id == CaseItemRow.case_id)
        session.exec(asked.where(CaseRow.ref == ref, CaseItemRow.key == item)).one().received = False
        audit.record(session, action="lose_item", entity="case", ref=ref)

    write(desk.service.database, work)


def reminders(desk, ref):
    return [letter for letter in desk.letters(ref) if letter.kind is NoticeKind.INFORMATION_NEEDED]


def test_the_referrer_is_reminded_of_what_is_missing_once_a_day(desk, refs, clock):
    ref = refs[0]
    lose(desk, ref)
    version = desk.case(ref).version
    with pytest.raises(StaleVersionError):
        desk.chase_documents(ref, expected_version=version - 1)
    assert desk.chase_documents(ref, expected_version=version, write_id="w1") == ("R1",)
    assert desk.chase_documents(ref, write_id="w1") == ("R1",)
    assert len(reminders(desk, ref)) == 1
    with pytest.raises(TransitionNotAllowedError, match="already reminded today"):
        desk.chase_documents(ref)
    clock.pass_(timedelta(days=1))
    assert desk.chase_documents(ref) == ("R1",)
    assert len(reminders(desk, ref)) == 2


def test_nothing_missing_is_nothing_to_remind_of(desk, refs):
    with pytest.raises(TransitionNotAllowedError, match="Nothing is missing"):
        desk.chase_documents(refs[0])
    with pytest.raises(NotPermittedError, match="remind a referrer"):
        a_desk(desk.service, Role.VIEWER).chase_documents(refs[0])


# Left over.


def test_a_case_left_over_is_told_the_fewest_reasons_first_while_there_is_time():
    problem = a_problem(sessions=[a_suite_session("L1", funding=(Funding.PRIVATE.value,))], cases=[a_case("A")])
    plan = standing(problem)
    (left,) = explained(problem, plan, seconds=5).unscheduled
    assert left.reasons[0].startswith("Case A cannot go on the 1 list there is as things stand.")
    assert explained(problem, plan, seconds=0).unscheduled == plan.unscheduled
