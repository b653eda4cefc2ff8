"""Shapes as if drawn by hand, wobbling the same way each time for the same seed.

The numbers are those of rough.js 4.6 to the last but a few bits: the same random numbers, asked
for in the same order. That order is why some are drawn here and not used.
"""

import math
from collections.abc import Sequence

from solosync.render.rough_hand import FillStyle, Hand, Pen, Segment, Sketch, Turn
from solosync.render.rough_points import Point, along_curves, simplified, smooth_chain

__all__ = [
    "FillStyle",
    "Pen",
    "Segment",
    "Sketch",
    "curve",
    "ellipse",
    "line",
    "path",
    "polygon",
    "polyline",
    "quadratic",
    "rectangle",
]

ELLIPSE_STEPS = 9  # at least so many curves make an ellipse


def line(start: Point, end: Point, pen: Pen) -> list[Sketch]:
    return _painted([], Hand(pen).line(start, end), pen)


def polyline(points: Sequence[Point], pen: Pen) -> list[Sketch]:
    return _painted([], Hand(pen).lines(points), pen)


def polygon(points: Sequence[Point], pen: Pen) -> list[Sketch]:
    hand = Hand(pen)
    outline = hand.lines(points, is_closed=True)
    return _painted(hand.fill_polygon(list(points)), outline, pen)


def rectangle(width: float, height: float, pen: Pen) -> list[Sketch]:
    """With its top left corner at the origin."""
    return polygon([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)], pen)


def ellipse(x: float, y: float, width: float, height: float, pen: Pen) -> list[Sketch]:
    """Around its centre."""
    hand = Hand(pen)
    size = math.sqrt(
        math.pi * 2 * math.sqrt(((width / 2) * (width / 2) + (height / 2) * (height / 2)) / 2)
    )
    steps = math.ceil(max(ELLIPSE_STEPS, ELLIPSE_STEPS / math.sqrt(200) * size))
    increment = math.pi * 2 / steps
    radius_x, radius_y = abs(width / 2), abs(height / 2)
    radius_x += hand.jitter(radius_x * (1 - pen.curve_fitting))
    radius_y += hand.jitter(radius_y * (1 - pen.curve_fitting))
    turn = Turn(x, y, radius_x, radius_y, increment)
    outline, around = hand.ellipse(turn)
    fill: list[Sketch] = []
    if pen.fill == "solid":
        fill = [Sketch("fill", hand.ellipse(turn)[0])]
    elif pen.fill:
        fill = [hand.hatched([around])]
    return _painted(fill, outline, pen)


def curve(points: Sequence[Point], pen: Pen) -> list[Sketch]:
    """A smooth line through two points or more."""
    hand = Hand(pen)
    outline = hand.curve(points)
    fill: list[Sketch] = []
    if pen.fill and len(points) >= 3:
        if pen.fill == "solid":
            stroke = hand.rougher().curve(points)
            fill = [Sketch("fill", stroke, is_even_odd=True)]
        else:
            chain = smooth_chain(list(points))
            around = simplified(along_curves(chain, 10), (1 + pen.roughness) / 2)
            fill = [hand.hatched([around])]
    return _painted(fill, outline, pen)


def path(start: Point, segments: Sequence[Segment], pen: Pen) -> list[Sketch]:
    """One open chain of lines and cubics; its fill closes it."""
    hand = Hand(pen)
    outline = hand.path(start, segments)
    fill: list[Sketch] = []
    if pen.fill == "solid":
        strokes = hand.rougher().path(start, segments)
        whole = strokes[0] + [point for stroke in strokes[1:] for point in stroke[1:]]
        fill = [Sketch("fill", [whole], is_even_odd=True)]
    elif pen.fill:
        around = simplified(_corners(start, segments), (1 + pen.roughness) / 2)
        fill = [hand.hatched([around])]
    return _painted(fill, outline, pen)


def quadratic(start: Point, handle: Point, end: Point) -> Segment:
    """A quadratic Bézier as a segment of a path."""
    return (
        (start[0] + 2 * (handle[0] - start[0]) / 3, start[1] + 2 * (handle[1] - start[1]) / 3),
        (end[0] + 2 * (handle[0] - end[0]) / 3, end[1] + 2 * (handle[1] - end[1]) / 3),
        end,
    )


def _painted(fill: list[Sketch], outline: list[list[Point]], pen: Pen) -> list[Sketch]:
    if not pen.has_outline:
        return fill
    return [*fill, Sketch("outline", outline)]


def _corners(start: Point, segments: Sequence[Segment]) -> list[Point]:
    points = [start]
    chain: list[Point] = []
    for segment in segments:
        if len(segment) == 3:
            chain += [*(() if chain else (points[-1],)), *segment]
            continue
        if chain:
            points += along_curves(chain, 1)
            chain = []
        points.append(segment[0])
    return points + along_curves(chain, 1)
