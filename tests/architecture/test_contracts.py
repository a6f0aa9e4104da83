"""The arrows between the folders hold, and each contract about them is able to fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# For each contract: a file of ours and an import in it that the contract forbids.
BREACHES = {
    "arrow": ("scheduler/problem.py", "import db.settings"),
    "core": ("scheduler/vocabulary.py", "import scheduler.problem"),
    "pure": ("scheduler/plan.py", "import sqlmodel"),
    "solver": ("scheduler/audit.py", "import ortools.sat.python.cp_model"),
    "rules": ("scheduler/rules/funding.py", "import scheduler.rules.modality"),
    "goals": ("scheduler/goals/access.py", "import scheduler.goals.waiting"),
    "rows": ("flows/desk.py", "import db.tables.cases"),
    "sql": ("flows/desk.py", "import sqlalchemy"),
    "prefect": ("db/settings.py", "import prefect"),
    "streamlit": ("flows/desk.py", "import streamlit"),
    "desk": ("dashboard/app.py", "import db.boards"),
    "circles": ("db/settings.py", "import db.engine"),
}


def lint(where: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    chosen = ["--contract", contract] if contract else []
    return subprocess.run(
        [LINT, "--no-cache", *chosen], cwd=where, capture_output=True, text=True, check=False, timeout=120
    )


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_breach_to_try() -> None:
    config = (ROOT / "pyproject.toml").read_text()
    assert config.count("[[tool.importlinter.contracts]]") == len(BREACHES)


@pytest.fixture(scope="module")
def a_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for folder in ("dashboard", "db", "flows", "scheduler"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_broken_on_purpose_is_found(contract: str, a_copy: Path) -> None:
    name, line = BREACHES[contract]
    file = a_copy / name
    whole = file.read_text()
    file.write_text(f"{whole}\n{line}\n")
    try:
        result = lint(a_copy, contract)
    finally:
        file.write_text(whole)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
