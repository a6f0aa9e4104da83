"""The server starts from any folder with the settings it needs, and refuses to start on a broken memory."""

from __future__ import annotations

import gc
import json
import subprocess
import sys

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import asgi
from scheduler.errors import NeurolistError

NEEDED = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "runner.postScriptGC": False,
    "server.enableStaticServing": False,
    "server.enableWebsocketCompression": True,
    "server.enableXsrfProtection": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 10,
    "theme.primaryColor": "#0f5c7a",
}


def test_the_settings_are_found_whatever_folder_the_server_starts_in(tmp_path):
    ask = (
        "import json; import dashboard.asgi; from streamlit import config; "
        f"print(json.dumps({{key: config.get_option(key) for key in {list(NEEDED)}}}))"
    )
    answer = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout.splitlines()[-1]) == NEEDED


class Desk:
    def __init__(self, fault=None):
        self.fault = fault
        self.board = self

    def version(self):
        return 1

    def check_ready(self):
        if self.fault:
            raise self.fault


async def test_a_memory_without_its_guards_is_not_served(monkeypatch):
    monkeypatch.setattr(asgi, "front_door", lambda: Desk(NeurolistError("The guard claim_no_overlap is gone.")))
    with pytest.raises(NeurolistError, match="claim_no_overlap is gone"):
        async with asgi.made_ready(asgi.app):
            pass


async def test_what_was_made_at_the_start_is_never_collected_again(monkeypatch):
    monkeypatch.setattr(asgi, "front_door", Desk)
    before = gc.get_freeze_count()
    try:
        async with asgi.made_ready(asgi.app):
            assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


def test_the_boards_own_address_leads_to_the_first_page_with_its_choices():
    client = TestClient(Starlette(routes=[Route("/board", asgi.to_the_board)]), follow_redirects=False)
    assert client.get("/board?weeks=4+weeks").headers["location"] == "/?weeks=4+weeks"
    assert client.get("/board").headers["location"] == "/"
