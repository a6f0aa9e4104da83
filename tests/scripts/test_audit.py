"""An audit that looked at nothing, or not at everything, is never green."""

from __future__ import annotations

import json

import pytest

from scripts.audit import Answer, judge
from scripts.locked import Locked

PINS = tuple(Locked(name=name, version="1.0", hashes=frozenset({"a" * 64})) for name in ("one-part", "other"))


def a_report(*dependencies: dict[str, object], code: int = 0) -> Answer:
    return Answer(code=code, printed=json.dumps({"dependencies": dependencies, "fixes": []}))


def a_part(name: str, *faults: str, version: str = "1.0") -> dict[str, object]:
    return {"name": name, "version": version, "vulns": [{"id": fault, "fix_versions": ["1.1"]} for fault in faults]}


def test_it_is_green_when_every_version_of_the_lock_was_looked_at() -> None:
    verdict = judge(a_report(a_part("One_Part"), a_part("other")), PINS)
    assert verdict.well
    assert verdict.says == ("2 looked at, 0 known faults.",)


def test_a_known_fault_is_named_with_the_version_that_mends_it() -> None:
    verdict = judge(a_report(a_part("one-part", "CVE-2026-1"), a_part("other"), code=1), PINS)
    assert not verdict.well
    assert verdict.says == ("one-part 1.0: CVE-2026-1, mended in 1.1.", "2 looked at, 1 known faults.")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(code=1, printed="", complained="ERROR: no vulnerability data could be reached\n"),
        Answer(code=0, printed=""),
        Answer(code=0, printed="No known vulnerabilities found"),
        Answer(code=0, printed="[]"),
        Answer(code=0, printed="{}"),
        Answer(code=0, printed='{"dependencies": null}'),
        a_report(),
        a_report({"name": "one-part", "skip_reason": "not found"}, {"name": "other", "skip_reason": "not found"}),
        a_report(a_part("one-part")),
        a_report(a_part("one-part"), {"name": "other", "skip_reason": "not found"}),
        a_report(a_part("one-part"), a_part("other", version="0.9")),
        a_report(a_part("one-part"), a_part("other"), code=1),
    ],
)
def test_an_answer_that_does_not_cover_the_lock_is_said_to_be_no_audit(answer: Answer) -> None:
    verdict = judge(answer, PINS)
    assert not verdict.well
    assert verdict.says[-1].startswith("not audited: ")


def test_an_empty_lock_is_no_audit_and_a_fault_found_in_half_an_audit_is_still_told() -> None:
    assert judge(a_report(), ()).says == ("not audited: 0 of 0 were looked at; not: any.",)
    assert judge(a_report(a_part("one-part", "CVE-2026-1")), PINS).says == (
        "one-part 1.0: CVE-2026-1, mended in 1.1.",
        "not audited: 1 of 2 were looked at; not: other.",
    )
