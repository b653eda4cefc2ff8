"""Areas as polygons, and what is left when one is taken from another.

A region is a list of polygons in whole hundredths of a px, that don't cross themselves or each
other: outlines run one way, holes the other. Several regions next to each other in one list, even
overlapping, are their union wherever a region is read by the non-zero rule.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyclipper

from solosync.render.geometry import Box, Matrix, Path, Points, Subpath
from solosync.render.scene import MITER_LIMIT, Stroke

SCALE = 100  # so that 1e7 px stay below 2^30, up to where Clipper is fast
FLATNESS = 0.05
ENDS = {
    "butt": pyclipper.ET_OPENBUTT,
    "round": pyclipper.ET_OPENROUND,
    "square": pyclipper.ET_OPENSQUARE,
}
JOINS = {
    "miter": pyclipper.JT_MITER,
    "round": pyclipper.JT_ROUND,
    "bevel": pyclipper.JT_SQUARE,  # Clipper has no bevels
}
PIECE_POINTS = 200
SMALL_PIECE = 40  # px
FINEST = 200  # parts of the longer side of all: pieces aren't smaller
MOST_EMPTY = 4  # how many times larger than it a piece's box may be
EDGES_AT_ONCE = 1_000
OVERLAP = 2  # of pieces, so that no sliver is between them
MAX_DASHES = 10_000  # of one line; more are no dashes to the eye

Polygon = list[list[int]]
Region = list[Polygon]


class Piece(NamedTuple):
    """A part of a region, and where it is, in px."""

    region: Region
    box: Box


def of_path(path: Path, *, is_even_odd: bool = False) -> Region:
    return _execute(pyclipper.CT_UNION, polygons(path), [], is_even_odd=is_even_odd)


def polygons(path: Path) -> Region:
    """As it is: not yet a region, for it may cross itself."""
    return [whole(part.flat(FLATNESS)) for part in path.subpaths if len(part.points) > 2]


def of_stroke(op: Stroke) -> Region:
    """What a stroke paints."""
    offset = pyclipper.PyclipperOffset(MITER_LIMIT, FLATNESS * SCALE)
    join = JOINS[op.join]
    for part in op.path.subpaths:
        points = part.flat(FLATNESS)
        if part.is_closed and len(points):
            points = np.concatenate([points, points[:1]])
        lines = _dashes(points, op.dash)
        is_ring = part.is_closed and len(points) > 3 and len(lines) == 1
        for line in lines:
            if is_ring:
                offset.AddPath(whole(line[:-1]), join, pyclipper.ET_CLOSEDLINE)
            elif len(line):
                offset.AddPath(whole(line), join, ENDS[op.cap])
    # Its outline crosses itself where the stroke does.
    return _execute(pyclipper.CT_UNION, offset.Execute(op.width / 2 * SCALE), [])


def to_path(region: Region) -> Path:
    """To be filled by the non-zero rule."""
    return Path(tuple(Subpath(np.array(polygon, float) / SCALE) for polygon in region))


def of_box(box: Box) -> Region:
    return [whole(box.corners())]


def union(region: Region) -> Region:
    return _execute(pyclipper.CT_UNION, region, [])


def difference(region: Region, other: Region, *, is_even_odd: bool = False) -> Region:
    return _execute(pyclipper.CT_DIFFERENCE, region, other, is_even_odd=is_even_odd)


def intersection(region: Region, other: Region, *, is_even_odd: bool = False) -> Region:
    return _execute(pyclipper.CT_INTERSECTION, region, other, is_even_odd=is_even_odd)


def transformed(region: Region, matrix: Matrix) -> Region:
    moved = Matrix(*matrix[:4], matrix.e * SCALE, matrix.f * SCALE)
    return union([np.rint(moved.apply(np.array(p, float))).astype(int).tolist() for p in region])


def area(region: Region) -> float:
    """In square px."""
    return sum(float(pyclipper.Area(polygon)) for polygon in region) / SCALE**2


def box_of(region: Region) -> Box:
    points = np.concatenate([np.array(polygon) for polygon in region]) / SCALE
    left, top = points.min(axis=0).tolist()
    right, bottom = points.max(axis=0).tolist()
    return Box(left, top, right, bottom)


def pieces(region: Region) -> list[Piece]:
    """The region cut into parts of few points each, so that what lies near one part needn't be
    compared with the others."""
    if not region:
        return []
    box = box_of(region)
    return _pieces(region, box, max(SMALL_PIECE, max(box.width, box.height) / FINEST))


def _pieces(region: Region, box: Box, small: float) -> list[Piece]:
    is_full = area(region) * MOST_EMPTY >= box.width * box.height
    if max(box.width, box.height) < small or (is_full and sum(map(len, region)) <= PIECE_POINTS):
        return [Piece(region, box)]
    left, top, right, bottom = box
    if box.width > box.height:
        middle = (left + right) / 2
        halves = [Box(left, top, middle, bottom), Box(middle, top, right, bottom)]
    else:
        middle = (top + bottom) / 2
        halves = [Box(left, top, right, middle), Box(left, middle, right, bottom)]
    parts = [intersection(region, of_box(half.grown(OVERLAP / SCALE))) for half in halves]
    return [piece for part in parts if part for piece in _pieces(part, box_of(part), small)]


def touching(
    shape: Region, near: Sequence[Piece], around: float = 0, *, is_line: bool = False
) -> list[Piece]:
    """Those pieces whose boxes the polygons touch or surround; of lines, which are painted up to
    ``around`` px beside them, what they touch."""
    boxes = np.array([piece.box for piece in near]) + np.array([-1, -1, 1, 1]) * around
    boxes *= SCALE
    touched = np.zeros(len(near), bool)
    winding = np.zeros(len(near), int)
    for polygon in shape:
        points = np.array(polygon)
        starts, ends = (points[:-1], points[1:]) if is_line else (points, np.roll(points, -1, 0))
        if is_line and len(points) == 1:
            starts = ends = points
        for first in range(0, len(starts), EDGES_AT_ONCE):
            some = slice(first, first + EDGES_AT_ONCE)
            touched |= _meets(starts[some], ends[some], boxes)
            if not is_line:
                winding += _winding(starts[some], ends[some], boxes[:, :2])
    return [piece for i, piece in enumerate(near) if touched[i] or winding[i]]


Array = npt.NDArray[Any]


def _meets(starts: Array, ends: Array, boxes: Array) -> Array:
    """For each box, whether the box of one of the edges touches it."""
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    left, top, right, bottom = boxes.T[:, :, None]
    across = (low[:, 0] <= right) & (high[:, 0] >= left)
    result: Array = (across & (low[:, 1] <= bottom) & (high[:, 1] >= top)).any(axis=1)
    return result


def _winding(starts: Array, ends: Array, at: Array) -> Array:
    """For each point, how often the edges go around it."""
    (x0, y0), (x1, y1) = starts.T, ends.T
    x, y = at.T[:, :, None]
    side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
    up = (y0 <= y) & (y1 > y) & (side > 0)
    down = (y0 > y) & (y1 <= y) & (side < 0)
    result: Array = up.sum(axis=1) - down.sum(axis=1)
    return result


def whole(points: Points) -> Polygon:
    rounded: Polygon = np.rint(points * SCALE).astype(int).tolist()
    return rounded


def _execute(operation: int, subject: Region, clip: Region, *, is_even_odd: bool = False) -> Region:
    clipper = pyclipper.Pyclipper()
    try:
        clipper.AddPaths(subject, pyclipper.PT_SUBJECT, True)
    except pyclipper.ClipperException:
        return []  # nothing in it has an area
    if clip:
        try:
            clipper.AddPaths(clip, pyclipper.PT_CLIP, True)
        except pyclipper.ClipperException:
            if operation == pyclipper.CT_INTERSECTION:
                return []
    elif operation == pyclipper.CT_INTERSECTION:
        return []
    rule = pyclipper.PFT_EVENODD if is_even_odd else pyclipper.PFT_NONZERO
    result: Region = clipper.Execute(operation, rule, pyclipper.PFT_NONZERO)
    return result


def _dashes(points: Points, dash: Sequence[float]) -> list[Points]:
    """The pieces of a line that a dash pattern (on, off, ...) leaves."""
    if not len(points) or sum(dash) <= 0 or min(dash) < 0:
        return [points]
    lengths = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    if at[-1] / sum(dash) * len(dash) > MAX_DASHES:
        return [points]
    pattern = list(dash) * (1 + len(dash) % 2)
    found = []
    start, i = 0.0, 0
    while start < at[-1]:
        end = start + pattern[i % len(pattern)]
        if i % 2 == 0:
            stops = np.concatenate([[start], at[(at > start) & (at < end)], [min(end, at[-1])]])
            found.append(np.stack([np.interp(stops, at, axis) for axis in points.T], axis=1))
        start, i = end, i + 1
    return found
