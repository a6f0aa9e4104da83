"""The audit trail as FHIR R4 AuditEvents, one a line, in the shape of IHE's basic audit log patterns (BALP)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import trail
from db.trail import TrailLine
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from db.engine import Database

DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMS = "http://terminology.hl7.org/CodeSystem"
OURS = "urn:neurolist"
SECURITY_ALERT, PATIENT_RECORD, SIGN_IN, EXPORT, ACTIVITY = (
    ("110113", "Security Alert"),
    ("110110", "Patient Record"),
    ("110114", "User Authentication"),
    ("110106", "Export"),
    ("110100", "Application Activity"),
)
TYPES = {
    "sign_in": SIGN_IN,
    "sign_out": SIGN_IN,
    "print": EXPORT,
    "export_trail": EXPORT,
    "raise_alarm": SECURITY_ALERT,
}
# The first word of an action says what it does to the record; whatever is not named here changes it.
READS = frozenset({"read", "look", "print", "export"})
MAKES = frozenset({"add", "make", "store", "keep", "ask", "raise", "seed", "queue"})
RUNS = frozenset({"sign", "drill", "restore", "anchor", "rotate", "back"})
MACHINES = frozenset({"service", "system"})


def write_trail(database: Database, path: Path) -> int:
    """Write every row of the trail to a file that only its owner may read; gives how many there were."""
    count = 0
    draft = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file, database.reading_one_moment() as session:
            for line in trail.lines(session):
                file.write(json.dumps(audit_event(line), separators=(",", ":")) + "\n")
                count += 1
        draft.replace(path)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        reason = (fault.strerror or "").lower()
        raise BadInputError.of(
            "file", f"{path} could not be written: {reason}. Name a file in a folder there is."
        ) from None
    return count


def audit_event(line: TrailLine) -> dict[str, Any]:
    """Give one row of the trail as an AuditEvent."""
    code, display = TYPES.get(line.action, PATIENT_RECORD if line.entity == "case" else ACTIVITY)
    outcome: dict[str, Any] = {"outcome": "4", "outcomeDesc": line.why} if line.refused else {"outcome": "0"}
    return {
        "resourceType": "AuditEvent",
        "id": f"neurolist-{line.seq}",
        "type": {"system": DICOM, "code": code, "display": display},
        "subtype": [{"system": f"{OURS}:action", "code": line.action}],
        "action": _action(line.action),
        "recorded": line.at.isoformat(),
        **outcome,
        "agent": [_who(line), _where()],
        "source": {
            "observer": {"display": "Neurolist"},
            "type": [{"system": f"{TERMS}/security-source-type", "code": "4", "display": "Application Server"}],
        },
        "entity": [_what(line)],
    }


def _action(action: str) -> str:
    first = action.partition("_")[0]
    kinds = {"R": READS, "C": MAKES, "E": RUNS}
    return next((code for code, words in kinds.items() if first in words), "U")


def _who(line: TrailLine) -> dict[str, Any]:
    kind = "dataprocessor" if line.role in MACHINES else "humanuser"
    system = f"{TERMS}/extra-security-role-type"
    return {
        "type": {"coding": [{"system": system, "code": kind}]},
        "role": [{"coding": [{"system": f"{OURS}:role", "code": line.role}]}],
        "who": {"identifier": {"system": f"{OURS}:actor", "value": line.actor}},
        "requestor": True,
    }


def _where() -> dict[str, Any]:
    kind = {"system": DICOM, "code": "110152", "display": "Destination Role ID"}
    return {"type": {"coding": [kind]}, "who": {"display": "Neurolist"}, "requestor": False}


def _what(line: TrailLine) -> dict[str, Any]:
    told = {"row": str(line.seq), "seal": line.seal, "why": line.why, "changed": ", ".join(line.changed)}
    is_case = line.entity == "case"
    kind = {"code": "1", "display": "Person"} if is_case else {"code": "2", "display": "System Object"}
    role = {"code": "1", "display": "Patient"} if is_case else {"code": "4", "display": "Domain Resource"}
    return {
        # A case reference is opaque: whose it is, only the identity table says.
        "what": {"identifier": {"system": f"{OURS}:{line.entity}", "value": line.ref or "-"}},
        "type": {"system": f"{TERMS}/audit-entity-type", **kind},
        "role": {"system": f"{TERMS}/object-role", **role},
        "detail": [{"type": name, "valueString": value} for name, value in told.items() if value],
    }
