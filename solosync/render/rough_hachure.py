"""Parallel lines across polygons, for hatched fills.

A scan line goes over the polygons, turned so that the hatching lies flat, a step at a time; its
ends are rounded to whole pixels. Steps and rounding are rough.js's, so that the lines lie where
they lie in a browser.
"""

import math

import numpy as np

from solosync.render.rough_points import Point

Line = tuple[Point, Point]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MIN_GAP = 0.1
MAX_CROSSINGS = 10_000  # of edges and lines in one shape; beyond that the gap is wider


def lines(polygons: list[list[Point]], gap: float, degrees: float, *, is_fine: bool) -> list[Line]:
    """Across the polygons together, odd parts only, from top to bottom as seen along the hatching.

    ``is_fine``: the scan line goes by single pixels and draws at each multiple of the gap, so that
    a gap of 2.5 draws every 5 pixels; otherwise it goes by the gap itself.
    """
    gap = max(gap, MIN_GAP)
    turn = math.radians(degrees)
    edges = _edges([_turned(np.array(polygon, float), turn) for polygon in polygons if polygon])
    if not len(edges):
        return []
    step = 1.0 if is_fine else gap
    crossings = float((edges[:, 1] - edges[:, 0]).sum()) / gap
    if crossings > MAX_CROSSINGS:
        step = gap = gap * crossings / MAX_CROSSINGS
    flat = _scanned(edges, gap, step)
    ends = _turned(flat.reshape(-1, 2), -turn).tolist()
    return [((ax, ay), (bx, by)) for (ax, ay), (bx, by) in zip(ends[0::2], ends[1::2], strict=True)]


def _turned(points: Floats, radians: float) -> Floats:
    cos, sin = math.cos(radians), math.sin(radians)
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)


def _edges(polygons: list[Floats]) -> Floats:
    """Of each edge that isn't flat: top, bottom, x at the top, how x grows with y; sorted."""
    found = []
    for polygon in polygons:
        closed = polygon
        if (polygon[0] != polygon[-1]).any():
            closed = np.concatenate([polygon, polygon[:1]])
        if len(closed) < 3:
            continue
        starts, ends = closed[:-1], closed[1:]
        rising = starts[:, 1] != ends[:, 1]
        starts, ends = starts[rising], ends[rising]
        is_down = starts[:, 1] < ends[:, 1]
        slope = (ends[:, 0] - starts[:, 0]) / (ends[:, 1] - starts[:, 1])
        top = np.where(is_down, starts[:, 1], ends[:, 1])
        bottom = np.where(is_down, ends[:, 1], starts[:, 1])
        x = np.where(is_down, starts[:, 0], ends[:, 0])
        found.append(np.stack([top, bottom, x, slope], axis=1))
    if not found:
        return np.empty((0, 4))
    edges = np.concatenate(found)
    return edges[np.lexsort((edges[:, 1], edges[:, 2], edges[:, 0]))]


def _scanned(edges: Floats, gap: float, step: float) -> Floats:
    """The ends of the lines, shape (lines, 2 ends, xy).

    An edge counts from the first scan line on that isn't above its top, and begins there with the
    x of its top however far below that is.
    """
    top = edges[0, 0]
    count = math.ceil((float(edges[:, 1].max()) - top) / step)
    drawn = np.arange(count, dtype=float)
    if step == 1:
        drawn = drawn[np.fmod(drawn, gap) == 0]
    begins = np.ceil((edges[:, 0] - top) / step)
    first = np.searchsorted(drawn, begins)
    after = np.searchsorted(drawn, np.ceil((edges[:, 1] - top) / step))
    rows, xs = [], []
    for edge, begin, i, j in zip(edges, begins, first.tolist(), after.tolist(), strict=True):
        rows.append(np.arange(i, j))
        xs.append(edge[2] + (drawn[i:j] - begin) * step * edge[3])
    row, x = np.concatenate(rows), np.concatenate(xs)
    order = np.lexsort((x, row))
    row, x = row[order], x[order]
    # Within its row every edge at an even place is paired with the next one.
    row_start = np.searchsorted(row, row)
    is_even = (np.arange(len(row)) - row_start) % 2 == 0
    has_next = np.append(row[1:] == row[:-1], False)
    left = np.flatnonzero(is_even & has_next)
    y = top + drawn[row[left]] * step
    rounded = np.floor(x + 0.5)
    return np.stack(
        [np.stack([rounded[left], y], axis=1), np.stack([rounded[left + 1], y], axis=1)], axis=1
    )
