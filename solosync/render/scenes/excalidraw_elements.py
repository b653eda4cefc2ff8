"""Elements of an Excalidraw file as they count for drawing, older forms brought to today's.

The defaults are those that Excalidraw itself fills in when it opens a file.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from solosync.render.rough import FillStyle
from solosync.render.rough_points import Point
from solosync.render.scene import Color
from solosync.render.scenes.values import (
    is_color,
    number,
    paint,
    positive,
    share,
    string,
)

Paint = tuple[Color, float]  # with its alpha
StrokeStyle = Literal["solid", "dashed", "dotted"]

DEFAULT_STROKE: Color = (0x1E, 0x1E, 0x1E)
MAX_STROKE_WIDTH = 1_000.0
MAX_ROUGHNESS = 10.0

LEGACY, PROPORTIONAL, ADAPTIVE = 1, 2, 3  # how the radius of a corner follows from the size
PROPORTION = 0.25
ADAPTIVE_RADIUS = 32.0

SHAPES = frozenset({"rectangle", "diamond", "ellipse"})
LINES = frozenset({"line", "arrow"})
EMBEDDED = frozenset({"iframe", "embeddable"})
FRAMES = frozenset({"frame", "magicframe"})
TYPES = SHAPES | LINES | EMBEDDED | FRAMES | {"freedraw", "text", "image"}

ROUND_TYPES = EMBEDDED | {"rectangle", "line", "diamond", "image"}  # may have round corners
FILL_STYLES: dict[str, FillStyle] = {
    "solid": "solid",
    "hachure": "hachure",
    "cross-hatch": "cross-hatch",
    "zigzag": "zigzag",
}
STROKE_STYLES: dict[str, StrokeStyle] = {"dashed": "dashed", "dotted": "dotted"}


@dataclass(frozen=True, slots=True)
class Roundness:
    kind: int
    radius: float | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """``x, y`` are where its own coordinates begin; ``angle`` is in radians, clockwise, around
    its middle. ``background`` and ``stroke`` are None where they don't show. ``raw`` holds what
    only one type has."""

    id: str
    type: str
    x: float
    y: float
    width: float
    height: float
    angle: float
    stroke: Paint | None
    background: Paint | None
    stroke_width: float
    stroke_style: StrokeStyle
    fill_style: FillStyle
    roughness: float
    opacity: float
    seed: int
    roundness: Roundness | None
    points: tuple[Point, ...]
    frame_id: str | None
    group_ids: tuple[str, ...]
    raw: Mapping[str, Any]

    def corner_radius(self, side: float) -> float:
        """Of a corner between sides the shorter of which is so long."""
        if self.roundness is None:
            return 0.0
        if self.roundness.kind in (LEGACY, PROPORTIONAL):
            return side * PROPORTION
        if self.roundness.kind != ADAPTIVE:
            return 0.0
        most = self.roundness.radius or ADAPTIVE_RADIUS
        return min(most, side * PROPORTION)

    @property
    def is_loop(self) -> bool:
        """A line that ends where it began, or so near that it was meant to."""
        if len(self.points) < 3:
            return False
        return math.dist(self.points[0], self.points[-1]) <= 8


def parse(raw: Mapping[str, Any]) -> Element | None:
    """None for what isn't to be drawn: deleted, without any size, or of a type not known here."""
    type_ = string(raw.get("type"))
    if type_ == "draw":  # what lines drawn by hand were in 2020
        type_ = "line"
    if type_ not in TYPES or raw.get("isDeleted") is True:
        return None
    x, width = _from_its_start(raw.get("x"), raw.get("width"))
    y, height = _from_its_start(raw.get("y"), raw.get("height"))
    element = Element(
        id=string(raw.get("id")),
        type=type_,
        x=x,
        y=y,
        width=width,
        height=height,
        angle=0.0 if type_ in FRAMES else number(raw.get("angle"), 0.0),
        stroke=_stroke(raw.get("strokeColor")),
        background=paint(raw.get("backgroundColor")),
        stroke_width=min(positive(raw.get("strokeWidth"), 2.0), MAX_STROKE_WIDTH),
        stroke_style=STROKE_STYLES.get(string(raw.get("strokeStyle")), "solid"),
        fill_style=FILL_STYLES.get(string(raw.get("fillStyle"), "solid"), "hachure"),
        roughness=max(0.0, min(MAX_ROUGHNESS, number(raw.get("roughness"), 1.0))),
        opacity=share(number(raw.get("opacity"), 100.0) / 100),
        seed=_seed(raw.get("seed")),
        roundness=_roundness(raw, type_),
        points=_points(raw.get("points")),
        frame_id=raw.get("frameId") if isinstance(raw.get("frameId"), str) else None,
        group_ids=_strings(raw.get("groupIds")),
        raw=raw,
    )
    if type_ in LINES:
        element = _as_line(element)
    return element if _has_size(element) else None


def _from_its_start(at: Any, length: Any) -> tuple[float, float]:
    """Where it begins on an axis, and how long it is: a length below zero runs the other way."""
    start, size = number(at, 0.0), number(length, 0.0)
    return (start + size, -size) if size < 0 else (start, size)


def _as_line(element: Element) -> Element:
    """Its points begin at its origin, and there are at least two; its size is theirs."""
    raw, points = element.raw, element.points
    if len(points) < 2:
        points = ((0.0, 0.0), (number(raw.get("width"), 0.0), number(raw.get("height"), 0.0)))
    xs, ys = zip(*points, strict=True)
    return replace(
        element,
        points=tuple((x - xs[0], y - ys[0]) for x, y in points) if xs[0] or ys[0] else points,
        x=number(raw.get("x"), 0.0) + xs[0],
        y=number(raw.get("y"), 0.0) + ys[0],
        width=max(xs) - min(xs),
        height=max(ys) - min(ys),
    )


def _has_size(element: Element) -> bool:
    if element.type == "text":
        return bool(string(element.raw.get("text")))
    if element.type == "freedraw":
        return len(element.points) >= 2
    if element.type in LINES:
        # One point is none; without any list of them, which is so in the oldest files, there are
        # the box's corners.
        given = element.raw.get("points")
        is_old = not isinstance(given, list) or element.raw.get("type") == "draw"
        return is_old or len(_points(given)) >= 2
    return bool(element.width or element.height)


def _stroke(value: Any) -> Paint | None:
    """Black where it is no colour, as browsers draw it."""
    if not isinstance(value, str) or not value:
        return DEFAULT_STROKE, 1.0
    return paint(value) if is_color(value) else ((0, 0, 0), 1.0)


def _seed(value: Any) -> int:
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    return value & 0xFFFFFFFF if type(value) is int else 1


def _roundness(raw: Mapping[str, Any], type_: str) -> Roundness | None:
    value = raw.get("roundness")
    if isinstance(value, dict):
        kind = number(value.get("type"), 0.0)
        return Roundness(int(kind), positive(value.get("value"), None))
    if raw.get("strokeSharpness") == "round":  # until 2022
        is_adaptive = type_ in EMBEDDED or type_ in ("rectangle", "image")
        return Roundness(LEGACY if is_adaptive else PROPORTIONAL)
    return None


def _points(value: Any) -> tuple[Point, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        (number(point[0], 0.0), number(point[1], 0.0))
        for point in value
        if isinstance(point, list) and len(point) >= 2
    )


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
