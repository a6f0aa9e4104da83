"""A line of the log holds listed events and listed fields, whoever speaks, and never what anything says."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from db import logs
from db.log_settings import LogSettings
from db.log_words import NUMBERS, SHAPES, LogEvent, may_stand
from tests.builders.canary import FAMILY, GIVEN, MEDICARE, NOTE, NUMBER, PHONE, WORDS, found_in

REQUEST = "0123456789abcdef" * 2
ACCOUNT = "0b4b9d2e-6f0c-4a77-9a52-6f2d3c1e8a90"


@pytest.fixture
def written():
    """Everything the process logs from here on, as the formatter writes it, beside whatever else listens."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter(LogSettings(log_level="debug")))
    loggers = [logging.getLogger(), logging.getLogger("neurolist")]
    before = [one.level for one in loggers]
    loggers[0].addHandler(handler)
    logs.route("uvicorn")  # once Streamlit has read its options in this process, uvicorn's lines end at its own handler
    for one in loggers:
        one.setLevel(logging.DEBUG)
    yield stream
    loggers[0].removeHandler(handler)
    for one, level in zip(loggers, before, strict=True):
        one.setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def a_fault_that_names_somebody():
    try:
        try:
            int(f"{FAMILY}, {GIVEN}")
        except ValueError as inner:
            raise RuntimeError(f"no row for {NUMBER} {NOTE}") from inner
    except RuntimeError as fault:
        return fault


def test_a_line_says_when_how_grave_what_and_which_process(written):
    logs.tell(LogEvent.SIGN_IN_ACCEPTED, account=ACCOUNT)
    (line,) = lines(written)
    assert list(line)[:5] == ["time", "level", "event", "process", "pid"]
    assert line["time"].endswith("Z")
    assert line["time"][10] == "T"
    assert (line["level"], line["event"], line["account"]) == ("info", "sign_in_accepted", ACCOUNT)


def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(written):
    before = logs.dropped()
    logs.tell(LogEvent.PUBLISH_DONE, booked=3, patient_name=FAMILY, note=NOTE)
    (line,) = lines(written)
    assert (line["booked"], line["dropped"]) == (3, 2)
    assert found_in(written.getvalue()) == []
    assert set(line) - {"time", "level", "event", "process", "pid"} == {"booked", "dropped"}
    assert logs.dropped() == before + 2


@pytest.mark.parametrize("name", sorted({*SHAPES, *NUMBERS}))
@pytest.mark.parametrize("word", [*WORDS, f"{GIVEN} {FAMILY}", "/case?ref=N1&name=Quillfeather", "x\ny", {"a": FAMILY}])
def test_no_listed_field_takes_what_names_a_patient(name, word):
    if name in {"error", "cause", "logger"} and word in (FAMILY, GIVEN):
        pytest.skip("a class may have any name; these are never given by a person")
    assert not may_stand(name, word)
    assert not may_stand(name, [word])


def test_an_event_that_is_not_on_the_list_is_written_as_such_without_its_words(written):
    logs._logger.warning(f"{FAMILY} was seen", count=1)
    (line,) = lines(written)
    assert (line["event"], line["count"], line["dropped"]) == ("unlisted", 1, 1)
    assert found_in(written.getvalue()) == []


def test_a_fault_that_quotes_a_name_tells_its_kind_and_place_alone(written):
    logs.tell(LogEvent.FAULT, number="a1b2c3", fault=a_fault_that_names_somebody())
    (line,) = lines(written)
    assert (line["error"], line["cause"], line["number"]) == ("RuntimeError", "ValueError", "a1b2c3")
    assert line["frames"][-1].startswith("tests/db/test_logs.py:")
    assert "dropped" not in line
    assert found_in(written.getvalue()) == []


def test_what_another_package_says_keeps_who_where_and_the_kind_of_error(written):
    fault = a_fault_that_names_somebody()
    logging.getLogger("uvicorn.error").error("Exception for %s", FAMILY, exc_info=fault)
    logging.getLogger("httpx").info("HTTP Request: GET https://x.example/?name=%s&phone=%s", FAMILY, PHONE)
    logging.getLogger("sqlalchemy.engine").warning("INSERT %s", {"family_name": FAMILY, "medicare": MEDICARE})
    first, *rest = lines(written)
    assert (first["event"], first["logger"], first["level"], first["error"]) == (
        "library", "uvicorn.error", "error", "RuntimeError",
    )  # fmt: skip
    assert first["at"].startswith("tests/db/test_logs.py:")
    assert [line["logger"] for line in rest] == ["httpx", "sqlalchemy.engine"]
    assert found_in(written.getvalue()) == []


def test_each_line_is_one_json_object_whatever_is_logged(written):
    logging.getLogger("x").error("two\nlines\u2028 and \x00", extra={"anything": FAMILY})
    logging.getLogger(f"{FAMILY} spoke").error("x")
    logs.tell(LogEvent.STEP_FAILED, step_name="x\n{", case="N1")
    assert [line["event"] for line in lines(written)] == ["library", "library", "step_failed"]
    assert found_in(written.getvalue()) == []


def test_lines_about_one_request_share_its_id_and_no_others_do(written):
    with logs.about(request=REQUEST, name=FAMILY):
        logs.tell(LogEvent.SIGN_IN_REFUSED, reason="wrong")
        logging.getLogger("uvicorn.error").warning("x")
    logs.tell(LogEvent.READY)
    assert [line.get("request") for line in lines(written)] == [REQUEST, REQUEST, None]
    assert found_in(written.getvalue()) == []


def test_each_run_of_a_page_has_an_id_of_its_own(written):
    def run():
        for _ in range(2):
            logs.begin_run()
            logs.tell(LogEvent.PUBLISH_DONE, booked=1)
            logs.tell(LogEvent.READY)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    ids = [line["request"] for line in lines(written)]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert len(set(ids)) == 2
    logs.tell(LogEvent.READY)
    assert "request" not in lines(written)[-1]


def test_no_folder_of_this_machine_is_told():
    assert logs.place_of(str(logs.ROOT / "db" / "logs.py")) == "db/logs.py"
    assert logs.place_of("/x/y/lib/python3.11/site-packages/uvicorn/main.py") == "uvicorn/main.py"
    assert logs.place_of("/x/secret name/thing.py") == "thing.py"
    assert logs.place_of("<string>") == "_string_"


def test_for_people_a_line_is_plain():
    record = logging.LogRecord("x", logging.ERROR, __file__, 7, "a %s", (FAMILY,), None)
    text = logs.formatter(LogSettings(log_format="plain")).format(record)
    assert " error library " in text
    assert "logger=x at=tests/db/test_logs.py:7" in text
    assert found_in(text) == []


def test_a_level_that_is_none_is_said_as_a_setting(monkeypatch):
    monkeypatch.setenv("NEUROLIST_LOG_LEVEL", "loud")
    with pytest.raises(ValueError, match="log_level"):
        LogSettings()


PROCESS = f"""
import logging, sys, threading, warnings
from db import logs
from db.log_words import LogEvent
logs.set_up("planner")
logs.tell(LogEvent.STARTED, version="1.2.3", port=8501)
logs.tell(LogEvent.STEP_DONE, step_name="back_up")
logging.getLogger("other").info("{FAMILY}")
logging.getLogger("other").warning("{FAMILY}")
logging.getLogger("other").handle(logging.LogRecord("o", 40, "x.py", 1, "%s %d", ("{FAMILY}",), None))
warnings.warn("{FAMILY}", stacklevel=1)
def fail():
    raise ValueError("{FAMILY}")
thread = threading.Thread(target=fail); thread.start(); thread.join()
fail()
"""


def run(level="info", form="json", code=PROCESS):
    environment = {"NEUROLIST_LOG_LEVEL": level, "NEUROLIST_LOG_FORMAT": form, "PYTHONPATH": str(logs.ROOT)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout == ""
    return ended.stderr


def test_a_process_writes_json_lines_alone_to_standard_error_also_when_it_crashes():
    said = run()
    told = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in told] == ["started", *["library"] * 3, "crashed", "crashed"]
    assert {line["process"] for line in told} == {"planner"}
    assert (told[0]["version"], told[0]["port"]) == ("1.2.3", 8501)
    assert [line.get("reason") for line in told[-2:]] == ["thread", None]
    assert told[-1]["error"] == "ValueError"
    assert found_in(said) == []


@pytest.mark.parametrize(("level", "first"), [("debug", "started"), ("warning", "library"), ("error", "library")])
def test_the_level_says_how_much_is_written(level, first):
    told = [json.loads(line)["event"] for line in run(level).splitlines()]
    assert told[0] == first
    assert ("step_done" in told) is (level == "debug")


def test_a_full_log_is_put_aside_and_the_oldest_goes(tmp_path):
    log = tmp_path / "logs" / "web.log"
    for number in range(7):
        logs.make_room(log, largest=10, kept=3)
        log.write_text(f"{number} and more than ten")
    assert sorted(each.name for each in log.parent.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert [each.read_text()[0] for each in sorted(log.parent.iterdir())] == ["6", "5", "4", "3"]


def test_a_full_log_is_emptied_while_somebody_goes_on_writing_to_it(tmp_path):
    log = tmp_path / "web.log"
    with log.open("a") as held:
        for number in range(5):
            held.write(f"{number} and more than ten\n")
            held.flush()
            assert logs.empty_full(log, largest=10, kept=2)
        held.write("after\n")
    assert not logs.empty_full(log, largest=10, kept=2)
    assert log.read_text() == "after\n"
    assert [(tmp_path / f"web.log.{n}").read_text()[0] for n in (1, 2)] == ["4", "3"]
    assert not (tmp_path / "web.log.3").exists()


def test_what_goes_to_a_file_makes_it_only_when_something_is_said(tmp_path):
    log = tmp_path / "home" / "logs" / "commands.log"
    code = f"""
from pathlib import Path
from db import logs
from db.log_words import LogEvent
logs.set_up("command", into=Path({str(log)!r}))
assert not Path({str(tmp_path / "home")!r}).exists()
logs.tell(LogEvent.COMMAND_DONE, command="audit verify", exit_code=0, seconds=0.5)
"""
    assert run(code=code) == ""
    assert json.loads(log.read_text())["command"] == "audit verify"


def test_a_log_that_cannot_be_written_says_so_without_the_words(tmp_path):
    code = f"""
from pathlib import Path
import logging
from db import logs
Path({str(tmp_path / "taken")!r}).write_text("a file, no folder")
logs.set_up("command", into=Path({str(tmp_path / "taken" / "x.log")!r}))
logging.getLogger("other").warning("{FAMILY}")
"""
    said = run(code=code)
    assert json.loads(said)["event"] == "not_written"
    assert found_in(said) == []


def test_no_source_of_ours_logs_or_prints_by_another_way():
    allowed = {"db/logs.py", "db/postgresql.py"}  # the second only quietens the driver
    found = [
        str(path.relative_to(logs.ROOT))
        for folder in ("dashboard", "db", "flows", "scheduler")
        for path in sorted((logs.ROOT / folder).rglob("*.py"))
        if "getLogger" in (text := path.read_text()) or "basicConfig" in text
    ]
    assert set(found) <= allowed


def test_warnings_are_still_ours_to_see():
    with pytest.warns(UserWarning, match="seen"):
        warnings.warn("seen", stacklevel=1)
    assert Path(logs.__file__).name == "logs.py"
