"""The colours can be read and told apart by everybody."""

from __future__ import annotations

import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from dashboard import palette

DASHBOARD = Path(palette.__file__).parent
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3, text of ordinary size
DISTINCT = 20.0  # CIELAB distance; under about 10 two small marks look alike

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: list[float]) -> list[float]:
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)]


def seen(colour: str, sight: str) -> list[float]:
    rgb = linear(colour)
    return lab([sum(weight * part for weight, part in zip(row, rgb, strict=True)) for row in SIGHT[sight]])


def apart(one: str, other: str, sight: str) -> float:
    pairs = zip(seen(one, sight), seen(other, sight), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


GROUNDS = (palette.WHITE, palette.GROUND, palette.BAND, palette.PRIMARY_TINT, *palette.CATEGORY_TINT.values())


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", [palette.TEXT, palette.MUTED, palette.REFUSED, palette.WARNED, palette.ALLOWED])
def test_words_can_be_read_on_every_ground_they_stand_on(ink, ground):
    assert contrast(ink, ground) >= READABLE


@pytest.mark.parametrize("ground", [palette.PRIMARY, *palette.CATEGORY.values()])
def test_white_can_be_read_on_every_filled_shape(ground):
    assert contrast(palette.WHITE, ground) >= READABLE


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("one", "other"), list(combinations(palette.CATEGORY.values(), 2)))
def test_the_categories_differ_for_every_kind_of_colour_sight(one, other, sight):
    assert apart(one, other, sight) >= DISTINCT


def test_a_red_and_a_brown_that_look_alike_to_some_would_be_caught():
    assert apart("#b5171d", "#8a5a00", "deuteranopia") < DISTINCT


def test_no_style_sheet_or_script_has_a_colour_of_its_own():
    sheets = [*DASHBOARD.rglob("*.css"), *DASHBOARD.rglob("*.js"), *DASHBOARD.rglob("*.html")]
    assert sheets
    own = {sheet.name: re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()) for sheet in sheets}
    assert {name: colours for name, colours in own.items() if colours} == {}


def test_every_colour_a_style_sheet_asks_for_exists():
    asked = {name for sheet in DASHBOARD.rglob("*.css") for name in re.findall(r"--nl-([a-z0-9-]+)", sheet.read_text())}
    assert asked <= set(palette.TOKENS)


def test_the_theme_uses_only_colours_of_the_palette():
    theme = tomllib.loads((DASHBOARD / ".streamlit" / "config.toml").read_text())["theme"]
    colours = {value for value in theme.values() if isinstance(value, str) and value.startswith("#")}
    assert colours <= set(palette.TOKENS.values())
