"""Read-only pictures of the memory for screens and the command line, each with a few queries however much it shows."""

from __future__ import annotations

from db.boards.cases import (
    case_page,
    case_summaries,
    case_summary,
    stages,
    tellable_case,
    to_place,
    to_place_mended,
)
from db.boards.lists import list_card, lists, lists_mended, sites, suites
from db.boards.meetings import agenda, meetings, on_agendas
from db.boards.network import network_load
from db.boards.planner import planner_now
from db.boards.proposals import proposal_page, proposal_summaries, proposal_summary
from db.boards.running import running_numbers
from db.boards.status import service_status, tasks
from db.boards.studies import choices, comparison, comparisons, scenario, scenarios, worth_report
from db.boards.tasks import kept_tasks
from db.boards.waits import waits

__all__ = [
    "agenda",
    "case_page",
    "case_summaries",
    "case_summary",
    "choices",
    "comparison",
    "comparisons",
    "kept_tasks",
    "list_card",
    "lists",
    "lists_mended",
    "meetings",
    "network_load",
    "on_agendas",
    "proposal_page",
    "proposal_summaries",
    "proposal_summary",
    "planner_now",
    "running_numbers",
    "scenario",
    "scenarios",
    "service_status",
    "sites",
    "stages",
    "suites",
    "tasks",
    "tellable_case",
    "to_place",
    "to_place_mended",
    "waits",
    "worth_report",
]
