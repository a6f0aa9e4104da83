"""A small OpenID Connect provider on this machine, which signs in whoever the test names and checks what it is told."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.gate import Gate
from dashboard.login import login_routes
from dashboard.provider import provider_routes
from dashboard.settings import ScreenSettings
from tests.builders.certificates import Certificate

CLIENT, SECRET = "neurolist", "a-secret-of-the-two"
HERE = "http://neurolist.test"
ELSEWHERE = "/elsewhere"  # where its addresses also answer, once they have moved


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@dataclass(slots=True)
class Provider:
    """Who is signed in there, what it put in its token, and what it was asked."""

    port: int = field(default_factory=_free_port)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    person: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)  # claims a faulty or false provider would give instead
    header: dict[str, Any] = field(default_factory=dict)  # what else the header of its token says
    told: dict[str, Any] = field(default_factory=dict)  # what its metadata says otherwise
    moved: set[str] = field(default_factory=set)  # its addresses that answer with a redirect
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None  # another way of making a token
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)  # each request, such as "http /token"
    issued: list[str] = field(default_factory=list)  # every token that it gave

    @property
    def issuer(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def honest(self, person: dict[str, Any]) -> None:
        """Forget what was asked and every misbehaviour, and have this person signed in."""
        self.person, self.changed, self.header, self.told = dict(person), {}, {}, {}
        self.moved, self.sign = set(), None
        for kept in (self.asked, self.visits, self.issued):
            kept.clear()

    def app(self) -> ASGIApp:
        """Its five addresses, which also answer elsewhere once they have moved."""
        routes = [
            Route("/.well-known/openid-configuration", self.metadata),
            Route("/keys", self.keys),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/userinfo", self.userinfo),
        ]
        inner = Starlette(routes=[*routes, Mount(ELSEWHERE, routes=routes)])

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.visits.append(f"{scope['scheme']} {scope['path']}")
            if scope["type"] == "http" and scope["path"] in self.moved:
                await RedirectResponse(ELSEWHERE + scope["path"], status_code=307)(scope, receive, send)
            else:
                await inner(scope, receive, send)

        return watched

    async def metadata(self, _request: Request) -> Response:
        at = self.issuer
        told = {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.told,
        }
        return JSONResponse({name: value for name, value in told.items() if value is not None})

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        given = base64.b64decode(request.headers.get("authorization", "Basic ").removeprefix("Basic ")).decode()
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or given != f"{CLIENT}:{SECRET}" or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "sub": self.person["sub"],
            **self.changed,
        }
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        signed = self.sign(header, claims) if self.sign else jwt.encode(header, claims, self.key)
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.issued += [signed, access, refresh]
        given_tokens = {"access_token": access, "refresh_token": refresh, "id_token": signed}
        return JSONResponse({"token_type": "Bearer", "expires_in": 300, **given_tokens})

    async def userinfo(self, _request: Request) -> Response:
        return JSONResponse(self.person)


class Running:
    """A provider that answers until it is stopped, on its own port or on another one with a certificate."""

    def __init__(self, provider: Provider, *, port: int = 0, certificate: Certificate | None = None) -> None:
        self.port = port or provider.port
        tls = {"ssl_certfile": certificate.chain, "ssl_keyfile": certificate.key} if certificate else {}
        self.server = uvicorn.Server(
            uvicorn.Config(provider.app(), host="127.0.0.1", port=self.port, log_config=None, **tls)  # type: ignore[arg-type]
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        ends = time.monotonic() + 20
        while not self.server.started and time.monotonic() < ends:
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop answering."""
        self.server.should_exit = True
        self.thread.join(timeout=10)


def screens(desk: object, settings: ScreenSettings) -> Starlette:
    """The sign-in form and the way by the provider, before a page behind the gate that says "inside"."""

    async def inside(_request: Request) -> Response:
        return PlainTextResponse("inside")

    ours = [*provider_routes(lambda: desk, settings), *login_routes(lambda: desk, settings)]  # type: ignore[arg-type,return-value]
    return Starlette(
        routes=[*ours, Route("/stages", inside)],
        middleware=[Middleware(Gate, door=lambda: desk, settings=settings)],  # type: ignore[arg-type,return-value]
    )


def a_browser(desk: object, provider: Provider, **changes: object) -> TestClient:
    """A browser in front of these screens, which knows this provider."""
    usual = {
        "hosts": "neurolist.test",
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_name": "Northern Health",
    }
    settings = ScreenSettings(**(usual | changes))  # type: ignore[arg-type]  # the test names real fields
    return TestClient(screens(desk, settings), base_url=HERE, follow_redirects=False)


def leave(client: TestClient, wanted: str = "/stages", *, origin: str = HERE, **changed: str) -> httpx.Response:
    """Press the button of the form that leads to the provider; gives the answer."""
    page = client.get("/login", params={"next": wanted})
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    form = {"form_token": found.group(1) if found else "", "next": wanted, **changed}
    answer: httpx.Response = client.post("/login/provider", data=form, headers={"origin": origin} if origin else {})
    return answer


def way_there(leaving: httpx.Response) -> str:
    """The address that the answer leads on to, which its link says too."""
    assert leaving.status_code == 200, leaving.text
    return leaving.headers["refresh"].removeprefix("0; url=")


def there_and_back(client: TestClient, wanted: str = "/stages") -> str:
    """Leave for the provider and come back from it, as a browser does; gives the address to come back to."""
    return httpx.get(way_there(leave(client, wanted))).headers["location"]
