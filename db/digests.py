"""Digests of what must be found again and never read back: tokens, typed names, addresses."""

from __future__ import annotations

import hashlib


def digest_of(text: str) -> str:
    """Give the digest under which a text is kept; nothing gives nothing."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
