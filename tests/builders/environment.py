"""The environment of this process, which a test may change as it likes and which is given back afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def given_back(*without: str) -> Iterator[None]:
    """Take these names out, and put every variable back as it was at the end, those that came meanwhile included."""
    before = dict(os.environ)
    try:
        for name in without:
            os.environ.pop(name, None)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
