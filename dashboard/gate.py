"""Nobody reaches a page, a file or the live connection without a session of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.asking import unknown
from dashboard.headers import FIXED_HEADERS, HSTS, font_path, page_policy
from dashboard.settings import ITSELF, PROVIDER, PROVIDER_BACK, ScreenSettings
from flows.desk import LogEvent, logs

OPEN_PATHS: Final = frozenset({"/login", "/login/code", "/logout", "/healthz", "/readyz", "/metrics", "/icon.png"})
HEALTH: Final = frozenset({"/healthz", "/readyz", "/metrics"})
# A calendar program cannot sign in: the address itself is the secret, and only a live one answers.
OPEN_FEED: Final = re.compile(r"/feed/[^/]+\.ics")
# Pages ask these by themselves, which keeps no session open; what a hand did is told apart behind them.
ASKED_BY_PAGES: Final = frozenset({"/api/board", "/api/still-here"})
FOREVER: Final = "/static/"
LARGEST_BODY_BYTES: Final = 12 * 1024 * 1024  # a file of the largest size that a page takes, with its form around it
Pair = tuple[bytes, bytes]  # the name and the value of a header
TOO_LARGE: Final = "This is more than the server takes at once."
TWO_LENGTHS: Final = "This request says in two ways where it ends, so it is not read."
READING: Final = frozenset({"GET", "HEAD"})
METHODS: Final = READING | {"POST"}  # no page of ours puts a file or deletes one
NO_SUCH_METHOD: Final = "No page of this server asks in this way."
FROM_ELSEWHERE: Final = "Only a page of this server may change something. Open Neurolist and do it there."


class Door(Protocol):
    """The part of the desk that knows who stands in front of it."""

    def person(self, token: str, *, idle: bool = False) -> object | None:
        """Return the person whose live session this is, or nothing; asking while `idle` keeps no session open."""


class Gate:
    """ASGI middleware in front of everything: host, origin, session, then the security headers of the answer."""

    def __init__(self, app: ASGIApp, *, door: Callable[[], Door], settings: ScreenSettings) -> None:
        self.app = app
        self.door = door
        self.settings = settings
        at_provider = {PROVIDER, PROVIDER_BACK} if settings.oidc_issuer else set[str]()
        self.open_paths = OPEN_PATHS | {font_path()} | at_provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or connection; every line of the log it leads to carries its id."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        with logs.about(request=request_id(Headers(scope=scope), self.settings)):
            if scope["type"] == "http":
                await self._answer(scope, receive, send)
            else:
                await self._connect(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not (host_allowed(headers.get("host", ""), self.settings) or asked_here(scope, headers)):
            refusal = PlainTextResponse("This server does not answer to that host name.", status_code=400)
            logs.tell(LogEvent.REQUEST_REFUSED, reason="unknown_host", status=400)
            await refusal(scope, receive, with_headers(send, scope, self.settings, host=""))
            return
        sealed = with_headers(send, scope, self.settings)
        refused = refused_by_length(headers) or await self._refused(scope, headers)
        if refused is None:
            await self.app(scope, no_more_than(receive, LARGEST_BODY_BYTES), sealed)
        else:
            await refused(scope, receive, sealed)

    async def _refused(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse a stranger, and what none of our pages asks; the open pages look for themselves."""
        if self._open(scope["path"]):
            return None
        if not await self._known(scope):
            return turn_away(scope)
        return refused_by_method(scope["method"], headers)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a stranger's live connection before it is accepted, so no page script ever runs for one."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        same = host_allowed(host, self.settings) and same_origin(headers.get("origin", ""), host)
        if same and await self._known(scope):
            await self.app(scope, receive, send)
        else:
            logs.tell(LogEvent.REQUEST_REFUSED, reason="no_session" if same else "another_origin")
            await send({"type": "websocket.close", "code": 1008})

    def _open(self, path: str) -> bool:
        return path in self.open_paths or OPEN_FEED.fullmatch(path) is not None

    async def _known(self, scope: Scope) -> bool:
        token = HTTPConnection(scope).cookies.get(self.settings.session_cookie)
        if not token:
            return False
        known = partial(self.door().person, token, idle=scope["path"] in ASKED_BY_PAGES)
        return await to_thread.run_sync(known) is not None


def request_id(headers: Headers, settings: ScreenSettings) -> str:
    """Give the id that a proxy in front gave this request, so that its log and ours agree, or else a new one."""
    given = headers.get("x-request-id", "") if settings.tls else ""
    return logs.if_listed("request", given) or logs.request_id()


def no_more_than(receive: Receive, limit: int) -> Receive:
    """Hang up on a body that grows past the limit, whatever length it declared."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= limit else {"type": "http.disconnect"}

    return counted


def refused_by_length(headers: Headers) -> Response | None:
    """Refuse a request that is too large, or that another server could cut off elsewhere (RFC 9112, section 6.3)."""
    if "transfer-encoding" in headers and "content-length" in headers:
        return _refusal(TWO_LENGTHS, status=400, reason="two_lengths", connection="close")
    if _declared_bytes(headers) > LARGEST_BODY_BYTES:
        return _refusal(TOO_LARGE, status=413, reason="too_large")
    return None


def refused_by_method(method: str, headers: Headers) -> Response | None:
    """Refuse what no page of ours does, and what changes something without coming from one."""
    if method not in METHODS:
        return _refusal(NO_SUCH_METHOD, status=405, reason="another_method", allow=", ".join(sorted(METHODS)))
    if method not in READING and not same_origin(headers.get("origin", ""), headers.get("host", "")):
        return _refusal(FROM_ELSEWHERE, status=403, reason="another_origin")
    return None


def _refusal(says: str, *, status: int, reason: str, **headers: str) -> Response:
    logs.tell(LogEvent.REQUEST_REFUSED, reason=reason, status=status)
    return PlainTextResponse(says, status_code=status, headers=headers)


def _declared_bytes(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def host_allowed(host: str, settings: ScreenSettings) -> bool:
    """Say whether the Host header names this server."""
    return _named(host) in settings.host_names


def _named(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def asked_here(scope: Scope, headers: Headers) -> bool:
    """Say whether a supervisor or Prometheus on this machine asks after the service by this machine's own name."""
    client = scope.get("client")
    return (
        scope["path"] in HEALTH
        and client is not None
        and client[0] in ITSELF
        and _named(headers.get("host", "")) in ITSELF
    )


def same_origin(origin: str, host: str) -> bool:
    """Say whether a browser says it comes from our own pages; saying nothing is not enough."""
    try:
        return bool(origin) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def turn_away(scope: Scope) -> Response:
    """Send a person to the sign-in page, and anything else a plain refusal."""
    wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    if not wants_page:
        return unknown()
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}", status_code=303)


def only_our_cookies(headers: Iterable[Pair], settings: ScreenSettings) -> list[Pair]:
    """Leave out every cookie that is not ours, such as Streamlit's; behind TLS keep ours to HTTPS."""
    ours = {settings.session_cookie, settings.half_cookie, settings.form_cookie, settings.provider_cookie}
    kept = []
    for name, value in headers:
        if name.lower() != b"set-cookie":
            kept.append((name, value))
        elif value.partition(b"=")[0].strip().decode("latin-1") in ours:
            kept.append((name, _secure(value) if settings.tls else value))
    return kept


def _secure(cookie: bytes) -> bytes:
    marked = b"secure" in {part.strip().lower() for part in cookie.split(b";")}
    return cookie if marked else cookie + b"; Secure"


def with_headers(send: Send, scope: Scope, settings: ScreenSettings, *, host: str | None = None) -> Send:
    """Add the security headers to an answer, keeping a stricter policy where the page brought its own.

    A `host` that was not checked must not be written into one.
    """
    host = Headers(scope=scope).get("host", "") if host is None else host
    extra = [*FIXED_HEADERS, *([HSTS] if settings.tls else [])]

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message.get("headers", [])}
            added = [*extra, (b"content-security-policy", page_policy(host, tls=settings.tls))]
            if not scope["path"].startswith(FOREVER):
                added.append((b"cache-control", b"no-store"))
            kept = [(name, value) for name, value in added if name not in present]
            message["headers"] = [*only_our_cookies(message.get("headers", []), settings), *kept]
        await send(message)

    return sealed
