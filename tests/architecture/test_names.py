"""None of our top-level names is taken by another distribution or by Python itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("dashboard", "db", "flows", "scheduler")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_brings_a_package_of_this_name(name: str) -> None:
    assert set(packages_distributions().get(name, ["neurolist"])) == {"neurolist"}


@pytest.mark.parametrize("name", OURS)
def test_python_itself_has_no_module_of_this_name(name: str) -> None:
    assert name not in sys.stdlib_module_names


@pytest.mark.parametrize("name", OURS)
def test_the_name_leads_to_our_folder_from_anywhere(name: str, tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"import {name}; print({name}.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert Path(found).resolve() == ROOT / name / "__init__.py"
