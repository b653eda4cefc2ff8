"""The composite operations of the HTML canvas (W3C Compositing and Blending), on arrays of RGBA
pixels that aren't premultiplied."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from solosync.render.ink import Mask, Pixels

Floats = npt.NDArray[np.floating[Any]]
_Factor = Callable[[Floats, Floats], Floats | float]  # of the source's alpha and the backdrop's

# What is left of the source and of the backdrop.
_PORTER_DUFF: dict[str, tuple[_Factor, _Factor]] = {
    "source-over": (lambda s, b: 1, lambda s, b: 1 - s),
    "source-in": (lambda s, b: b, lambda s, b: 0),
    "source-out": (lambda s, b: 1 - b, lambda s, b: 0),
    "source-atop": (lambda s, b: b, lambda s, b: 1 - s),
    "destination-over": (lambda s, b: 1 - b, lambda s, b: 1),
    "destination-in": (lambda s, b: 0, lambda s, b: s),
    "destination-out": (lambda s, b: 0, lambda s, b: 1 - s),
    "destination-atop": (lambda s, b: 1 - b, lambda s, b: s),
    "xor": (lambda s, b: 1 - b, lambda s, b: 1 - s),
    "copy": (lambda s, b: 1, lambda s, b: 0),
    "lighter": (lambda s, b: 1, lambda s, b: 1),
}
# They change what is below even where nothing is painted.
EVERYWHERE = {"source-in", "source-out", "destination-in", "destination-atop", "copy"}
_DENSE = 0.3  # of the pixels painted: below that, only those are looked at
_ROWS = 1 << 16  # pixels worked on at once, so that they stay in the processor's cache


def compose(
    below: Pixels, layer: Pixels, operation: str, alpha: float = 1.0, clip: Mask | None = None
) -> None:
    """Paint ``layer`` onto ``below``, in place; both have the same size. What the canvas doesn't
    know is painted normally, as it does."""
    if operation not in _PORTER_DUFF and operation not in _BLENDS:
        operation = "source-over"
    step = max(1, _ROWS // max(1, below.shape[1]))
    for top in range(0, below.shape[0], step):
        rows = slice(top, top + step)
        source = layer[rows]
        if operation not in EVERYWHERE:
            source = _dimmed(source, alpha, None if clip is None else clip[rows])
            painted = source[..., 3] > 0
            count = int(np.count_nonzero(painted))
            if count > painted.size * _DENSE:
                below[rows] = _composed(below[rows], source, operation)
            elif count:
                few = _composed(below[rows][painted][None], source[painted][None], operation)
                below[rows][painted] = few[0]
            continue
        composed = _composed(below[rows], _dimmed(source, alpha, None), operation)
        below[rows] = composed if clip is None else _mixed(below[rows], composed, clip[rows])


def erase(below: Pixels, mask: Mask, alpha: float = 1.0) -> None:
    """destination-out by a shape, in place. Only where it is: an eraser's track is thin."""
    rows, columns = np.nonzero(mask)
    left = 255 - np.rint(mask[rows, columns] * np.float32(alpha)).astype(np.uint16)
    rest = (below[rows, columns, 3] * left + 127) // 255
    below[rows, columns, 3] = rest
    # What is gone must not be read from the file, either.
    gone = rest == 0
    below[rows[gone], columns[gone]] = 0


def _dimmed(source: Pixels, alpha: float, clip: Mask | None) -> Pixels:
    if alpha >= 1 and clip is None:
        return source
    dimmed = source.copy()
    factor: Floats | float = alpha if clip is None else clip * np.float32(alpha / 255)
    dimmed[..., 3] = np.rint(source[..., 3] * factor)
    return dimmed


def _mixed(outside: Pixels, inside: Pixels, clip: Mask) -> Pixels:
    if clip.min() == 255:
        return inside
    share = (clip / np.float32(255))[..., None]
    colour, alpha = _premultiplied(outside)
    other, other_alpha = _premultiplied(inside)
    return _pixels(colour + (other - colour) * share, alpha + (other_alpha - alpha) * share)


def _composed(below: Pixels, source: Pixels, operation: str) -> Pixels:
    if operation == "source-over":
        return _over(below, source)
    cb, ab = _premultiplied(below)
    cs, sa = _premultiplied(source)
    if operation in _BLENDS:
        blend = _BLENDS[operation]
        mixed = blend(_plain(cb, ab), _plain(cs, sa))
        return _pixels(cs * (1 - ab) + cb * (1 - sa) + sa * ab * mixed, sa + ab - sa * ab)
    of_source, of_below = _PORTER_DUFF[operation]
    fs, fb = of_source(sa, ab), of_below(sa, ab)
    return _pixels(cs * fs + cb * fb, sa * fs + ab * fb)


def _over(below: Pixels, source: Pixels) -> Pixels:
    return np.asarray(Image.alpha_composite(Image.fromarray(below), Image.fromarray(source)))


def _premultiplied(pixels: Pixels) -> tuple[Floats, Floats]:
    """Colour and alpha, 0..1, the alpha with an axis for the channels."""
    scaled: Floats = pixels.astype(np.float32) / np.float32(255)
    alpha = scaled[..., 3:]
    return scaled[..., :3] * alpha, alpha


def _plain(colour: Floats, alpha: Floats) -> Floats:
    return np.divide(colour, alpha, out=np.zeros_like(colour), where=alpha > 0)


def _pixels(colour: Floats, alpha: Floats) -> Pixels:
    alpha = np.clip(alpha, 0, 1)
    both = np.concatenate([np.clip(_plain(colour, alpha), 0, 1), alpha], axis=-1)
    rounded: Pixels = np.rint(both * 255).astype(np.uint8)
    return rounded


_Blend = Callable[[Floats, Floats], Floats]  # the backdrop's colour and the source's


def _hard_light(below: Floats, source: Floats) -> Floats:
    return np.where(source <= 0.5, below * 2 * source, _screen(below, 2 * source - 1))


def _screen(below: Floats, source: Floats) -> Floats:
    return below + source - below * source


def _soft_light(below: Floats, source: Floats) -> Floats:
    curve = np.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, np.sqrt(below))
    darker = below - (1 - 2 * source) * below * (1 - below)
    return np.where(source <= 0.5, darker, below + (2 * source - 1) * (curve - below))


def _dodge(below: Floats, source: Floats) -> Floats:
    room = 1 - source
    share = np.divide(below, room, out=np.ones_like(below), where=room > 0)
    return np.where(below == 0, 0, np.minimum(share, 1))


def _burn(below: Floats, source: Floats) -> Floats:
    share = np.divide(1 - below, source, out=np.ones_like(below), where=source > 0)
    return np.where(below == 1, 1, 1 - np.minimum(share, 1))


_WEIGHTS = np.array([0.3, 0.59, 0.11], np.float32)


def _lightness(colour: Floats) -> Floats:
    lightness: Floats = (colour @ _WEIGHTS)[..., None]
    return lightness


def _with_lightness(colour: Floats, lightness: Floats) -> Floats:
    """The colour as light as that, its hue kept, made paler where it wouldn't fit."""
    colour = colour + (lightness - _lightness(colour))
    least, most = colour.min(axis=-1, keepdims=True), colour.max(axis=-1, keepdims=True)
    grey = np.broadcast_to(lightness, colour.shape)
    down = np.divide(grey, grey - least, out=np.ones_like(colour), where=least < 0)
    colour = grey + (colour - grey) * down
    up = np.divide(1 - grey, most - grey, out=np.ones_like(colour), where=most > 1)
    fitting: Floats = grey + (colour - grey) * up
    return fitting


def _spread(colour: Floats) -> Floats:
    spread: Floats = np.ptp(colour, axis=-1, keepdims=True)
    return spread


def _with_spread(colour: Floats, spread: Floats) -> Floats:
    own = _spread(colour)
    above = colour - colour.min(axis=-1, keepdims=True)
    spread_out: Floats = np.divide(above * spread, own, out=np.zeros_like(colour), where=own > 0)
    return spread_out


_BLENDS: dict[str, _Blend] = {
    "multiply": lambda b, s: b * s,
    "screen": _screen,
    "overlay": lambda b, s: _hard_light(s, b),
    "darken": np.minimum,
    "lighten": np.maximum,
    "color-dodge": _dodge,
    "color-burn": _burn,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "difference": lambda b, s: np.abs(b - s),
    "exclusion": lambda b, s: b + s - 2 * b * s,
    "hue": lambda b, s: _with_lightness(_with_spread(s, _spread(b)), _lightness(b)),
    "saturation": lambda b, s: _with_lightness(_with_spread(b, _spread(s)), _lightness(b)),
    "color": lambda b, s: _with_lightness(s, _lightness(b)),
    "luminosity": lambda b, s: _with_lightness(b, _lightness(s)),
}
