"""What every chart shares: its words for those who do not see it, the house's colours and quiet axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboard.palette import LINE, MUTED, TEXT

FONT: Final = "Source Sans, sans-serif"
AXIS: Final = {
    "labelColor": MUTED,
    "titleColor": MUTED,
    "titleFontWeight": "normal",
    "gridColor": LINE,
    "domainColor": LINE,
    "tickColor": LINE,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "labelLimit": 220,
}


def chart(described: str, rows: Sequence[Mapping[str, object]], **parts: Any) -> dict[str, Any]:
    """Make a Vega-Lite chart of these rows; `described` is read aloud in its place."""
    return {
        "description": described,
        "data": {"values": list(rows)},
        "width": "container",
        "config": {"font": FONT, "axis": AXIS, "view": {"stroke": None}, "title": {"color": TEXT}},
        **parts,
    }
