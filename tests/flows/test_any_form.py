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
from flows.keeping.change import Change
from scheduler.errors import NeurolistError
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Role
from tests.builders.garbage import ANYTHING, TEXTS, of_type
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
