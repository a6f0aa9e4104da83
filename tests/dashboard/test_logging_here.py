"""In the web process Streamlit, uvicorn and whoever else speaks are written through our formatter alone."""

from __future__ import annotations

import json
import subprocess
import sys

from db.logs import ROOT
from tests.builders.canary import FAMILY, found_in

SPEAKS = f"""
import logging
import dashboard.asgi
from dashboard.logging_here import write_log
write_log()
from streamlit.logger import get_logger, update_formatter
get_logger("streamlit.later").error("{FAMILY} in Streamlit")
update_formatter()
get_logger("streamlit.runtime").warning("{FAMILY} again")
try:
    raise ValueError("{FAMILY}")
except ValueError:
    get_logger("streamlit.elements").exception("Uncaught app execution of {FAMILY}")
logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n{FAMILY}")
"""


def test_every_line_is_ours_whoever_speaks(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", SPEAKS],
        env={"PYTHONPATH": str(ROOT), "NEUROLIST_HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ended.stdout, found_in(ended.stderr)) == ("", [])
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["logger"] for line in lines] == [
        "streamlit.later",
        "streamlit.runtime",
        "streamlit.elements",
        "uvicorn.error",
    ]
    assert {(line["event"], line["process"]) for line in lines} == {("library", "web")}
    assert lines[2]["error"] == "ValueError"
