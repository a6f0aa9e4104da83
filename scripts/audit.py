"""Ask for known faults in every distribution that the locks pin: `make audit`.

Exits 1 when a fault is known, and says "not audited" and exits 1 when the answer does not cover the whole lock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.locked import DEVELOPMENT, SHIPPED, Locked, locked, plain, say

LONGEST_SECONDS = 900
NOT_AUDITED = "not audited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the auditing tool printed, and how it ended."""

    code: int
    printed: str
    complained: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether all is well, with the sentences that say why."""

    well: bool
    says: tuple[str, ...]


def judge(answer: Answer, pins: Sequence[Locked]) -> Verdict:
    """Believe an answer only as far as it names the versions of the lock: a report of nothing is no good news."""
    try:
        told = json.loads(answer.printed)["dependencies"]
        looked = {(plain(one["name"]), one["version"]): one["vulns"] for one in told if "skip_reason" not in one}
    except (KeyError, TypeError, ValueError):
        return _not_audited(f"the tool gave no report. {_last_line(answer.complained)}".strip())
    wanted = {(pin.name, pin.version) for pin in pins}
    known = [
        f"{name} {version}: {fault['id']}, mended in {', '.join(fault.get('fix_versions') or ()) or 'no version yet'}."
        for (name, version), faults in sorted(looked.items())
        for fault in faults
    ]
    if not wanted or not wanted <= looked.keys():
        missed = ", ".join(sorted(name for name, _ in wanted - looked.keys())[:5])
        unseen = _not_audited(f"{len(wanted & looked.keys())} of {len(wanted)} were looked at; not: {missed or 'any'}.")
        return Verdict(well=False, says=(*known, *unseen.says))
    if not known and answer.code:
        return _not_audited(f"the tool ended with {answer.code}. {_last_line(answer.complained)}".strip())
    return Verdict(well=not known, says=(*known, f"{len(wanted)} looked at, {len(known)} known faults."))


def ask(lock: Path) -> Answer:
    """Have pip-audit look at one lock as it stands, without resolving anything."""
    asked = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes", "-r", str(lock)]
    try:
        done = subprocess.run(  # noqa: S603
            [*asked, "--format", "json", "--progress-spinner", "off"],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Answer(code=1, printed="", complained=f"No answer within {LONGEST_SECONDS} seconds.")
    return Answer(code=done.returncode, printed=done.stdout, complained=done.stderr)


def main() -> int:
    """Audit what is shipped and what is developed with."""
    well = True
    for lock in (SHIPPED, DEVELOPMENT):
        verdict = judge(ask(lock), locked(lock.read_text(encoding="utf-8")))
        for sentence in verdict.says:
            say(f"{lock.name}: {sentence}")
        well = well and verdict.well
    return 0 if well else 1


def _not_audited(why: str) -> Verdict:
    return Verdict(well=False, says=(f"{NOT_AUDITED}: {why}",))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


if __name__ == "__main__":
    sys.exit(main())
