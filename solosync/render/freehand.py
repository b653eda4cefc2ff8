"""The outline of a line drawn by hand, after the perfect-freehand algorithm.

The line is smoothed by dragging a pen after the points, then widened to both sides: more where the
pen pressed harder, or, without a measured pressure, where it was slower. Coordinates agree with
the npm package of that name, version 1.2, which whiteboards draw their strokes with.

A line of some dozens of points is too short for numpy to pay: points are complex numbers here, for
which one operation of the interpreter is one on both coordinates. freehand_many.py makes the lines
of a whole board.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from solosync.render.freehand_widths import End, Pen, Track, radii_of, taper, tapered
from solosync.render.geometry import Path, Points

FIRST_PRESSURE = 0.25  # of a first point that comes without one; the others' is
PRESSURE = 0.5
TAIL = 3.0  # points that near to the end are noise of lifting the pen
TOLERANCE = 0.05  # pixels
MOST_PIECES = 16

# The peer's half circle is slightly more than one, and its steps are added up: both show in the
# last digits, and in whether the last step is still made.
_PI = math.pi + 0.0001


def _turns(count: int, angle: float, *, first: int = 1) -> list[complex]:
    """Rotations by parts of an angle, the last of them not beyond all of it."""
    turns = []
    part = first / count
    while part <= 1:
        turns.append(complex(math.cos(angle * part), math.sin(angle * part)))
        part += 1 / count
    return turns


_CORNER = _turns(13, _PI, first=0)
_CORNER_BACK = _turns(13, -_PI, first=0)
START_CAP = _turns(13, _PI)
END_CAP = _turns(29, 3 * _PI)
_DOT = _turns(13, 2 * _PI)


def outline(
    points: Sequence[complex], pressures: Sequence[float | None] | None, pen: Pen
) -> list[complex]:
    """The corners of the closed outline, to be filled non-zero; empty for no points or no size.

    ``points`` are finite x + y·j; a pressure that is None or negative counts as none.
    """
    if not points or pen.size <= 0:
        return []
    track = _streamlined(points, pressures, pen)
    tapers = taper(pen.start, track, pen), taper(pen.end, track, pen)
    if len(track.points) == 1:
        return _dot(track, pen) if pen.is_complete or not any(tapers) else []
    kept = _without_tail(track.lengths)
    corners = _sharp_corners(track.back, kept)
    radii = radii_of(track, kept, corners, pen)
    if any(tapers):
        radii = tapered(radii, track, kept, tapers, pen)
    left, right = _sides(track, kept, corners, radii, (pen.size * pen.smoothing) ** 2)
    start = _start_cap(left[0], right[0], track.points[0], pen.start) if not tapers[0] else []
    end = _end_cap(track, radii[-1], pen.end) if not tapers[1] else [track.points[-1]]
    right.reverse()
    return left + end + right + start


def path(corners: Sequence[complex], tolerance: float = TOLERANCE) -> Path:
    """The outline as it is usually drawn: the corners are control points of quadratic curves that
    meet half-way between them. As a polygon that strays less than ``tolerance`` from it."""
    if len(corners) < 3:
        return Path.polygon([(corner.real, corner.imag) for corner in corners])
    return Path.polygon(rounded(np.array(corners), np.array([len(corners)]), tolerance)[0])


def rounded(
    corners: npt.NDArray[np.complex128], counts: npt.NDArray[np.intp], tolerance: float = TOLERANCE
) -> list[Points]:
    """As `path`, of many outlines one after the other, with so many corners each."""
    lasts = np.cumsum(counts) - 1
    firsts = lasts - counts + 1
    after = np.empty_like(corners)
    after[:-1] = corners[1:]
    after[lasts] = corners[firsts]
    middles = (corners + after) * 0.5
    before = np.empty_like(middles)
    before[1:] = middles[:-1]
    before[firsts] = corners[firsts]
    bends = before - 2 * corners + middles
    # n chords of a quadratic curve stray from it by its bend / (4 n²).
    pieces = np.sqrt(np.abs(bends) / (4 * tolerance)).astype(np.int64) + 1
    np.minimum(pieces, MOST_PIECES, out=pieces)
    ends = np.cumsum(pieces)
    which = np.repeat(np.arange(len(corners)), pieces)
    t = (np.arange(1, ends[-1] + 1) - (ends - pieces)[which]) / pieces[which]
    curve = before[which] + t * (2 * (corners - before)[which] + t * bends[which])
    points = curve.view(np.float64).reshape(-1, 2)
    bounds = [0, *ends[lasts].tolist()]
    return [points[start:end] for start, end in pairwise(bounds)]


def _streamlined(
    points: Sequence[complex], pressures: Sequence[float | None] | None, pen: Pen
) -> Track:
    points, pressures = _enough(points, pressures)
    follow = 0.15 + (1 - pen.streamline) * 0.85
    previous = points[0]
    last = len(points) - 1
    track = Track([previous], [_pressure(pressures[0], FIRST_PRESSURE)], [0j], [0.0], [0.0])
    length, is_long = 0.0, False
    for place in range(1, last + 1):
        step = points[place] - previous
        if place != last or not pen.is_complete:
            step *= follow
        distance = abs(step)
        if not distance:
            continue
        length += distance
        if not is_long and place < last:
            # The first pixels of a line have no direction yet.
            if length < pen.size:
                continue
            is_long = True
        track.back.append(-step / distance)
        previous += step
        track.points.append(previous)
        track.pressures.append(_pressure(pressures[place], PRESSURE))
        track.steps.append(distance)
        track.lengths.append(length)
    if len(track.back) > 1:
        track.back[0] = track.back[1]
    return track


def _enough(
    points: Sequence[complex], pressures: Sequence[float | None] | None
) -> tuple[Sequence[complex], Sequence[float | None]]:
    """A single point becomes a short line, and the way between two is divided in four."""
    if pressures is None:
        pressures = [None] * len(points)
    if len(points) == 1:
        return [points[0], points[0] + (1 + 1j)], [pressures[0]] * 2
    if len(points) == 2:
        first, way = points[0], points[1] - points[0]
        divided = [first, *(first + way * (part / 4) for part in range(1, 5))]
        return divided, [pressures[0], None, None, None, None]
    return points, pressures


def _pressure(given: float | None, default: float) -> float:
    return given if given is not None and given >= 0 else default


def _without_tail(lengths: list[float]) -> list[int]:
    """Which points are used: all but those that nearly coincide with the last one."""
    last = len(lengths) - 1
    kept = last
    while kept > 0 and lengths[-1] - lengths[kept - 1] < TAIL:
        kept -= 1
    return [*range(kept), last]


def _sharp_corners(back: list[complex], kept: list[int]) -> list[bool]:
    """Where the line turns by more than a right angle, at the point or right after it."""
    corners = []
    last = len(back) - 1
    before = back[0].conjugate()
    was_turning = False
    for place in kept:
        here = back[place]
        turns_next = place < last and (here.conjugate() * back[place + 1]).real < 0
        if turns_next or (not was_turning and (here * before).real < 0):
            corners.append(True)
            was_turning = was_turning or turns_next
        else:
            corners.append(False)
            was_turning = False
            if place < last:
                before = here.conjugate()
    return corners


def _sides(
    track: Track, kept: list[int], corners: list[bool], radii: list[float], apart: float
) -> tuple[list[complex], list[complex]]:
    """The outline's points to the left and to the right of the line, ``apart`` (squared) from the
    one before; sharp corners are rounded by half circles on both sides."""
    points, back = track.points, track.back
    last = len(points) - 1
    left: list[complex] = []
    right: list[complex] = []
    before = back[0]
    last_left = last_right = points[0]
    for place, is_corner, radius in zip(kept, corners, radii, strict=True):
        point, here = points[place], back[place]
        if is_corner:
            offset = before * (-1j * radius)
            left += [point - offset * turn for turn in _CORNER]
            right += [point + offset * turn for turn in _CORNER_BACK]
            last_left, last_right = left[-1], right[-1]
            continue
        if place == last:
            offset = here * (-1j * radius)
            left.append(point - offset)
            right.append(point + offset)
            break
        following = back[place + 1]
        # Perpendicular to the mean of both directions, weighted by how alike they are.
        alike = here.real * following.real + here.imag * following.imag
        offset = (following + (here - following) * alike) * (-1j * radius)
        side = point - offset
        way = side - last_left
        if place <= 1 or way.real * way.real + way.imag * way.imag > apart:
            left.append(side)
            last_left = side
        side = point + offset
        way = side - last_right
        if place <= 1 or way.real * way.real + way.imag * way.imag > apart:
            right.append(side)
            last_right = side
        before = here
    return left, right


def _start_cap(left: complex, right: complex, first: complex, end: End) -> list[complex]:
    if end.cap:
        around = right - first
        return [first + around * turn for turn in START_CAP]
    across = left - right
    return [first - across * share for share in (0.5, 0.51, -0.51, -0.5)]


def _end_cap(track: Track, radius: float, end: End) -> list[complex]:
    last, sideways = track.points[-1], track.back[-1] * 1j
    if end.cap:
        return [last + sideways * (radius * turn) for turn in END_CAP]
    return [last + sideways * (radius * share) for share in (1, 0.99, -0.99, -1)]


def _dot(track: Track, pen: Pen) -> list[complex]:
    point = track.points[0]
    radius = radii_of(track, [0], [False], pen)[0]
    sideways = -1j * complex(1, 1) / math.sqrt(2)
    return [point + sideways * (radius * turn) for turn in _DOT]
