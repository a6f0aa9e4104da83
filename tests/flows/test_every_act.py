"""Every act of the desk is tried by nobody, by every role, from another site, and with a first password."""

from __future__ import annotations

import inspect
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import func, select

from db import approvals, proposals
from db.approvals import Asking
from db.engine import Database, open_database
from db.meetings import NewMeeting
from db.settings import MemorySettings
from db.tables import AuditEventRow
from db.words import ApprovalKind, Outcome
from flows.desk import NOBODY, Actor, BookingEvent, Desk, Drop, HoldAsked
from flows.keeping.days import AddHoliday
from flows.permissions import EVERY_SITE, Action, allowed_roles
from flows.quick_asked import QuickAsked
from flows.steps import run_due_steps
from flows.tasking import OVERSEERS
from scheduler.errors import NeurolistError, NotPermittedError
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.readiness import READINESS_ROLES
from scheduler.scenario import Price
from scheduler.vocabulary import Role
from tests.builders.every_door import desk_methods
from tests.builders.memory import TODAY, a_case, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.planning import a_problem
from tests.builders.service import a_desk, a_service

WHO = "who"  # one account, whatever the role, so that what it did last is its own
MEETS = TODAY + timedelta(days=8)
HERE, ELSEWHERE = "S01", "S02"

# Asked of nobody in particular: the door itself, the clock, a feed by its secret address, what one may do oneself.
OPEN = frozenset(
    {
        *(
            "acting",
            "check_ready",
            "sign_in",
            "person",
            "sign_out",
            "today",
            "now",
            "own_author",
            "feeds.calendar",
            "running",
            "told_to_all",
            "session_rests",
        ),
        *("board.version", "keeping.may", "scenarios.may_adopt_changes", "people.choose_password"),
        *(
            "awaits_code",
            "give_code",
            "sign_in_by_provider",
            "people.second_step",
            "people.begin_second_step",
            "people.confirm_second_step",
        ),
        "people.end_own_second_step",
    }
)
# What each act asks for; whatever is not named here only looks.
NEEDS: dict[Action, tuple[str, ...]] = {
    Action.EXPORT_DEIDENTIFIED: ("export_deidentified",),
    Action.OPEN_IN_EMERGENCY: ("open_in_emergency",),
    Action.SEE_PATIENT: ("patient", "emergency_readings", "letter", "printing.suite_day", "printing.one_list"),
    Action.IMPORT_REFERRALS: ("import_referrals",),
    Action.REQUEST_PLAN: ("request_plan", "plan_now", "answer_event", "scenarios.adopt"),
    Action.WITHDRAW_PROPOSAL: ("withdraw",),
    Action.PUBLISH: ("publish", "approvals.ask_to_publish"),
    Action.ADVANCE_BOOKING: ("advance_booking",),
    Action.HOLD_SLOT: ("hold", "offer_slot", "decline_offer", "release_slot"),
    Action.FINISH_TASK: ("finish_task",),
    Action.REVERSE: ("reverse",),
    Action.AMEND: ("amend",),
    Action.REFER_AGAIN: ("refer_again",),
    Action.SHARE_TASK: ("assign_task", "hand_back_task"),
    Action.SNOOZE_TASK: ("snooze_task",),
    Action.KEEP_HOLIDAYS: (
        *("add_holiday", "confirm_holiday", "confirm_holidays", "remove_holiday", "keeping.save", "keeping.preview"),
    ),
    Action.RUN_STEPS: ("send_letters", "run_due_now", "retry_step"),
    Action.SET_UP: ("set_up",),
    Action.MANAGE_ACCOUNTS: (
        *("accounts", "add_account", "people.accounts", "people.sign_ins", "people.add", "people.set_roles"),
        *("people.reset_password", "people.set_active", "people.revoke", "people.end_second_step"),
    ),
    Action.PLAN_MEETINGS: ("mdt.add", "mdt.add_series", "mdt.move", "mdt.cancel"),
    Action.PUT_ON_AGENDA: ("mdt.put",),
    Action.RUN_MEETING: ("mdt.carry", "mdt.close", "mdt.attend", "mdt.finish"),
    Action.READ_MINUTES: ("mdt.minutes",),
    Action.REPEAT_LETTER: ("repeat_letter",),
    Action.MOVE_BOOKING: ("board.place", "board.give_back", "board.reorder", "board.undo"),
    Action.LOCK_LIST: ("board.lock", "board.close", "board.open"),
    Action.CHANGE_SCENARIO: (
        *("scenarios.make", "scenarios.rename", "scenarios.add", "scenarios.remove", "scenarios.drop"),
    ),
    Action.ASK_STUDY: ("scenarios.compare", "scenarios.compare_now", "scenarios.ask_worth"),
    Action.KEEP_FEEDS: ("feeds.all", "feeds.make", "feeds.end"),
    Action.CHASE_DOCUMENTS: ("chase_documents",),
    Action.APPROVE_PUBLISHING: ("approvals.approve", "approvals.decline"),
    Action.LOOK_AT_RETENTION: ("retention.due", "retention.judge", "retention.proposed", "retention.holds"),
    Action.PROPOSE_DESTRUCTION: ("retention.propose", "retention.decline"),
    Action.APPROVE_DESTRUCTION: ("retention.approve",),
    Action.HOLD_FOR_LAW: ("retention.hold", "retention.lift"),
    Action.READ_REGISTER: ("retention.register",),
    Action.KEEP_SERVICE: (
        *("upkeep.back_up", "upkeep.drill", "upkeep.verify", "upkeep.anchor", "upkeep.export", "upkeep.rotate_key"),
        *("upkeep.encryption", "upkeep.encrypt_identity", "upkeep.decrypt_identity", "upkeep.rotate_data_key"),
        "upkeep.write_file_anew",
        "operating.state",
    ),
}
ASKED = {name: action for action, names in NEEDS.items() for name in names}
BY_EVENT = {
    "record": Event.PATIENT_WITHDRAWS,
    "book_slot": Event.BOOK_TEST,
    "mdt.outcome": Event.MDT_PROCEED_TEST,
    "approvals.ask_to_go_ahead": Event.START_TEST,
}
# What happens at one site: somebody whose roles are all at another is refused.
AT_ONE_SITE = frozenset(
    {
        *(
            "record",
            "book_slot",
            "patient",
            "emergency_readings",
            "letter",
            "repeat_letter",
            "advance_booking",
            "reverse",
            "amend",
        ),
        *("refer_again", "hold", "offer_slot", "decline_offer", "release_slot", "chase_documents", "finish_task"),
        *("assign_task", "hand_back_task", "snooze_task", "printing.suite_day", "printing.one_list"),
        *("board.place", "board.give_back", "board.reorder", "board.undo", "board.lock", "board.close", "board.open"),
        *("people.set_roles", "people.add", "add_account", "people.reset_password", "people.set_active"),
        *("people.revoke", "people.end_second_step"),
        *("approvals.ask_to_go_ahead", "approvals.approve", "approvals.decline"),
        *("retention.propose", "retention.approve", "retention.decline", "retention.hold", "retention.lift"),
    }
)


TASKS = frozenset({"finish_task", "assign_task", "hand_back_task", "snooze_task"})
# These are asked for by the kinds of change that `keeping.save` takes, whatever the change is.
SET_UP_PAGES = {action for action in Action if action.name.startswith("KEEP_") or action.name.endswith("_PROTOCOL")} | {
    Action.MAKE_DEMO
}
SET_UP_PAGES -= {Action.KEEP_SERVICE}


class LetInError(Exception):
    """The desk has said yes, and the act would begin."""


def asked_of(name):
    return BY_EVENT.get(name) or ASKED.get(name, Action.LOOK)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """One case booked at S01 by hand, with its letters and tasks; a meeting; a plan; an account with a role at S01."""
    database = open_database(MemorySettings(home=tmp_path_factory.mktemp("every-act")))
    database.prepare()
    a_clinic(database)
    desk = a_desk(a_service(database), *Role)
    ref, other = list_for_test(database), list_for_test(database, 2)
    desk.mdt.add(NewMeeting(on=MEETS))
    run_due_steps(desk.service)
    proposal = desk.request_plan()
    a_case(database, 3)
    run_due_steps(desk.service)
    desk.acting(as_role(*Role)).board.place(Drop(ref=ref, list=f"{HERE}-3", seen_on=None))
    desk.board.place(Drop(ref=other, list=f"{HERE}-2", seen_on=None))
    asked = a_request(database, list_for_test(database, 4))
    kim = desk.add_account("kim", "Kim Roe", "a long enough secret", {HERE: {Role.VIEWER}})
    letter, task = desk.letters(ref)[0], desk.tasks(ref=ref, put_off=True)[0]
    given = {
        "ref": ref,
        "refs": [ref],
        "approval_id": asked,
        "on": MEETS,
        "to": MEETS + timedelta(days=1),
        "first": TODAY,
        "last": MEETS,
        "until": MEETS,
        "outcome": "proceed_test",
        "details": {},
        "new": NewMeeting(on=MEETS + timedelta(days=7)),
        "every_weeks": 1,
        "why": "Why",
        "reason": "Why",
        "present": (),
        "suite": f"{HERE}-CT1",
        "name": "Some Name",
        "list_id": f"{HERE}-3",
        "kind": "suite",
        "subject": f"{HERE}-CT1",
        "feed_id": "none",
        "things": ("case", ref),
        "change": AddHoliday(on=MEETS, name="Show day"),
        "username": "lou",
        "roles": {HERE: {Role.VIEWER}},
        "account_id": kim,
        "account": kim,
        "active": False,
        "sign_in": "0" * 12,
        "seen_on": f"{HERE}-3",
        "drop": Drop(ref=ref, list=f"{HERE}-1", seen_on=f"{HERE}-3"),
        "earlier": True,
        "locked": True,
        "scenario": "none",
        "place": 1,
        "chosen": (None,),
        "study": "none",
        "comparison": "none",
        "proposal_id": proposal,
        "letter_id": letter.id,
        "folder": Path("none"),
        "purpose": "Why",
        "paths": [Path("none.csv")],
        "path": Path("none.zip"),
        "problem": a_problem(),
        "event": BookingEvent.CONFIRM,
        "asked": HoldAsked(ref=ref, list=f"{HERE}-1"),
        "expected_version": 0,
        "key": "none",
        "value": 1,
        "year": 2026,
        "cases": [ref],
        "step_id": "none",
        "password": "a longer secret",
        "task_id": task.id,
        "task_role": task.role,
    }
    yield desk, given
    database.close()


def a_request(database, ref):
    """A clerk asks a second person about a plan that books this case at S01; gives the request's id."""
    made = a_proposal(database, {f"{ref}-T": (f"{HERE}-1", 0, "R01")})

    def ask(session):
        version = proposals.proposal_row(session, made).version
        asking = Asking(kind=ApprovalKind.PUBLISH, says="x", reason="Why", version=version, payload={}, proposal=made)
        return approvals.ask(session, asking)

    return write(database, ask)


def as_role(*roles, site=EVERY_SITE, **changed):
    return Actor(id=WHO, name="Some One", roles={site: frozenset(roles)}, **changed)


def arguments(name, given):
    """Fill in what a method cannot do without."""
    special = {
        "record.event": BY_EVENT["record"],
        "approvals.ask_to_go_ahead.event": Event.START_TEST,
        "scenarios.add.change": Price(goal="waiting", each=6),
        "board.undo.act_id": None,
        "answer_event.asked": QuickAsked(suite_down=f"{HERE}-CT1", start=f"{TODAY} 07:00", end=f"{TODAY} 18:00"),
        "printing.suite_day.on": TODAY + timedelta(days=3),
    }
    values = {
        **given,
        **{key.removeprefix(f"{name}."): one for key, one in special.items() if key.startswith(f"{name}.")},
    }
    parameters = list(inspect.signature(desk_methods()[name]).parameters.values())[1:]
    wanted = [one for one in parameters if one.default is one.empty]
    by_place = [values[one.name] for one in wanted if one.kind is one.POSITIONAL_OR_KEYWORD]
    more = [values[one.name] for one in wanted if one.kind is one.VAR_POSITIONAL]
    return [*by_place, *more], {one.name: values[one.name] for one in wanted if one.kind is one.KEYWORD_ONLY}


@pytest.fixture
def passed(monkeypatch):
    """What the desk has said yes to; an act goes no further than its first write or its own look."""
    so_far = SimpleNamespace(act="", yes=[])
    checked, look = Desk._checked, Desk._look

    def stop(*_given, **_how):
        raise LetInError

    def check(self, author, asked, entity, ref, ask):
        answer = checked(self, author, asked, entity, ref, ask)
        so_far.yes.append(asked)
        return answer

    def look_on(self, ask):
        self._permitted(Action.LOOK, "service", "screens")
        return stop() if asked_of(so_far.act) is Action.LOOK else look(self, ask)

    monkeypatch.setattr(Desk, "_checked", check)
    monkeypatch.setattr(Desk, "_look", look_on)
    monkeypatch.setattr(Database, "write", stop)
    for slow in ("flows.desk.run_due_steps", "flows.quick_runs.answer_now"):
        monkeypatch.setattr(slow, stop)
    return so_far


def attempt(desk, name, given, actor, passed):
    """Do one act as somebody; says whether the desk let them in."""
    here = desk.acting(actor)
    positional, named = arguments(name, given)
    if name == "board.undo":
        latest = read(desk.service.database, here.board._latest)
        positional = [latest[0] if latest else "none"]
    passed.act, passed.yes = name, []
    try:
        answer = attrgetter(name)(here)(*positional, **named)
        next(answer, None) if inspect.isgenerator(answer) else None
    except NotPermittedError:
        return False
    except (LetInError, NeurolistError):
        pass
    assert asked_of(name) in passed.yes, f"{name} did not ask for {asked_of(name)}"
    return True


def may_by_the_table(name, role, task):
    wide = allowed_roles(asked_of(name))
    return role in (wide & (OVERSEERS | {task}) if name in TASKS else wide)


def refusals(desk):
    asked = select(func.count()).select_from(AuditEventRow).where(AuditEventRow.outcome == Outcome.REFUSED)
    return read(desk.service.database, lambda session: session.exec(asked).one())


ACTS = [name for name in desk_methods() if name not in OPEN]


def test_the_tables_above_name_only_acts_there_are():
    named = OPEN | set(ASKED) | set(BY_EVENT) | AT_ONE_SITE
    assert named <= set(desk_methods())
    by_kind = {Action.ADD_TO_CLOSED_AGENDA, Action.APPROVE_GOING_AHEAD}
    assert set(NEEDS) | {Action.LOOK} | by_kind | SET_UP_PAGES == set(Action)


def test_a_stranger_and_somebody_with_a_first_password_are_refused_every_act_and_the_trail_is_told(clinic, passed):
    desk, given = clinic
    for who in (NOBODY, as_role(*Role, must_change=True), as_role(*Role, must_enrol=True)):
        for name in ACTS:
            before = refusals(desk)
            assert not attempt(desk, name, given, who, passed), name
            assert refusals(desk) == before + 1, name


@pytest.mark.parametrize("role", Role)
def test_every_role_may_do_what_the_table_says_and_no_other_act(clinic, passed, role):
    desk, given = clinic
    expected = {name: may_by_the_table(name, role, given["task_role"]) for name in ACTS}
    assert {name: attempt(desk, name, given, as_role(role), passed) for name in ACTS} == expected


def test_every_role_at_another_site_reaches_nothing_of_this_one(clinic, passed):
    desk, given = clinic
    everything = as_role(*Role, site=ELSEWHERE)
    let_in = {name for name in ACTS if attempt(desk, name, given, everything, passed)}
    assert let_in == set(ACTS) - AT_ONE_SITE


def test_every_role_at_this_site_reaches_all_of_it(clinic, passed):
    desk, given = clinic
    assert [name for name in ACTS if not attempt(desk, name, given, as_role(*Role, site=HERE), passed)] == []


@pytest.mark.parametrize("event", [*Event, *READINESS_ROLES, *Entry])
def test_every_event_is_recorded_by_the_roles_it_names_at_the_site_of_the_case_alone(clinic, passed, event):
    desk, given = clinic
    for actor, may in (
        *((as_role(role), role in allowed_roles(event)) for role in Role),
        (as_role(*allowed_roles(event), site=ELSEWHERE), False),
    ):
        passed.act = "record"
        with pytest.raises((LetInError, NeurolistError)) as outcome:
            desk.acting(actor).record(given["ref"], event, {})
        assert (outcome.type is not NotPermittedError) == may, actor
