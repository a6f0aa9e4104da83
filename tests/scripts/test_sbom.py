"""The bill of materials names everything that is shipped, with its hashes, and no address."""

from __future__ import annotations

from typing import Any

from scripts.locked import SHIPPED, Locked, locked
from scripts.sbom import as_made, faults, finished

ONE, OTHER = "a" * 64, "b" * 64
PINS = (Locked(name="one-part", version="1.0", hashes=frozenset({ONE, OTHER})),)


def a_bill(**changes: Any) -> dict[str, Any]:
    reference = {"url": "https://somewhere.example/one-part", "hashes": [{"alg": "SHA-256", "content": ONE}]}
    part = {"name": "One.Part", "version": "1.0", "description": "line 1", "externalReferences": [reference]}
    return {
        "$schema": "http://schema.example",
        "metadata": {"tools": {"components": []}},
        "components": [part | changes],
    }


def test_addresses_go_and_the_hashes_and_the_licence_stay() -> None:
    bill = finished(a_bill(), PINS, {"one-part": "MIT"})
    assert faults(bill, PINS) == []
    (part,) = bill["components"]
    assert {one["content"] for one in part["hashes"]} == {ONE, OTHER}
    assert part["licenses"] == [{"license": {"name": "MIT"}}]


def test_a_missing_part_another_version_a_missing_hash_and_an_address_are_each_a_fault() -> None:
    whole = finished(a_bill(), PINS, {})
    assert "not in the bill" in faults(whole | {"components": []}, PINS)[0]
    assert "not in the bill" in faults(finished(a_bill(version="2.0"), PINS, {}), PINS)[0]
    fewer = [whole["components"][0] | {"hashes": [{"alg": "SHA-256", "content": ONE}]}]
    assert "without every hash" in faults(whole | {"components": fewer}, PINS)[0]
    assert "without every hash" in faults(whole, [Locked(name="one-part", version="1.0", hashes=frozenset())])[0]
    assert faults(a_bill() | whole | {"supplier": "https://somewhere.example"}, PINS) == ["The bill holds an address."]
    assert faults(whole, ()) == ["The lock is empty."]


def test_the_bill_of_what_is_shipped_is_whole() -> None:
    pins = locked(SHIPPED.read_text())
    bill = finished(as_made(SHIPPED), pins, {})
    assert faults(bill, pins) == []
    assert bill["metadata"]["component"]["name"] == "neurolist"
