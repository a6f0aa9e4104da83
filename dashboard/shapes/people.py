"""How a person's roles are written beside the name."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.shapes.words import listed
from scheduler.vocabulary import Role


def roles_of(roles: Mapping[str, frozenset[Role]]) -> str:
    """Write each role once, whatever the sites."""
    held = {role for at_site in roles.values() for role in at_site}
    return listed(tuple(role.label for role in Role if role in held))


def is_administrator(roles: Mapping[str, frozenset[Role]]) -> bool:
    """Say whether somebody is an administrator anywhere."""
    return any(Role.ADMINISTRATOR in held for held in roles.values())
