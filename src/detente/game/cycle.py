"""Definitions that come back to themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def find_cycle(uses: Mapping[str, Iterable[str]]) -> list[str]:
    """A chain of names that ends where it began, or an empty list. Every name that is used must be a key."""
    done: set[str] = set()
    for start in uses:
        chain = [start]
        pending = [iter(uses[start])]
        while pending and start not in done:
            other = next(pending[-1], None)
            if other is None:
                done.add(chain.pop())
                pending.pop()
            elif other in chain:
                return [*chain[chain.index(other) :], other]
            elif other not in done:
                chain.append(other)
                pending.append(iter(uses[other]))
    return []
