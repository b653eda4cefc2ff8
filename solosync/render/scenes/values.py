"""Values out of a board's JSON, which anybody may have written: whatever isn't what it should be
counts as not given."""

import colorsys
import math
import re
from functools import lru_cache
from typing import Any, TypeVar, overload

from PIL import ImageColor

from solosync.render.scene import Color

# Beyond that nothing is drawn exactly, and products of lengths are still far from infinite.
FARTHEST = 1e7

Default = TypeVar("Default", float, None)

_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")


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
    """A CSS colour (hexadecimal, rgb(), rgba(), hsl(), hsla(), a name) and its alpha; None if it
    is none, or wholly transparent."""
    painted = _paint(value) if isinstance(value, str) and len(value) <= 64 else None
    return painted if painted is not None and painted[1] else None


def is_color(value: Any) -> bool:
    """Whether it is one of those, be it wholly transparent."""
    return isinstance(value, str) and len(value) <= 64 and _paint(value) is not None


@lru_cache(maxsize=1024)
def _paint(text: str) -> tuple[Color, float] | None:
    text = text.strip().lower()
    if text in ("transparent", "none"):
        return (0, 0, 0), 0.0
    function = _FUNCTION.fullmatch(text)
    try:
        if function is not None:
            parts = re.split(r"[\s,/]+", function[2].strip())
            return _rgb(parts) if function[1] == "rgb" else _hsl(parts)
        red, green, blue, *alpha = ImageColor.getrgb(text)
    except ValueError:
        return None
    return (red, green, blue), alpha[0] / 255 if alpha else 1.0


def _rgb(parts: list[str]) -> tuple[Color, float] | None:
    if len(parts) not in (3, 4):
        return None
    red, green, blue = (round(_component(part, 255)) for part in parts[:3])
    return (red, green, blue), _component(parts[3], 1) if len(parts) == 4 else 1.0


def _hsl(parts: list[str]) -> tuple[Color, float] | None:
    if len(parts) not in (3, 4):
        return None
    degrees = float(parts[0].removesuffix("deg"))
    if not math.isfinite(degrees):
        return None
    saturation, lightness = (_component(part.removesuffix("%"), 100) / 100 for part in parts[1:3])
    rgb = colorsys.hls_to_rgb(degrees % 360 / 360, lightness, saturation)
    red, green, blue = (round(part * 255) for part in rgb)
    return (red, green, blue), _component(parts[3], 1) if len(parts) == 4 else 1.0


def _component(part: str, most: float) -> float:
    """Raises ValueError for what is no number."""
    value = float(part[:-1]) / 100 * most if part.endswith("%") else float(part)
    if math.isnan(value):
        raise ValueError(part)
    return max(0.0, min(most, value))
