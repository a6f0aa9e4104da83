"""A real set-up begins without an account and without a password that anybody else has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import SecretStr
from sqlmodel import select

from dashboard.settings import ScreenSettings
from db.log_settings import LogSettings
from db.settings import MemorySettings
from db.tables import AccountRow, LoginSessionRow, SecondStepRow
from flows.desk import open_desk
from flows.outbox.settings import OutboxSettings
from flows.start import prepare_memory
from scheduler.errors import NotPermittedError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SETTINGS = (MemorySettings, ScreenSettings, LogSettings, OutboxSettings)
USUAL = ("admin", "administrator", "root", "neurolist", "demo", "user")


def test_after_prepare_there_is_no_account_and_no_sign_in_works(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROLIST_HOME", str(tmp_path))
    monkeypatch.delenv("NEUROLIST_DATABASE_URL", raising=False)
    prepare_memory()
    desk = open_desk()
    with desk.service.database.reading() as session:
        for table in (AccountRow, LoginSessionRow, SecondStepRow):
            assert session.exec(select(table)).all() == []
    for name in USUAL:
        for password in ("", name, "password", "Password1234!"):
            with pytest.raises(NotPermittedError):
                desk.sign_in(name, password, f"place of {name}")


def secrets_of(settings):
    """The fields that hold a secret, and what each holds when nobody says."""
    kinds = {name: get_args(field.annotation) or (field.annotation,) for name, field in settings.model_fields.items()}
    return {name: settings.model_fields[name].default for name, kind in kinds.items() if SecretStr in kind}


def test_no_setting_holds_a_secret_until_somebody_gives_one():
    held = {f"{one.__name__}.{name}": value for one in SETTINGS for name, value in secrets_of(one).items()}
    assert len(held) > 8
    assert {name for name, value in held.items() if value not in {None, SecretStr("")}} == set()


PASSWORD_IN_IT = re.compile(
    r"(?i)PASSWORD\s*=\s*\S|PASSWORD\s+'|IDENTIFIED\s+BY|://[^\s/@:]+:[^\s/@]+@|_(?:SECRET|TOKEN|KEY)=\S"
)


def test_no_file_of_the_deployment_comes_with_a_password():
    files = [each for each in sorted((EXAMPLES / "deploy").rglob("*")) if each.is_file()]
    assert len(files) > 4
    assert [each.name for each in files if PASSWORD_IN_IT.search(each.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "line",
    [
        "PGPASSWORD=secret",
        "ALTER ROLE x PASSWORD 'secret'",
        "postgresql://role:secret@host/x",
        "NEUROLIST_METRICS_TOKEN=abc",
    ],
)
def test_the_search_for_passwords_finds_them(line):
    assert PASSWORD_IN_IT.search(line)
