"""What `neurolist up` is made of: which processes, in which order, told what."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from flows.clock import fixed_clock
from flows.home import PortTakenError
from flows.prefect_home import sign_in
from flows.serve import ServicePlan, _Teller, children, serve
from flows.start import _absolute, command_line_actor
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING


@pytest.fixture
def plan(tmp_path):
    """A service of a folder of its own, on the usual ports."""
    return ServicePlan(home=tmp_path, port=8501, prefect_port=8502, environment={"NEUROLIST_HOME": str(tmp_path)})


def test_the_screens_start_at_once_and_only_the_flow_runner_waits_for_prefect(plan):
    assert [(child.name, child.after) for child in children(plan)] == [
        ("web", None),
        ("dispatcher", None),
        ("planner", None),
        ("prefect", None),
        ("runner", "prefect"),
    ]


def test_every_process_agrees_on_the_folder_and_keeps_prefect_at_home(plan):
    for child in children(plan):
        assert child.environment["NEUROLIST_HOME"] == str(plan.home)
        assert child.environment["PREFECT_HOME"] == str(plan.home / "prefect")
        assert child.environment["PREFECT_API_URL"] == "http://127.0.0.1:8502/api"
        assert child.environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
        assert child.environment["PREFECT_SERVER_EPHEMERAL_ENABLED"] == "false"


def test_prefect_asks_for_a_password_of_this_folder_that_every_process_has_and_its_owner_alone_may_read(plan):
    asked = {child.environment["PREFECT_SERVER_API_AUTH_STRING"] for child in children(plan)}
    given = {child.environment["PREFECT_API_AUTH_STRING"] for child in children(replace(plan, port=1))}
    assert asked == given == {(plan.home / "prefect.key").read_text()}
    assert re.fullmatch("neurolist:[0-9a-f]{64}", *asked)
    assert (plan.home / "prefect.key").stat().st_mode & 0o077 == 0


def test_who_starts_the_service_is_told_where_prefects_password_stands_and_not_the_password(plan):
    told = []
    _Teller(plan, told.append)("prefect", "well")
    assert told == [
        f"Prefect answers at http://127.0.0.1:8502; it asks for what stands in {plan.home / 'prefect.key'}."
    ]
    assert sign_in(plan.home) not in told[0]


def test_everything_listens_on_this_machine_only(plan):
    for child in children(plan):
        if "--host" in child.command:
            assert child.command[child.command.index("--host") + 1] == "127.0.0.1"


def test_a_taken_port_is_noticed_before_anything_is_made(tmp_path):
    import socket

    made = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTakenError):
            serve(
                tmp_path,
                port=other.getsockname()[1],
                environment={},
                say=made.append,
                make_ready=lambda: made.append(1),
            )
    assert made == []


def test_a_relative_database_file_stays_where_it_is():
    assert _absolute("sqlite:///data/x.sqlite3") == f"sqlite:///{Path('data/x.sqlite3').absolute()}"
    assert _absolute("postgresql://host/db") == "postgresql://host/db"


def test_the_command_line_acts_as_an_administrator_under_the_name_it_is_given(monkeypatch):
    monkeypatch.setenv("NEUROLIST_USER", "Robin Doe")
    actor = command_line_actor()
    assert (actor.name, actor.roles) == ("Robin Doe", {"*": frozenset({Role.ADMINISTRATOR})})


def test_a_fixed_clock_stands_still():
    clock = fixed_clock(MORNING, timezone="Australia/Melbourne")
    assert clock.now() == clock.now() == MORNING
