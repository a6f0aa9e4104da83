"""Write the software bill of materials of a release, from requirements.lock, into dist/: `make sbom`.

Exits 1 unless every distribution of the lock is in it with its version and every hash. It holds no address.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.licences import installed_licence, the_list
from scripts.locked import ROOT, SHIPPED, Locked, locked, plain, say

MAKER = "cyclonedx_py"
TAKEN_OUT = frozenset({"externalReferences", "description"})  # the addresses, and a copy of the lock's own lines


def as_made(lock: Path) -> dict[str, Any]:
    """Have the bill made by CycloneDX's own tool."""
    asked = [sys.executable, "-m", MAKER, "requirements", str(lock), "--pyproject", str(ROOT / "pyproject.toml")]
    made = subprocess.run([*asked, "--output-reproducible"], capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode:
        raise SystemExit(f"No bill of materials was made: {made.stderr.strip() or 'the tool failed'}")
    bill: dict[str, Any] = json.loads(made.stdout)
    return bill


def finished(bill: Mapping[str, Any], pins: Sequence[Locked], licences: Mapping[str, str]) -> dict[str, Any]:
    """Take the addresses out, and put to each component the hashes of the lock and its licence."""
    hashes = {pin.name: sorted(pin.hashes) for pin in pins}
    told: dict[str, Any] = _without_addresses(dict(bill))
    told["metadata"].pop("tools", None)
    for part in told["components"]:
        name = plain(part["name"])
        part["hashes"] = [{"alg": "SHA-256", "content": one} for one in hashes.get(name, ())]
        if licences.get(name):
            part["licenses"] = [{"license": {"name": licences[name]}}]
    return told


def _without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_addresses(inner) for key, inner in value.items() if key not in TAKEN_OUT}
    return [_without_addresses(inner) for inner in value] if isinstance(value, list) else value


def faults(bill: Mapping[str, Any], pins: Sequence[Locked]) -> list[str]:
    """Give a sentence for each distribution the bill lacks or has without a hash, and for each address in it."""
    parts = {(plain(part["name"]), part.get("version")): part for part in bill.get("components", ())}
    found = [] if pins else ["The lock is empty."]
    for pin in pins:
        part = parts.get((pin.name, pin.version))
        kept = {one["content"] for one in part.get("hashes", ())} if part else set[str]()
        if part is None:
            found.append(f"{pin.name} {pin.version} is in the lock and not in the bill.")
        elif not pin.hashes or not pin.hashes <= kept:
            found.append(f"{pin.name} {pin.version} is in the bill without every hash of the lock.")
    if "://" in json.dumps({key: value for key, value in bill.items() if key != "$schema"}):
        found.append("The bill holds an address.")
    return found


def main() -> int:
    """Make the bill, keep it only when it is whole."""
    pins, (_, looked_at) = locked(SHIPPED.read_text(encoding="utf-8")), the_list()
    licences = {pin.name: looked_at.get(pin.name) or installed_licence(pin.name) or "" for pin in pins}
    bill = finished(as_made(SHIPPED), pins, licences)
    wrong = faults(bill, pins)
    for sentence in wrong:
        say(sentence)
    if wrong:
        return 1
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    path = ROOT / "dist" / f"neurolist-{version}.cdx.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    say(f"dist/{path.name}: {len(bill['components'])} components, each with its hashes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
