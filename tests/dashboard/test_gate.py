"""Strangers reach nothing, and every answer is sealed."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard.gate import Gate, host_allowed, same_origin
from dashboard.settings import ScreenSettings

SETTINGS = ScreenSettings(hosts="neurolist.test,localhost", tls=False)


class OneKnownPerson:
    def person(self, token, *, idle=False):
        return "Bella Marsh" if token == "good" else None


def a_client(settings=SETTINGS, **cookies):
    async def page(_request):
        return PlainTextResponse("inside")

    async def live(websocket):
        await websocket.accept()
        await websocket.send_text("inside")
        await websocket.close()

    paths = ["/", "/board", "/healthz", "/_stcore/health", "/_stcore/metrics", "/static/js/index.js"]
    inner = Starlette(routes=[*(Route(path, page) for path in paths), WebSocketRoute("/_stcore/stream", live)])
    gate = Gate(inner, door=OneKnownPerson, settings=settings)
    client = TestClient(gate, base_url="http://neurolist.test", follow_redirects=False)
    for name, value in cookies.items():
        client.cookies.set(name, value)
    return client


def hears(client, origin="http://neurolist.test", host="neurolist.test"):
    headers = {"host": host, **({"origin": origin} if origin else {})}
    try:
        with client.websocket_connect("/_stcore/stream", headers=headers) as live:
            return live.receive_text()
    except WebSocketDisconnect as refusal:
        return refusal.code


def test_a_person_with_a_session_comes_in():
    assert a_client(neurolist="good").get("/board").text == "inside"


def test_a_stranger_who_wants_a_page_is_sent_to_sign_in_and_back_again_afterwards():
    answer = a_client().get("/board?weeks=4", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fboard%3Fweeks%3D4")


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/metrics", "/static/js/index.js"])
def test_a_stranger_who_wants_anything_else_is_refused(path):
    assert a_client().get(path).status_code == 401


@pytest.mark.parametrize(
    "path", ["/feed/", "/feed", "/feed/x", "/feed/.ics", "/feed/x/y.ics", "/feed/../board", "/feed/x.ics/"]
)
def test_a_stranger_reaches_nothing_below_the_feeds_but_an_address_of_one(path):
    assert a_client().get(path.replace("..", "%2e%2e")).status_code == 401


def test_a_session_that_has_ended_opens_nothing():
    assert a_client(neurolist="revoked").get("/board").status_code == 401


def test_a_strangers_post_is_refused_rather_than_redirected():
    assert a_client().post("/board", headers={"accept": "text/html"}).status_code == 401


def test_health_is_open_to_the_supervisor():
    assert a_client().get("/healthz").text == "inside"


def test_the_live_connection_opens_for_a_person_from_our_own_page():
    assert hears(a_client(neurolist="good")) == "inside"


@pytest.mark.parametrize("origin", ["http://elsewhere.test", "http://neurolist.test.elsewhere.test", "null", ""])
def test_the_live_connection_stays_shut_for_another_origin_or_none(origin):
    assert hears(a_client(neurolist="good"), origin=origin) == 1008


def test_the_live_connection_stays_shut_for_a_stranger():
    assert hears(a_client()) == 1008


def test_the_live_connection_stays_shut_under_another_host_name():
    assert hears(a_client(neurolist="good"), origin="http://evil.test", host="evil.test") == 1008


def test_another_host_name_is_not_answered():
    assert a_client(neurolist="good").get("/board", headers={"host": "evil.test"}).status_code == 400


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True),
        ("LOCALHOST:8501", True),
        ("localhost.evil.test", False),
        ("evil.test", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_the_host_header_must_name_this_server(host, allowed):
    assert host_allowed(host, SETTINGS) is allowed


def test_another_port_is_another_origin():
    assert same_origin("http://localhost:8501", "localhost:8501")
    assert not same_origin("http://localhost:8502", "localhost:8501")


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//", "neurolist.test"])
def test_an_origin_that_cannot_be_read_is_another_one(origin):
    assert not same_origin(origin, "neurolist.test")


def an_act(client, method="POST", path="/board", **headers):
    answer = client.request(method, path, headers=headers)
    return answer.status_code, answer.text == "done"


def a_changing_client(**cookies):
    async def change(_request):
        return PlainTextResponse("done")

    methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
    inner = Starlette(routes=[Route("/board", change, methods=methods), Route("/logout", change, methods=methods)])
    client = TestClient(Gate(inner, door=OneKnownPerson, settings=SETTINGS), base_url="http://neurolist.test")
    for name, value in cookies.items():
        client.cookies.set(name, value)
    return client


def test_a_post_from_our_own_page_is_taken_and_looking_needs_no_origin():
    client = a_changing_client(neurolist="good")
    assert an_act(client, origin="http://neurolist.test") == (200, True)
    assert an_act(client, "GET") == (200, True)


@pytest.mark.parametrize("origin", ["http://elsewhere.test", "http://neurolist.test:81", "null", ""])
def test_a_post_from_another_origin_or_none_changes_nothing_even_with_a_session(origin, caplog):
    assert an_act(a_changing_client(neurolist="good"), **({"origin": origin} if origin else {})) == (403, False)
    assert [record.msg["reason"] for record in caplog.records if record.name == "neurolist"] == ["another_origin"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("origin", ["http://neurolist.test", "http://elsewhere.test", ""])
def test_nothing_is_put_or_deleted_whatever_the_origin_since_no_page_does(method, origin):
    client = a_changing_client(neurolist="good")
    assert an_act(client, method, **({"origin": origin} if origin else {})) == (405, False)


def test_a_method_that_is_refused_is_told_which_are_not():
    assert a_changing_client(neurolist="good").put("/board").headers["allow"] == "GET, HEAD, POST"


def test_a_stranger_learns_nothing_of_methods_and_the_open_pages_judge_for_themselves():
    assert an_act(a_changing_client(), "PUT") == (401, False)
    assert an_act(a_changing_client(), path="/logout") == (200, True)


def test_every_answer_is_sealed_even_a_refusal():
    for answer in (a_client().get("/board"), a_client(neurolist="good").get("/board")):
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "strict-transport-security" not in answer.headers


def test_bundled_files_may_be_kept_by_the_browser():
    assert "cache-control" not in a_client(neurolist="good").get("/static/js/index.js").headers


def test_behind_tls_the_cookie_is_bound_to_the_host_and_the_browser_is_told_to_stay_with_https():
    secure = ScreenSettings(hosts="neurolist.test", tls=True)
    assert a_client(secure, neurolist="good").get("/board").status_code == 401
    answer = a_client(secure, **{"__Host-neurolist": "good"}).get("/board")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


BEHIND_TLS = ScreenSettings(hosts="neurolist.test", tls=True)


def test_the_refusal_of_an_unknown_host_is_sealed_too_and_repeats_no_name():
    headers = {"host": "evil.test"}
    answer = a_client(BEHIND_TLS).get("/board", headers=headers)
    assert answer.status_code == 400
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "evil.test" not in str(answer.headers)


def asked_by(address, path, host, settings=BEHIND_TLS):
    async def page(_request):
        return PlainTextResponse("inside")

    gate = Gate(Starlette(routes=[Route(path, page)]), door=OneKnownPerson, settings=settings)
    client = TestClient(gate, base_url="http://neurolist.test", follow_redirects=False, client=(address, 5000))
    return client.get(path, headers={"host": host}).status_code


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_this_machine_may_ask_after_the_service_by_its_own_name_whatever_the_hospital_calls_it(path):
    assert asked_by("127.0.0.1", path, "127.0.0.1:8501") == 200
    assert asked_by("10.0.0.9", path, "127.0.0.1:8501") == 400
    assert asked_by("127.0.0.1", path, "evil.test") == 400


def test_no_page_answers_to_this_machines_own_name_unless_it_is_set():
    assert asked_by("127.0.0.1", "/login", "127.0.0.1:8501") == 400


@pytest.mark.parametrize(
    ("settings", "given", "sent"),
    [
        (BEHIND_TLS, "__Host-neurolist=1; Path=/", "__Host-neurolist=1; Path=/; Secure"),
        (BEHIND_TLS, "__Host-neurolist-form=1; secure; Path=/", "__Host-neurolist-form=1; secure; Path=/"),
        (SETTINGS, "neurolist=1; Path=/", "neurolist=1; Path=/"),
    ],
)
def test_behind_tls_every_cookie_is_for_https_alone_whoever_gives_it(settings, given, sent):
    async def page(_request):
        return PlainTextResponse("inside", headers={"set-cookie": given})

    gate = Gate(Starlette(routes=[Route("/healthz", page)]), door=OneKnownPerson, settings=settings)
    assert TestClient(gate, base_url="http://neurolist.test").get("/healthz").headers["set-cookie"] == sent


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        (BEHIND_TLS, "_streamlit_xsrf=1; Path=/"),
        (BEHIND_TLS, "neurolist=1; Path=/; Secure"),
        (SETTINGS, "_streamlit_user=1; Path=/"),
        (SETTINGS, "neurolist2=1"),
        (SETTINGS, "=neurolist"),
    ],
)
def test_a_cookie_that_is_not_ours_by_its_whole_name_never_leaves(settings, given):
    async def page(_request):
        answer = PlainTextResponse("inside", headers={"set-cookie": given})
        answer.set_cookie(settings.session_cookie, "good")
        return answer

    gate = Gate(Starlette(routes=[Route("/healthz", page)]), door=OneKnownPerson, settings=settings)
    [kept] = TestClient(gate, base_url="http://neurolist.test").get("/healthz").headers.get_list("set-cookie")
    assert kept.startswith(f"{settings.session_cookie}=good")


def test_behind_tls_each_of_our_cookies_is_bound_to_this_host_by_its_name():
    names = [name for name, member in vars(ScreenSettings).items() if isinstance(member, property) and "cookie" in name]
    assert len(names) == 4
    assert {getattr(BEHIND_TLS, name).startswith("__Host-") for name in names} == {True}


def test_a_request_that_gives_its_length_in_two_ways_is_refused_and_its_connection_closed():
    two = {"transfer-encoding": "chunked", "content-length": "5"}
    answer = a_client(neurolist="good").get("/board", headers=two)
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")
    assert a_client(neurolist="good").get("/board", headers={"content-length": "0"}).status_code == 200


def request_ids(caplog, settings, **headers):
    caplog.clear()
    a_client(settings).get("/board", headers={"host": "evil.test", **headers})
    return [record.msg["request"] for record in caplog.records if record.name == "neurolist"]


def test_a_refused_request_is_logged_with_the_proxys_id_or_one_of_ours(caplog):
    proxys = "0123456789abcdef" * 2
    assert request_ids(caplog, BEHIND_TLS, **{"x-request-id": proxys}) == [proxys]
    for settings, given in ((SETTINGS, proxys), (BEHIND_TLS, "Quillfeather"), (BEHIND_TLS, "")):
        (made,) = request_ids(caplog, settings, **{"x-request-id": given})
        assert len(made) == 32
        assert made != proxys
