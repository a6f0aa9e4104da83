"""The planner's process: computes requested plans, apart from everything else so that nothing waits for it."""

from __future__ import annotations

import asyncio
import logging

from flows.dispatcher import dispatch
from flows.tether import tether_if_marked
from flows.words import FlowName


def main() -> None:
    """Run the dispatcher of the planning flow."""
    tether_if_marked()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(dispatch({FlowName.PLANNING}))


if __name__ == "__main__":
    main()
