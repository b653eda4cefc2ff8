"""Fewer points for the vector formats: the rule of Douglas and Peucker over many lines at once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solosync.render.geometry import Points

Indices = npt.NDArray[np.intp]


def simplified(lines: Sequence[Points], tolerance: float) -> list[Points]:
    """Each line without points that lie within ``tolerance`` of what is left.

    Ends stay; a line that ends where it began is a ring, of which at least its first point and
    the one farthest from it stay. The work is shared by all lines, so pass a page's together.
    """
    if not lines:
        return []
    points = np.concatenate(lines)
    ends = np.cumsum([len(line) for line in lines])
    starts = np.concatenate([[0], ends[:-1]])
    kept = np.zeros(len(points), bool)
    has_points = ends > starts
    kept[starts[has_points]] = kept[ends[has_points] - 1] = True
    firsts, lasts = starts, ends - 1
    while len(firsts):
        is_open = lasts - firsts >= 2
        firsts, lasts = firsts[is_open], lasts[is_open]
        if not len(firsts):
            break
        middles, is_far = _farthest(points, firsts, lasts, tolerance)
        kept[middles[is_far]] = True
        firsts, middles, lasts = firsts[is_far], middles[is_far], lasts[is_far]
        firsts, lasts = np.concatenate([firsts, middles]), np.concatenate([middles, lasts])
    left = np.concatenate([[0], np.cumsum(kept)])
    return np.split(points[kept], left[ends[:-1]])


def _farthest(
    points: Points, firsts: Indices, lasts: Indices, tolerance: float
) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Of each chord: which point between its ends is farthest from it, and whether it is farther
    than ``tolerance``."""
    counts = lasts - firsts - 1
    offsets = np.cumsum(counts) - counts
    chord = np.repeat(np.arange(len(firsts)), counts)
    between = np.arange(int(counts.sum())) - offsets[chord] + firsts[chord] + 1
    x, y = points[:, 0], points[:, 1]
    run, rise = x[lasts] - x[firsts], y[lasts] - y[firsts]
    length2 = run * run + rise * rise
    inverse = np.divide(1.0, length2, out=np.zeros_like(length2), where=length2 > 0)
    dx, dy = x[between] - x[firsts][chord], y[between] - y[firsts][chord]
    # To the chord itself, not to the line through it: spikes beyond its ends count.
    along = np.clip((dx * run[chord] + dy * rise[chord]) * inverse[chord], 0, 1)
    distance2 = (dx - along * run[chord]) ** 2 + (dy - along * rise[chord]) ** 2
    worst = np.maximum.reduceat(distance2, offsets)
    hits = np.flatnonzero(distance2 == worst[chord])[::-1]
    middles = np.empty(len(firsts), np.intp)
    middles[chord[hits]] = between[hits]
    return middles, worst > tolerance * tolerance
