"""The processes of a service load what they need to serve, and neither the demonstration nor test tools."""

from __future__ import annotations

import subprocess
import sys

import pytest

from db.logs import ROOT

ONLY_FOR_OTHERS = ("flows.demo", "tests", "benchmarks", "scripts", "pytest", "hypothesis", "playwright")
LOOKS = f"""
import importlib, sys
importlib.import_module(sys.argv[1])
others = {ONLY_FOR_OTHERS}
print(sorted(name for name in sys.modules if name in others or name.startswith(tuple(one + "." for one in others))))
"""


def loaded(module: str) -> str:
    """Give those of the names that a process has loaded once it has loaded this module."""
    ended = subprocess.run(
        [sys.executable, "-c", LOOKS, module], capture_output=True, text=True, check=True, timeout=120, cwd=ROOT
    )
    return ended.stdout.strip()


@pytest.mark.parametrize(
    "module",
    [
        "dashboard.asgi",
        "dashboard.app",
        "flows.dispatcher",
        "flows.planner",
        "flows.runner",
        "flows.cli",
        "flows.start",
    ],
)
def test_no_process_of_the_service_loads_the_demonstration_or_a_test_tool(module: str) -> None:
    assert loaded(module) == "[]"


def test_the_look_finds_the_demonstration() -> None:
    assert "'flows.demo'" in loaded("flows.demo")
