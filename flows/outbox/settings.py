"""How letters leave the house and in whose name, read from the environment."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from db.here import is_this_machine
from scheduler.errors import BadInputError, Fault

NOBODY = "neurolist@localhost.invalid"  # an address that by definition reaches nobody


class ChannelName(StrEnum):
    """What carries letters."""

    FILE = "file"
    CONSOLE = "console"
    SMTP = "smtp"


# A line break in a header would begin another header.
ON_ONE_LINE = ("mail_from", "mdt_email", "palliative_email", "service_name", "service_phone", "smtp_host", "smtp_user")
AT_ONCE = frozenset({ChannelName.FILE, ChannelName.CONSOLE})


class Security(StrEnum):
    """How the line to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class OutboxSettings(BaseSettings):
    """Read from NEUROLIST_OUTBOX, NEUROLIST_SMTP_HOST and their companions (docs/notices.md lists them)."""

    model_config = SettingsConfigDict(env_prefix="NEUROLIST_", frozen=True, extra="ignore", populate_by_name=True)

    channel: ChannelName = Field(default=ChannelName.FILE, validation_alias="NEUROLIST_OUTBOX")
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Security = Security.STARTTLS
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_timeout: float = Field(default=15.0, gt=0, le=60)
    mail_from: str = NOBODY
    service_name: str = "Percutaneous Neurolysis Service"
    service_phone: str = ""
    mdt_email: str = ""
    palliative_email: str = ""


def outbox_settings() -> OutboxSettings:
    """Read the settings; raises BadInputError with a sentence for each that is wrong and never with its value."""
    try:
        found = OutboxSettings()
    except ValidationError as fault:
        raise BadInputError(tuple(_fault(str(error["loc"][0])) for error in fault.errors())) from None
    wrong = _wrong(found)
    if wrong:
        raise BadInputError(wrong)
    return found


def leave_at_once() -> bool:
    """Say whether a letter takes no longer than writing a file, so that nobody is kept waiting by sending it."""
    try:
        return outbox_settings().channel in AT_ONCE
    except BadInputError:
        return False


_ALLOWED = {
    "outbox": f"it must be one of {', '.join(ChannelName)}",
    "smtp_port": "it must be a port number from 1 to 65535",
    "smtp_security": f"it must be one of {', '.join(Security)}",
    "smtp_timeout": "it must be a number of seconds, at most 60",
}


def _fault(name: str) -> Fault:
    plain = name.lower().removeprefix("neurolist_")
    says = f"This setting cannot be used: {_ALLOWED.get(plain, 'it has the wrong form')}. Change it or leave it out."
    return Fault(where=f"NEUROLIST_{plain.upper()}", says=says)


def _wrong(found: OutboxSettings) -> tuple[Fault, ...]:
    broken = tuple(
        Fault(where=f"NEUROLIST_{name.upper()}", says="This setting has a sign that no letter can carry. Type it anew.")
        for name in ON_ONE_LINE
        if not str(getattr(found, name)).isprintable()
    )
    if broken or found.channel is not ChannelName.SMTP:
        return broken
    checks = (
        (not found.smtp_host, "NEUROLIST_SMTP_HOST", "Sending by SMTP needs the mail server's name; set it."),
        (found.mail_from == NOBODY, "NEUROLIST_MAIL_FROM", "Sending by SMTP needs the address letters come from."),
        (
            found.smtp_security is Security.NONE and bool(found.smtp_host) and not is_this_machine(found.smtp_host),
            "NEUROLIST_SMTP_SECURITY",
            "Letters go unprotected to a server on this machine alone; use starttls or tls.",
        ),
    )
    return tuple(Fault(where=where, says=says) for wrong, where, says in checks if wrong)
