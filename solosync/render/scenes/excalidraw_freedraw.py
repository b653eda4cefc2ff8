"""Freehand strokes of Excalidraw, and what fills those that end where they began."""

import math
from typing import Any

from solosync.render import freehand, rough
from solosync.render.freehand_widths import Pen
from solosync.render.rough_points import simplified
from solosync.render.scene import Fill, Op
from solosync.render.scenes import excalidraw_shapes as shapes
from solosync.render.scenes.excalidraw_elements import Element
from solosync.render.scenes.values import number

SIZE = 4.25  # of the brush, in stroke widths


def freedraw(element: Element, alpha: float) -> list[Op]:
    """In its own coordinates."""
    ops = _inside(element, alpha)
    if element.stroke is None:
        return ops
    pressures = _pressures(element)
    pen = Pen(
        size=element.stroke_width * SIZE,
        thinning=0.6,
        smoothing=0.5,
        streamline=0.5,
        simulate_pressure=pressures is None,
        easing=lambda part: math.sin(part * math.pi / 2),
    )
    outline = freehand.outline([complex(x, y) for x, y in element.points], pressures, pen)
    color, own_alpha = element.stroke
    if outline:
        ops.append(Fill(freehand.path(outline), color, alpha * own_alpha))
    return ops


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
