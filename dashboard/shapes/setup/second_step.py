"""How the key of a second step is shown: as a picture to scan and as text to type."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import segno


def key_of(address: str) -> str:
    """Give the key out of an authenticator's address, in fours as people type it."""
    [secret] = parse_qs(urlsplit(address).query)["secret"]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def picture_of(address: str) -> str:
    """Draw an authenticator's address as a square code, inside the page so that no server keeps the picture."""
    drawn = segno.make(address, error="m").png_data_uri(scale=5, border=4)
    return f'<img src="{drawn}" alt="Square code for the authenticator; the key below says the same">'
