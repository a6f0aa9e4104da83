"""Users: who may sign in, as what and where, first passwords, and sign-ins that are ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note
from dashboard.shapes.setup import people as shapes
from dashboard.shapes.words import safe
from dashboard.views.once import form_done, form_id
from dashboard.views.said import say, show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import several_of, text_of
from flows.desk import EVERY_SITE, Account, Desk, keeping
from scheduler.errors import NeurolistError
from scheduler.vocabulary import Role

PAGE: Final = "setup-users"
ROLES: Final = {role.value: role.label for role in Role}
Names = dict[str, str]


def draw() -> None:
    """Draw the accounts beside the one that is open."""
    desk = the_desk()
    st.title("Users", anchor=False)
    show_said(PAGE)
    accounts, live = desk.people.accounts(), desk.people.sign_ins()
    sites = {site.id: site.name for site in desk.sites()}
    one = next((each for each in accounts if each.username == frame.chosen()), None)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.account_groups(accounts, live),
            label="Users",
            nothing="There is no account yet. Add the first at the right.",
            current=one.username if one else None,
        )
    with right:
        if one is not None:
            draw_account(desk, one, [line for line in live if line.account == one.id], sites)
        else:
            st.html(note("Choose a person at the left to change what they may do, or to end a sign-in."))
        with st.expander("Add an account"):
            draw_add(sites)


def draw_account(desk: Desk, account: Account, live: list[keeping.SignInLine], sites: Names) -> None:
    """Draw one account with what may be done."""
    frame.draw_title(account.name)
    st.html(facts(shapes.account_facts(account, len(live))))
    draw_sign_ins(desk, live)
    with st.expander("Change roles"):
        draw_roles_form(account, sites)
    with st.container(horizontal=True, gap="small"):
        st.button("Give a first password again", key=f"reset-{account.id}", on_click=reset, args=(account,))
        if account.second_step:
            st.button("End the second step", key=f"step-{account.id}", on_click=end_second_step, args=(account,))
        label = "Disable the account" if account.active else "Enable the account"
        st.button(label, key=f"active-{account.id}", on_click=set_active, args=(account,))
    frame.draw_history(desk, ("account", account.id))


def draw_sign_ins(desk: Desk, live: list[keeping.SignInLine]) -> None:
    """Draw the sign-ins of an account, each with the button that ends it."""
    for number, line in enumerate(live, start=1):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = f"Sign-in {number}: {shapes.sign_in_words(line, desk.zone)}"
            st.html(f'<p class="nl-key">{safe(words)}</p>', width="stretch")
            st.button(f"End sign-in {number}", key=f"end-{line.id}", on_click=revoke, args=(line,))


def draw_roles_form(account: Account, sites: Names) -> None:
    """Draw the form with the roles of an account at each site."""
    key = form_id(f"roles-{account.id}-{account.version}")
    with st.form(key, border=False):
        held = {site: [role.value for role in Role if role in roles] for site, roles in account.roles.items()}
        draw_roles(key, sites, held)
        st.form_submit_button("Save the roles", type="primary", on_click=set_roles, args=(account, key, list(sites)))


def draw_roles(key: str, sites: Names, held: dict[str, list[str]]) -> None:
    """Draw a choice of roles for every site together, and for each site."""
    choose(shapes.EVERYWHERE, held.get(EVERY_SITE, []), key=frame.widget(key, EVERY_SITE))
    columns = st.columns(2)
    for at, (site, name) in enumerate(sites.items()):
        with columns[at % 2]:
            choose(f"Only at {name}", held.get(site, []), key=frame.widget(key, site))


def choose(label: str, known: list[str], *, key: str) -> None:
    """Draw a choice of roles."""
    frame.choose_several(label, ROLES, known, key=key)


def roles_of(key: str, sites: list[str]) -> dict[str, set[Role]]:
    """Read the roles at each site from a form."""
    found = {site: {Role(each) for each in several_of(key, site)} for site in (EVERY_SITE, *sites)}
    return {site: roles for site, roles in found.items() if roles}


def set_roles(account: Account, key: str, sites: list[str]) -> None:
    """Give an account other roles."""

    def act(desk: Desk) -> str:
        desk.people.set_roles(account.id, roles_of(key, sites), expected_version=account.version, write_id=key)
        return f"The roles of {account.name} are saved. Where that changed them, they sign in again."

    done(act, form=f"roles-{account.id}-{account.version}")


def reset(account: Account) -> None:
    """Give an account a first password again."""

    def act(desk: Desk) -> str:
        return password_words(account.name, account.username, desk.people.reset_password(account.id))

    done(act)


def end_second_step(account: Account) -> None:
    """Take away the second step of somebody who lost the telephone."""

    def act(desk: Desk) -> str:
        desk.people.end_second_step(account.id)
        return f"{account.name} signs in with the password alone until they set up a second step again."

    done(act)


def set_active(account: Account) -> None:
    """Disable or enable an account."""

    def act(desk: Desk) -> str:
        desk.people.set_active(account.id, active=not account.active, expected_version=account.version)
        return f"{account.name} may {'no longer' if account.active else 'now'} sign in."

    done(act)


def revoke(line: keeping.SignInLine) -> None:
    """End a sign-in at once."""

    def act(desk: Desk) -> str:
        desk.people.revoke(line.id, account=line.account)
        return "The sign-in is ended: that browser is asked to sign in at its next click."

    done(act)


def draw_add(sites: Names) -> None:
    """Draw the form that adds an account."""
    key = form_id("add-account")
    with st.form(key, border=False):
        who = st.columns(2)
        who[0].text_input("Name to sign in with", key=frame.widget(key, "username"), placeholder="jo.lee")
        who[1].text_input("Name other people see", key=frame.widget(key, "name"), placeholder="Jo Lee")
        draw_roles(key, sites, {})
        st.form_submit_button("Add the account", type="primary", on_click=add, args=(key, list(sites)))


def add(key: str, sites: list[str]) -> None:
    """Add an account, and show its first password once."""

    def act(desk: Desk) -> str:
        username, name = text_of(key, "username"), text_of(key, "name")
        return password_words(name, username, desk.people.add(username, name, roles_of(key, sites), write_id=key))

    done(act, form="add-account")


def password_words(name: str, username: str, password: str) -> str:
    """What to tell the person; the password is shown this once, and a repeated write has none."""
    if not password:
        return f"That is done already, and the first password of {name} was shown then. Reset it if it was lost."
    return (
        f"{name} signs in as {username.strip().casefold()} with the first password `{password}` and then chooses their "
        "own. Tell them now: it is not shown again."
    )


def done(act: Callable[[Desk], str], *, form: str = "") -> None:
    """Do one thing to an account, and keep what the desk answered."""
    try:
        told = act(the_desk())
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)
        return
    if form:
        form_done(form)
    say(PAGE, told)
