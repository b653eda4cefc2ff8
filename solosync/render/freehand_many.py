"""Outlines of many lines drawn by hand, made for all of them at once, point by point: the same as
freehand.py makes, but only for what most lines are.

Rows of the arrays are points, columns are lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solosync.render.freehand import END_CAP, FIRST_PRESSURE, START_CAP, TAIL, rounded
from solosync.render.freehand_widths import PRESSURE_RATE, THINNEST, Pen
from solosync.render.geometry import Path

_TOGETHER = 256  # lines, for which an array of their points stays in the processor's cache
_FEW = 32  # lines, that are made sooner one by one
_FEWEST, _MOST = 3, 1000  # points of a line

_Complex = npt.NDArray[np.complex128]
_Floats = npt.NDArray[np.float64]
_Integers = npt.NDArray[np.intp]
_Truths = npt.NDArray[np.bool_]

Easing = Callable[[_Floats], _Floats]


@dataclass(frozen=True, slots=True)
class _Tracks:
    """The smoothed lines, without what nearly coincides with their ends; ``kept`` is where in its
    column the last point of each is."""

    points: _Complex
    back: _Complex  # the unit vectors to the points before
    following: _Complex  # those of the points after
    steps: _Floats
    first_steps: _Floats  # of all points; below zero where there is none
    kept: _Integers


def paths(
    lines: Sequence[Sequence[complex]], sizes: Sequence[float], pen: Pen, easing: Easing
) -> list[Path | None]:
    """What `freehand.path` makes of the `freehand.outline` of lines without pressures, drawn by
    pens of these sizes that are like ``pen`` otherwise: thinning, with round ends, and ``easing``
    for arrays.

    None for a line with sharp corners, or too short or too long, and for all lines if they are few:
    these are made one by one.
    """
    found: list[Path | None] = [None] * len(lines)
    usual = [i for i, line in enumerate(lines) if _FEWEST <= len(line) <= _MOST and sizes[i] > 0]
    if len(usual) < _FEW:
        return found
    usual.sort(key=lambda i: len(lines[i]))
    for start in range(0, len(usual), _TOGETHER):
        some = usual[start : start + _TOGETHER]
        widths = np.array([sizes[i] for i in some])
        for i, path in zip(some, _made([lines[i] for i in some], widths, pen, easing), strict=True):
            found[i] = path
    return found


def _made(
    lines: Sequence[Sequence[complex]], sizes: _Floats, pen: Pen, easing: Easing
) -> list[Path | None]:
    tracks, is_usual = _streamlined(lines, sizes, pen)
    radii = _radii(tracks, sizes, pen, easing)
    corners, counts = _outlines(tracks, radii, (sizes * pen.smoothing) ** 2)
    polygons = rounded(corners, counts)
    return [
        Path.polygon(polygon) if usual else None
        for polygon, usual in zip(polygons, is_usual.tolist(), strict=True)
    ]


def _streamlined(
    lines: Sequence[Sequence[complex]], sizes: _Floats, pen: Pen
) -> tuple[_Tracks, _Truths]:
    """And which of them have no sharp corner."""
    counts = np.array([len(line) for line in lines])
    given = np.zeros((counts.max(), len(lines)), np.complex128)
    given.T[np.arange(len(given)) < counts[:, None]] = np.concatenate(lines)
    follow = 0.15 + (1 - pen.streamline) * 0.85
    shape = given.shape
    points, back = given.copy(), np.zeros(shape, np.complex128)
    steps, lengths = np.zeros(shape), np.zeros(shape)
    ends = np.zeros(len(lines), np.intp)  # the last row of each so far
    previous, length = given[0], np.zeros(len(lines))
    is_long = np.zeros(len(lines), bool)
    for place in range(1, len(given)):
        step = (given[place] - previous) * follow
        distance = np.abs(step)
        moves = (place < counts) & (distance > 0)
        length = length + np.where(moves, distance, 0)
        # The first pixels of a line have no direction yet.
        is_long |= moves & (length >= sizes) & (place < counts - 1)
        moves &= is_long | (place == counts - 1)
        previous = np.where(moves, previous + step, previous)
        columns = np.flatnonzero(moves)
        ends[columns] += 1
        at = ends[columns], columns
        points[at] = previous[columns]
        back[at] = -step[columns] / distance[columns]
        steps[at] = distance[columns]
        lengths[at] = length[columns]
    back[0] = back[1]
    return _without_tails(points, back, steps, lengths, ends)


def _without_tails(
    points: _Complex, back: _Complex, steps: _Floats, lengths: _Floats, ends: _Integers
) -> tuple[_Tracks, _Truths]:
    columns = np.arange(len(ends))
    rows = np.arange(len(points))[:, None]
    is_near = lengths[ends, columns] - lengths < TAIL
    kept = ((rows < ends) & ~is_near).sum(axis=0)
    following = np.vstack([back[1:], back[-1:]])
    turns = (back.conj() * following).real < 0
    after_end = rows >= ends
    before_is_sharp = np.vstack([np.zeros((1, len(ends)), bool), turns[:-1]])
    is_sharp = ((turns & ~after_end) | before_is_sharp) & (rows < kept)
    # From the last point that is kept to the end is a step of its own.
    last_back, before_last = back[ends, columns], back[np.maximum(kept - 1, 0), columns]
    ends_sharp = (last_back.conj() * before_last).real < 0
    first_steps = steps[:10].copy()
    for each in (points, back, steps):
        each[kept, columns] = each[ends, columns]
    height = int(kept.max()) + 1
    first_steps[rows[:10] > ends] = -1
    is_usual = (kept > 0) & ~is_sharp.any(axis=0) & ~ends_sharp
    whole = points[:height], back[:height], following[:height]
    return _Tracks(*whole, steps[:height], first_steps, kept), is_usual


def _radii(tracks: _Tracks, sizes: _Floats, pen: Pen, easing: Easing) -> _Floats:
    """Slow is hard, as if a pressure had been measured."""
    before = np.full(len(sizes), FIRST_PRESSURE)
    with np.errstate(over="ignore"):  # by pens of next to no size
        speeds = np.minimum(1, tracks.steps / sizes)
        first_speeds = np.minimum(1, tracks.first_steps / sizes)
    for speed in first_speeds:
        next_ = (before + np.minimum(1, before + (1 - speed - before) * speed * PRESSURE_RATE)) / 2
        before = np.where(speed < 0, before, next_)
    pressures = np.empty(tracks.steps.shape)
    for row, speed in enumerate(speeds):
        before = np.minimum(1, before + (1 - speed - before) * speed * PRESSURE_RATE)
        pressures[row] = before
    shares = 0.5 - pen.thinning * (0.5 - pressures)
    return np.maximum(THINNEST, sizes * easing(shares))


def _outlines(tracks: _Tracks, radii: _Floats, apart: _Floats) -> tuple[_Complex, _Integers]:
    """The corners of all outlines, one after the other, and how many each has."""
    points, back, following, kept = tracks.points, tracks.back, tracks.following, tracks.kept
    rows, columns = np.arange(len(points))[:, None], np.arange(len(kept))
    alike = back.real * following.real + back.imag * following.imag
    offsets = (following + (back - following) * alike) * (-1j * radii)
    ends = kept, columns
    offsets[ends] = back[ends] * (-1j * radii[ends])
    sides = np.stack([points - offsets, points + offsets])
    is_there = np.zeros(sides.shape, bool)
    last = np.stack([points[0], points[0]])
    for row in range(len(points)):
        way = sides[:, row] - last
        far = (row <= 1) | (way.real * way.real + way.imag * way.imag > apart)
        last = np.where(far, sides[:, row], last)
        is_there[:, row] = far
    is_there &= rows < kept
    is_there[:, kept, columns] = True
    (left, right), (has_left, has_right) = sides, is_there
    end = points[ends] + back[ends] * 1j * radii[ends] * np.array(END_CAP)[:, None]
    start = points[0] + (right[0] - points[0]) * np.array(START_CAP)[:, None]
    corners = np.concatenate([left, end, right[::-1], start])
    has = np.concatenate(
        [has_left, np.ones(end.shape, bool), has_right[::-1], np.ones(start.shape, bool)]
    )
    return corners.T[has.T], has.sum(axis=0)
