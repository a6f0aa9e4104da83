"""Every route of the server is asked by a stranger and with a session that has ended; ours also by every role."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.runtime import Runtime

import dashboard.reads
from dashboard import asgi
from dashboard.gate import LARGEST_BODY_BYTES
from dashboard.settings import screen_settings
from db.engine import open_database
from db.meetings import NewMeeting
from db.settings import MemorySettings
from flows.permissions import Action, allowed_roles
from scheduler.vocabulary import Role
from tests.builders.every_door import routes_below
from tests.builders.memory import TODAY, a_clinic, list_for_test
from tests.builders.service import a_desk, a_service

HERE = "http://localhost"
PASSWORD = "a long pass phrase"
# What answers a stranger: the form, the two questions of a supervisor, the mark, and a calendar by its secret address.
FOR_STRANGERS = {
    ("GET", "/login"): 200,
    ("HEAD", "/login"): 200,
    ("POST", "/login"): 403,  # without the form's own token
    ("POST", "/login/code"): 403,
    ("POST", "/logout"): 403,  # without our own page's origin
    ("GET", "/healthz"): 200,
    ("GET", "/metrics"): 403,  # this stranger asks from another machine and has no token
    ("HEAD", "/metrics"): 403,
    ("HEAD", "/healthz"): 200,
    ("GET", "/readyz"): 200,
    ("HEAD", "/readyz"): 200,
    ("GET", "/icon.png"): 200,
    ("HEAD", "/icon.png"): 200,
    ("GET", "/feed/{token}.ics"): 404,  # this one is nobody's
    ("HEAD", "/feed/{token}.ics"): 404,
}
MEETS = TODAY + timedelta(days=8)
SOMETHING = {"{id}": "S01-3", "{suite}": "S01-CT1", "{on}": str(MEETS), "{token}": "0" * 43}
SHEETS = {
    "/print/list/S01-3.pdf": Action.SEE_PATIENT,
    "/print/list/S01-3.pdf?names=no": Action.LOOK,
    f"/print/day/S01-CT1/{TODAY + timedelta(days=3)}.pdf": Action.SEE_PATIENT,
    f"/print/agenda/{MEETS}.pdf": Action.LOOK,
}


SHELL = {"/", "/nothing-here"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A small clinic, with an account for each role everywhere, one for every role at S02, and one that was closed."""
    database = open_database(MemorySettings(home=tmp_path_factory.mktemp("every-route")))
    database.prepare()
    a_clinic(database)
    desk = a_desk(a_service(database), *Role)
    list_for_test(database)
    desk.mdt.add(NewMeeting(on=MEETS))
    for role in Role:
        desk.add_account(role.value, role.label, PASSWORD, {"*": {role}})
    desk.add_account("south", "South", PASSWORD, {"S02": set(Role)})
    yield desk
    database.close()


@pytest.fixture(scope="module")
def server(desk):
    """The server as it is served, over this desk; Streamlit's own part is asked and never started."""
    patch = pytest.MonkeyPatch()
    patch.setattr(dashboard.reads, "open_desk", lambda **_: desk)
    dashboard.reads.front_door.cache_clear()
    yield asgi.app._build_starlette_app()
    dashboard.reads.front_door.cache_clear()
    patch.undo()
    asgi.app._runtime = None
    Runtime._instance = None


def a_client(server, token="", **headers):
    client = TestClient(server, base_url=HERE, headers=headers, follow_redirects=False, client=("192.0.2.7", 50000))
    if token:
        client.cookies.set(screen_settings().session_cookie, token)
    return client


def every_route(server):
    for method, path in dict.fromkeys(routes_below(server.routes)):
        filled = path
        for name, value in SOMETHING.items():
            filled = filled.replace(name, value)
        yield method, path, filled.replace(":path", "")


def ended_session(desk):
    token = desk.sign_in("viewer", PASSWORD, "192.0.2.7")
    desk.sign_out(token)
    return token


def answers(server, method, path, token=""):
    client = a_client(server, token, host="localhost")
    if method != "WEBSOCKET":
        return client.request(method, path or "/").status_code
    with pytest.raises(WebSocketDisconnect) as refusal, client.websocket_connect(path, headers={"origin": HERE}):
        pass
    return refusal.value.code


@pytest.mark.parametrize("who", ["a stranger", "a session that has ended", "a made-up session"])
def test_nothing_but_signing_in_health_and_feeds_answers_without_a_session(server, desk, who):
    token = {"a stranger": "", "a session that has ended": ended_session(desk)}.get(who, "made-up")
    found = {(method, path): answers(server, method, filled, token) for method, path, filled in every_route(server)}
    expected = {
        (method, path): FOR_STRANGERS.get((method, path), 1008 if method == "WEBSOCKET" else 401)
        for method, path in found
    }
    assert found == expected
    assert set(FOR_STRANGERS) <= set(found)


def test_a_revoked_session_reaches_nothing_from_its_next_click(server, desk):
    token = desk.sign_in("bookings", PASSWORD, "192.0.2.7")
    assert a_client(server, token).get("/api/still-here").status_code == 200
    [line] = desk.acting(desk.person(token)).people.own_sign_ins()
    desk.people.revoke(line.id, account=line.account)
    assert a_client(server, token).get("/api/still-here").status_code == 401
    assert answers(server, "WEBSOCKET", "/api/live", token) == 1008


@pytest.mark.parametrize("role", Role)
def test_every_role_prints_what_the_table_allows(server, desk, role):
    client = a_client(server, desk.sign_in(role.value, PASSWORD, "192.0.2.7"))
    found = {path: client.get(path).status_code for path in SHEETS}
    assert found == {path: 200 if role in allowed_roles(action) else 403 for path, action in SHEETS.items()}
    assert client.get(f"/api/where?case=N10001&last={MEETS}").status_code == 200
    assert (client.get("/").status_code, client.get("/board").status_code) == (200, 307)


def test_every_role_at_another_site_prints_nothing_of_this_one(server, desk):
    client = a_client(server, desk.sign_in("south", PASSWORD, "192.0.2.7"))
    found = {path: client.get(path).status_code for path in SHEETS}
    assert found == {path: 200 if path.startswith("/print/agenda") else 403 for path in SHEETS}


def test_every_answer_carries_the_headers_whoever_asks(server, desk):
    known = a_client(server, desk.sign_in("viewer", PASSWORD, "192.0.2.7"))
    for client in (a_client(server), known):
        for path in ("/login", "/healthz", "/", "/board", "/feed/none.ics", "/nothing-here", "/print/list/none.pdf"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert "camera=()" in headers["permissions-policy"]
            # Streamlit's own empty shell may be kept if it is asked for again first; nothing of a patient is in it.
            assert headers["cache-control"] == ("no-cache" if client is known and path in SHELL else "no-store"), path
            policy = headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy
            assert "'unsafe-eval'" not in policy
            assert "strict-transport-security" not in headers  # only where a proxy ends TLS


def test_a_body_of_the_largest_size_is_read_and_a_larger_one_is_refused_however_it_is_sent(server):
    client = a_client(server)
    assert client.post("/login", content=b"x" * LARGEST_BODY_BYTES).status_code == 403
    assert client.post("/login", content=b"x" * (LARGEST_BODY_BYTES + 1)).status_code == 413
    in_pieces = client.post("/logout", content=iter([b"x" * LARGEST_BODY_BYTES, b"x"]), headers={"origin": HERE})
    assert in_pieces.status_code != 500


def test_the_files_streamlit_may_take_are_smaller_than_the_largest_body():
    settings = (Path(asgi.__file__).parent / ".streamlit" / "config.toml").read_text()
    [megabytes] = [line.split("=")[1] for line in settings.splitlines() if line.startswith("maxUploadSize")]
    assert int(megabytes) * 1024 * 1024 < LARGEST_BODY_BYTES


def test_no_answer_lets_another_origin_read_it_and_text_says_its_letters(server, desk):
    client = a_client(server, desk.sign_in("viewer", PASSWORD, "192.0.2.7"), origin="https://elsewhere.test")
    for path in (
        "/login",
        "/healthz",
        "/",
        "/api/still-here",
        "/feed/none.ics",
        "/print/list/none.pdf",
        "/nothing-here",
    ):
        headers = client.get(path).headers
        assert "access-control-allow-origin" not in headers, path
        kind = headers["content-type"]
        assert kind == "application/json" or "charset=utf-8" in kind.lower(), (path, kind)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_methods_that_nobody_uses_are_refused(server, desk, method):
    client = a_client(server, desk.sign_in("viewer", PASSWORD, "192.0.2.7"))
    for path in ("/login", "/logout", "/healthz", "/api/where", "/print/list/none.pdf", "/"):
        assert client.request(method, path).status_code in {401, 403, 404, 405}, path


def every_answer(server, desk):
    """Everything that is asked by GET, by a stranger and with a session, and the sign-in itself."""
    known = a_client(server, desk.sign_in("administrator", PASSWORD, "192.0.2.7"))
    for client in (a_client(server), known):
        for method, _, filled in every_route(server):
            if method == "GET":
                yield client.get(filled or "/")
    newcomer = a_client(server, origin=HERE)
    page = newcomer.get("/login")
    form = {"username": "viewer", "password": PASSWORD, "form_token": newcomer.cookies["neurolist-form"], "next": "/"}
    yield page
    yield newcomer.post("/login", data=form)
    yield newcomer.post("/logout")


def test_no_cookie_but_ours_is_ever_given(server, desk):
    given = {
        line.partition("=")[0] for each in every_answer(server, desk) for line in each.headers.get_list("set-cookie")
    }
    ours = screen_settings()
    assert given == {ours.session_cookie, ours.form_cookie, ours.half_cookie}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("origin", [HERE, "https://elsewhere.test", None])
def test_streamlits_way_for_files_is_shut_to_everybody(server, desk, method, origin):
    client = a_client(server, desk.sign_in("administrator", PASSWORD, "192.0.2.7"))
    path = "/_stcore/upload_file/some-session/some-file"
    assert ("PUT", "/_stcore/upload_file/{session_id}/{file_id}") in set(routes_below(server.routes))
    headers = {"origin": origin} if origin else {}
    assert client.request(method, path, headers=headers, content=b"x").status_code == 405
    assert a_client(server).request(method, path, headers=headers, content=b"x").status_code == 401


# What a copy of the repository, a folder of the server and the home folder would be asked for.
HISTORY = ("/.git", "/.git/", "/.git/config", "/.git/HEAD", "/.git/index", "/.gitignore", "/.hg/", "/.svn/entries")
CLIMBING = ("/%2e%2e/.git/config", "/static/%2e%2e/%2e%2e/%2e%2e/.git/config", "/static/..%2f..%2fpyproject.toml")
FOLDERS = ("/static", "/static/", "/static/js/", "/media/", "/component/", "/_stcore/", "/print/", "/feed/", "/api/")
FILES = (
    "/pyproject.toml",
    "/dashboard/asgi.py",
    "/app/static/",
    "/audit.key",
    "/data.key",
    "/neurolist.sqlite3",
    "/logs/",
)
# Streamlit answers an address that it does not know with its own empty page, which then says that there is none.
NOTHING = {400, 404}


@pytest.mark.parametrize("path", [*HISTORY, *CLIMBING, *FOLDERS, *FILES])
def test_no_history_folder_or_file_of_the_server_is_answered(server, desk, path):
    assert a_client(server).get(path).status_code == 401
    known = a_client(server, desk.sign_in("administrator", PASSWORD, "192.0.2.7"))
    answer, shell = known.get(path, follow_redirects=True), known.get("/").text
    assert "<title>Streamlit</title>" in shell
    assert answer.status_code in NOTHING or answer.text == shell
