"""Which of many boxes are near a given one, without asking all of them."""

import math
from collections.abc import Iterator
from itertools import product
from typing import Generic, TypeVar

from solosync.render.geometry import Box

T = TypeVar("T")
FAR = 1e15  # px; beyond it, everything is near


class BoxIndex(Generic[T]):
    """Grids, each twice as coarse as the one before; a box lies in at most four cells of the grid
    whose cells are as large as itself."""

    def __init__(self) -> None:
        self._grids: dict[int, dict[tuple[int, int], list[tuple[Box, T]]]] = {}

    def add(self, box: Box, item: T) -> None:
        """A box that holds nothing is never found."""
        if not box.meets(box):
            return
        box = _within_reach(box)
        size = max(box.width, box.height, 1.0)
        level = math.ceil(math.log2(size))
        cells = self._grids.setdefault(level, {})
        for cell in _cells(box, level):
            cells.setdefault(cell, []).append((box, item))

    def near(self, box: Box) -> Iterator[T]:
        """The items whose boxes overlap or touch this one, each once."""
        if not box.meets(box):
            return
        box = _within_reach(box)
        seen = set()
        for level, grid in self._grids.items():
            for cell in _filled(grid, box, level):
                for other, item in grid[cell]:
                    if id(item) not in seen and box.meets(other):
                        seen.add(id(item))
                        yield item


def _within_reach(box: Box) -> Box:
    return Box(*(min(max(side, -FAR), FAR) for side in box))


def _filled(
    grid: dict[tuple[int, int], list[tuple[Box, T]]], box: Box, level: int
) -> list[tuple[int, int]]:
    size = 2.0**level
    count = (box.width // size + 2) * (box.height // size + 2)
    if count > len(grid):
        return list(grid)
    return [cell for cell in _cells(box, level) if cell in grid]


def _cells(box: Box, level: int) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (math.floor(side / 2.0**level) for side in box)
    return product(range(left, right + 1), range(top, bottom + 1))
