"""Composite operations carried out by geometry, for formats that can only paint over.

What an eraser covers is taken out: paths and glyphs by their outlines, bitmaps by their pixels.
Each of these operations is a matter of which parts of what is there, and which parts of what comes,
are left; colours are only mixed by blend modes, which PDF and SVG know themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from solosync.render import regions
from solosync.render.box_index import BoxIndex
from solosync.render.coverage import OPAQUE, Shape, is_exact, levels, shapes_of
from solosync.render.cuts import cut
from solosync.render.geometry import Box
from solosync.render.regions import Piece
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
MANY_PIECES = 100  # after so many, there may be nothing left to lose
MAX_DEPTH = 12  # of groups in groups, which translucent erasers over each other make


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
    "destination-atop": _Rule(below="in", above="out"),
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


@dataclass(eq=False)
class _Item:
    """``order`` is when it was painted, or below 0 when under everything; ``gone`` are pieces of
    what erased some of it, not taken out yet."""

    order: int
    ops: tuple[Op, ...]
    gone: list[Piece] = field(default_factory=list)

    def lose(self, piece: Piece) -> None:
        if self.ops:
            self.gone.append(piece)
            if len(self.gone) >= MANY_PIECES:
                self.settle()

    def settle(self) -> tuple[Op, ...]:
        """Takes out what is gone."""
        if self.gone:
            self.ops = tuple(left for op in self.ops for left in cut(op, self.gone))
            self.gone = []
        return self.ops


class _Layer:
    """What is painted so far. Opaque erasers are only noted at the items that they may touch: in
    the end, all that an item loses is taken from it at once."""

    def __init__(self, warnings: dict[str, None]) -> None:
        self._warnings = warnings
        self._painted = 0
        self._clear()

    def _clear(self) -> None:
        self._items: list[_Item] = []
        self._index: BoxIndex[_Item] = BoxIndex()

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
        for item in sorted(self._items, key=_order):
            yield from item.settle()

    def _compose(self, op: Group, rule: _Rule) -> None:
        plain = replace(op, composite=OVER)
        coming: tuple[Op, ...] = () if rule.above == "none" else (plain,)
        if rule.above in ("in", "out"):
            near = [left for item in self._near([bounds([plain])]) for left in item.settle()]
            coming = _masked([plain], levels(self._shapes(near, op.composite)), rule.above)
        match rule.below:
            case "none":
                self._clear()
            case "out":
                self._erase(self._shapes([plain], op.composite))
            case "in":
                below = list(self.result())
                self._clear()
                for left in _masked(below, levels(self._shapes([plain], op.composite)), "in"):
                    self._add(left)
        for left in coming:
            self._add(left, goes_under=rule.goes_under)

    def _shapes(self, ops: Iterable[Op], composite: str) -> list[Shape]:
        ops = list(ops)
        if not all(map(is_exact, ops)):
            self._warn(composite)
        return [shape for op in ops for shape in shapes_of(op)]

    def _add(self, op: Op, *, goes_under: bool = False) -> None:
        self._painted += 1
        self._note(_Item(-self._painted if goes_under else self._painted, (op,)))

    def _note(self, item: _Item) -> None:
        self._items.append(item)
        self._index.add(bounds(item.ops), item)

    def _near(self, boxes: Iterable[Box]) -> list[_Item]:
        """In the order in which they are to be painted."""
        found = {item.order: item for box in boxes for item in self._index.near(box)}
        return [found[order] for order in sorted(found)]

    def _erase(self, shapes: Iterable[Shape]) -> None:
        for region, alpha in shapes:
            near = regions.pieces(region)
            if alpha < OPAQUE:
                self._thin(near, 1 - alpha)
                continue
            for piece in near:
                for item in self._index.near(piece.box):
                    item.lose(piece)

    def _thin(self, near: list[Piece], alpha: float) -> None:
        """Lets all that is there show only as much as ``alpha`` inside of the pieces. It becomes a
        group of its own, on top: nothing else is left there."""
        inside: list[Op] = []
        for item in self._near(piece.box for piece in near):
            within = [left for op in item.settle() for left in cut(op, near, inside=True)]
            if within:
                item.ops = tuple(left for op in item.ops for left in cut(op, near))
                inside += within
        for op in _faded(inside, alpha):
            self._add(op)

    def _warn(self, composite: str) -> None:
        sentence = f"The drawing mode {composite!r} can't be shown exactly in this format."
        self._warnings[sentence] = None


def _masked(ops: Sequence[Op], shapes: Iterable[Shape], how: str) -> tuple[Op, ...]:
    """The ops by how much is covered: what lies "in" shapes that are beside each other, or "out"
    of them, as far as these let it through."""
    masked: list[Op] = []
    rest = ops
    for region, alpha in shapes:
        near = regions.pieces(region)
        inside = [left for op in ops for left in cut(op, near, inside=True)]
        masked += _faded(inside, alpha if how == "in" else 1 - alpha)
        rest = [left for op in rest for left in cut(op, near)]
    return (*masked, *rest) if how == "out" else tuple(masked)


def _faded(ops: Sequence[Op], alpha: float) -> list[Op]:
    """The ops as one that is translucent."""
    if alpha >= OPAQUE or not ops:
        return list(ops)
    if alpha <= 1 - OPAQUE:
        return []
    if len(ops) == 1 or max(map(_depth, ops)) >= MAX_DEPTH:
        return [replace(op, alpha=op.alpha * alpha) for op in ops]
    return [Group(tuple(ops), alpha)]


def _depth(op: Op) -> int:
    return 1 + max(map(_depth, op.parts), default=0) if isinstance(op, Group) else 0


def _order(item: _Item) -> int:
    return item.order
