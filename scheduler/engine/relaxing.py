"""The relaxation is solved in a process of its own, because HiGHS cannot be stopped from another thread."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ortools.math_opt import model_pb2

from scheduler.engine.child import Child
from scheduler.engine.shadow import ShadowResult, solve_shadow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.run import Run

LEAST_SECONDS = 1.0  # less is not worth starting a process for


def relaxed(run: Run, shadow: model_pb2.ModelProto, share: float) -> Iterator[ShadowResult]:
    """Solve a shadow in fractions, then in whole numbers for a share of the time left; nothing once the run is over."""
    if run.over or run.seconds_left < LEAST_SECONDS:
        return
    child = Child("scheduler.engine.relaxing", str(run.seconds_left), str(share))
    run.register(child)
    try:
        for line in _exchange(child.process, shadow):
            row = json.loads(line)
            values = row["values"]
            yield ShadowResult(bound=row["bound"], values=None if values is None else tuple(values))
    finally:
        run.release(child)
        child.stop_search()
        child.process.wait()


def _exchange(process: subprocess.Popen[bytes], shadow: model_pb2.ModelProto) -> Iterator[bytes]:
    """Send the shadow and give the lines that come back; a child that was stopped just says no more."""
    if process.stdin is None or process.stdout is None:
        return
    with suppress(BrokenPipeError), process.stdin as channel:
        channel.write(shadow.SerializeToString())
    with process.stdout as answers:
        yield from answers


def main(seconds: float, share: float) -> None:
    """Read a shadow from standard input and write one JSON line a result. This is the child's work."""
    shadow = model_pb2.ModelProto.FromString(sys.stdin.buffer.read())
    _tell(solve_shadow(shadow, whole=False, seconds=seconds))
    _tell(solve_shadow(shadow, whole=True, seconds=seconds * share))


def _tell(result: ShadowResult) -> None:
    sys.stdout.write(json.dumps({"bound": result.bound, "values": result.values}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
