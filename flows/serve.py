"""`neurolist up`: the whole service on one machine under one supervisor, stopped as one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.home import RunningNote, leave_note, only_one
from flows.ports import some_port, this_port
from flows.prefect_home import HOST, SIGN_IN, api_url, health_url, mark_of, prefect_environment
from flows.supervisor import Child, Supervisor

WEB_PORT = 8501
PREFECT_PORT = 8502  # preferred; any free port will do, since only our own processes ask for it
WEB = "web"
PREFECT = "prefect"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """What one run of the service is made of: its folder, its ports and what its processes are told."""

    home: Path
    port: int
    prefect_port: int
    environment: Mapping[str, str]

    @property
    def address(self) -> str:
        """The address people open."""
        return f"http://{HOST}:{self.port}"


def serve(
    home: Path,
    *,
    port: int,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    make_ready: Callable[[], None] = lambda: None,
) -> None:
    """Run the service until Ctrl-C or SIGTERM; every process it started has ended when this returns.

    `make_ready` is called once the folder and the port are known to be ours, before anything starts.
    """
    with only_one(home), this_port(HOST, port), some_port(HOST, PREFECT_PORT) as prefect_port:
        make_ready()
        plan = ServicePlan(home=home, port=port, prefect_port=prefect_port, environment=dict(environment))
        leave_note(home, RunningNote(pid=os.getpid(), address=plan.address, prefect_api=api_url(plan.prefect_port)))
        supervisor = Supervisor(children(plan), logs=home / "logs", on_event=_Teller(plan, say))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.ask_to_stop)
        supervisor.run()
    say("Stopped.")


def children(plan: ServicePlan) -> tuple[Child, ...]:
    """List the processes in starting order: the screen at once, Prefect's own beside it."""
    api = api_url(plan.prefect_port)
    server = {"PREFECT_SERVER_API_HOST": HOST, "PREFECT_SERVER_API_PORT": str(plan.prefect_port)}
    shared = {**prefect_environment(plan.home, api), **server, **plan.environment}
    return (
        Child(name=WEB, command=_web(plan.port), environment=shared, health=f"{plan.address}/healthz"),
        Child(name="dispatcher", command=_ours("flows.dispatcher"), environment=shared),
        Child(name="planner", command=_ours("flows.planner"), environment=shared),
        Child(
            name=PREFECT,
            command=_prefect(plan.prefect_port, mark_of(plan.home)),
            environment=shared,
            health=health_url(api),
            mark=mark_of(plan.home),
        ),
        Child(name="runner", command=_ours("flows.runner"), environment=shared, after=PREFECT),
    )


def _ours(module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module)


def _web(port: int) -> tuple[str, ...]:
    return (*_ours("dashboard.asgi"), "--host", HOST, "--port", str(port))


def _prefect(port: int, mark: str) -> tuple[str, ...]:
    # Prefect's own command would start this in a process of its own, out of the supervisor's sight.
    return (*_ours("flows.prefect_server"), "--port", str(port), "--mark", mark)


class _Teller:
    """Tells people the few things they need: where to look, and what had to be started again."""

    def __init__(self, plan: ServicePlan, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._say = say

    def __call__(self, name: str, what: str) -> None:
        if (name, what) == (WEB, "well"):
            self._say(f"Neurolist answers at {self._plan.address}. Stop it with Ctrl-C.")
        elif (name, what) == (PREFECT, "well"):
            key = self._plan.home / SIGN_IN
            self._say(f"Prefect answers at http://{HOST}:{self._plan.prefect_port}; it asks for what stands in {key}.")
        elif what not in {"started", "stopped", "well"}:
            self._say(f"The {name} process {what}. Its log: {self._plan.home / 'logs' / f'{name}.log'}")
