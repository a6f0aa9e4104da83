"""The security headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

import streamlit

INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
BUNDLE: Final = Path(streamlit.__file__).parent / "static"

FIXED_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def fingerprint(text: str) -> str:
    """The source expression that allows exactly this inline script or style."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


@cache
def inline_script_hashes() -> str:
    """The fingerprints of the inline scripts in the installed Streamlit page, so an upgrade cannot break the policy."""
    page = (BUNDLE / "index.html").read_text(encoding="utf-8")
    return " ".join(fingerprint(script) for script in INLINE_SCRIPT.findall(page))


def page_policy(host: str, *, tls: bool) -> bytes:
    """The content security policy of the pages: nothing from outside, no framing, no evaluated code.

    `host` is the checked Host header, or nothing; older browsers do not count a WebSocket on the same host as 'self'.
    Behind TLS the live connection is an encrypted one too.
    """
    sockets = f" {'wss' if tls else 'ws'}://{host}" if host else ""
    parts = (
        "default-src 'self'",
        f"script-src 'self' {inline_script_hashes()} blob:",  # our components' modules are blob: addresses
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        f"connect-src 'self'{sockets}",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
    return "; ".join(parts).encode("latin-1")


def form_policy(style: str) -> str:
    """The policy of our own plain pages: one known style sheet, no script at all."""
    return (
        f"default-src 'none'; style-src {fingerprint(style)}; font-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def font_path() -> str:
    """Where the bundled text face is served, for the pages that are drawn without Streamlit."""
    face = next(BUNDLE.glob("static/media/SourceSansVF-Upright*.woff2"))
    return f"/static/media/{face.name}"
