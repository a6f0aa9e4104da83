"""A letter is written: who reads it, where it goes, and its words, from the case as it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from flows.outbox.message import Written
from flows.outbox.telling import Told, words_of, written_out
from flows.outbox.wording import CORRECTION, Wording, wording_for
from scheduler.errors import NeurolistError
from scheduler.pathway.effects import Audience, NoticeKind

# Letters that still make sense once the case has ended.
CLOSING: frozenset[str] = frozenset(
    {
        NoticeKind.DECLINED,
        NoticeKind.RETURNED,
        NoticeKind.MDT_OUTCOME,
        NoticeKind.RESULT,
        NoticeKind.PROCEDURE_DONE,
        NoticeKind.REMOVED,
        NoticeKind.DISCHARGED,
        NoticeKind.UNSUITABLE,
        CORRECTION,
    }
)


class NotWordedError(NeurolistError):
    """Nobody has worded such a letter, so a person writes it."""


class OvertakenError(NeurolistError):
    """The case has moved on, and the letter would say what is no longer true."""


def write_letter(told: Told, *, replaced: str = "") -> Written:
    """Write one letter; `replaced` is the day of the letter that this one takes the place of.

    Raises OvertakenError when the case has moved on, NotWordedError when nobody has worded such a letter.
    """
    kind, audience = told.letter.kind, told.letter.audience
    wording = wording_for(kind, audience)
    if wording is None:
        raise NotWordedError("Nobody has worded such a letter: write it by hand.")
    if told.page.facts.state.ends and kind not in CLOSING:
        raise OvertakenError(f"The case has ended ({told.page.facts.state.label}), so this letter says nothing now.")
    words = words_of(told)
    lacking = [name for name in wording.needs if not words[name]]
    if lacking:
        raise OvertakenError(f"The case no longer has what this letter tells ({', '.join(lacking)}).")
    lines = [*_head(told), "", *_address(told), "", _salutation(told), "", *_correction(told, replaced)]
    body = "\n".join([*lines, "\n\n".join(_paragraphs(wording, words)), "", *_foot(told)])
    return Written(to=_to(told), subject=_subject(told, wording), body=body + "\n")


def _paragraphs(wording: Wording, words: Mapping[str, str]) -> list[str]:
    """Fill the paragraphs, leaving out those with nothing to say; an unknown placeholder is a fault."""
    templates = [Template(paragraph) for paragraph in wording.paragraphs]
    told = [template for template in templates if all(words[name] for name in template.get_identifiers())]
    return [_ended(template.substitute(words)) for template in told]


def _ended(paragraph: str) -> str:
    return paragraph.replace("..", ".")  # where somebody's own sentence brought its full stop


def _subject(told: Told, wording: Wording) -> str:
    """A subject is read on the way, so it says the least: a patient's has no reference and nobody's has a name."""
    return wording.subject if told.letter.audience is Audience.PATIENT else f"{told.page.ref}: {wording.subject}"


def _head(told: Told) -> list[str]:
    site = next((one.site_name for one in told.page.bookings if one.status.is_live), "")
    settings = told.settings
    phone = f"Telephone {settings.service_phone}" if settings.service_phone else ""
    ours = [line for line in (settings.service_name, site, phone) if line]
    return [*ours, "", written_out(told.light.today), f"Our reference: {told.page.ref}"]


def _address(told: Told) -> list[str]:
    who, named = told.who, _reader(told)
    if told.letter.audience is Audience.PATIENT:
        return [line for line in (named, who.address, f"{who.suburb} {who.postcode}".strip()) if line]
    house = who.referrer_organisation if told.letter.audience is Audience.REFERRER else ""
    about = f"About: {who.given_names} {who.family_name}, born {who.birth_date.day} {who.birth_date:%B %Y}"
    known = [line for line in (named, house) if line]
    return [*known, "", about] if known else [about]


def _reader(told: Told) -> str:
    who = told.who
    return {
        Audience.PATIENT: f"{who.given_names} {who.family_name}".strip(),
        Audience.REFERRER: who.referrer,
        Audience.GENERAL_PRACTITIONER: who.general_practitioner,
        Audience.PALLIATIVE_TEAM: "The palliative care team",
        Audience.MDT: "The multidisciplinary team",
    }[told.letter.audience]


def _salutation(told: Told) -> str:
    teams = {Audience.PALLIATIVE_TEAM, Audience.MDT}
    named = "colleagues" if told.letter.audience in teams else _reader(told) or "colleague"
    return f"Dear {named},"


def _correction(told: Told, replaced: str) -> list[str]:
    """A letter that takes the place of another says so first; the reason is for colleagues only."""
    if not replaced:
        return []
    why = told.letter.reason if told.letter.audience is not Audience.PATIENT else ""
    because = f" Reason: {why.rstrip('.')}." if why else ""
    return [f"This letter takes the place of the one we wrote on {replaced}.{because}", ""]


def _foot(told: Told) -> list[str]:
    settings, patient = told.settings, told.letter.audience is Audience.PATIENT
    ask = f"call us on {settings.service_phone}" if settings.service_phone else "reply to this letter"
    language = told.who.interpreter_language if patient else None
    explained = [f"If you would like this letter explained in another language, {ask}.", ""] if language else []
    return [f"If you have a question, {ask}.", "", *explained, "Yours sincerely", settings.service_name]


def _to(told: Told) -> str | None:
    """Give the reader's e-mail address; None where we know none, and the letter goes by post."""
    addresses: Mapping[Audience, str | None] = {
        Audience.PATIENT: told.who.email,
        Audience.REFERRER: told.who.referrer_email,
        Audience.GENERAL_PRACTITIONER: told.who.general_practitioner_email,
        Audience.PALLIATIVE_TEAM: told.settings.palliative_email,
        Audience.MDT: told.settings.mdt_email,
    }
    return addresses[told.letter.audience] or None
