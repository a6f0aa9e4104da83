"""The flow runner's process: serves the flows that Prefect starts itself, two runs at a time."""

from __future__ import annotations

from prefect import serve
from prefect.deployments.runner import RunnerDeployment

from flows.reconcile import EVERY_SECONDS, reconcile

RUNS_AT_ONCE = 2
ASK_EVERY_SECONDS = 2.0


def deployments() -> tuple[RunnerDeployment, ...]:
    """List what Prefect may start: the sweep on its interval."""
    deployment = reconcile.to_deployment(name="every-five-minutes", interval=EVERY_SECONDS, tags=["reconcile"])
    if not isinstance(deployment, RunnerDeployment):
        raise TypeError("Prefect handed back a promise instead of a deployment; ask outside an event loop.")
    return (deployment,)


def main() -> None:
    """Serve until stopped; a stop does not pause the schedule, so the next start carries on."""
    serve(
        *deployments(),
        limit=RUNS_AT_ONCE,
        pause_on_shutdown=False,
        print_starting_message=False,
        query_seconds=ASK_EVERY_SECONDS,
    )


if __name__ == "__main__":
    main()
