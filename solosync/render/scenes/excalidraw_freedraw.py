"""Freehand strokes of Excalidraw, and what fills those that end where they began."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from solosync.render import freehand, freehand_many, rough
from solosync.render.freehand_widths import Pen
from solosync.render.geometry import Path
from solosync.render.rough_points import simplified
from solosync.render.scene import Fill, Op
from solosync.render.scenes import excalidraw_shapes as shapes
from solosync.render.scenes.excalidraw_elements import Element
from solosync.render.scenes.values import number

SIZE = 4.25  # of the brush, in stroke widths
PEN = Pen(thinning=0.6, easing=lambda part: math.sin(part * math.pi / 2))


def freedraw(element: Element, alpha: float, path: Path | None = None) -> list[Op]:
    """In its own coordinates. ``path`` is its outline, if that was made before."""
    ops = _inside(element, alpha)
    if element.stroke is None:
        return ops
    if path is None:
        pressures = _pressures(element)
        pen = replace(PEN, size=_size(element), simulate_pressure=pressures is None)
        corners = freehand.outline(_points(element), pressures, pen)
        if not corners:
            return ops
        path = freehand.path(corners)
    color, own_alpha = element.stroke
    return [*ops, Fill(path, color, alpha * own_alpha)]


def outlines(elements: Iterable[Element]) -> dict[int, Path]:
    """Those that are done sooner together, by the identity of the element."""
    drawn = [each for each in elements if each.type == "freedraw" and _pressures(each) is None]
    paths = freehand_many.paths(
        [_points(each) for each in drawn],
        [_size(each) for each in drawn],
        PEN,
        easing=lambda parts: np.sin(parts * (math.pi / 2)),
    )
    return {id(each): path for each, path in zip(drawn, paths, strict=True) if path is not None}


def _size(element: Element) -> float:
    return element.stroke_width * SIZE


def _points(element: Element) -> list[complex]:
    return [complex(x, y) for x, y in element.points]


def _inside(element: Element, alpha: float) -> list[Op]:
    if not element.is_loop or element.background is None:
        return []
    around = simplified(list(element.points), 0.75)
    pen = shapes.pen(element, has_outline=False)
    return shapes.look(element).paint(rough.curve(around, pen), alpha)


def _pressures(element: Element) -> list[float | None] | None:
    """One for each point; None where they are to be guessed from the speed."""
    given: Any = element.raw.get("pressures")
    if element.raw.get("simulatePressure") is True or not isinstance(given, list) or not given:
        return None
    known: list[float | None] = [number(each, None) for each in given[: len(element.points)]]
    return known + [None] * (len(element.points) - len(known))
