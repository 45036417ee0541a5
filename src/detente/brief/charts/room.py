"""Where a word stands in a picture so that it touches neither the other side nor our middle values."""

from __future__ import annotations

from collections.abc import Sequence

Room = tuple[float, float, float, float]  # left, right, top, bottom in px
Place = tuple[float, float]

_PARTS = ((0.5, 0.5), (0.5, 0.25), (0.5, 0.75), (0.25, 0.25), (0.75, 0.75), (0.5, 0.1), (0.5, 0.9))
_HIGH = 11  # px, half a word's height with its slip


def free(text: str, room: Room, ours: Place | None, size: Place) -> Place:
    """Where in a room a word stands: in the middle, or beside it when our middle values are there."""
    left, right, top, bottom = room
    half = _half(text)
    for part_x, part_y in _PARTS:
        x, y = left + part_x * (right - left), top + part_y * (bottom - top)
        x, y = min(max(x, half), size[0] - half), min(max(y, _HIGH), size[1] - _HIGH)
        if not _on_ours(x, y, half, ours):
            return x, y
    return (left + right) / 2, (top + bottom) / 2


def widest_room(
    text: str, mine: Sequence[Room], others: Sequence[Room], ours: Place | None, size: Place
) -> Place | None:
    """The place in ``mine`` farthest from ``others`` and from the edge, as a word sees it; None where it has no room."""
    half = _half(text)
    best: tuple[float, Place] | None = None
    for left, right, top, bottom in mine:
        for part in (0.5, 0.25, 0.75):
            x, y = left + part * (right - left), (top + bottom) / 2
            if _on_ours(x, y, half, ours):
                continue
            edge = min(x / half, (size[0] - x) / half, y / _HIGH, (size[1] - y) / _HIGH)
            gaps = (
                max(max(a - x, x - b, 0.0) / half, max(c - y, y - d, 0.0) / _HIGH) for a, b, c, d in others
            )
            found = min(min(gaps, default=99.0), edge)
            if best is None or found > best[0] + 1e-9:
                best = found, (x, y)
    return best[1] if best is not None and best[0] >= 0.9 else None


def _half(text: str) -> float:
    return 3.6 * len(text) + 8


def _on_ours(x: float, y: float, half: float, ours: Place | None) -> bool:
    return ours is not None and abs(x - ours[0]) <= half + 44 and abs(y - ours[1]) <= 22
