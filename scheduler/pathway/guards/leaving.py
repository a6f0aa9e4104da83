"""Conditions on a patient leaving the pathway early."""

from __future__ import annotations

from scheduler.pathway.guards.registry import all_yes, guard
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day


@guard()
def attempts_made(case: Situation) -> str | None:
    """Enough attempts were made to reach the patient, in different ways."""
    now = {(item.dated or case.today, item.key) for item in case.details.dated_items("attempts")}
    tries = now | {(attempt.on, attempt.channel.value) for attempt in case.facts.contact_attempts}
    channels = {channel for _, channel in tries}
    least, ways = case.protocol.whole("contact_attempts"), case.protocol.whole("contact_channels")
    if len(tries) >= least and len(channels) >= ways:
        return None
    made = f"{len(tries)} of {least} attempts in {len(channels)} of {ways} ways are recorded"
    return f"{made}: keep trying, and list the attempts in 'attempts'."


all_yes("referrer_told", "The general practitioner or referrer has been told.", ("referrer_told",))
all_yes("mdt_told", "The MDT has been told.", ("mdt_informed",))


@guard()
def asked_after_referral(case: Situation) -> str | None:
    """The referral came on or before the day the request was made."""
    asked = case.details.date("requested_on")
    if asked is None or asked >= case.facts.received_on:
        return None
    return f"The request of {day(asked)} is older than the referral of {day(case.facts.received_on)}: check the date."
