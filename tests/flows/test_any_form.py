"""Whatever a form is filled in with, it is taken whole or refused in sentences, and nothing that stands is broken."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flows.keeping
from db.mapping import planning
from db.meetings import Attendee, NewMeeting
from flows.keeping.change import Change
from flows.outbox.message import Message, Written
from flows.outbox.settings import ChannelName, OutboxSettings, outbox_settings
from scheduler.errors import NeurolistError
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.meetings.words import MeetingOutcome
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Role
from tests.builders.garbage import ANYTHING, DATES, NUMBERS, TEXTS, of_type
from tests.builders.memory import MORNING, TODAY, a_case, a_clinic, list_for_test, read, step
from tests.builders.service import a_desk, a_service

TRIED = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
KEYS = sorted({field.key for move in TRANSITIONS for field in move.fields})
HAPPENINGS = [one.value for kind in (Event, ReadinessEvent, Entry) for one in kind]
DETAILS = st.dictionaries(st.sampled_from(KEYS) | TEXTS, st.just("yes") | st.just(TODAY.isoformat()) | ANYTHING)
for _module in pkgutil.iter_modules(flows.keeping.__path__):
    importlib.import_module(f"flows.keeping.{_module.name}")


@pytest.fixture
def desk(sqlite_database):
    """A clinic with cases that stand at three places of the pathway."""
    a_clinic(sqlite_database)
    a_case(sqlite_database, 1)
    a_case(sqlite_database, 2)
    step(sqlite_database, "N10002", Event.START_TRIAGE)
    list_for_test(sqlite_database, 3)
    return a_desk(a_service(sqlite_database), *Role)


def refused_or_done(act):
    try:
        act()
    except NeurolistError as refusal:
        return _is_said(str(refusal))
    return True


def _is_said(says):
    assert says.replace("\n", "").isprintable(), repr(says)
    assert says.strip(), "a refusal has to say why"
    return False


def changes(kind=Change):
    """Every form of the set-up, known by its name once."""
    for one in kind.__subclasses__():
        if "action" in vars(one) and not one.__name__.startswith("_"):
            yield one
        yield from changes(one)


FORMS = sorted({one.__name__: one for one in changes()}.values(), key=lambda one: one.__name__)


def stands(desk):
    """Everything that must go on working: the boards, and the problem the planner would be given."""
    desk.lists()
    read(
        desk.service.database,
        lambda session: planning(session, start=TODAY, end=TODAY + timedelta(days=28), now=MORNING),
    )


def test_any_details_of_any_happening(desk):
    refs = [summary.ref for summary in desk.cases()]
    done = []

    @given(st.sampled_from([*refs, "N99999", "\x00"]), st.sampled_from(HAPPENINGS) | TEXTS, DETAILS)
    @TRIED
    def tried(ref, happening, details):
        before = desk.case(ref).summary if ref in refs else None
        if refused_or_done(lambda: desk.record(ref, happening, details)):
            done.append(happening)
        elif before is not None:
            assert desk.case(ref).summary == before

    tried()
    assert done, "some of it has to be right"
    stands(desk)
    assert desk.service.database.verify_trail().fault is None


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_any_form_of_the_set_up(desk, form):
    accepted = [summary.ref for summary in desk.cases()]

    @given(of_type(form))
    @settings(TRIED, max_examples=40)
    def tried(change):
        if refused_or_done(lambda: desk.keeping.save(change, accepting=accepted)):
            refused_or_done(lambda: desk.keeping.preview(change))
            stands(desk)

    tried()
    assert desk.service.database.verify_trail().fault is None


def test_every_form_of_the_set_up_is_tried():
    assert len(FORMS) >= 25


# The meeting: acts of the MDT's calendar, agenda and table, with anything in place of each argument.

MEETS = TODAY
REFS = st.sampled_from(["N10001", "N10002", "N10003", "N99999"]) | TEXTS
ONS = st.sampled_from([MEETS, MEETS, MEETS, MEETS + timedelta(days=7)]) | DATES
VERSIONS = st.none() | st.none() | NUMBERS
OUTCOMES = st.sampled_from([one.value for one in MeetingOutcome]) | TEXTS
OF_A_MEETING = {
    "add": st.tuples(of_type(NewMeeting)),
    "add_series": st.tuples(of_type(NewMeeting), st.fixed_dictionaries({"every_weeks": NUMBERS, "until": DATES})),
    "move": st.tuples(ONS, DATES, st.fixed_dictionaries({"start": st.none() | st.times(), "why": TEXTS})),
    "cancel": st.tuples(ONS, st.fixed_dictionaries({"why": TEXTS, "expected_version": VERSIONS})),
    "put": st.tuples(ONS, REFS, st.fixed_dictionaries({"why": TEXTS, "minutes": st.none() | NUMBERS})),
    "carry": st.tuples(ONS, REFS, st.fixed_dictionaries({"why": TEXTS, "to": st.none() | DATES})),
    "close": st.tuples(ONS, st.fixed_dictionaries({"expected_version": VERSIONS})),
    "attend": st.tuples(
        ONS,
        st.lists(of_type(Attendee), max_size=3),
        st.fixed_dictionaries({"absent": st.lists(TEXTS, max_size=2), "chair": st.none() | TEXTS}),
    ),
    "outcome": st.tuples(ONS, REFS, OUTCOMES, DETAILS),
    "finish": st.tuples(ONS, st.fixed_dictionaries({"expected_version": VERSIONS})),
    "agenda": st.tuples(ONS),
    "minutes": st.tuples(ONS),
    "calendar": st.tuples(DATES, DATES),
    "form": st.tuples(REFS, OUTCOMES),
}


def test_any_act_of_a_meeting(desk):
    meetings, done = desk.mdt, set()

    @given(st.sampled_from(sorted(OF_A_MEETING)).flatmap(lambda act: st.tuples(st.just(act), OF_A_MEETING[act])))
    @settings(TRIED, max_examples=300)
    def tried(asked):
        act, given_to_it = asked
        named = given_to_it[-1] if isinstance(given_to_it[-1], dict) and act != "outcome" else {}
        plain = given_to_it[:-1] if named else given_to_it
        if refused_or_done(lambda: getattr(meetings, act)(*plain, **named)):
            done.add(act)

    tried()
    assert {"add", "agenda", "calendar"} <= done
    meetings.calendar()
    stands(desk)
    assert desk.service.database.verify_trail().fault is None


# Letters: how they leave and in whose name is read from the environment, which anybody may have filled in.

SETTINGS = sorted(
    str(field.validation_alias or f"NEUROLIST_{name.upper()}") for name, field in OutboxSettings.model_fields.items()
)
IN_A_SETTING = (
    TEXTS | st.sampled_from(["smtp", "file", "console", "a@b", "a b <c@d.invalid>", "x\r\nBcc: y@z"])
).filter(lambda text: "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text))


def test_any_settings_of_letters(monkeypatch):
    letter = Written(to="someone@example.invalid", subject="A visit", body="On Monday.")
    done = []

    @given(st.dictionaries(st.sampled_from(SETTINGS), IN_A_SETTING, max_size=4))
    @settings(TRIED, max_examples=300)
    def tried(values):
        with monkeypatch.context() as environment:
            for name, value in values.items():
                environment.setenv(name, value)
            if refused_or_done(outbox_settings):
                sender = outbox_settings().mail_from
                made = Message(id="1", written=letter, at=MORNING, sender=sender).as_email()
                assert b"\nBcc:" not in made.as_bytes()
                done.append(values)

    tried()
    assert done


def test_any_act_on_letters(desk, monkeypatch):
    monkeypatch.setenv("NEUROLIST_OUTBOX", ChannelName.FILE)
    known = [letter.name for letter in desk.letters()]
    names = st.sampled_from([*known, "N10001-99"]) | TEXTS
    acts = {
        "letter": st.tuples(names),
        "letters": st.tuples(st.none() | REFS, st.none() | TEXTS),
        "repeat_letter": st.tuples(names, TEXTS),
        "send_letters": st.just(()),
    }

    @given(st.sampled_from(sorted(acts)).flatmap(lambda act: st.tuples(st.just(act), acts[act])))
    @TRIED
    def tried(asked):
        refused_or_done(lambda: getattr(desk, asked[0])(*asked[1]))

    tried()
    assert desk.service.database.verify_trail().fault is None


# Calendars and sheets of paper.


def test_any_calendar_and_any_sheet(desk):
    suites, lists = st.sampled_from(["S01-CT1", "S02-CT1"]) | TEXTS, st.sampled_from(["S01-1", "S02-2"]) | TEXTS
    how = st.fixed_dictionaries({"names": st.booleans()})
    acts = {
        "one_list": st.tuples(lists, how),
        "suite_day": st.tuples(suites, DATES, how),
        "agenda": st.tuples(DATES, st.just({})),
    }
    made = []

    @given(st.sampled_from(sorted(acts)).flatmap(lambda act: st.tuples(st.just(act), acts[act])))
    @settings(TRIED, max_examples=60)
    def printed(asked):
        act, (*plain, named) = asked
        refused_or_done(lambda: getattr(desk.printing, act)(*plain, **named))

    @given(st.sampled_from(["suite", "radiologist"]) | TEXTS, st.sampled_from(["S01-CT1", "R01"]) | TEXTS, TEXTS)
    @TRIED
    def fed(kind, subject, token):
        if refused_or_done(lambda: made.append(desk.feeds.make(kind, subject))):
            assert desk.feeds.calendar(made[-1].removeprefix("/feed/").removesuffix(".ics")).startswith(b"BEGIN:")
        refused_or_done(lambda: desk.feeds.calendar(token))
        refused_or_done(lambda: desk.feeds.end(token))

    printed()
    fed()
    assert made
    assert desk.service.database.verify_trail().fault is None
