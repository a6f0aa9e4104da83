"""Accounts, roles and sign-ins as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.words import count, listed, moment
from flows.desk import EVERY_SITE, Account, keeping
from scheduler.vocabulary import Role

EVERYWHERE: Final = "Every site"


def account_groups(accounts: Iterable[Account], live: Iterable[keeping.SignInLine]) -> tuple[Group, ...]:
    """Those who may sign in, then those who may not."""
    here = [line.account for line in live]
    accounts = tuple(accounts)
    return (
        Group(
            heading="May sign in",
            cards=tuple(account_card(each, here.count(each.id)) for each in accounts if each.active),
        ),
        Group(heading="Disabled", cards=tuple(account_card(each, 0) for each in accounts if not each.active)),
    )


def account_card(account: Account, live: int) -> Card:
    """One account in short."""
    first = "Has a first password" if account.must_change else ""
    return Card(
        kind="thing",
        id=account.username,
        title=account.name,
        aside=account.username,
        lines=(
            Said(text=roles_words(account.roles)),
            Said(
                text=first or (f"Signed in on {count(live, 'browser')}" if live else ""),
                look="soon" if first else "fine",
            ),
        ),
    )


def roles_words(roles: Mapping[str, frozenset[Role]]) -> str:
    """The roles at each site, in words."""
    parts = (
        f"{listed(tuple(role.label for role in Role if role in held))}" + ("" if site == EVERY_SITE else f" at {site}")
        for site, held in sorted(roles.items())
        if held
    )
    return "; ".join(parts) or "No role"


def account_facts(account: Account, live: int) -> list[tuple[str, str]]:
    """What is known of an account."""
    return [
        ("Signs in as", account.username),
        ("Roles", roles_words(account.roles)),
        ("Password", "a first one, to be replaced" if account.must_change else "chosen by the person"),
        ("State", "may sign in" if account.active else "disabled"),
        ("Signed in", count(live, "browser") if live else "nowhere"),
    ]


def sign_in_words(line: keeping.SignInLine, zone: ZoneInfo) -> str:
    """One sign-in in a line."""
    return f"Since {moment(line.started_at, zone)}, last used {moment(line.last_seen_at, zone)}"
