"""The plain sign-in form, with signing out."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.gate import same_origin
from dashboard.headers import font_path, form_policy
from dashboard.palette import as_css
from dashboard.settings import PROVIDER, ScreenSettings
from scheduler.errors import NotPermittedError

ASSETS: Final = Path(__file__).parent / "assets"
REFUSED: Final = (
    "Those details were not accepted. Check the user name and the password. After five wrong tries wait a quarter of "
    "an hour, and longer after more."
)
TOO_OLD: Final = "The form was open for too long. Please sign in again."
LARGEST_FORM_BYTES: Final = 8_192


class LeavingDesk(Protocol):
    """The part of the desk that closes sessions."""

    def sign_out(self, token: str) -> None:
        """Close this session."""


class SignInDesk(LeavingDesk, Protocol):
    """The part of the desk that opens and closes sessions."""

    def sign_in(self, username: str, password: str, address: str) -> str:
        """Open a session, or raise NotPermittedError whatever was wrong."""

    def awaits_code(self, token: str) -> bool:
        """Say whether the code of a second step is still to come for this token."""

    def give_code(self, token: str, code: str, address: str) -> str:
        """Take the code and give the token that lets the person in, or raise NotPermittedError with the sentence."""


def login_routes(door: Callable[[], SignInDesk], settings: ScreenSettings) -> list[Route]:
    """The routes of the sign-in form and of signing out."""

    async def show(request: Request) -> Response:
        return form_page(settings, wanted=local_path(request.query_params.get("next", "/")))

    async def sign_in(request: Request) -> Response:
        form = await small_form(request)
        wanted = local_path(form.get("next", "/"))
        if not form_is_ours(request, form, settings):
            return form_page(settings, wanted=wanted, notice=TOO_OLD, status=403)
        try:
            token = await to_thread.run_sync(_open_session, door(), form, client_address(request))
        except NotPermittedError:
            return form_page(settings, wanted=wanted, notice=REFUSED, status=401)
        if await to_thread.run_sync(door().awaits_code, token):
            return code_page(settings, wanted=wanted, half=token)
        return await arrive(request, door(), token, wanted, settings)

    async def sign_out(request: Request) -> Response:
        if not same_origin(request.headers.get("origin", ""), request.headers.get("host", "")):
            return PlainTextResponse("Sign out from a Neurolist page.", status_code=403)
        token = request.cookies.get(settings.session_cookie)
        if token:
            await to_thread.run_sync(door().sign_out, token)
        return show_out(settings)

    return [
        Route("/login", show, methods=["GET"]),
        Route("/login", sign_in, methods=["POST"]),
        *code_routes(door, settings),
        Route("/logout", sign_out, methods=["POST"]),
    ]


def code_routes(door: Callable[[], SignInDesk], settings: ScreenSettings) -> list[Route]:
    """The route of the second step's form."""

    async def give_code(request: Request) -> Response:
        form = await small_form(request)
        wanted, half = local_path(form.get("next", "/")), request.cookies.get(settings.half_cookie, "")
        if not form_is_ours(request, form, settings):
            return form_page(settings, wanted=wanted, notice=TOO_OLD, status=403)
        code = form.get("code", "")
        try:
            token = await to_thread.run_sync(door().give_code, half, code, client_address(request))
        except NotPermittedError as refusal:
            if await to_thread.run_sync(door().awaits_code, half):
                return code_page(settings, wanted=wanted, half=half, notice=str(refusal), status=401)
            return form_page(settings, wanted=wanted, notice=TOO_OLD, status=401)
        return await arrive(request, door(), token, wanted, settings)

    return [Route("/login/code", give_code, methods=["POST"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPage:
    """What one of the pages before the gate says around its form."""

    form: str
    title: str
    lead: str
    foot: str


PASSWORD_PAGE: Final = DoorPage(
    form="login.html",
    title="Sign in to Neurolist",
    lead="Neurolysis lists, cases and bookings.",
    foot="Signing in is recorded. After 30 minutes without use you are signed out.",
)
CODE_PAGE: Final = DoorPage(
    form="code.html",
    title="Second step, Neurolist",
    lead="Your password was right. Now give the code your telephone shows.",
    foot="Without the telephone, give a recovery code. Both lost? An administrator can end your second step.",
)


def form_page(settings: ScreenSettings, *, wanted: str, notice: str = "", status: int = 200) -> Response:
    """Draw the form of the name and the password."""
    return _page(PASSWORD_PAGE, settings, wanted=wanted, notice=notice, status=status)


def code_page(settings: ScreenSettings, *, wanted: str, half: str, notice: str = "", status: int = 200) -> Response:
    """Draw the form of the second step, and keep the token that waits for it in a cookie of its own."""
    page = _page(CODE_PAGE, settings, wanted=wanted, notice=notice, status=status)
    page.set_cookie(settings.half_cookie, half, httponly=True, samesite="strict", secure=settings.tls, path="/")
    return page


def _page(page: DoorPage, settings: ScreenSettings, *, wanted: str, notice: str, status: int) -> Response:
    """Draw a form with a fresh token, repeated in a cookie."""
    token = secrets.token_urlsafe(32)
    hidden = {"form_token": token, "next": escape(wanted, quote=True)}
    form = template_of(page.form).substitute(hidden, provider=provider_form(settings, hidden))
    drawn = door_page(page, form, notice=notice, status=status)
    drawn.set_cookie(settings.form_cookie, token, httponly=True, samesite="strict", secure=settings.tls, path="/")
    return drawn


def door_page(page: DoorPage, form: str, *, notice: str = "", status: int = 200) -> Response:
    """Draw a page before the gate around its form, with its own policy and no script."""
    style = login_style()
    body = template_of("door.html").substitute(
        style=style,
        title=page.title,
        lead=page.lead,
        foot=page.foot,
        form=form,
        notice=f'<p class="refused" role="alert">{escape(notice)}</p>' if notice else "",
    )
    return HTMLResponse(body, status_code=status, headers={"content-security-policy": form_policy(style)})


def provider_form(settings: ScreenSettings, hidden: Mapping[str, str]) -> str:
    """The button that leads to the hospital's own sign-in, where there is one, with the escaped hidden fields."""
    if not settings.oidc_issuer:
        return ""
    return template_of("provider.html").substitute(hidden, action=PROVIDER, name=escape(settings.oidc_name))


def template_of(asset: str) -> Template:
    """The page around a form, or the form in it."""
    return Template((ASSETS / asset).read_text(encoding="utf-8"))


def login_style() -> str:
    """The style sheet of the form, with the colours of every other screen."""
    sheet = (ASSETS / "login.css").read_text(encoding="utf-8").replace("$font", font_path())
    return as_css(":root") + sheet


async def small_form(request: Request) -> dict[str, str]:
    """Read a short posted form; anything longer reads as empty."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM_BYTES:
            return {}
    fields = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def form_is_ours(request: Request, form: dict[str, str], settings: ScreenSettings) -> bool:
    """Say whether the form repeats its cookie and comes from our own page."""
    cookie = request.cookies.get(settings.form_cookie, "")
    repeated = hmac.compare_digest(cookie.encode(), form.get("form_token", "").encode())
    origin = request.headers.get("origin", "")
    return bool(cookie) and repeated and same_origin(origin, request.headers.get("host", ""))


def client_address(request: Request) -> str:
    """The address the tries are counted for."""
    return request.client.host if request.client else "unknown"


def local_path(wanted: str) -> str:
    """Keep only a path of this server; anything else becomes the first page."""
    parts = urlsplit(wanted)
    outside = parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith(("//", "/\\"))
    unprintable = any(ord(letter) < 32 or letter == "\\" for letter in wanted)
    return "/" if outside or unprintable or parts.path in {"/login", "/logout"} else wanted


async def arrive(request: Request, desk: LeavingDesk, token: str, wanted: str, settings: ScreenSettings) -> Response:
    """Let somebody in, and end the session that the same browser brought with it."""
    brought = request.cookies.get(settings.session_cookie)
    if brought:
        await to_thread.run_sync(desk.sign_out, brought)
    return let_in(token, wanted, settings)


def let_in(token: str, wanted: str, settings: ScreenSettings) -> Response:
    """Hand over the session cookie and go to the page that was wanted."""
    answer = RedirectResponse(wanted, status_code=303)
    answer.set_cookie(settings.session_cookie, token, httponly=True, samesite="lax", secure=settings.tls, path="/")
    for used in (settings.form_cookie, settings.half_cookie):
        answer.delete_cookie(used, path="/", secure=settings.tls, httponly=True, samesite="strict")
    return answer


def show_out(settings: ScreenSettings) -> Response:
    """Take the session cookie back and forget what the browser kept."""
    answer = RedirectResponse("/login", status_code=303, headers={"clear-site-data": '"storage"'})
    answer.delete_cookie(settings.session_cookie, path="/", secure=settings.tls, httponly=True, samesite="lax")
    return answer


def _open_session(desk: SignInDesk, form: dict[str, str], address: str) -> str:
    return desk.sign_in(form.get("username", ""), form.get("password", ""), address)
