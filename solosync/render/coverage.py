"""What ops cover, and how opaquely: what erases, or is kept, by its shape alone."""

from collections.abc import Iterable
from typing import NamedTuple

from solosync.render import regions
from solosync.render.cuts import placed, region_of
from solosync.render.regions import Region
from solosync.render.scene import Group, Op, Picture

OPAQUE = 0.995
DIGITS = 2  # of an alpha: shapes that hardly differ are one


class Shape(NamedTuple):
    region: Region
    alpha: float


def shapes_of(op: Op) -> list[Shape]:
    """The shapes that an op paints, one over the other."""
    if not isinstance(op, Group):
        return [Shape(region_of(op), op.alpha)] if op.alpha > 0 else []
    shapes = [shape for part in op.parts for shape in shapes_of(part)]
    if op.alpha < OPAQUE and all(shape.alpha >= OPAQUE for shape in shapes):
        shapes = [Shape(_joined(shapes), 1.0)]
    return [Shape(placed(shape.region, op), shape.alpha * op.alpha) for shape in shapes]


def is_exact(op: Op) -> bool:
    """Not so if each pixel has an alpha of its own, or if what is translucent lies in a group that
    is so too."""
    if isinstance(op, Group):
        is_mixed = op.alpha < OPAQUE and len({part.alpha for part in op.parts}) > 1
        return not is_mixed and all(map(is_exact, op.parts))
    return not isinstance(op, Picture)


def levels(shapes: Iterable[Shape]) -> list[Shape]:
    """The same coverage by shapes beside each other."""
    shapes = list(shapes)
    opaque = regions.union(_joined(shape for shape in shapes if shape.alpha >= OPAQUE))
    found: dict[float, Region] = {1.0: opaque} if opaque else {}
    for region, alpha in shapes:
        if alpha >= OPAQUE:
            continue
        rest = regions.difference(region, opaque)
        next_found: dict[float, Region] = {}
        for level, other in found.items():
            both = regions.intersection(other, rest)
            if both:
                rest = regions.difference(rest, other)
                other = regions.difference(other, both)
                deeper = 1 - (1 - level) * (1 - alpha)
                next_found.setdefault(round(deeper, DIGITS), []).extend(both)
            next_found.setdefault(level, []).extend(other)
        next_found.setdefault(round(alpha, DIGITS), []).extend(rest)
        found = next_found
    return [Shape(region, level) for level, region in found.items() if region]


def _joined(shapes: Iterable[Shape]) -> Region:
    return [polygon for shape in shapes for polygon in shape.region]
