"""Sheets as bitmaps. ink.py paints paths and glyphs; the rest is done by numpy and Pillow."""

import functools
import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PIL import Image

from solosync.render.composite import EVERYWHERE, compose, erase
from solosync.render.faces import Face
from solosync.render.geometry import Box, Matrix, Path, Points, box_of, moved, scaled
from solosync.render.ink import Ink, Mask, Pixels, Stencil
from solosync.render.png import encode_png
from solosync.render.polylines import Lines, placed
from solosync.render.resample import patch
from solosync.render.scene import (
    Fill,
    Group,
    Op,
    Picture,
    Sheet,
    Stroke,
    Text,
    bounds,
)

__all__ = ["draw", "encode_png", "outlines", "paint"]

_BAND_PIXELS = 16 << 20  # drawn at once; a large sheet is drawn in bands, so that layers stay small
_LARGEST_SNAPPED = 256  # pixels of font size
_LARGEST_GLYPHS = 20_000  # outlines kept


def draw(sheet: Sheet, scale: float = 1.0) -> Image.Image:
    """The sheet as RGBA, ``scale`` pixels for one of its units, rounded up to whole pixels."""
    return Image.fromarray(paint(sheet, scale))


def paint(sheet: Sheet, scale: float = 1.0) -> Pixels:
    """As ``draw``, in an array."""
    width = max(1, math.ceil(sheet.width * scale - 1e-6))
    height = max(1, math.ceil(sheet.height * scale - 1e-6))
    pixels: Pixels = np.zeros((height, width, 4), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        _band(sheet, scale, top, pixels[top : top + rows])
    return pixels


def _band(sheet: Sheet, scale: float, top: int, pixels: Pixels) -> None:
    matrix = scaled(scale).then(moved(0, -top))
    ground = _Painter(pixels)
    ground.paint(sheet.backdrop, matrix)
    if not _composes(sheet.ops):
        # Painted over each other all the same, without a layer in between.
        ground.paint(sheet.ops, matrix)
        ground.ink.flow()
        return
    ground.ink.flow()
    layer: Pixels = np.zeros_like(pixels) if sheet.backdrop else pixels
    painter = _Painter(layer)
    painter.paint(sheet.ops, matrix)
    painter.ink.flow()
    if sheet.backdrop:
        compose(pixels, layer, "source-over")


class _Painter:
    """Paints onto one array, whose pixels are whole ones of the sheet's."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.ink = Ink(pixels)

    def paint(self, ops: Iterable[Op], matrix: Matrix) -> None:
        """``matrix`` takes the ops to this array's pixels."""
        for op in ops:
            match op:
                case Fill():
                    self.ink.fill(op.path, matrix, op.color, op.alpha, even_odd=op.is_even_odd)
                case Stroke():
                    self.ink.stroke(op, matrix)
                case Text():
                    self.ink.outlines(outlines(op, matrix), op.color, op.alpha)
                case Picture():
                    self._picture(op, matrix)
                case Group():
                    self._group(op, matrix)

    def _picture(self, op: Picture, matrix: Matrix) -> None:
        place = op.matrix.then(matrix)
        box = self._seen(box_of(place.apply(Box(0, 0, 1, 1).corners())))
        if box is None or op.alpha <= 0:
            return
        left, top, right, bottom = box
        there = place.then(moved(-left, -top))
        pixels = patch(op.bitmap.image(), there, right - left, bottom - top)
        if pixels is not None:
            self.ink.flow()
            compose(self.pixels[top:bottom, left:right], pixels, "source-over", op.alpha)

    def _group(self, group: Group, matrix: Matrix) -> None:
        inner = group.matrix.then(matrix)
        if group.alpha <= 0 and group.composite not in EVERYWHERE:
            return
        if _is_transparent(group):
            self.paint(_faded(group), inner)
        elif _is_clipping(group) and group.clip is not None:
            self.ink.clip(group.clip, matrix)
            self.paint(_faded(group), inner)
            self.ink.unclip()
        elif _is_eraser(group):
            self._erase(group.parts[0], group.alpha, inner)
        else:
            self._layer(group, matrix, inner)

    def _erase(self, op: Op, alpha: float, matrix: Matrix) -> None:
        box = self._seen(_placed_bounds((op,), matrix))
        if box is None:
            return
        left, top, right, bottom = box
        there = matrix.then(moved(-left, -top))
        stencil = Stencil(right - left, bottom - top)
        match op:
            case Fill():
                stencil.fill(op.path, there, even_odd=op.is_even_odd)
                alpha *= op.alpha
            case Stroke():
                stencil.stroke(replace(op, color=(255, 255, 255), alpha=1), there)
                alpha *= op.alpha
        self.ink.flow()
        erase(self.pixels[top:bottom, left:right], stencil.mask(), alpha)

    def _layer(self, group: Group, matrix: Matrix, inner: Matrix) -> None:
        height, width = self.pixels.shape[:2]
        box = Box(0, 0, width, height)
        if group.composite not in EVERYWHERE:
            box = _placed_bounds(group.parts, inner)
        if group.clip is not None:
            box = box.intersection(group.clip.transformed(matrix).bounds)
        seen = self._seen(box)
        if seen is None:
            return
        left, top, right, bottom = seen
        layer: Pixels = np.zeros((bottom - top, right - left, 4), np.uint8)
        painter = _Painter(layer)
        painter.paint(group.parts, inner.then(moved(-left, -top)))
        painter.ink.flow()
        clip: Mask | None = None
        if group.clip is not None:
            stencil = Stencil(right - left, bottom - top)
            stencil.fill(group.clip, matrix.then(moved(-left, -top)))
            clip = stencil.mask()
        self.ink.flow()
        below = self.pixels[top:bottom, left:right]
        compose(below, layer, group.composite, max(0.0, min(1.0, group.alpha)), clip)

    def _seen(self, box: Box) -> tuple[int, int, int, int] | None:
        """The pixels of a box, as far as they are here."""
        height, width = self.pixels.shape[:2]
        box = box.grown(1).intersection(Box(0, 0, width, height))
        if not box.left < box.right or not box.top < box.bottom:
            return None
        return (
            math.floor(box.left),
            math.floor(box.top),
            math.ceil(box.right),
            math.ceil(box.bottom),
        )


def _placed_bounds(ops: tuple[Op, ...], matrix: Matrix) -> Box:
    box = bounds(ops)
    return box if box.is_empty else box_of(matrix.apply(box.corners()))


def _composes(ops: Iterable[Op]) -> bool:
    """Whether any of them does more than to paint over what is below. What is deeper inside than a
    layer doesn't count: it only concerns that layer."""
    return any(
        isinstance(op, Group)
        and (op.composite != "source-over" or (_is_open(op) and _composes(op.parts)))
        for op in ops
    )


def _is_open(group: Group) -> bool:
    return group.clip is None and _fades_alone(group)


def _fades_alone(group: Group) -> bool:
    """Whether its alpha can be that of its part."""
    one = group.parts[0] if len(group.parts) == 1 else None
    return group.alpha >= 1 or (one is not None and not isinstance(one, Group))


def _is_transparent(group: Group) -> bool:
    """Whether its parts can be painted straight onto what is below."""
    return group.composite == "source-over" and _is_open(group) and not _composes(group.parts)


def _faded(group: Group) -> tuple[Op, ...]:
    if group.alpha >= 1:
        return group.parts
    return tuple(replace(part, alpha=part.alpha * group.alpha) for part in group.parts)


def _is_clipping(group: Group) -> bool:
    """Whether it only clips what ink can paint."""
    is_plain = group.composite == "source-over" and _fades_alone(group)
    return is_plain and all(map(_is_ink, group.parts))


def _is_ink(op: Op) -> bool:
    if isinstance(op, Group):
        return (_is_transparent(op) or _is_clipping(op)) and all(map(_is_ink, op.parts))
    return not isinstance(op, Picture)


def _is_eraser(group: Group) -> bool:
    return (
        group.composite == "destination-out"
        and group.clip is None
        and len(group.parts) == 1
        and isinstance(group.parts[0], Fill | Stroke)
    )


def outlines(op: Text, matrix: Matrix) -> Lines:
    """The glyphs of a text as polygons in pixels."""
    size = op.size * matrix.scale
    if not 0 < size < 1e6:
        return Lines.of([])
    fineness = max(0, math.ceil(math.log2(size)))
    points: list[Points] = []
    lengths: list[int] = []
    for run in op.runs:
        glyphs = [_glyph(run.face, glyph, fineness) for glyph in run.ids]
        lengths += [length for glyph in glyphs for length in glyph.lengths]
        together = np.concatenate([glyph.points for glyph in glyphs])
        together *= op.size / run.face.units_per_em
        together += np.repeat(run.positions, [len(glyph.points) for glyph in glyphs], axis=0)
        points.append(together)
    there = moved(op.x, _baseline(op, matrix)).then(matrix)
    return Lines(there.apply(np.concatenate(points or [np.empty((0, 2))])), lengths)


def _baseline(op: Text, matrix: Matrix) -> float:
    """Where browsers put it: upright text of common sizes stands on whole pixels."""
    is_upright = not matrix.b and not matrix.c and matrix.d > 0
    if not is_upright or op.size * matrix.d > _LARGEST_SNAPPED:
        return op.y
    return (round(op.y * matrix.d + matrix.f) - matrix.f) / matrix.d


@functools.lru_cache(_LARGEST_GLYPHS)
def _glyph(face: Face, glyph: int, fineness: int) -> Lines:
    """Its outlines in font units, their curves fine enough for 2**fineness pixels per em."""
    scale = 2**fineness / face.units_per_em
    parts = tuple(part for part in face.glyph_path(glyph).subpaths if len(part.points) > 2)
    points, lengths = placed(Path(parts), scaled(scale))
    return Lines(points / scale, lengths)
