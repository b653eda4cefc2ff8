"""The heads of arrows, and where the text on an arrow stands."""

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from solosync.render import rough
from solosync.render.geometry import Subpath
from solosync.render.rough import Pen, Sketch
from solosync.render.rough_points import Point
from solosync.render.rough_randoms import Floats
from solosync.render.scene import Op
from solosync.render.scenes.excalidraw_elements import Element, Paint
from solosync.render.scenes.excalidraw_shapes import Look, dots, look, pen

Side = Literal["start", "end"]

# Lengths in pixels on a line long enough for them, and angles to it in degrees.
SIZES = {"arrow": 25.0, "diamond": 12.0, "diamond_outline": 12.0}
SIZES |= dict.fromkeys(("crowfoot_many", "crowfoot_one", "crowfoot_one_or_many"), 20.0)
OTHER_SIZE = 15.0
ANGLES = {"bar": 90.0, "arrow": 20.0}
OTHER_ANGLE = 25.0

CIRCLES = frozenset({"dot", "circle", "circle_outline"})
POLYGONS = frozenset({"triangle", "triangle_outline", "diamond", "diamond_outline"})
MANY = frozenset({"crowfoot_many", "crowfoot_one_or_many"})


def heads(element: Element, line: list[Sketch], backdrop: Paint | None, alpha: float) -> list[Op]:
    """Both heads, for the sketch of the line; what is hollow is filled with the backdrop."""
    strokes = next((sketch.strokes for sketch in line if sketch.kind == "outline"), [])
    if not strokes:
        return []
    ops: list[Op] = []
    own, own_look = pen(element), look(element)
    raw = element.raw
    sides: list[tuple[Side, object]] = [
        ("start", raw.get("startArrowhead")),
        ("end", raw.get("endArrowhead", "arrow")),
    ]
    for side, name in sides:
        if not isinstance(name, str):
            continue
        tip = _Tip.of(element, strokes, side, name)
        if tip is None:
            continue
        # A head may bring a steadier hand and an end to the dashes, which the next one inherits.
        own, own_look = _calmed(name, element, own, own_look)
        ops += _head(name, tip, own, own_look, backdrop, alpha)
    return ops


def _calmed(name: str, element: Element, own: Pen, own_look: Look) -> tuple[Pen, Look]:
    if name == "crowfoot_one":
        return own, own_look
    if name in CIRCLES or name in POLYGONS:
        return own, replace(own_look, dash=())
    dash: tuple[float, ...] = ()
    if element.stroke_style == "dotted":
        on, off = dots(element.stroke_width - 1)
        dash = (on, off - 1)
    return replace(own, roughness=min(1.0, own.roughness)), replace(own_look, dash=dash)


def _head(
    name: str, tip: "_Tip", own: Pen, own_look: Look, backdrop: Paint | None, alpha: float
) -> list[Op]:
    fill = backdrop if name.endswith("_outline") else own_look.stroke
    filled = replace(own_look, fill=fill)
    if name in CIRCLES:
        x, y = tip.at
        calm = replace(own, fill="solid", roughness=min(0.5, own.roughness))
        size = tip.size + tip.stroke_width - 2
        return filled.paint(rough.ellipse(x, y, size, size, calm), alpha)
    if name in POLYGONS:
        calm = replace(own, fill="solid", roughness=min(1.0, own.roughness))
        return filled.paint(rough.polygon(tip.polygon(name), calm), alpha)
    at, left, right = tip.barbs(name)
    sketches: list[Sketch] = []
    if name == "crowfoot_one":
        sketches = rough.line(left, right, own)
    else:
        sketches = rough.line(left, at, own) + rough.line(right, at, own)
    if name == "crowfoot_one_or_many":
        _, left, right = tip.barbs("crowfoot_one")
        sketches += rough.line(left, right, own)
    # One op for each stroke: two that cross in a translucent arrow are darker there.
    return own_look.paint(sketches, alpha)


class _Tip:
    """An end of a line: the point, the direction in which it arrives, the room for a head."""

    def __init__(self, at: Point, direction: Point, size: float, element: Element, side: Side):
        self.at = at
        self.size = size
        self.stroke_width = element.stroke_width
        self._direction = direction
        self._inner = element.points[1] if side == "start" else element.points[-2]

    @classmethod
    def of(
        cls, element: Element, strokes: list[list[Point]] | Floats, side: Side, name: str
    ) -> "_Tip | None":
        """From the first cubic of the sketch, or the last; None if it arrives from nowhere."""
        a, b, c, d = strokes[0][:4] if side == "start" else strokes[-1][-4:]
        at = a if side == "start" else d
        # From a point near the cubic's end, for both heads: so Excalidraw has it.
        x, y = _on_cubic((d, c, b, a), 0.3)
        length = math.hypot(at[0] - x, at[1] - y)
        if not length:
            return None
        direction = ((at[0] - x) / length, (at[1] - y) / length)
        points = element.points if side == "end" else element.points[::-1]
        room = math.dist(points[-1], points[-2]) * (0.25 if name.startswith("diamond") else 0.5)
        return cls(at, direction, min(SIZES.get(name, OTHER_SIZE), room), element, side)

    @property
    def back(self) -> Point:
        """Where the head's other end is, on the line."""
        (x, y), (dx, dy) = self.at, self._direction
        return (x - dx * self.size, y - dy * self.size)

    def barbs(self, name: str) -> tuple[Point, Point, Point]:
        """A point, and the ends of the two lines from it."""
        angle = math.radians(ANGLES.get(name, OTHER_ANGLE))
        at, back = (self.back, self.at) if name in MANY else (self.at, self.back)
        return at, _turned(back, at, -angle), _turned(back, at, angle)

    def polygon(self, name: str) -> list[Point]:
        at, left, right = self.barbs(name)
        if not name.startswith("diamond"):
            return [at, left, right, at]
        # The far corner lies towards the line's next point, which needn't be where it arrives.
        x, y = self.at
        towards = math.atan2(self._inner[1] - y, self._inner[0] - x)
        far = (x + 2 * self.size * math.cos(towards), y + 2 * self.size * math.sin(towards))
        return [at, left, far, right, at]


def _on_cubic(cubic: tuple[Point, Point, Point, Point], t: float) -> Point:
    u = 1 - t
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = cubic
    first, second, third, fourth = u**3, 3 * t * u * u, 3 * t * t * u, t**3
    return (
        first * ax + second * bx + third * cx + fourth * dx,
        first * ay + second * by + third * cy + fourth * dy,
    )


def _turned(point: Point, around: Point, radians: float) -> Point:
    (x, y), (cx, cy) = point, around
    cos, sin = math.cos(radians), math.sin(radians)
    return ((x - cx) * cos - (y - cy) * sin + cx, (x - cx) * sin + (y - cy) * cos + cy)


def label_point(element: Element, line: list[Sketch]) -> Point:
    """The middle of the text on a line, in the line's coordinates: its middle point, or the middle
    of its middle segment."""
    points = element.points
    if len(points) % 2:
        return points[len(points) // 2]
    after = len(points) // 2
    if element.roundness is not None and len(points) > 2:
        return _middle_of_curve(line, after)
    (ax, ay), (bx, by) = points[after - 1], points[after]
    return ((ax + bx) / 2, (ay + by) / 2)


def _middle_of_curve(line: list[Sketch], after: int) -> Point:
    strokes = next(sketch.strokes for sketch in line if sketch.kind == "outline")
    chain = np.array(strokes[0][3 * after - 3 : 3 * after + 1])
    flat = Subpath(chain, is_closed=False, is_curved=True).flat(0.01)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])
    half = lengths[-1] / 2
    return (
        float(np.interp(half, lengths, flat[:, 0])),
        float(np.interp(half, lengths, flat[:, 1])),
    )
