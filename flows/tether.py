"""Ties a process to its parent, so that none outlives the supervisor, even one that was killed outright.

Run as `python -m flows.tether PARENT_PID COMMAND…`: it asks the kernel to end this process when its parent ends
(Linux; elsewhere it only runs the command), then becomes the command.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
MARK = "NEUROLIST_TETHERED"


def tether(parent: int) -> None:
    """End this process when `parent` ends; end it now if that has already happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def tether_if_marked() -> None:
    """Tether a process started by one of ours (a flow run's own process), when the supervisor asks for it."""
    if os.environ.get(MARK):
        tether(os.getppid())


def command(parent: int, arguments: list[str]) -> list[str]:
    """Give the command line that starts `arguments` tied to `parent`."""
    return [sys.executable, "-m", "flows.tether", str(parent), *arguments]


def main() -> None:
    """Tie this process to the parent named first, then become the command that follows."""
    parent, *arguments = sys.argv[1:]
    tether(int(parent))
    os.environ[MARK] = "1"
    os.execv(arguments[0], arguments)  # noqa: S606 - the supervisor's own command line, never a shell's


if __name__ == "__main__":
    main()
