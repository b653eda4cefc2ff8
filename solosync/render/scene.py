"""The display list: what there is to paint on each page, in order, in page pixels.

The scenes make it, the writers read it; neither knows the other. All of it is immutable, so that a
pass over it (the erasers', for the vector formats) makes a new one.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from solosync.render.geometry import IDENTITY, NOWHERE, Box, Matrix, Path, Points, box_of

if TYPE_CHECKING:
    from solosync.render.fonts import Face
    from solosync.render.images import Bitmap

Color = tuple[int, int, int]  # sRGB, 0..255 each
Cap = Literal["butt", "round", "square"]
Join = Literal["miter", "round", "bevel"]

MITER_LIMIT = 10.0  # as on an HTML canvas


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """The inside of a path; open subpaths are closed for it."""

    path: Path
    color: Color
    alpha: float = 1.0
    is_even_odd: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A line along a path, painted once: it doesn't darken where it crosses itself."""

    path: Path
    color: Color
    width: float
    alpha: float = 1.0
    cap: Cap = "round"
    join: Join = "round"
    dash: tuple[float, ...] = ()  # on, off, on, off, in pixels


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A bitmap; ``matrix`` takes the unit square, its top left corner at (0, 0), to its place."""

    bitmap: "Bitmap"
    matrix: Matrix
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """Glyphs of one face in the order they are painted, from left to right.

    ``clusters[i]`` is where in ``text`` the characters that glyph i stands for begin; several
    glyphs may share one, and one glyph may stand for several characters.
    """

    face: "Face"
    ids: tuple[int, ...]
    positions: Points  # each glyph's origin, on the baseline, relative to the text's
    clusters: tuple[int, ...]
    text: str
    is_rtl: bool = False
    start: int = 0  # where in the line's text this run's begins


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One line of shaped text. ``text`` is what copying it should give, in reading order; ``x, y``
    is where its baseline begins on the left; ``size`` is the font size in pixels."""

    text: str
    runs: tuple[Glyphs, ...]
    x: float
    y: float
    size: float
    color: Color
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Painted as one: its parts over each other first, then all of it at ``alpha``, cut to
    ``clip``, onto what is below by ``composite``, a composite operation of the HTML canvas.

    ``matrix`` holds for the parts, not for the clip.
    """

    parts: "tuple[Op, ...]"
    alpha: float = 1.0
    clip: Path | None = None
    composite: str = "source-over"
    matrix: Matrix = IDENTITY


Op = Fill | Stroke | Picture | Text | Group


Pattern = Literal["plain", "grid", "dots", "ruled", "graph"]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What a page looks like before anybody draws, however far one scrolls; its pattern begins at
    the page's origin. backdrops.py paints it."""

    color: Color = (255, 255, 255)
    pattern: Pattern = "plain"
    spacing: float = 20.0
    line_color: Color = (229, 231, 235)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """``backdrop`` lies under all ``ops``, out of reach of their composite operations."""

    name: str
    ops: tuple[Op, ...]
    backdrop: Backdrop = Backdrop()


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A board as pictures. ``warnings`` says, in sentences, what couldn't be shown as it is."""

    title: str
    pages: tuple[Page, ...]
    active: int = 0  # which page a picture of one page shows
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page as it will be written: cut out, scaled and placed on its paper (sheets.py).

    ``backdrop`` is painted first, then ``ops`` as a layer of their own, which starts transparent.
    """

    name: str
    width: float
    height: float
    backdrop: tuple[Op, ...]
    ops: tuple[Op, ...]


def bounds(ops: Iterable[Op]) -> Box:
    """The box of what is painted, line widths included; what only erases takes no room."""
    return _united(ops, IDENTITY, NOWHERE)


def _united(ops: Iterable[Op], matrix: Matrix, box: Box) -> Box:
    """The box with all that is painted by the ops. Most paths lie inside of what others take, which
    is found sooner than how large they are."""
    for op in ops:
        match op:
            case Fill():
                box = box.union(op.path.bounds_by(matrix, box))
            case Stroke():
                box = box.union(_stroke_bounds(op, matrix, box))
            case Picture():
                unit = Box(0, 0, 1, 1).corners()
                box = box.union(box_of(op.matrix.then(matrix).apply(unit)))
            case Text():
                ink = text_box(op)
                if not ink.is_empty:
                    box = box.union(box_of(matrix.apply(ink.corners())))
            case Group() if op.composite != "destination-out":
                inner = op.matrix.then(matrix)
                if op.clip is None:
                    box = _united(op.parts, inner, box)
                else:
                    cut = _united(op.parts, inner, NOWHERE)
                    box = box.union(cut.intersection(op.clip.bounds_by(matrix)))
    return box


def _stroke_bounds(op: Stroke, matrix: Matrix, known: Box) -> Box:
    around = op.width / 2
    if op.cap == "square":
        around *= math.sqrt(2)
    around *= matrix.scale
    box = op.path.bounds_by(matrix, known.grown(-around))
    return box.grown(around) if box.left <= box.right else box


def text_box(op: Text) -> Box:
    """The box of the glyphs' outlines; of a text without ink (spaces), an empty one."""
    box = NOWHERE
    for run in op.runs:
        scale = op.size / run.face.units_per_em
        for glyph, (x, y) in zip(run.ids, run.positions.tolist(), strict=True):
            ink = run.face.glyph_box(glyph)
            if not ink.is_empty:
                box = box.union(
                    Box(
                        op.x + x + ink.left * scale,
                        op.y + y + ink.top * scale,
                        op.x + x + ink.right * scale,
                        op.y + y + ink.bottom * scale,
                    )
                )
    return box
