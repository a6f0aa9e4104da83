"""Whom the hospital's own sign-in vouches for, and the roles that their groups give them at each site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from db import external_accounts
from db.external_accounts import Vouched
from flows.at_the_door import let_in
from flows.permissions import EVERY_SITE
from scheduler.errors import NotPermittedError
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from flows.service import Service

NO_GROUP = (
    "You are known to the hospital, and none of your groups gives you a role in Neurolist. Ask an administrator of "
    "Neurolist."
)
TOO_WEAK = (
    "Neurolist asks for a stronger sign-in than this one. Sign out of the hospital's account, and sign in again with "
    "its second step. If it never asks for one, tell whoever runs Neurolist."
)
NAMELESS = "The hospital's sign-in did not say who you are. Tell whoever runs Neurolist."


class GroupSettings(BaseSettings):
    """Read from NEUROLIST_OIDC_GROUPS: `group=role` or `group=role@site`, separated by semicolons."""

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_OIDC_", frozen=True, extra="ignore")

    groups: str = ""
    groups_claim: str = "groups"

    @field_validator("groups")
    @classmethod
    def _readable(cls, value: str) -> str:
        _read(value)
        return value

    def roles_of(self, claims: Mapping[str, object]) -> dict[str, frozenset[Role]]:
        """Give the roles at each site that these groups stand for; groups that are not named stand for none."""
        held = _words(claims.get(self.groups_claim))
        found: defaultdict[str, set[Role]] = defaultdict(set)
        for group, role, site in _read(self.groups):
            if group in held:
                found[site].add(role)
        return {site: frozenset(roles) for site, roles in found.items()}


class StrengthSettings(BaseSettings):
    """Read from NEUROLIST_OIDC_ACR and NEUROLIST_OIDC_AMR: words with spaces between them.

    Where none is set, a password alone is what the provider is taken to have asked for, and is enough.
    """

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_OIDC_", frozen=True, extra="ignore")

    acr: str = ""
    amr: str = ""

    def shown_by(self, claims: Mapping[str, object]) -> bool:
        """Say whether a token shows one of the words that are set for each (OpenID Connect Core 1.0, section 2)."""
        asked = {"acr": set(self.acr.split()), "amr": set(self.amr.split())}
        return all(not words or words & _words(claims.get(claim)) for claim, words in asked.items())


def sign_in_by_provider(service: Service, claims: Mapping[str, object], address: str) -> str:
    """Open a session for whom the provider vouches for; their roles are those of their groups at this moment.

    Raises NotPermittedError with why not: nameless, signed in there too weakly, in no group, or closed here.
    """
    subject, issuer = str(claims.get("sub") or ""), str(claims.get("iss") or "")
    username = str(claims.get("preferred_username") or claims.get("email") or "")
    if not (subject and issuer and username):
        raise NotPermittedError(NAMELESS)
    person = Vouched(
        external_id=f"{issuer} {subject}",
        username=username.strip().casefold(),
        name=str(claims.get("name") or username).strip(),
        roles=GroupSettings().roles_of(claims),
    )
    if not StrengthSettings().shown_by(claims):
        return let_in(service, address, lambda session: external_accounts.refused(session, person, TOO_WEAK))
    now = service.clock.now()
    return let_in(
        service,
        address,
        lambda session: external_accounts.sign_in(session, person, now=now, address=address, without_roles=NO_GROUP),
    )


def _words(said: object) -> set[str]:
    """A claim that a provider gives as one word or as a list of them."""
    return {said} if isinstance(said, str) else {str(one) for one in said} if isinstance(said, list) else set()


def _read(text: str) -> list[tuple[str, Role, str]]:
    found = []
    for entry in filter(None, (one.strip() for one in text.split(";"))):
        group, equals, given = entry.rpartition("=")
        role, _, site = given.partition("@")
        if not equals or not group.strip() or role.strip() not in set(Role):
            roles = ", ".join(Role)
            raise ValueError(
                f"NEUROLIST_OIDC_GROUPS holds '{entry}'. Write group=role or group=role@site; the roles are: {roles}."
            )
        found.append((group.strip(), Role(role.strip()), site.strip() or EVERY_SITE))
    return found
