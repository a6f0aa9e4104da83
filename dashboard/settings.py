"""How the web server is set up: which host names it answers to, with or without TLS in front."""

from __future__ import annotations

from functools import cache
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROVIDER: Final = "/login/provider"
PROVIDER_BACK: Final = f"{PROVIDER}/back"
ITSELF: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_protected(address: str) -> bool:
    """Say whether what goes to this address is encrypted, or never leaves this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ITSELF)


class ScreenSettings(BaseSettings):
    """Read from the environment: NEUROLIST_HOSTS is a comma-separated list, NEUROLIST_TLS is true behind HTTPS.

    NEUROLIST_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET name the hospital's own sign-in, where there is one.
    NEUROLIST_OIDC_ACR is what it is asked for; whether it was given is looked at where people are let in.
    NEUROLIST_METRICS_TOKEN is what Prometheus must send; without one, only this machine may ask.
    """

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore")

    hosts: str = "localhost,127.0.0.1,::1"
    tls: bool = False
    metrics_token: SecretStr | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid profile email"
    oidc_name: str = "the hospital's account"
    oidc_acr: str = ""

    @model_validator(mode="after")
    def _whole_provider(self) -> ScreenSettings:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id:
            raise ValueError("NEUROLIST_OIDC_ISSUER is set and NEUROLIST_OIDC_CLIENT_ID is not. Set both, or neither.")
        if not is_protected(self.oidc_issuer):
            raise ValueError("NEUROLIST_OIDC_ISSUER must begin with https://, or nobody knows who answers there.")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("NEUROLIST_OIDC_SCOPES must hold openid, or the provider tells nobody apart.")
        return self

    @property
    def provider_cookie(self) -> str:
        """The cookie that ties an answer of the provider to the browser that asked."""
        return self._cookie("neurolist-provider")

    @property
    def host_names(self) -> frozenset[str]:
        """The host names this server answers to, in lower case."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",") if name.strip())

    @property
    def session_cookie(self) -> str:
        """The cookie's name; the `__Host-` prefix makes browsers insist on Secure and this exact host."""
        return self._cookie("neurolist")

    @property
    def half_cookie(self) -> str:
        """The cookie between the password and the code of the second step; it lets nobody in."""
        return self._cookie("neurolist-half")

    @property
    def form_cookie(self) -> str:
        """The cookie that a posted form must repeat."""
        return self._cookie("neurolist-form")

    def _cookie(self, name: str) -> str:
        return f"__Host-{name}" if self.tls else name


@cache
def screen_settings() -> ScreenSettings:
    """The settings of this process."""
    return ScreenSettings()
