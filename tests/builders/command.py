"""The `neurolist` command run inside the test's own process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from flows import cli

if TYPE_CHECKING:
    from collections.abc import Callable


def runner(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str, str]]:
    """Make a function that runs a command and gives its exit code, output and errors."""

    def run(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["neurolist", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    return run
