"""The command line: sentences and exit codes, data for programs, and nothing heavy loaded for small commands."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from flows.desk import open_desk
from scheduler.errors import NeurolistError
from tests.builders.command import runner
from tests.builders.memory import MORNING, a_case

TINY = Path("examples/referrals")
COMMANDS = [
    "up",
    "status",
    "demo",
    "clinic",
    "account",
    "import",
    "cases",
    "case",
    "patient",
    "record",
    "tasks",
    "holidays",
    "setup",
    "letters",
    "letter",
    "plan",
    "proposal",
    "publish",
    "where",
    "why",
    "lists",
    "worth",
    "risk",
    "solve",
    "worker",
    "quick",
    "check",
    "rules",
    "reverse",
    "correct",
    "return",
]


@pytest.fixture
def home(sqlite_database, monkeypatch):
    home = sqlite_database.settings.home
    monkeypatch.setenv("NEUROLIST_HOME", str(home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("NEUROLIST_USER", "Robin Doe")
    monkeypatch.setenv("COLUMNS", "200")
    return home


@pytest.fixture
def neurolist(home, monkeypatch, capsys):
    """Run a command in this process; gives its exit code, output and errors."""
    return runner(monkeypatch, capsys)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(neurolist, command):
    code, out, _ = neurolist(command, "--help")
    assert code == 0
    assert "Usage" in out


def test_an_unknown_command_suggests_the_one_that_was_meant(neurolist):
    code, _, errors = neurolist("impor")
    assert code == 2
    assert "Did you mean 'import'" in errors


def test_an_import_with_a_refusal_says_so_and_ends_with_one(neurolist):
    code, out, _ = neurolist("import", TINY)
    assert code == 1
    assert "5 imported, 0 unchanged, 1 refused." in out
    assert "one-bad.json" in out


def test_an_import_that_is_all_good_ends_with_zero(neurolist):
    code, out, _ = neurolist("import", TINY / "referrals.csv", "--json")
    assert code == 0
    assert len(json.loads(out)["imported"]) == 3


def test_a_case_is_recorded_and_shown(neurolist, sqlite_database):
    ref = a_case(sqlite_database)
    neurolist("record", ref, "start_triage")
    code, out, _ = neurolist("record", ref, "accept")
    assert code == 0
    assert out.startswith(f"{ref} is now: Waiting for MDT meeting")
    code, out, _ = neurolist("case", ref)
    assert code == 0
    for words in ("Clocks", "History", "What may follow", "mdt_proceed_test", "Robin Doe (Administrator)"):
        assert words in out


def test_an_event_without_its_fields_lists_them_with_examples(neurolist, sqlite_database):
    ref = a_case(sqlite_database)
    code, _, errors = neurolist("record", ref, "patient_withdraws", "--set", "colour=blue")
    assert code == 2
    assert "requested_by, requested_on, channel missing; colour not asked for" in errors
    assert "requested_on=2026-12-01" in errors


def test_a_pair_without_an_equals_sign_is_refused_with_how_to_write_it(neurolist, sqlite_database):
    code, _, errors = neurolist("record", a_case(sqlite_database), "accept", "--set", "target")
    assert code == 2
    assert "is not KEY=VALUE" in errors


def test_a_step_that_may_not_follow_ends_with_one_and_says_what_may(neurolist, sqlite_database):
    code, _, errors = neurolist("record", a_case(sqlite_database), "start_test")
    assert code == 1
    assert "What may follow is" in errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["case", "N1"], "No case has the reference N1"),
        (["cases", "--state", "nowhere"], "The states are"),
        (["import", "/nothing/here"], "there is no such file"),
        (["plan", "--start", "soon"], "write it like 2026-12-01"),
        (["publish", "P1"], "No proposal has this id"),
        (["solve", "/nothing.json", "-o", "-"], "no such file"),
        (["check", "/nothing.json", "/none.json"], "no such file"),
        (["worth", "--problem", "/nothing.json"], "no such file"),
        (["worth", "--start", "soon"], "write it like 2026-12-01"),
        (["worth", "--problem", "x.json", "--start", "2026-12-01"], "a problem file has its own dates"),
    ],
)
def test_wrong_input_ends_with_two_and_advice(neurolist, arguments, says):
    code, _, errors = neurolist(*arguments)
    assert code == 2
    assert says in errors


@pytest.mark.parametrize("command", [["status"], ["cases"], ["lists"], ["rules"]])
def test_data_commands_give_json(neurolist, command):
    code, out, _ = neurolist(*command, "--json")
    assert code == 0
    json.loads(out)


def test_the_status_says_where_everything_stands_and_that_the_clock_is_shifted(neurolist):
    _, out, _ = neurolist("status")
    for words in ("Guards", "all hold", "shifted by NEUROLIST_NOW", "neurolist up", "Audit trail"):
        assert words in out


def test_a_problem_is_solved_and_its_plan_checked(neurolist, tmp_path):
    problem = Path("examples/problems/tiny.json")
    plan = tmp_path / "plan.json"
    code, _, errors = neurolist("solve", problem, "-o", plan, "--time-limit", 5)
    assert code == 0
    assert "cases booked" in errors
    code, out, _ = neurolist("check", problem, plan)
    assert (code, out.startswith("The plan keeps every rule")) == (0, True)
    found = json.loads(plan.read_text())
    found["cost"] += 1
    plan.write_text(json.dumps(found))
    code, out, _ = neurolist("check", problem, plan)
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == ["stated-cost", "stated-bound"]


def test_what_capacity_is_worth_is_told_for_a_file(neurolist):
    tiny = ("worth", "--problem", "examples/problems/tiny.json", "--time-limit", 120)
    code, out, _ = neurolist(*tiny, "--top", 2)
    assert code == 0
    for words in ("One more list", "One more skill", "one more radiologist", "Thermal radiofrequency", "At most"):
        assert words in out
    code, out, _ = neurolist(*tiny, "--json")
    found = json.loads(out)
    assert (code, found["settled"]) == (0, True)
    best = found["lists"][0]
    assert best["worth"]["saves"] > 0
    assert {"site", "modalities", "funding", "week", "staffing", "another_room"} <= best.keys()


def test_what_capacity_is_worth_is_told_for_the_database(neurolist, sqlite_database):
    neurolist("clinic", "examples/clinic.json")
    code, out, _ = neurolist("worth", "--time-limit", 60)
    assert code == 0
    assert "One more list would save nothing." in out


def test_a_plan_with_nowhere_to_go_is_refused_before_the_search(neurolist):
    code, _, errors = neurolist("solve", "examples/problems/tiny.json", "-o", "/nothing/plan.json")
    assert code == 2
    assert "no such folder" in errors


def test_an_unexpected_fault_is_one_sentence_with_the_place_of_its_details(neurolist, home, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError(" ".join(("Jane", "Citizen")))

    monkeypatch.setattr("flows.desk.Desk.cases", broken)
    code, _, errors = neurolist("cases")
    assert code == 70
    assert "Something went wrong inside Neurolist" in errors
    assert "Traceback" not in errors
    kept = (home / "logs" / "faults.log").read_text()
    assert "RuntimeError" in kept
    assert "Jane Citizen" not in kept


def test_a_refusal_of_ours_is_printed_as_it_is(neurolist, monkeypatch):
    def refuse(*_, **__):
        raise NeurolistError("The list [closed] at noon.")

    monkeypatch.setattr("flows.desk.Desk.cases", refuse)
    code, _, errors = neurolist("cases")
    assert code == 1
    assert "The list [closed] at noon." in errors


@pytest.mark.parametrize("command", [["rules"], ["--help"], ["cases"]])
def test_small_commands_load_neither_prefect_nor_streamlit_nor_the_solver(home, command):
    code = (
        "import sys\nfrom flows import cli\nsys.argv = ['neurolist', *sys.argv[1:]]\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'prefect', 'streamlit', 'ortools', 'numba'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *command],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_clinic_comes_from_a_file_and_coming_again_changes_nothing(neurolist):
    code, out, _ = neurolist("clinic", "examples/clinic.json")
    assert (code, out) == (
        0,
        "Added 2 sites, 3 suites, 3 radiologists, 3 machines, 56 lists; 0 were already there and stay as they are.\n",
    )
    code, out, _ = neurolist("clinic", "examples/clinic.json")
    assert (code, out) == (0, "Added nothing; 67 were already there and stay as they are.\n")


def test_a_clinic_file_that_is_none_says_where_it_is_wrong(neurolist, tmp_path):
    file = tmp_path / "clinic.json"
    file.write_text('{"format": "neurolist-problem/1"}')
    code, _, err = neurolist("clinic", file)
    assert code == 2
    assert "/sites" in err


def test_an_account_made_here_may_sign_in(neurolist, monkeypatch, sqlite_database):
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "correct horse battery staple")
    code, out, _ = neurolist("account", "kim", "--name", "Kim Doe", "--role", "bookings")
    assert (code, out) == (0, "Kim Doe may now sign in as kim.\n")
    token = open_desk(sqlite_database.settings).sign_in("kim", "correct horse battery staple", "127.0.0.1")
    assert open_desk(sqlite_database.settings).person(token).name == "Kim Doe"


def test_who_a_patient_is_is_told_to_those_who_ask_and_the_look_is_recorded(neurolist, sqlite_database):
    ref = a_case(sqlite_database)
    before = sqlite_database.verify_trail().rows
    code, out, _ = neurolist("patient", ref)
    assert code == 0
    assert "Family1, Given" in out
    assert "(03) 5550 1234" in out
    assert sqlite_database.verify_trail().rows > before


def test_a_guard_that_is_gone_is_named_by_every_command_and_put_back_by_prepare_alone(neurolist, home):
    assert neurolist("prepare")[0] == 0
    with sqlite3.connect(home / "neurolist.sqlite3") as there:
        there.execute("DROP TRIGGER audit_event_no_delete")
    for _ in range(2):
        code, _, err = neurolist("status")
        assert (code, "'audit_event_no_delete' is gone" in err, "neurolist prepare" in err) == (1, True, True)
    assert "rows of the trail hold" in neurolist("audit", "verify")[1]
    assert neurolist("prepare")[0] == 0
    assert neurolist("status")[0] == 0


def test_a_command_leaves_a_line_in_the_log_without_what_was_typed(neurolist, home):
    neurolist("status")
    neurolist("case", "Quillfeather")
    neurolist("audit", "verify")
    lines = [json.loads(line) for line in (home / "logs" / "commands.log").read_text().splitlines()]
    done = [line for line in lines if line["event"] == "command_done"]
    assert [(line["command"], line["exit_code"]) for line in done] == [("status", 0), ("case", 2), ("audit verify", 0)]
    assert "Quillfeather" not in str(lines)
