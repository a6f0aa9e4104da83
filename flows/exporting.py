"""Exports at the desk: asked for with a purpose, told to the audit trail, then written."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from db import audit
from db.export_rows import cases_to_export
from flows.deidentified import KEY_BYTES, Exported, without_names, write_export
from flows.permissions import Action
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.export_rows import CaseToExport
    from flows.desk import Desk


def export_deidentified(desk: Desk, folder: Path, purpose: str) -> Exported:
    """Write every case without names into a new folder, in one person's name and for a purpose."""
    author = desk._permitted(Action.EXPORT_DEIDENTIFIED, "export", "deidentified")
    what_for = " ".join(purpose.split())
    if not what_for:
        raise BadInputError.of("purpose", "Say what the export is for; it is recorded.")

    def read(session: Session) -> tuple[CaseToExport, ...]:
        audit.record(session, action="export_deidentified", entity="export", ref="deidentified", why=what_for)
        return cases_to_export(session)

    made = without_names(desk._write(author, read), secrets.token_bytes(KEY_BYTES))
    write_export(made, folder, purpose=what_for)
    return made
