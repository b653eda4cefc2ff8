"""Composite operations carried out by geometry, for formats that can only paint over.

What an eraser covers is taken out: paths and glyphs by their outlines, bitmaps by their pixels.
Each of these operations is a matter of which parts of what is there, and which parts of what comes,
are left; colours are only mixed by blend modes, which PDF and SVG know themselves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from solosync.render import regions
from solosync.render.box_index import BoxIndex
from solosync.render.cuts import cut, fade, region_of
from solosync.render.regions import Piece, Region
from solosync.render.scene import Group, Op, bounds

OVER = "source-over"
BLEND_MODES = frozenset(
    {
        "multiply",
        "screen",
        "overlay",
        "darken",
        "lighten",
        "color-dodge",
        "color-burn",
        "hard-light",
        "soft-light",
        "difference",
        "exclusion",
        "hue",
        "saturation",
        "color",
        "luminosity",
    }
)
OPAQUE = 0.995


class _Rule(NamedTuple):
    """What is left of the picture so far (``below``) and of what comes now (``above``): all of
    it, none, what lies "in" the other's shape, or what lies "out" of it."""

    below: str = "all"
    above: str = "all"
    goes_under: bool = False


RULES = {
    "destination-out": _Rule(below="out", above="none"),
    "destination-in": _Rule(below="in", above="none"),
    "destination-over": _Rule(goes_under=True),
    "destination-atop": _Rule(below="in", goes_under=True),
    "source-atop": _Rule(above="in"),
    "source-in": _Rule(below="none", above="in"),
    "source-out": _Rule(below="none", above="out"),
    "xor": _Rule(below="out", above="out"),
    "copy": _Rule(below="none"),
}


def resolve(ops: tuple[Op, ...]) -> tuple[tuple[Op, ...], list[str]]:
    """A list with the same look whose groups are only painted over what is below or blended with
    it; and, in sentences, what looks otherwise. Nothing that an eraser covers is left in it."""
    if not _has_composites(ops):
        return ops, []
    warnings: dict[str, None] = {}
    return _resolved(ops, warnings), list(warnings)


def _has_composites(ops: Iterable[Op]) -> bool:
    return any(
        isinstance(op, Group)
        and (op.composite not in BLEND_MODES | {OVER} or _has_composites(op.parts))
        for op in ops
    )


def _resolved(ops: Iterable[Op], warnings: dict[str, None]) -> tuple[Op, ...]:
    layer = _Layer(warnings)
    for op in ops:
        layer.paint(op)
    return tuple(layer.result())


class _Cut(NamedTuple):
    """A piece of an eraser's region; ``eraser`` tells those of one eraser that isn't opaque."""

    piece: Piece
    alpha: float
    eraser: int


@dataclass(eq=False)
class _Item:
    op: Op
    cuts: list[_Cut] = field(default_factory=list)


class _Layer:
    """What is painted so far. Erasers are only noted at the items that they may touch: in the end,
    all that an item loses is taken from it at once."""

    def __init__(self, warnings: dict[str, None]) -> None:
        self._warnings = warnings
        self._below: list[_Item] = []  # what was painted under everything, the last one first
        self._items: list[_Item] = []
        self._index: BoxIndex[_Item] = BoxIndex()
        self._erasers = 0

    def paint(self, op: Op) -> None:
        if not isinstance(op, Group):
            self._add(op)
            return
        if _has_composites(op.parts):
            op = replace(op, parts=_resolved(op.parts, self._warnings))
        rule = RULES.get(op.composite)
        if rule is not None:
            self._compose(op, rule)
        elif op.composite in BLEND_MODES or op.composite == OVER:
            self._add(op)
        else:
            self._warn(op.composite)
            self._add(replace(op, composite=OVER))

    def result(self) -> Iterator[Op]:
        for item in [*reversed(self._below), *self._items]:
            yield from _finished(item)

    def _compose(self, op: Group, rule: _Rule) -> None:
        plain = replace(op, composite=OVER)
        coming: tuple[Op, ...] = () if rule.above == "none" else (plain,)
        if rule.above in ("in", "out"):
            covered = [region_of(left) for item in self._near(plain) for left in _finished(item)]
            near = regions.pieces(regions.union([p for region in covered for p in region]))
            coming = cut(plain, near, inside=rule.above == "in")
        match rule.below:
            case "none":
                self._clear()
            case "out":
                self._erase(op)
            case "in":
                self._keep(region_of(plain))
        for left in coming:
            self._add(left, goes_under=rule.goes_under)

    def _add(self, op: Op, *, goes_under: bool = False) -> None:
        item = _Item(op)
        (self._below if goes_under else self._items).append(item)
        self._note(item)

    def _note(self, item: _Item) -> None:
        box = bounds([item.op])
        # Lines have no area, but a place.
        if box.left <= box.right and box.top <= box.bottom:
            self._index.add(box, item)

    def _near(self, op: Op) -> list[_Item]:
        """In the order in which they were painted."""
        found = set(map(id, self._index.near(bounds([op]))))
        return [item for item in [*self._below, *self._items] if id(item) in found]

    def _clear(self) -> None:
        self._below, self._items, self._index = [], [], BoxIndex()

    def _erase(self, op: Group) -> None:
        for region, alpha in self._erasing(op):
            self._erasers += 1
            for piece in regions.pieces(region):
                for item in self._index.near(piece.box):
                    item.cuts.append(_Cut(piece, alpha, self._erasers))

    def _keep(self, region: Region) -> None:
        """Erases all but the region."""
        near = regions.pieces(region)
        kept = [
            [_Item(left) for item in items for op in _finished(item) for left in _inside(op, near)]
            for items in (self._below, self._items)
        ]
        self._clear()
        self._below, self._items = kept
        for item in [*self._below, *self._items]:
            self._note(item)

    def _erasing(self, op: Group) -> Iterator[tuple[Region, float]]:
        """The shapes that a group of parts erases, and how much each takes of what is there."""
        parts = [part for part in op.parts if part.alpha > 0]
        if op.alpha >= OPAQUE:
            # One after the other: each leaves of what is there what it lets through.
            for part in parts:
                yield region_of(replace(op, parts=(part,))), part.alpha
        elif op.alpha > 0 and parts:
            alphas = {round(part.alpha, 3) for part in parts}
            if len(alphas) > 1:
                self._warn(op.composite)
            yield region_of(replace(op, parts=tuple(parts))), op.alpha * max(alphas)

    def _warn(self, composite: str) -> None:
        sentence = f"The drawing mode {composite!r} can't be shown exactly in this format."
        self._warnings[sentence] = None


def _inside(op: Op, near: list[Piece]) -> tuple[Op, ...]:
    return cut(op, near, inside=True)


def _finished(item: _Item) -> tuple[Op, ...]:
    """The item's op without what was erased of it since."""
    ops: tuple[Op, ...] = (item.op,)
    opaque = [made.piece for made in item.cuts if made.alpha >= OPAQUE]
    if opaque:
        ops = cut(item.op, opaque)
    thin: dict[int, list[_Cut]] = {}
    for made in item.cuts:
        if made.alpha < OPAQUE:
            thin.setdefault(made.eraser, []).append(made)
    for cuts in thin.values():
        near = [made.piece for made in cuts]
        ops = tuple(left for op in ops for left in fade(op, near, 1 - cuts[0].alpha))
    return ops
