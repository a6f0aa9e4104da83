"""Prefect's own processes write lines of ours too, and none of Prefect's words."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from db.logs import ROOT
from flows.prefect_home import api_url, prefect_environment
from tests.builders.canary import FAMILY, found_in

SPEAKS = f"""
import logging
from prefect import flow
assert flow
logging.getLogger("prefect.server.api").error("{FAMILY} at the server")
logging.getLogger("prefect._internal.x").error("{FAMILY} inside")
logging.getLogger("fastapi").error("{FAMILY}")
logging.getLogger("uvicorn.error").error("{FAMILY}")
logging.getLogger("anything").warning("{FAMILY}")
for name in ("prefect.flow_runs", "prefect.workers"):
    for handler in logging.getLogger(name).handlers:
        made = handler.format(logging.LogRecord(name, 40, "x.py", 1, "{FAMILY}", (), None))
        print(name, made)
"""


def test_what_prefect_says_is_reduced_on_its_way_to_the_log_and_to_its_own_database(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEUROLIST_", "PREFECT_"))}
    ended = subprocess.run(
        [sys.executable, "-c", SPEAKS],
        env={**kept, "PYTHONPATH": str(ROOT), **prefect_environment(tmp_path, api_url(1))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found_in(ended.stdout + ended.stderr) == []
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["logger"] for line in lines] == [
        "prefect.server.api", "prefect._internal.x", "fastapi", "uvicorn.error", "anything",
    ]  # fmt: skip
    kept_by_prefect = [line.partition(" ") for line in ended.stdout.splitlines()]
    assert [name for name, _, _ in kept_by_prefect] == ["prefect.flow_runs", "prefect.workers"]
    assert {json.loads(text)["event"] for _, _, text in kept_by_prefect} == {"library"}
