"""Small referral files: a complete one to begin from, and the means to change it and read it back."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

from flows.intake.reader import read_files
from flows.intake.reading import Reading

RECEIVED = date(2026, 11, 23)
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def coeliac_bundle() -> dict:
    """A fresh copy of the complete example referral."""
    return json.loads((EXAMPLES / "referrals" / "coeliac-bundle.json").read_text())


def resource(bundle: dict, kind: str) -> dict:
    """The first resource of a kind in a bundle, to be changed in place."""
    return next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def without(bundle: dict, *names: str) -> dict:
    """The bundle without some resources, named as Kind or Kind/id."""
    kept = copy.deepcopy(bundle)
    kept["entry"] = [
        entry
        for entry in kept["entry"]
        if not {entry["resource"]["resourceType"], f"{entry['resource']['resourceType']}/{entry['resource']['id']}"}
        & set(names)
    ]
    return kept


def read_bytes(folder: Path, content: bytes, name: str = "order.json") -> Reading:
    file = folder / name
    file.write_bytes(content)
    return read_files([file], RECEIVED)


def read_json_files(folder: Path, **documents: object) -> Reading:
    """Write each document to name.json and read them in one go."""
    paths = []
    for name, document in documents.items():
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(document), encoding="utf-8")
    return read_files(paths, RECEIVED)


def said(reading: Reading) -> list[str]:
    """The refusals as people read them."""
    return [str(refusal) for refusal in reading.refusals]
