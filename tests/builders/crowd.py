"""Several processes sent out at once with orders of their own, and waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from typing import Any


@contextmanager
def sent_out(
    context: ForkServerContext, work: Callable[..., None], orders: Sequence[Any], *shared: object, loaded: Sequence[str]
) -> Iterator[None]:
    """Have a process do the work for each of the orders; at the end they are waited for, and none may break down.

    Where what is done meanwhile fails, they are called off. `loaded` are the modules that are there when a process
    begins.
    """
    context.set_forkserver_preload(list(loaded))
    workers = [context.Process(target=work, args=(order, *shared)) for order in orders]
    for worker in workers:
        worker.start()
    try:
        yield
    except BaseException:
        for worker in workers:
            worker.terminate()
        raise
    for worker in workers:
        worker.join()
    if any(worker.exitcode != 0 for worker in workers):
        raise AssertionError(f"A clerk broke down: {[worker.exitcode for worker in workers]}.")
