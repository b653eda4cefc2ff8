"""Ops with a region taken out of them, or reduced to it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from solosync.render import picture_cuts, regions, text_cuts
from solosync.render.geometry import IDENTITY, Box, Path
from solosync.render.regions import Piece, Region
from solosync.render.scene import Fill, Group, Op, Picture, Stroke, Text, bounds, text_box

SLIVER = 0.01  # in square px: less isn't worth a path
SMALLEST_SCALE = 1e-6  # what is smaller can't be seen, and regions would leave the whole numbers
MITRES = 5  # by how many line widths the corners of mitred lines may stand out


def cut(op: Op, near: Sequence[Piece], *, inside: bool = False) -> tuple[Op, ...]:
    """What is left of an op without the pieces' union, or ``inside`` of it."""
    if not near:
        return () if inside else (op,)
    match op:
        case Fill():
            return _cut_fill(op, near, inside)
        case Stroke():
            touching = _touching_line(op, near)
            if not touching:
                return () if inside else (op,)
            return _fills(_clip(regions.of_stroke(op), touching, inside), op)
        case Text():
            return _cut_text(op, near, inside)
        case Picture():
            return _cut_picture(op, near, inside)
        case Group():
            return _cut_group(op, near, inside)


def region_of(op: Op) -> Region:
    """What an op covers, however thinly."""
    match op:
        case Fill():
            return regions.of_path(op.path, is_even_odd=op.is_even_odd)
        case Stroke():
            return regions.of_stroke(op)
        case Picture():
            return regions.of_path(_frame(op))
        case Text():
            return regions.union(_glyphs(op, [place for place, _ in text_cuts.glyph_boxes(op)]))
        case Group():
            return placed([polygon for part in op.parts for polygon in region_of(part)], op)


def placed(region: Region, group: Group) -> Region:
    """A region of the group's own as it is outside: moved, and cut to the clip."""
    moved = regions.transformed(region, group.matrix)
    if group.clip is None:
        return moved
    return regions.intersection(moved, regions.of_path(group.clip))


def _frame(op: Picture) -> Path:
    return Path.polygon(op.matrix.apply(Box(0, 0, 1, 1).corners()))


def _joined(near: Sequence[Piece]) -> Region:
    return [polygon for piece in near for polygon in piece.region]


def _clip(
    shape: Region, near: Sequence[Piece], inside: bool, *, is_even_odd: bool = False
) -> Region:
    operation = regions.intersection if inside else regions.difference
    return operation(shape, _joined(near), is_even_odd=is_even_odd)


def _fills(region: Region, like: Fill | Stroke | Text) -> tuple[Fill, ...]:
    if regions.area(region) < SLIVER:
        return ()
    return (Fill(regions.to_path(region), like.color, like.alpha),)


def _touching_line(op: Stroke, near: Sequence[Piece]) -> list[Piece]:
    lines = []
    for part in op.path.subpaths:
        points = part.flat(regions.FLATNESS)
        if part.is_closed:
            points = np.concatenate([points, points[:1]])
        lines.append(regions.whole(points))
    around = op.width * (MITRES if op.join == "miter" else 1)
    return regions.touching(lines, near, around, is_line=True)


def _cut_fill(op: Fill, near: Sequence[Piece], inside: bool) -> tuple[Op, ...]:
    shape = regions.polygons(op.path)
    touching = regions.touching(shape, near)
    if not touching:
        return () if inside else (op,)
    return _fills(_clip(shape, touching, inside, is_even_odd=op.is_even_odd), op)


def _cut_picture(op: Picture, near: Sequence[Piece], inside: bool) -> tuple[Op, ...]:
    if op.matrix.scale < SMALLEST_SCALE:
        return ()
    touching = regions.touching(regions.polygons(_frame(op)), near)
    if not touching:
        return () if inside else (op,)
    return picture_cuts.cut(op, _joined(touching), inside=inside)


def _cut_group(op: Group, near: Sequence[Piece], inside: bool) -> tuple[Op, ...]:
    if op.matrix.scale < SMALLEST_SCALE:
        return ()
    if op.matrix != IDENTITY:
        inverse = op.matrix.inverse
        own = (regions.transformed(piece.region, inverse) for piece in near)
        near = [Piece(region, regions.box_of(region)) for region in own if region]
    parts = tuple(left for part in op.parts for left in _cut_part(part, near, inside))
    return (replace(op, parts=parts),) if parts else ()


def _cut_part(op: Op, near: Sequence[Piece], inside: bool) -> tuple[Op, ...]:
    meeting = _meeting(near, bounds([op]))
    if not meeting:
        return () if inside else (op,)
    return cut(op, meeting, inside=inside)


def _cut_text(op: Text, near: Sequence[Piece], inside: bool) -> tuple[Op, ...]:
    """Glyphs that aren't touched stay text; what is left of the others becomes shapes."""
    near = _meeting(near, text_box(op))
    touched: set[text_cuts.Place] = set()
    shapes: Region = []
    for place, box in text_cuts.glyph_boxes(op) if near else ():
        meeting = _meeting(near, box)
        if meeting:
            region = text_cuts.glyph_region(op, place)
            within = _clip(region, meeting, inside=True)
            if within:
                touched.add(place)
                shapes += within if inside else _clip(region, meeting, inside=False)
    if not touched:
        return () if inside else (op,)
    if inside:
        return _fills(shapes, op)
    texts, torn = text_cuts.without(op, touched)
    # Marks of letters that are gone, and letters of marks: no text, but untouched ink.
    return (*texts, *_fills([*shapes, *_glyphs(op, torn)], op))


def _glyphs(op: Text, places: Iterable[text_cuts.Place]) -> Region:
    return [polygon for place in places for polygon in text_cuts.glyph_region(op, place)]


def _meeting(near: Sequence[Piece], box: Box) -> list[Piece]:
    return [piece for piece in near if piece.box.meets(box)]
