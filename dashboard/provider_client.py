"""The client that speaks to the hospital's provider, and believes nothing of it that it cannot check."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

import httpx
from authlib.integrations.starlette_client import OAuth
from joserfc.jws import extract_compact
from starlette.requests import Request

from dashboard.settings import ScreenSettings, is_protected

# Whoever can check such a signature cannot make one; `none` and keys that two share are not among them (RFC 8725, 3.1).
SIGNATURES: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
SUPPORTED: Final = "id_token_signing_alg_values_supported"
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
USERINFO: Final = "userinfo_endpoint"
KEYS_OF_ITS_OWN: Final = frozenset({"jku", "jwk", "x5u", "x5c"})
PLAIN: Final = "jwt"  # what the header of an ID token calls itself, if anything
OF_THE_TOKEN_ALONE: Final = ("acr", "amr")  # how somebody signed in is believed where it is signed
KEPT_SECONDS: Final = 3600.0  # what the provider says of itself; a key that it has withdrawn is believed no longer


class NotBelievedError(ValueError):
    """The provider gave what it should not; `error` is the one word that the log has for it."""

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


class Hospital:
    """The hospital's provider; its metadata and keys are asked for at a sign-in and kept for an hour.

    A token signed with a key that is not among them has the keys asked for again at once.
    """

    def __init__(self, settings: ScreenSettings) -> None:
        self.settings = settings
        self._client: Any = None
        self._asked_at = 0.0

    async def way_there(self, request: Request, back: str) -> str:
        """Give the address where the person signs in; what its answer must fit is kept in the browser's session.

        Raises OAuthError, httpx.HTTPError or ValueError when the provider does not answer or is not believed.
        """
        client = await self._known()
        strength = " ".join(self.settings.oidc_acr.split()) or None
        made = await client.create_authorization_url(back, acr_values=strength)
        await client.save_authorize_data(request, redirect_uri=back, **made)
        return str(made["url"])

    async def claims(self, request: Request) -> dict[str, object]:
        """Give what the checked ID token says of a person, with what the provider adds to it when asked.

        Raises OAuthError, JoseError, httpx.HTTPError, ValueError or KeyError when there is no such token.
        """
        client = await self._known()
        token = await client.authorize_access_token(request)
        said = dict(token["userinfo"])
        check_kind(extract_compact(token["id_token"].encode()).headers(), said)
        if USERINFO in client.server_metadata:
            said = {**_more(await client.userinfo(token=token), said), **said}
        return said

    async def _known(self) -> Any:
        if self._client is None or monotonic() - self._asked_at > KEPT_SECONDS:
            began = monotonic()
            self._client = client_of(self.settings, facts_of(await _metadata(self.settings), self.settings.oidc_issuer))
            self._asked_at = began
        return self._client


def facts_of(said: object, issuer: str) -> dict[str, Any]:
    """Give the few facts of a provider's metadata that are used; the rest could set up the client itself.

    Raises NotBelievedError unless it is of exactly this issuer (OpenID Connect Discovery 1.0, section 4.3) and every
    address in it is protected as the issuer's own.
    """
    if not isinstance(said, dict) or said.get("issuer") != issuer:
        raise NotBelievedError("another_issuer")
    addresses = {name: said[name] for name in (*NEEDED, USERINFO) if name in said}
    if not set(NEEDED) <= set(addresses) or not all(isinstance(one, str) for one in addresses.values()):
        raise NotBelievedError("incomplete_metadata")
    if not all(is_protected(one) for one in addresses.values()):
        raise NotBelievedError("unprotected_address")
    signs = said.get(SUPPORTED)
    kinds = [one for one in SIGNATURES if isinstance(signs, list) and one in signs]
    return {"issuer": issuer, SUPPORTED: kinds, **addresses}


def check_kind(header: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Raise NotBelievedError for a token that names its own key or is of another kind (RFC 8725, 3.10 and 3.11).

    Access tokens say so in their header (RFC 9068), and what tells of an event, such as a sign-out, has `events`.
    """
    if KEYS_OF_ITS_OWN & set(header):
        raise NotBelievedError("names_its_key")
    kind = str(header.get("typ", PLAIN)).casefold().removeprefix("application/")
    if kind != PLAIN or "events" in said:
        raise NotBelievedError("another_kind_of_token")


def client_of(settings: ScreenSettings, facts: Mapping[str, Any]) -> Any:
    """The client that speaks to the provider: state, nonce and PKCE always, to these addresses alone."""
    known = OAuth().register(
        "hospital",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        client_kwargs={"scope": settings.oidc_scopes, "code_challenge_method": "S256", "follow_redirects": False},
        **facts,
    )
    if known is None:
        raise ValueError("The provider's client was not made.")
    return known


async def _metadata(settings: ScreenSettings) -> object:
    async with httpx.AsyncClient(follow_redirects=False) as asking:
        answer = await asking.get(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
    answer.raise_for_status()
    return answer.json()


def _more(said_when_asked: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    if said_when_asked.get("sub") != said["sub"]:
        raise NotBelievedError("two_people")
    return {name: value for name, value in said_when_asked.items() if name not in OF_THE_TOKEN_ALONE}
