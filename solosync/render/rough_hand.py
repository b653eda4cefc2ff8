"""The hand that draws for rough.py: strokes that wobble by seeded random numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from solosync.render import rough_hachure
from solosync.render.geometry import Path, Subpath
from solosync.render.polylines import Lines
from solosync.render.rough_points import Point, spline
from solosync.render.rough_randoms import Floats, Randoms

FillStyle = Literal["solid", "hachure", "cross-hatch", "zigzag"]
Segment = tuple[Point] | tuple[Point, Point, Point]  # a line's end, or a cubic's last 3 points

STRAY = 2.0  # pixels that a point may be off, times the roughness
HACHURE_DEGREES = -41.0
FILL_ROUGHNESS_GAIN = 0.8  # the edge of a solid fill is rougher than the outline


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw. ``is_single``: one stroke instead of two over each other; ``keeps_corners``:
    strokes end exactly at the points; ``has_outline`` False: the fill alone."""

    seed: int
    roughness: float = 1.0
    fill: FillStyle | None = None
    gap: float = 4.0  # between hatch lines
    is_single: bool = False
    keeps_corners: bool = False
    curve_fitting: float = 0.95  # 1: an ellipse is exactly as large as asked
    has_outline: bool = True


@dataclass(frozen=True, slots=True)
class Sketch:
    """Strokes to be painted as one: along them ("outline", "hatch"), or what they enclose
    ("fill"). Each stroke is a chain of cubics (3k + 1 points), a polyline if not ``is_curved``;
    many cubics of their own may be an array."""

    kind: Literal["outline", "fill", "hatch"]
    strokes: "list[list[Point]] | Floats"
    is_curved: bool = True
    is_even_odd: bool = False

    @property
    def path(self) -> Path:
        """Without strokes that go nowhere, which don't show in a browser."""
        is_closed = self.kind == "fill"
        strokes = self.strokes
        if isinstance(strokes, np.ndarray):
            parts = list(strokes[(strokes != strokes[:, :1]).any(axis=(1, 2))])
        else:
            if not is_closed:
                strokes = [each for each in strokes if any(point != each[0] for point in each)]
            points = np.array([point for stroke in strokes for point in stroke], float)
            parts = Lines(points, [len(stroke) for stroke in strokes]).split()
        return Path(tuple(Subpath(part, is_closed, self.is_curved) for part in parts))


@dataclass(frozen=True, slots=True)
class Turn:
    """Once around an ellipse, a point at each increment (radians)."""

    x: float
    y: float
    radius_x: float
    radius_y: float
    increment: float

    def at(self, radians: float, share: float = 1.0) -> Point:
        return (
            self.x + share * self.radius_x * math.cos(radians),
            self.y + share * self.radius_y * math.sin(radians),
        )


class Hand:
    """A pen and where it is in its stream of random numbers."""

    def __init__(self, pen: Pen, randoms: Randoms | None = None) -> None:
        self.pen = pen
        self._randoms = randoms or Randoms(pen.seed)
        self.draw = self._randoms.next

    def rougher(self) -> "Hand":
        """For the edge of a solid fill: single strokes, from the same stream."""
        roughness = self.pen.roughness
        gain = FILL_ROUGHNESS_GAIN if roughness else 0
        pen = replace(self.pen, is_single=True, roughness=roughness + gain)
        return Hand(pen, self._randoms)

    def jitter(self, reach: float, gain: float = 1.0) -> float:
        return self.between(-reach, reach, gain)

    def between(self, low: float, high: float, gain: float = 1.0) -> float:
        return self.pen.roughness * gain * (self.draw() * (high - low) + low)

    def near(self, point: Point, reach: float) -> Point:
        across, down = self._jitters(2, reach)
        return (point[0] + across, point[1] + down)

    def _jitters(self, count: int, reach: float, gain: float = 1.0) -> list[float]:
        """So many times ``jitter``, by fewer calls."""
        strength, span = self.pen.roughness * gain, reach + reach
        return [strength * (number * span - reach) for number in self._randoms.take(count)]

    def line(self, start: Point, end: Point, *, is_single: bool | None = None) -> list[list[Point]]:
        first = self._stroke(start, end, 1.0)
        if self.pen.is_single if is_single is None else is_single:
            return [first]
        return [first, self._stroke(start, end, 0.5)]

    def lines(self, points: Sequence[Point], *, is_closed: bool = False) -> list[list[Point]]:
        if len(points) < 2:
            return []
        if len(points) == 2:
            return self.line(points[0], points[1])
        strokes: list[list[Point]] = []
        for i in range(len(points) - 1):
            strokes += self.line(points[i], points[i + 1])
        if is_closed:
            strokes += self.line(points[-1], points[0])
        return strokes

    def _stroke(self, start: Point, end: Point, share: float) -> list[Point]:
        """A line that bows a little, as a cubic. Long ones are straighter, and so are strokes over
        another one (``share`` of the reach)."""
        (x1, y1), (x2, y2) = start, end
        dx, dy = x2 - x1, y2 - y1
        length = math.sqrt(dx * dx + dy * dy)
        gain = 1.0 if length < 200 else 0.4 if length > 500 else -0.0016668 * length + 1.233334
        reach = STRAY if length * length >= STRAY * STRAY * 100 else length / 10
        reach *= share
        bend = 0.2 + self.draw() * 0.2
        bow_x = self.jitter(STRAY * dy / 200, gain)
        bow_y = self.jitter(STRAY * -dx / 200, gain)
        if self.pen.keeps_corners:
            ax = ay = ex = ey = 0.0
            bx, by, cx, cy = self._jitters(4, reach, gain)
        else:
            ax, ay, bx, by, cx, cy, ex, ey = self._jitters(8, reach, gain)
        return [
            (x1 + ax, y1 + ay),
            (bow_x + x1 + dx * bend + bx, bow_y + y1 + dy * bend + by),
            (bow_x + x1 + 2 * dx * bend + cx, bow_y + y1 + 2 * dy * bend + cy),
            (x2 + ex, y2 + ey),
        ]

    def curve(self, points: Sequence[Point]) -> list[list[Point]]:
        """The second stroke over the first has random numbers of its own."""
        roughness = self.pen.roughness
        strokes = [self._wobbling(points, 1 + roughness * 0.2)]
        if not self.pen.is_single:
            other = Hand(replace(self.pen, seed=self.pen.seed + 1))
            strokes.append(other._wobbling(points, 1.5 * (1 + roughness * 0.22)))
        return strokes

    def _wobbling(self, points: Sequence[Point], reach: float) -> list[Point]:
        near = [self.near(points[0], reach), self.near(points[0], reach)]
        near += [self.near(point, reach) for point in points[1:]]
        near.append(self.near(points[-1], reach))
        return spline(near)

    def path(self, start: Point, segments: Sequence[Segment]) -> list[list[Point]]:
        strokes: list[list[Point]] = []
        at = start
        for segment in segments:
            if len(segment) == 3:
                strokes += self._cubic(at, *segment)
            else:
                strokes += self.line(at, segment[0])
            at = segment[-1]
        return strokes

    def _cubic(self, a: Point, b: Point, c: Point, d: Point) -> list[list[Point]]:
        keeps = self.pen.keeps_corners
        strokes: list[list[Point]] = []
        for reach in (STRAY,) if self.pen.is_single else (STRAY, STRAY + 0.3):
            is_first = not strokes
            start = a if is_first or keeps else self.near(a, STRAY)
            end = d if keeps else self.near(d, reach)
            strokes.append([start, self.near(b, reach), self.near(c, reach), end])
        return strokes

    def ellipse(self, turn: Turn) -> tuple[list[list[Point]], list[Point]]:
        """Its strokes, and the points that the first one goes through."""
        overlap = turn.increment * self.between(0.1, self.between(0.4, 1))
        if not self.pen.roughness:
            stroke, around = _smooth_turn(turn)
            return [stroke], around
        stroke, around = self._rough_turn(turn, 1, overlap)
        if self.pen.is_single:
            return [stroke], around
        return [stroke, self._rough_turn(turn, 1.5, 0)[0]], around

    def _rough_turn(
        self, turn: Turn, reach: float, overlap: float
    ) -> tuple[list[Point], list[Point]]:
        """From somewhere near the top around and a bit over its own beginning."""
        begin = self.jitter(0.5) - math.pi / 2
        points = [self.near(turn.at(begin - turn.increment, 0.9), reach)]
        around: list[Point] = []
        angle, end = begin, math.pi * 2 + begin - 0.01
        while angle < end:
            around.append(self.near(turn.at(angle), reach))
            angle += turn.increment
        points += around
        points.append(self.near(turn.at(begin + math.pi * 2 + overlap * 0.5), reach))
        points.append(self.near(turn.at(begin + overlap, 0.98), reach))
        points.append(self.near(turn.at(begin + overlap * 0.5, 0.9), reach))
        return spline(points), around

    def fill_polygon(self, points: list[Point]) -> list[Sketch]:
        if self.pen.fill is None:
            return []
        if self.pen.fill != "solid":
            return [self.hatched([points])]
        strokes = [[self.near(point, STRAY) for point in points]] if len(points) > 2 else []
        return [Sketch("fill", strokes, is_curved=False, is_even_odd=True)]

    def hatched(self, polygons: list[list[Point]]) -> Sketch:
        strokes = self._hatch_strokes(polygons, HACHURE_DEGREES)
        if self.pen.fill == "cross-hatch":
            crossing = self._hatch_strokes(polygons, HACHURE_DEGREES + 90)
            strokes = np.concatenate([strokes, crossing])
        return Sketch("hatch", strokes)

    def _hatch_strokes(self, polygons: list[list[Point]], degrees: float) -> Floats:
        gap = self.pen.gap
        is_fine = not (self.pen.roughness >= 1 and self.draw() > 0.7)
        lines = rough_hachure.lines(polygons, gap, degrees + 90, is_fine=is_fine)
        if self.pen.fill == "zigzag":
            lines = _zigzag(lines, max(gap, rough_hachure.MIN_GAP))
        return self._double_lines(np.array(lines, float).reshape(-1, 2, 2))

    def _double_lines(self, lines: Floats) -> Floats:
        """As ``line`` draws each, twice; (lines, ends, xy) become (2 x lines, points, xy)."""
        start, end = np.repeat(lines, 2, axis=0).transpose(1, 0, 2)
        way = end - start
        length = np.sqrt((way * way).sum(axis=1, keepdims=True))
        gain = np.where(length > 500, 0.4, -0.0016668 * length + 1.233334)
        gain[length < 200] = 1.0
        reach = np.where(length * length >= STRAY * STRAY * 100, STRAY, length / 10)
        reach[1::2] *= 0.5
        keeps = self.pen.keeps_corners
        count = 7 if keeps else 11
        numbers = self._randoms.take_many(count * len(way)).reshape(-1, count)
        bend = 0.2 + numbers[:, :1] * 0.2
        strength = self.pen.roughness * gain
        bow = strength * (numbers[:, 1:3] * 2 - 1) * (STRAY * way[:, ::-1] * (1, -1) / 200)
        off = (strength * reach * (numbers[:, 3:] * 2 - 1)).reshape(len(way), count // 2 - 1, 2)
        strokes = np.stack(
            [start, bow + start + way * bend, bow + start + way * (2 * bend), end], 1
        )
        if keeps:
            strokes[:, 1:3] += off
        else:
            strokes += off
        return strokes


def _smooth_turn(turn: Turn) -> tuple[list[Point], list[Point]]:
    increment = turn.increment / 4
    around: list[Point] = []
    angle = 0.0
    while angle <= math.pi * 2:
        around.append(turn.at(angle))
        angle += increment
    return spline([turn.at(-increment), *around, turn.at(0), turn.at(increment)]), around


def _zigzag(lines: list[rough_hachure.Line], gap: float) -> list[rough_hachure.Line]:
    turn = math.radians(HACHURE_DEGREES)
    dx, dy = gap * 0.5 * math.cos(turn), gap * 0.5 * math.sin(turn)
    return [
        side
        for (x, y), end in lines
        if (x, y) != end
        for side in (((x - dx, y + dy), end), ((x + dx, y - dy), end))
    ]
