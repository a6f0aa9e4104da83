"""The colours of every screen, with what each one means."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

WHITE: Final = "#ffffff"
GROUND: Final = "#f5f7f9"
PRIMARY: Final = "#0f5c7a"
PRIMARY_TINT: Final = "#e4eff3"
TEXT: Final = "#0e1a22"
MUTED: Final = "#51606d"
LINE: Final = "#d5dce2"
BAND: Final = "#e8edf1"
BAR: Final = "#5e7f92"

# A category is always a digit in its own shape as well, so colour is never the only sign (docs/glossary.md).
CATEGORY: Final = MappingProxyType({1: "#a90859", 2: "#89690f", 3: "#1a58bb"})
CATEGORY_TINT: Final = MappingProxyType({1: "#fbe9f1", 2: "#fbf3d9", 3: "#e8f0fc"})

# Shades of a heat table, from nothing to most: each cell also holds its number (TEXT on all of them passes AA).
HEAT: Final = ("#ffffff", "#e4eff3", "#c9e0e8", "#a9ceda", "#88bbcb", "#68a8bc")

REFUSED: Final = "#b42318"
WARNED: Final = "#8a5a00"
ALLOWED: Final = "#0b6b4f"

TOKENS: Final = MappingProxyType(
    {
        "white": WHITE,
        "ground": GROUND,
        "primary": PRIMARY,
        "primary-tint": PRIMARY_TINT,
        "text": TEXT,
        "muted": MUTED,
        "line": LINE,
        "band": BAND,
        "bar": BAR,
        "refused": REFUSED,
        "warned": WARNED,
        "allowed": ALLOWED,
        **{f"heat-{step}": colour for step, colour in enumerate(HEAT)},
        **{f"category-{digit}": colour for digit, colour in CATEGORY.items()},
        **{f"category-{digit}-tint": colour for digit, colour in CATEGORY_TINT.items()},
    }
)


def as_css(selector: str) -> str:
    """Declare every token as a CSS custom property, so no style sheet repeats a colour."""
    lines = "".join(f"--nl-{name}:{colour};" for name, colour in TOKENS.items())
    return f"{selector}{{{lines}}}\n"
