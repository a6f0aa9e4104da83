"""What a measurement ran on: the processor, the memory, and the versions of everything that counts."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

COUNTED = ("ortools", "pyjobshop", "numpy", "numba", "matplotlib")
HIGHS = " (HiGHS is the one inside ortools)"
BYTES_A_GIGABYTE = 2**30


def machine_facts(counted: tuple[str, ...] = COUNTED, remark: str = HIGHS) -> list[str]:
    """Describe the machine and the software, a sentence each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / BYTES_A_GIGABYTE
    versions = [f"{name} {found}" for name in counted if (found := _version(name))]
    return [
        f"{_processor()}, {os.cpu_count()} cores seen, {memory:.0f} GB of memory, {platform.system()}",
        f"Python {platform.python_version()}, {', '.join(versions)}{remark}",
    ]


def circumstances(counted: tuple[str, ...]) -> list[str]:
    """Describe the machine, the software and its commit, and how busy the machine is just now, a sentence each."""
    return [*machine_facts(counted, ""), commit_fact(), busy_fact()]


def commit_fact() -> str:
    """Say which commit is measured."""
    asked = ("git", "log", "-1", "--format=%h of %cs")
    found = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return f"Commit {found.stdout.strip() or 'unknown'}"


def busy_fact() -> str:
    """Say how much else wants the processors now: a figure by the clock is worth little on a busy machine."""
    wanted, there = os.getloadavg()[0], os.cpu_count() or 1
    how = "busy with other work, so rates are lower and waits longer than it could do" if wanted > there else "quiet"
    return f"The machine was {how}: {wanted:.1f} processes wanted its {there} processors."


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
