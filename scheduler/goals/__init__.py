"""The goals: every term of a plan's cost, in the order people read them."""

from scheduler.goals import (
    access,
    continuity,
    disruption,
    first_on_list,
    opened,
    overtime,
    radiologist_balance,
    site_balance,
    travel,
    waiting,
)

GOALS = (
    access.GOAL,
    waiting.GOAL,
    disruption.GOAL,
    travel.GOAL,
    radiologist_balance.GOAL,
    site_balance.GOAL,
    overtime.GOAL,
    opened.GOAL,
    continuity.GOAL,
    first_on_list.GOAL,
)
