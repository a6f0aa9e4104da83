"""Values as people, programs and attackers may give them: right, nearly right, and nothing of the kind."""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum

from hypothesis import strategies as st

from tests.builders.memory import TODAY

NAMES = ["S01", "S02", "S01-CT1", "S02-CT1", "R01", "R02", "rf-1", "rf-2", "S01-1", "S02-2", "N10001", "NTH", ""]
WORDS = ["yes", "no", "none", "ct", "bilateral", "0", "-1", "1e309", "NaN", "2026-11-31", "2026-11-24", "24/11/2026"]
NASTY = ["\x00", "\ud800", "'; DROP TABLE claim; --", "<script>alert(1)</script>", "{{7*7}}", "\u202eabc", "a" * 5000]
USUAL = st.sampled_from(NAMES) | st.sampled_from(WORDS)
TEXTS = st.integers(0, 9).flatmap(
    lambda at: USUAL if at < 8 else st.sampled_from(NASTY) if at == 8 else st.text(max_size=30)
)
NEAR = st.integers(-400, 800).map(lambda ahead: TODAY + timedelta(days=ahead))
FAR = st.dates() | st.sampled_from([date.min, date.max, date(2028, 2, 29)])
DATES = st.integers(0, 9).flatmap(lambda at: NEAR if at < 9 else FAR)
FEW = st.integers(-3, 200)
MANY = st.sampled_from([2**31, 2**63, 2**70, -(2**63)])
NUMBERS = st.integers(0, 9).flatmap(lambda at: FEW if at < 9 else MANY)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats() | TEXTS | DATES.map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


def of_type(wanted: object) -> st.SearchStrategy[typing.Any]:
    """Values of an annotated type, built up from its own parts; what is no type of ours is left to Hypothesis."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([of_type(one) for one in inner])
    if origin is tuple:
        return st.lists(of_type(inner[0]), max_size=3).map(tuple)
    if origin in {frozenset, set}:
        return st.frozensets(of_type(inner[0]), max_size=3)
    if origin is Mapping or wanted is Mapping:
        return st.dictionaries(TEXTS, ANYTHING, max_size=4)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return st.builds(wanted, **{one.name: of_type(_named(wanted, one.type)) for one in fields(wanted) if one.init})
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return st.sampled_from(list(wanted))
    known = {str: TEXTS, int: NUMBERS, date: DATES, time: st.times(), object: ANYTHING}
    return known[wanted] if wanted in known else st.from_type(wanted)  # type: ignore[index]


def _named(owner: type, annotation: object) -> object:
    """Resolve an annotation, also one whose names are imported for the type checker alone."""
    if not isinstance(annotation, str):
        return annotation
    names: dict[str, object] = {"date": date, "time": time, "Mapping": Mapping}
    for module in (module for name, module in sys.modules.items() if name.startswith(("flows.", "db.", "scheduler."))):
        names |= {name: one for name, one in vars(module).items() if isinstance(one, type)}
    names |= vars(sys.modules[owner.__module__])
    return eval(annotation, names)
