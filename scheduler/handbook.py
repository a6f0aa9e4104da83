"""The rulebook page: every rule and goal in the words the code carries."""

from __future__ import annotations

from scheduler.goals import GOALS
from scheduler.problem import Objective
from scheduler.rules import RULEBOOK

OPENING = """\
# The rulebook

What a plan may never break, and what it costs. This page is written from the code (`neurolist rules`); change a rule
or a goal there. Each name is the same in the code, the tests, `neurolist check` and the plan files.
"""


def rulebook_page() -> str:
    """Write the whole page in Markdown."""
    return "\n".join([OPENING, rules_section(), goals_section()])


def rules_section() -> str:
    """Write every rule with its sentence and its reason, by name."""
    rules = sorted(RULEBOOK, key=lambda rule: rule.name)
    entries = [f"### {rule.name}\n\n{rule.says}\n\n*Because:* {rule.because}\n" for rule in rules]
    return "\n".join([f"## Rules ({len(rules)})\n\nA plan that breaks one of these is not a plan.\n", *entries])


def goals_section() -> str:
    """Write every goal with its sentence, its unit and what one unit costs unless a problem says otherwise."""
    usual = Objective()
    opening = (
        f"## Goals ({len(GOALS)})\n\nA plan's cost is the sum of each goal's value times its coefficient; lower is "
        "better. A problem may set other coefficients in `objective`.\n"
    )
    entries = [
        f"### {goal.name}\n\n{goal.says}\n\n*Unit:* {goal.unit}. *Coefficient:* {getattr(usual, goal.name)}.\n"
        for goal in GOALS
    ]
    return "\n".join([opening, *entries])
