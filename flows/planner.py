"""The planner's process: computes requested plans and studies, apart from everything that must not wait."""

from __future__ import annotations

import asyncio

from flows.dispatcher import dispatch
from flows.hanging import this_process_may_end
from flows.log_process import logged
from flows.tether import tether_if_marked
from flows.words import FlowName


def main() -> None:
    """Run the dispatcher of the planning flow, and beside it that of studies, so that no plan waits for one."""
    tether_if_marked()
    this_process_may_end()
    with logged("planner"):
        asyncio.run(dispatch({FlowName.PLANNING}, {FlowName.STUDIES}))


if __name__ == "__main__":
    main()
