"""Sheets become PDF with typst: a template of ours, and data that can never become markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

SHEETS: Final = Path(__file__).resolve().parent / "sheets"


class Standard(StrEnum):
    """Which kind of PDF: to print, for the archive (PDF/A-2b), for a screen reader (PDF/UA-1)."""

    PLAIN = "plain"
    ARCHIVE = "a-2b"
    ACCESSIBLE = "ua-1"

    @property
    def label(self) -> str:
        """What people call it."""
        return STANDARD_LABELS[self]


STANDARD_LABELS: Final = {
    Standard.PLAIN: "plain PDF",
    Standard.ARCHIVE: "PDF/A, for an archive",
    Standard.ACCESSIBLE: "PDF/UA, for a screen reader",
}


def typeset(sheet: str, data: Mapping[str, Any], *, at: datetime, standard: Standard = Standard.PLAIN) -> bytes:
    """Set a sheet of `sheets/` with this data, made at this instant; gives the PDF. Takes 0.01 to 0.5 s of one core."""
    kind = [] if standard is Standard.PLAIN else [standard.value]
    (pdf,) = _compiled(sheet, data, format="pdf", pdf_standards=kind, timestamp=int(at.timestamp()))
    return pdf


def pictured(sheet: str, data: Mapping[str, Any], *, dots_per_inch: float = 72.0) -> list[bytes]:
    """Set a sheet as one PNG for each page."""
    return _compiled(sheet, data, format="png", ppi=dots_per_inch)


def _compiled(sheet: str, data: Mapping[str, Any], **options: Any) -> list[bytes]:
    import typst  # 80 MB of fonts and layout, loaded by the first print only

    made = typst.compile(
        SHEETS / f"{sheet}.typ",
        root=SHEETS,
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,  # the same page on every machine
        **options,
    )
    return made if isinstance(made, list) else [made]
