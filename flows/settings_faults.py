"""A setting that cannot be read, in one sentence and without its value, which may be a secret."""

from __future__ import annotations

from pydantic import ValidationError

OURS = "Value error, "


def setting_fault(fault: BaseException) -> str | None:
    """Say which setting is wrong and why; None for any other fault."""
    if not isinstance(fault, ValidationError) or not fault.title.endswith("Settings"):
        return None
    return " ".join(_sentence(tuple(map(str, one["loc"])), one["msg"]) for one in fault.errors(include_input=False))


def _sentence(where: tuple[str, ...], message: str) -> str:
    if message.startswith(OURS):
        return message.removeprefix(OURS)
    return f"The setting {'_'.join(where).upper()} cannot be read: {message[:1].lower()}{message[1:]}."
