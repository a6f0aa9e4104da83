"""Signing in at the hospital's own provider (OpenID Connect), which ends in the same session as a password does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from html import escape
from typing import Final, Protocol
from urllib.parse import quote

import httpx
from anyio import to_thread
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.login import (
    TOO_OLD,
    DoorPage,
    LeavingDesk,
    arrive,
    client_address,
    door_page,
    form_is_ours,
    form_page,
    local_path,
    small_form,
    template_of,
)
from dashboard.provider_client import Hospital
from dashboard.settings import PROVIDER, PROVIDER_BACK, ScreenSettings
from flows.desk import LogEvent, logs
from scheduler.errors import NotPermittedError

NOT_THERE: Final = "{name} did not answer as it should. Try again; if it stays so, tell whoever runs Neurolist."
TEN_MINUTES: Final = 600  # seconds from leaving for the provider to coming back
WANTED: Final = "wanted"
FAULTS: Final = (OAuthError, JoseError, httpx.HTTPError, ValueError, KeyError)


class ProviderDesk(LeavingDesk, Protocol):
    """The part of the desk that lets in whom the provider vouches for."""

    def sign_in_by_provider(self, claims: Mapping[str, object], address: str) -> str:
        """Open a session, or raise NotPermittedError with the sentence to show."""


def provider_routes(door: Callable[[], ProviderDesk], settings: ScreenSettings) -> list[Route]:
    """The routes of the hospital's sign-in; none where no provider is set."""
    if not settings.oidc_issuer:
        return []
    hospital = Hospital(settings)

    async def show_form(request: Request) -> Response:
        wanted = local_path(request.query_params.get("next", "/"))
        return RedirectResponse(f"/login?next={quote(wanted, safe='')}", status_code=303)

    async def leave(request: Request) -> Response:
        form = await small_form(request)
        wanted = local_path(form.get("next", "/"))
        if not form_is_ours(request, form, settings):
            return form_page(settings, wanted=wanted, notice=TOO_OLD, status=403)
        request.session.clear()
        request.session[WANTED] = wanted
        try:
            there = await hospital.way_there(request, address_back(request, settings))
        except FAULTS as fault:
            return not_there(settings, fault, wanted)
        return leaving_page(settings, there)

    async def come_back(request: Request) -> Response:
        wanted = local_path(str(request.session.get(WANTED, "/")))
        try:
            claims = await hospital.claims(request)
        except FAULTS as fault:
            return not_there(settings, fault, wanted)
        finally:
            request.session.clear()
        try:
            token = await to_thread.run_sync(door().sign_in_by_provider, claims, client_address(request))
        except NotPermittedError as refusal:
            return form_page(settings, wanted=wanted, notice=str(refusal), status=403)
        return await arrive(request, door(), token, wanted, settings)

    # State, nonce and the PKCE verifier travel in a signed cookie of this browser; its key dies with the process.
    kept = Middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),
        session_cookie=settings.provider_cookie,
        max_age=TEN_MINUTES,
        same_site="lax",
        https_only=settings.tls,
    )
    return [
        Route(PROVIDER, show_form, methods=["GET"]),
        Route(PROVIDER, leave, methods=["POST"], middleware=[kept]),
        Route(PROVIDER_BACK, come_back, middleware=[kept]),
    ]


def leaving_page(settings: ScreenSettings, there: str) -> Response:
    """Send the browser on to the provider's address.

    The policy of the form lets a posted form lead to this server alone, and browsers hold every redirect after it to
    that (Content Security Policy 3, form-action). So the answer is a page, which goes on by itself.
    """
    name = escape(settings.oidc_name)
    page = DoorPage(
        form="leaving.html",
        title="On the way, Neurolist",
        lead=f"You sign in with {name}, and come back here.",
        foot="Nothing happens? Go on by the link.",
    )
    form = template_of(page.form).substitute(there=escape(there, quote=True), name=name)
    drawn = door_page(page, form)
    drawn.headers["refresh"] = f"0; url={there}"
    return drawn


def address_back(request: Request, settings: ScreenSettings) -> str:
    """The address the provider sends the browser back to, on the host that the gate has checked."""
    return f"{'https' if settings.tls else 'http'}://{request.headers['host']}{PROVIDER_BACK}"


def _reason(fault: Exception) -> str | None:
    """Give the one word for what went wrong, the provider's own such as access_denied or ours, where there is one."""
    return logs.if_listed("reason", str(getattr(fault, "error", None) or ""))


def not_there(settings: ScreenSettings, fault: Exception, wanted: str) -> Response:
    """Say that the provider failed, above the form; the log has the kind of fault and nothing of a person."""
    logs.tell(LogEvent.PROVIDER_FAILED, error=type(fault).__name__, reason=_reason(fault))
    says = NOT_THERE.format(name=settings.oidc_name[:1].upper() + settings.oidc_name[1:])
    return form_page(settings, wanted=wanted, notice=says, status=502)
