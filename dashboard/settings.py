"""How the web server is set up: which host names it answers to, with or without TLS in front."""

from __future__ import annotations

from functools import cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class ScreenSettings(BaseSettings):
    """Read from the environment: NEUROLIST_HOSTS is a comma-separated list, NEUROLIST_TLS is true behind HTTPS."""

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore")

    hosts: str = "localhost,127.0.0.1,::1"
    tls: bool = False

    @property
    def host_names(self) -> frozenset[str]:
        """The host names this server answers to, in lower case."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",") if name.strip())

    @property
    def session_cookie(self) -> str:
        """The cookie's name; the `__Host-` prefix makes browsers insist on Secure and this exact host."""
        return "__Host-neurolist" if self.tls else "neurolist"

    @property
    def half_cookie(self) -> str:
        """The cookie between the password and the code of the second step; it lets nobody in."""
        return "__Host-neurolist-half" if self.tls else "neurolist-half"

    @property
    def form_cookie(self) -> str:
        """The cookie that a posted form must repeat."""
        return "__Host-neurolist-form" if self.tls else "neurolist-form"


@cache
def screen_settings() -> ScreenSettings:
    """The settings of this process."""
    return ScreenSettings()
