"""The page that keeps the figures of trust, those of a long run beside those of every change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.load_page import Figures, measures_table, ran_on

FIGURES, PAGE = "trust.json", "trust.md"
INTRODUCTION = """\
# What is promised, in figures

`make trust` takes these figures with every change and `make trust-long` at length, each part on a new memory. The
writers are processes of their own, and somebody independent counts afterwards, by plain comparison and without the
database's help. PostgreSQL writes through to the disk here as a real one does.

- **storm**: eight processes book, move, confirm and cancel at random in one crowded morning, half of them looking
  first and half leaving all to the guard; amid that they publish whole plans over the same ten cases, which others
  hold, release, confirm and call off meanwhile. Somebody who asks none of that code replays the audit trail: each
  change must begin with what the one before it left, each publish must do all that it said and nothing else, and
  whoever it leaves alone must be named. A long one may be run in several sittings; the page then names the commit of
  each.
- **saves**: eight people save the same form from what they saw; who saw an older version is told so.
- **clerks**: eight people, who have been at it for a few acts, hold, release and confirm at a human pace while a plan
  that moves 200 bookings is published once in their midst: in two minutes here, in ten at length.
- **kills**: writers are killed outright, at random and just before or after their commits, and so are the database
  server's own processes; whoever lost an answer asks again under the same name.
- **disk**: SQLite finds no more room amid bookings, and the disk under PostgreSQL is filled to the last byte; both get
  room again and go on. The second needs root, which mounts a small disk.
- **clock**: two workers take the same steps, and the clock of one is an hour ahead.
- **trail**: the audit trail is verified from its first row to its last, held to a million rows in fifteen seconds.
- **guards**: each trigger, constraint, index, setting, right and migration is taken away, and nothing is served.
- **tampering**, **restore**, **access**, **forms**, **privacy**: what tests try one by one, counted as they pass.
"""


def keep(into: Path, found: Mapping[str, Figures], *, long: bool, more: bool = False) -> None:
    """Put these figures in the place of those of the last run of that length, and write the page again.

    With `more`, what they count is added to what was counted there before, and the page names every commit it was
    counted at.
    """
    path = into / FIGURES
    known: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    runs = known.setdefault("long" if long else "every change", {})
    for name, figures in found.items():
        runs[name] = _added(runs[name], figures) if more and name in runs else asdict(figures)
    into.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (into / PAGE).write_text(_page(known), encoding="utf-8")


def _added(before: Mapping[str, Any], now: Figures) -> dict[str, Any]:
    counted = {one["name"]: one["value"] for one in before["measures"]}
    measures = [one.with_more(counted.get(one.name, 0)) for one in now.measures]
    facts = [*before["facts"], *(fact for fact in now.facts if fact not in before["facts"])]
    return asdict(Figures(facts=facts, measures=measures))


def _page(known: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [INTRODUCTION]
    for length, runs in known.items():
        parts.append(f"## {'At length' if length == 'long' else 'With every change'}\n")
        facts = None
        for name, figures in runs.items():
            parts.append(f"### {name[0].upper()}{name[1:]}\n")
            if figures["facts"] != facts:
                facts = figures["facts"]
                parts.append(ran_on(facts))
            parts.append(measures_table(figures["measures"]))
    return "\n".join(parts)
