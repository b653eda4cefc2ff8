"""Shapes and lines of Excalidraw, drawn by hand: rectangles, diamonds, ellipses, lines, arrows
and what stands behind an embedded page. All in the element's own coordinates."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from solosync.render import rough
from solosync.render.geometry import NOWHERE, Box
from solosync.render.rough import Pen, Segment, Sketch
from solosync.render.rough_points import Point
from solosync.render.scene import Fill, Op, Stroke
from solosync.render.scenes.excalidraw_elements import (
    LINES,
    ROUND_TYPES,
    Element,
    Paint,
)

ELBOW_RADIUS = 16.0
ARTIST = 2.0  # from this roughness on corners don't stay where they are


@dataclass(frozen=True, slots=True)
class Look:
    """How sketches are painted."""

    stroke: Paint | None
    fill: Paint | None
    width: float
    hatch_width: float
    dash: tuple[float, ...] = ()

    def paint(self, sketches: Iterable[Sketch], alpha: float) -> list[Op]:
        return [op for sketch in sketches for op in self._painted(sketch, alpha)]

    def _painted(self, sketch: Sketch, alpha: float) -> list[Op]:
        paint = self.stroke if sketch.kind == "outline" else self.fill
        if paint is None or not len(sketch.strokes):
            return []
        color, own_alpha = paint
        alpha *= own_alpha
        if sketch.kind == "fill":
            return [Fill(sketch.path, color, alpha, sketch.is_even_odd)]
        if sketch.kind == "hatch":
            return [Stroke(sketch.path, color, self.hatch_width, alpha)]
        return [Stroke(sketch.path, color, self.width, alpha, dash=self.dash)]


def pen(element: Element, *, is_continuous: bool = False, has_outline: bool = True) -> Pen:
    """``is_continuous``: its outline is one path with round corners."""
    fills = element.background is not None and _can_fill(element)
    return Pen(
        seed=element.seed,
        roughness=_roughness(element),
        fill=element.fill_style if fills else None,
        gap=element.stroke_width * 4,
        is_single=element.stroke_style != "solid",
        keeps_corners=is_continuous or element.roughness < ARTIST,
        curve_fitting=1 if element.type == "ellipse" else 0.95,
        has_outline=has_outline,
    )


def look(element: Element) -> Look:
    """Dashes and dots are single lines, so they are a bit wider."""
    width = element.stroke_width
    dash: tuple[float, ...] = ()
    if element.stroke_style == "dashed":
        dash = (8, 8 + width)
    elif element.stroke_style == "dotted":
        dash = dots(width)
    wider = 0.0 if element.stroke_style == "solid" else 0.5
    return Look(element.stroke, element.background, width + wider, width / 2, dash)


def dots(width: float) -> tuple[float, float]:
    return (1.5, 6 + width)


def shape(element: Element) -> list[Sketch]:
    """Of a rectangle, diamond, ellipse or embedded page."""
    width, height = element.width, element.height
    if element.type == "ellipse":
        return rough.ellipse(width / 2, height / 2, width, height, pen(element))
    if element.type == "diamond":
        return _diamond(element)
    if element.roundness is None:
        return rough.rectangle(width, height, pen(element))
    radius = element.corner_radius(min(width, height))
    return rough.path(*_round_box(width, height, radius), pen(element, is_continuous=True))


def line(element: Element) -> list[Sketch]:
    """Of a line, or of an arrow without its heads."""
    if element.raw.get("elbowed") is True and element.type == "arrow":
        return rough.path(*_elbows(element.points), pen(element, is_continuous=True))
    own = pen(element)
    if element.roundness is not None:
        return rough.curve(element.points, own)
    if own.fill is not None:
        return rough.polygon(element.points, own)
    return rough.polyline(element.points, own)


def embedded(element: Element) -> Element:
    """As it is drawn where the page itself can't be shown."""
    if element.background is None and element.stroke is None:
        grey: Paint = ((0xD3, 0xD3, 0xD3), 1.0)
        return replace(element, roughness=0.0, background=grey, fill_style="solid")
    if element.type != "iframe":
        return element
    return replace(
        element,
        stroke=element.stroke or ((0, 0, 0), 1.0),
        background=element.background or ((0xF4, 0xF4, 0xF6), 1.0),
    )


def outline_box(sketches: Sequence[Sketch]) -> Box:
    """Of the line itself, whatever its width."""
    for sketch in sketches:
        if sketch.kind == "outline":
            return sketch.path.bounds
    return NOWHERE


def _can_fill(element: Element) -> bool:
    if element.type == "arrow":
        return False
    return element.type not in ("line", "freedraw") or element.is_loop


def _roughness(element: Element) -> float:
    """Small shapes are drawn with a steadier hand."""
    longer = max(element.width, element.height)
    shorter = min(element.width, element.height)
    is_round = element.roundness is not None and element.type in ROUND_TYPES
    if (
        (shorter >= 20 and longer >= 50)
        or (shorter >= 15 and is_round)
        or (element.type in LINES and longer >= 50)
    ):
        return element.roughness
    return min(element.roughness / (3 if longer < 10 else 2), 2.5)


def _round_box(width: float, height: float, r: float) -> tuple[Point, list[Segment]]:
    right, bottom = width - r, height - r
    corners: list[tuple[Point, Point, Point]] = [
        ((right, 0), (width, 0), (width, r)),
        ((width, bottom), (width, height), (right, height)),
        ((r, height), (0, height), (0, bottom)),
        ((0, r), (0, 0), (r, 0)),
    ]
    segments: list[Segment] = []
    for before, corner, after in corners:
        segments += [(before,), rough.quadratic(before, corner, after)]
    return (r, 0), segments


def _diamond(element: Element) -> list[Sketch]:
    """Its corners lie on whole pixels and one beyond the middle, as Excalidraw has them."""
    width, height = element.width, element.height
    x, y = math.floor(width / 2) + 1, math.floor(height / 2) + 1
    top, right, bottom, left = (x, 0.0), (width, y), (x, height), (0.0, y)
    if element.roundness is None:
        return rough.polygon([top, right, bottom, left], pen(element))
    rx = element.corner_radius(abs(x))
    ry = element.corner_radius(abs(y))
    corners: list[tuple[Point, Point, Point]] = [
        ((right[0] - rx, y - ry), right, (right[0] - rx, y + ry)),
        ((x + rx, height - ry), bottom, (x - rx, height - ry)),
        ((rx, y + ry), left, (rx, y - ry)),
        ((x - rx, ry), top, (x + rx, ry)),
    ]
    segments: list[Segment] = []
    for before, corner, after in corners:
        segments += [(before,), (corner, corner, after)]
    return rough.path((x + rx, ry), segments, pen(element, is_continuous=True))


def _elbows(points: Sequence[Point]) -> tuple[Point, list[Segment]]:
    """Lines along the axes that turn in quarter circles, smaller ones where there is no room."""
    segments: list[Segment] = []
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(ELBOW_RADIUS, math.dist(corner, after) / 2, math.dist(corner, before) / 2)
        start = _towards(corner, before, radius, is_across=_is_across(before, corner))
        end = _towards(corner, after, radius, is_across=_is_across(corner, after))
        segments += [(start,), rough.quadratic(start, corner, end)]
    return points[0], [*segments, (points[-1],)]


def _is_across(start: Point, end: Point) -> bool:
    """Whether it runs more across than down: points may lie a bit beside their axis."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return dx > abs(dy) or dx <= -abs(dy)


def _towards(corner: Point, other: Point, by: float, *, is_across: bool) -> Point:
    x, y = corner
    if is_across:
        return (x - by if other[0] < x else x + by, y)
    return (x, y - by if other[1] < y else y + by)
