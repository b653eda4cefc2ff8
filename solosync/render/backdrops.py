"""What lies under a page: its colour, and the pattern of its paper."""

import math

import numpy as np

from solosync.render.geometry import Box, Path, Points, Subpath
from solosync.render.scene import Backdrop, Fill, Stroke
from solosync.render.shapes import rectangle

USUAL_SPACING = 20.0  # in place of one that makes no sense
MOST_LINES = 1000  # each way; beyond that, every second, fourth, ... is painted
MOST_DOTS = 40_000
FIFTH = 5  # in graph paper, the lines that stand out
LINE_WIDTH = 1.0
DOT_WIDTH = 2.0
_FAINT = 0.5


def paint(backdrop: Backdrop, box: Box) -> tuple[Fill | Stroke, ...]:
    """``box`` is what is seen of the page, in its pixels; all of it is painted."""
    ground = Fill(rectangle(box), backdrop.color)
    if backdrop.pattern == "plain" or box.is_empty:
        return (ground,)
    spacing = backdrop.spacing if 1 <= backdrop.spacing < math.inf else USUAL_SPACING
    if backdrop.pattern == "dots":
        while (box.width / spacing + 1) * (box.height / spacing + 1) > MOST_DOTS:
            spacing *= 2
        return (ground, _dots(backdrop, box, spacing))
    while max(box.width, box.height) / spacing > MOST_LINES:
        spacing *= 2
    if backdrop.pattern == "ruled":
        return (ground, _lines(backdrop, box, spacing, is_ruled=True))
    if backdrop.pattern == "grid":
        return (ground, _lines(backdrop, box, spacing))
    fine = _lines(backdrop, box, spacing, alpha=_FAINT)
    return (ground, fine, _lines(backdrop, box, spacing * FIFTH))


def _lines(
    backdrop: Backdrop, box: Box, spacing: float, *, alpha: float = 1.0, is_ruled: bool = False
) -> Stroke:
    """All in one path, so that a translucent one doesn't darken where lines cross."""
    down = [_segment((box.left, y), (box.right, y)) for y in _places(box.top, box.bottom, spacing)]
    across = (
        [] if is_ruled else
        [_segment((x, box.top), (x, box.bottom)) for x in _places(box.left, box.right, spacing)]
    )  # fmt: skip
    path = Path((*down, *across))
    return Stroke(path, backdrop.line_color, LINE_WIDTH, alpha, cap="butt", join="miter")


def _dots(backdrop: Backdrop, box: Box, spacing: float) -> Fill:
    """Octagons: at this size nobody can tell them from circles."""
    angles = (np.arange(8) + 0.5) * (math.pi / 4)
    radius = DOT_WIDTH / 2 / math.cos(math.pi / 8)
    around: Points = np.column_stack([np.cos(angles), np.sin(angles)]) * radius
    xs = _places(box.left, box.right, spacing)
    ys = _places(box.top, box.bottom, spacing)
    return Fill(
        Path(tuple(Subpath(around + np.array([x, y])) for y in ys for x in xs)), backdrop.line_color
    )


def _segment(start: tuple[float, float], end: tuple[float, float]) -> Subpath:
    return Subpath(np.array([start, end]), is_closed=False)


def _places(low: float, high: float, spacing: float) -> list[float]:
    """The multiples of the spacing in between, moved by half a line: a line one pixel wide is
    sharp then, instead of two pixels of half its colour."""
    first, last = math.ceil(low / spacing), math.floor(high / spacing)
    return [number * spacing + LINE_WIDTH / 2 for number in range(first, last + 1)]
