"""Definitions that come back to themselves."""

from __future__ import annotations

from detente.game.cycle import find_cycle


def test_cycles_are_found_wherever_they_are() -> None:
    assert find_cycle({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert find_cycle({"a": ["a"]}) == ["a", "a"]
    assert find_cycle({"a": ["b", "c"], "b": ["c"], "c": []}) == []
    assert find_cycle({"a": [], "b": ["a", "c"], "c": ["a", "d"], "d": ["b"]}) == ["b", "c", "d", "b"]
    assert find_cycle({f"n{k}": [f"n{k + 1}"] for k in range(3000)} | {"n3000": ["n0"]})[0] == "n0"
