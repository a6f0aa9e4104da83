"""Sites that share much stay together, groups weigh about the same, and none is empty."""

import pytest

from scheduler.engine.parts.grouping import SPREAD, grouped

SIX = dict.fromkeys("ABCDEF", 10.0)


def names(groups):
    return sorted("".join(sorted(group)) for group in groups)


def test_sites_that_share_much_stay_together():
    links = {("A", "B"): 5.0, ("B", "C"): 5.0, ("D", "E"): 5.0, ("E", "F"): 5.0, ("C", "D"): 1.0}
    assert names(grouped(SIX, links, 2, seed=0)) == ["ABC", "DEF"]


def test_balance_comes_before_links():
    links = {("A", other): 50.0 for other in "BCDEF"}
    assert sorted(len(group) for group in grouped(SIX, links, 2, seed=0)) == [3, 3]


def test_a_link_below_nothing_drives_sites_apart():
    links = {("A", "B"): -5.0, ("C", "D"): -5.0, ("E", "F"): -5.0}
    groups = grouped(SIX, links, 2, seed=3)
    assert all(len(group & set(pair)) == 1 for group in groups for pair in ("AB", "CD", "EF"))


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (6, 6), (9, 6)])
def test_no_group_is_empty_and_every_site_is_in_one(asked, given):
    groups = grouped(SIX, {}, asked, seed=1)
    assert len(groups) == given
    assert sorted(site for group in groups for site in group) == sorted(SIX)


def test_a_heavy_site_has_a_group_of_its_own():
    weight = {**SIX, "A": 50.0}
    assert "A" in names(grouped(weight, {("A", "B"): 3.0}, 2, seed=0))


def test_no_group_weighs_much_more_than_its_share():
    weight = {f"S{number}": 5.0 + number % 4 for number in range(20)}
    links = {(f"S{one}", f"S{one + 1}"): 1.0 for one in range(19)}
    most = sum(weight.values()) / 4 * (1 + SPREAD)
    assert all(sum(weight[site] for site in group) <= most for group in grouped(weight, links, 4, seed=2))


def test_the_same_seed_gives_the_same_groups():
    links = {("A", "D"): 1.0, ("B", "E"): 2.0}
    assert grouped(SIX, links, 3, seed=5) == grouped(SIX, links, 3, seed=5)
