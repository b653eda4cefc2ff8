"""Values out of a board's JSON, which anybody may have written: whatever isn't what it should be
counts as not given."""

import math
import re
from functools import lru_cache
from typing import Any, TypeVar, overload

from PIL import ImageColor

from solosync.render.scene import Color

# Beyond that nothing is drawn exactly, and products of lengths are still far from infinite.
FARTHEST = 1e7

Default = TypeVar("Default", float, None)

_FUNCTION = re.compile(r"rgba?\(([^()]*)\)")


def number(value: Any, default: Default) -> float | Default:
    """A finite number, not beyond FARTHEST."""
    if type(value) is float:
        if -FARTHEST <= value <= FARTHEST:
            return value
        return default if math.isnan(value) or math.isinf(value) else math.copysign(FARTHEST, value)
    if type(value) is int:
        # Comparing is exact and quick for integers of any length; converting them may overflow.
        return float(max(-int(FARTHEST), min(int(FARTHEST), value)))
    return default


@overload
def positive(value: Any, default: float) -> float: ...
@overload
def positive(value: Any, default: None) -> float | None: ...
def positive(value: Any, default: float | None) -> float | None:
    """A number above zero."""
    given = number(value, None)
    return given if given is not None and given > 0 else default


def share(value: Any, default: float = 1.0) -> float:
    """An opacity: 0..1."""
    return max(0.0, min(1.0, number(value, default)))


def string(value: Any, default: str = "") -> str:
    return value if isinstance(value, str) else default


def entries(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def color(value: Any, default: Color) -> Color:
    painted = paint(value)
    return default if painted is None else painted[0]


def paint(value: Any) -> tuple[Color, float] | None:
    """A CSS colour (hexadecimal, rgb(), rgba(), hsl(), a name) and its alpha; None if it is none,
    or wholly transparent."""
    return _paint(value) if isinstance(value, str) and len(value) <= 64 else None


@lru_cache(maxsize=1024)
def _paint(text: str) -> tuple[Color, float] | None:
    text = text.strip().lower()
    function = _FUNCTION.fullmatch(text)
    try:
        if function is not None:
            return _rgb(re.split(r"[\s,/]+", function[1].strip()))
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except ValueError:
        return None
    if alpha and not alpha[0]:
        return None
    return (red, green, blue), alpha[0] / 255 if alpha else 1.0


def _rgb(parts: list[str]) -> tuple[Color, float] | None:
    if len(parts) not in (3, 4):
        return None
    red, green, blue = (round(_component(part, 255)) for part in parts[:3])
    alpha = _component(parts[3], 1) if len(parts) == 4 else 1.0
    return ((red, green, blue), alpha) if alpha else None


def _component(part: str, most: float) -> float:
    """Raises ValueError for what is no number."""
    value = float(part[:-1]) / 100 * most if part.endswith("%") else float(part)
    if math.isnan(value):
        raise ValueError(part)
    return max(0.0, min(most, value))
