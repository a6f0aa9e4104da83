"""Signing in at the hospital's own provider (OpenID Connect), which ends in the same session as a password does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import httpx
from anyio import to_thread
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.login import client_address, form_page, let_in, local_path
from dashboard.settings import PROVIDER, PROVIDER_BACK, ScreenSettings
from flows.desk import LogEvent, logs
from scheduler.errors import NotPermittedError

NOT_THERE: Final = "{name} did not answer as it should. Try again; if it stays so, tell whoever runs Neurolist."
TEN_MINUTES: Final = 600  # seconds from leaving for the provider to coming back
WANTED: Final = "wanted"


class ProviderDesk(Protocol):
    """The part of the desk that lets in whom the provider vouches for."""

    def sign_in_by_provider(self, claims: Mapping[str, object], address: str) -> str:
        """Open a session, or raise NotPermittedError with the sentence to show."""


def provider_routes(door: Callable[[], ProviderDesk], settings: ScreenSettings) -> list[Route]:
    """The two routes of the hospital's sign-in; none where no provider is set."""
    if not settings.oidc_issuer:
        return []
    client = client_of(settings)

    async def leave(request: Request) -> Response:
        request.session.clear()
        request.session[WANTED] = local_path(request.query_params.get("next", "/"))
        try:
            answer: Response = await client.authorize_redirect(request, address_back(request, settings))
        except (OAuthError, httpx.HTTPError, ValueError) as fault:
            return not_there(settings, fault)
        return answer

    async def come_back(request: Request) -> Response:
        wanted = local_path(str(request.session.get(WANTED, "/")))
        try:
            claims = await claims_of(client, request)
        except (OAuthError, JoseError, httpx.HTTPError, ValueError, KeyError) as fault:
            return not_there(settings, fault, wanted)
        finally:
            request.session.clear()
        try:
            token = await to_thread.run_sync(door().sign_in_by_provider, claims, client_address(request))
        except NotPermittedError as refusal:
            return form_page(settings, wanted=wanted, notice=str(refusal), status=403)
        return let_in(token, wanted, settings)

    # State, nonce and the PKCE verifier travel in a signed cookie of this browser; its key dies with the process.
    kept = Middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie=settings.provider_cookie,
        max_age=TEN_MINUTES,
        same_site="lax",
        https_only=settings.tls,
    )
    return [Route(PROVIDER, leave, middleware=[kept]), Route(PROVIDER_BACK, come_back, middleware=[kept])]


def client_of(settings: ScreenSettings) -> Any:
    """The client that speaks to the provider: state, nonce and PKCE always."""
    known = OAuth().register(
        "hospital",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": settings.oidc_scopes, "code_challenge_method": "S256"},
    )
    if known is None:
        raise ValueError("The provider's client was not made.")
    return known


async def claims_of(client: Any, request: Request) -> dict[str, object]:
    """Give what the checked ID token says of a person, with what the provider adds to it when asked."""
    token = await client.authorize_access_token(request)
    said = dict(token["userinfo"])
    metadata = await client.load_server_metadata()
    if "userinfo_endpoint" in metadata:
        more = dict(await client.userinfo(token=token))
        if more.get("sub") != said["sub"]:
            raise ValueError("The provider spoke of two people.")
        said = {**more, **said}
    return said


def address_back(request: Request, settings: ScreenSettings) -> str:
    """The address the provider sends the browser back to, on the host that the gate has checked."""
    return f"{'https' if settings.tls else 'http'}://{request.headers['host']}{PROVIDER_BACK}"


def _reason(fault: Exception) -> str | None:
    """Give the provider's own word for what went wrong, such as access_denied, where it is one."""
    return logs.if_listed("reason", str(getattr(fault, "error", None) or ""))


def not_there(settings: ScreenSettings, fault: Exception, wanted: str = "/") -> Response:
    """Say that the provider failed, above the form; the log has the kind of fault and nothing of a person."""
    logs.tell(LogEvent.PROVIDER_FAILED, error=type(fault).__name__, reason=_reason(fault))
    says = NOT_THERE.format(name=settings.oidc_name.capitalize())
    return form_page(settings, wanted=wanted, notice=says, status=502)
