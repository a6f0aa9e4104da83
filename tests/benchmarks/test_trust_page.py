"""The page of trust keeps the last figures of each length, and a long storm may be counted in several sittings."""

from __future__ import annotations

import json

import pytest

from benchmarks.load_page import Figures, Measure
from benchmarks.trust.__main__ import main
from benchmarks.trust.page import FIGURES, PAGE, keep

STORM = "storm, sqlite"


def a_sitting(commit, attempts, lost=0):
    measures = [
        Measure.of("hostile attempts", attempts, (1000, "at least")),
        Measure.of("done", attempts / 2, None),
        Measure.of("updates lost", lost, (0, "at most")),
    ]
    return {STORM: Figures(facts=["2 cores", commit], measures=measures)}


def kept(folder):
    [found] = json.loads((folder / FIGURES).read_text())["long"].values()
    return found["facts"], {one["name"]: (one["value"], one["reached"]) for one in found["measures"]}


def test_what_sittings_count_adds_up_and_every_commit_is_named(tmp_path):
    keep(tmp_path, a_sitting("Commit a", 600), long=True)
    assert kept(tmp_path)[1]["hostile attempts"] == (600, False)
    keep(tmp_path, a_sitting("Commit b", 400, lost=1), long=True, more=True)
    facts, figures = kept(tmp_path)
    assert facts == ["2 cores", "Commit a", "Commit b"]
    assert figures == {"hostile attempts": (1000, True), "done": (500, None), "updates lost": (1, False)}
    assert "Commit b" in (tmp_path / PAGE).read_text()


def test_without_that_the_last_run_stands_alone(tmp_path):
    keep(tmp_path, a_sitting("Commit a", 600, lost=1), long=True, more=True)
    keep(tmp_path, a_sitting("Commit b", 700), long=True)
    facts, figures = kept(tmp_path)
    assert facts == ["2 cores", "Commit b"]
    assert figures["updates lost"] == (0, True)


@pytest.mark.parametrize(
    "words", [["--more"], ["--more", "--only", "storm"], ["--more", "--only", "saves", "--into", "x"]]
)
def test_only_the_counts_of_a_storm_are_added(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    assert "give --only storm and --into as well" in capsys.readouterr().err
