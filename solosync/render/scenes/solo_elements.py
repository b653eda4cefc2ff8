"""What the elements of a Solo board have in common: their points, corners, colour and the rest,
read from JSON in any of the forms that occur."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from solosync.render.geometry import Box, Path
from solosync.render.scene import Color, Fill, Group, Op, Stroke
from solosync.render.scenes.values import FARTHEST, color, number, paint, positive, share, string
from solosync.render.shapes import ellipse

if TYPE_CHECKING:
    from solosync.render.images import Pictures

INK: Color = (0, 0, 0)
SIZE = 2.0
COMPOSITES = frozenset(
    (
        *("source-over", "source-in", "source-out", "source-atop"),
        *("destination-over", "destination-in", "destination-out", "destination-atop"),
        *("lighter", "copy", "xor"),
        *("multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn"),
        *("hard-light", "soft-light", "difference", "exclusion"),
        *("hue", "saturation", "color", "luminosity"),
    )
)


@dataclass(slots=True)
class Drawing:
    """What is being made: where its pictures come from, and what couldn't be shown."""

    pictures: "Pictures"
    left_out: dict[str, None] = field(default_factory=dict)  # kinds, in order
    missing: dict[str, None] = field(default_factory=dict)  # characters, in order
    # Of strokes that were outlined together with others, by the identity of their values.
    outlines: dict[int, Path] = field(default_factory=dict)

    def leave_out(self, kind: str) -> tuple[Op, ...]:
        self.left_out[kind[:40]] = None
        return ()

    def warnings(self) -> tuple[str, ...]:
        """In sentences, one for each kind of element, and one for all characters."""
        told = [f"An element of kind {kind!r} has no place to draw it." for kind in self.left_out]
        if self.missing:
            some = " ".join(list(self.missing)[:20])
            told.append(f"No font here has these characters, they are shown as boxes: {some}")
        return tuple(told)


@dataclass(slots=True)
class Element:
    """``is_gesture``: the points are the way of the pointer, so that of a shape only the first
    and the last one count."""

    value: dict[str, Any]
    kind: str
    drawing: Drawing
    is_gesture: bool = False

    def number(self, key: str) -> float | None:
        return number(self.value.get(key), None)

    @property
    def color(self) -> Color:
        return color(self.value.get("color"), INK)

    @property
    def alpha(self) -> float:
        """The opacity, and that of the colour itself."""
        painted = paint(self.value.get("color"))
        return share(self.value.get("opacity")) * (painted[1] if painted else 1.0)

    @property
    def size(self) -> float:
        return positive(self.value.get("size"), SIZE)

    def points(self) -> tuple[list[complex], list[float | None] | None]:
        """x + y·j each, and the pen's pressures if it measured any."""
        return points_of(self.value.get("points"))

    def place(self) -> complex | None:
        """The top left corner: x and y, else the first point."""
        x, y = self.number("x"), self.number("y")
        if x is not None and y is not None:
            return complex(x, y)
        points, _ = self.points()
        return points[0] if points else None

    def ends(self) -> list[complex]:
        """The start and the end, or all the points between which lines are to be drawn; empty if
        there are none."""
        given = [self.number(key) for key in ("startX", "startY", "endX", "endY")]
        if None not in given:
            start_x, start_y, end_x, end_y = (part or 0.0 for part in given)
            return [complex(start_x, start_y), complex(end_x, end_y)]
        x, y = self.number("x"), self.number("y")
        width, height = self.number("width"), self.number("height")
        points, _ = self.points()
        if len(points) < 2 and None not in (x, y) and not (width is None and height is None):
            start = complex(x or 0.0, y or 0.0)
            return [start, start + complex(width or 0.0, height or 0.0)]
        return [points[0], points[-1]] if self.is_gesture and len(points) > 2 else points

    def box(self) -> Box | None:
        """Around the ends."""
        ends = self.ends()
        if len(ends) < 2:
            return None
        across, down = [end.real for end in ends], [end.imag for end in ends]
        return Box(min(across), min(down), max(across), max(down))

    def painted(self, *parts: Op, default: str = "source-over") -> tuple[Op, ...]:
        """By the element's composite operation, if it has one."""
        composite = string(self.value.get("composite"), default)
        if composite not in COMPOSITES:
            composite = default
        if composite == "source-over" or not parts:
            return parts
        return (Group(parts, composite=composite),)


def points_of(value: Any) -> tuple[list[complex], list[float | None] | None]:
    """From ``{x, y, p?}``, ``[x, y, p?]`` or a flat list of numbers; other items are skipped."""
    if not isinstance(value, list) or not value:
        return [], None
    first = value[0]
    if isinstance(first, int | float):
        return _flat(value), None
    if isinstance(first, dict) and "p" not in first:
        # Nearly all points there are: worth a way without a call for each.
        try:
            points = [complex(item["x"], item["y"]) for item in value if "p" not in item]
            if len(points) == len(value) and _are_near(points):
                return points, None
        except (KeyError, TypeError, ValueError, OverflowError):
            pass
    return _one_by_one(value)


def _are_near(points: Sequence[complex]) -> bool:
    # Not a number and infinity are not smaller either.
    return all(abs(point) < FARTHEST for point in points)


def _flat(value: list[Any]) -> list[complex]:
    numbers = [number(item, None) for item in value]
    return [
        complex(x, y)
        for x, y in zip(numbers[::2], numbers[1::2], strict=False)
        if x is not None and y is not None
    ]


def _one_by_one(value: list[Any]) -> tuple[list[complex], list[float | None] | None]:
    points: list[complex] = []
    pressures: list[float | None] = []
    for item in value:
        if isinstance(item, dict):
            x, y, pressure = item.get("x"), item.get("y"), item.get("p")
        elif isinstance(item, list) and len(item) >= 2:
            x, y, pressure = item[0], item[1], item[2] if len(item) > 2 else None
        else:
            continue
        x, y = number(x, None), number(y, None)
        if x is not None and y is not None:
            points.append(complex(x, y))
            pressures.append(number(pressure, None))
    return points, pressures if any(one is not None for one in pressures) else None


def round_line(points: Sequence[complex], color: Color, width: float, alpha: float) -> Op:
    """Straight from point to point with round ends; a single point is a dot."""
    first = points[0]
    if all(point == first for point in points):
        return Fill(ellipse(first.real, first.imag, width / 2, width / 2), color, alpha)
    line = Path.polyline([(point.real, point.imag) for point in points])
    return Stroke(line, color, width, alpha)


def together(parts: tuple[Op, ...], alpha: float) -> tuple[Op, ...]:
    """Parts that cover each other, at the opacity of the whole."""
    return parts if alpha == 1 else (Group(parts, alpha),)
