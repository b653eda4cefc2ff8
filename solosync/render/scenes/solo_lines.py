"""What is drawn with a pen on a Solo board: strokes, lines, arrows, rectangles and circles."""

import cmath
from collections.abc import Callable, Sequence

from solosync.render import freehand, freehand_many
from solosync.render.freehand_widths import Pen
from solosync.render.geometry import Path
from solosync.render.scene import Fill, Join, Op, Stroke
from solosync.render.scenes.solo_elements import Drawing, Element, round_line, together
from solosync.render.scenes.values import paint, positive, share
from solosync.render.shapes import ellipse, rectangle

HIGHLIGHTER_ALPHA = 0.4
ARROW_SIZE = 10.0
ARROW_WIDTHS = 3.0  # an arrow's head is at least that many times as long as its line is wide


def pen(element: Element) -> tuple[Op, ...]:
    """A line whose width follows the pressure if points have one (``p``), else the speed."""
    path = element.drawing.outlines.get(id(element.value))
    if path is None:
        points, pressures = element.points()
        corners = freehand.outline(
            points, pressures, Pen(element.size, simulate_pressure=pressures is None)
        )
        if not corners:
            return ()
        path = freehand.path(corners)
    return element.painted(Fill(path, element.color, element.alpha))


def outline_together(elements: Sequence[Element], drawing: Drawing) -> None:
    """Makes the outlines of what the pen draws, as far as that is done sooner together."""
    drawn = [(element, *element.points()) for element in elements]
    unmeasured = [(element, points) for element, points, pressures in drawn if pressures is None]
    paths = freehand_many.paths(
        [points for _, points in unmeasured],
        [element.size for element, _ in unmeasured],
        Pen(),
        easing=lambda parts: parts,
    )
    for (element, _), path in zip(unmeasured, paths, strict=True):
        if path is not None:
            drawing.outlines[id(element.value)] = path


def highlighter(element: Element) -> tuple[Op, ...]:
    """As wide everywhere, and one translucent shape: it isn't darker where it crosses itself."""
    points, _ = element.points()
    if not points:
        return ()
    alpha = element.alpha
    if element.number("opacity") is None:
        alpha *= HIGHLIGHTER_ALPHA
    return element.painted(round_line(points, element.color, element.size, alpha))


def eraser(element: Element) -> tuple[Op, ...]:
    """Takes away what was drawn before it; with an opacity, that much of it."""
    points, _ = element.points()
    if not points:
        return ()
    line = round_line(points, element.color, element.size, share(element.value.get("opacity")))
    return element.painted(line, default="destination-out")


def line(element: Element) -> tuple[Op, ...]:
    ends = element.ends()
    if not ends:
        return ()
    return element.painted(round_line(ends, element.color, element.size, element.alpha))


def arrow(element: Element) -> tuple[Op, ...]:
    """The heads are filled triangles whose tips lie on the ends."""
    ends = element.ends()
    if not ends:
        return ()
    size = element.size
    parts: list[Op] = [round_line(ends, element.color, size, 1.0)]
    length = positive(element.value.get("arrowSize"), max(ARROW_SIZE, ARROW_WIDTHS * size))
    if element.value.get("arrowEnd") is not False:
        parts += _head(element, ends[-1], ends[::-1], length)
    if element.value.get("arrowStart") is True:
        parts += _head(element, ends[0], ends, length)
    return element.painted(*together(tuple(parts), element.alpha))


def _head(element: Element, tip: complex, back: list[complex], length: float) -> list[Op]:
    """``back`` are the points from the tip on: the nearest other one gives the direction."""
    behind = next((point for point in back if point != tip), None)
    if behind is None:
        return []
    away = cmath.rect(length, cmath.phase(behind - tip))
    corners = [tip, tip + away + away * 0.5j, tip + away - away * 0.5j]
    triangle = Path.polygon([(corner.real, corner.imag) for corner in corners])
    return [
        Fill(triangle, element.color),
        Stroke(triangle, element.color, element.size),
    ]


def box(element: Element) -> tuple[Op, ...]:
    around = element.box()
    return () if around is None else _shape(element, rectangle(around), "miter")


def circle(element: Element) -> tuple[Op, ...]:
    """Around x, y with a radius (or radiusX and radiusY), else the ellipse that fills its box."""
    center = element.place()
    radius = positive(element.value.get("radius"), None)
    radius_x = positive(element.value.get("radiusX"), radius)
    radius_y = positive(element.value.get("radiusY"), radius_x)
    if radius_x is not None and radius_y is not None and center is not None:
        return _shape(element, ellipse(center.real, center.imag, radius_x, radius_y), "round")
    around = element.box()
    if around is None:
        return ()
    middle_x, middle_y = (around.left + around.right) / 2, (around.top + around.bottom) / 2
    path = ellipse(middle_x, middle_y, around.width / 2, around.height / 2)
    return _shape(element, path, "round")


def _shape(element: Element, path: Path, join: Join) -> tuple[Op, ...]:
    """Its inside too, where the element says a colour for it."""
    inside = paint(element.value.get("fill")) or paint(element.value.get("fillColor"))
    alpha = element.alpha if inside is None else 1.0
    border = Stroke(path, element.color, element.size, alpha, "butt", join)
    if inside is None:
        return element.painted(border)
    return element.painted(*together((Fill(path, *inside), border), element.alpha))


Kind = Callable[[Element], tuple[Op, ...]]

KINDS: dict[str, Kind] = {
    "pen": pen,
    "highlighter": highlighter,
    "eraser": eraser,
    "line": line,
    "arrow": arrow,
    "rectangle": box,
    "circle": circle,
}
