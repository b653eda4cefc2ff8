"""One font file's face: its metrics, its outlines, and small fonts made of some of its glyphs."""

import io
import struct
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple

import numpy as np
import uharfbuzz as hb

from solosync.render.geometry import NOWHERE, Box, Path, Subpath

# An embedded font has 1,000 or 2,048 units to its size: by how many of them a curve may stray when
# cubics become the quadratic curves that TrueType knows.
QUADRATIC_ERROR = 1.0

# OS/2 fsType: what the maker of a font allows (OpenType specification, "OS/2").
RESTRICTED, USAGE_BITS = 0x0002, 0x000F
NO_SUBSETTING, BITMAPS_ONLY = 0x0100, 0x0200


class Subset(NamedTuple):
    """A small TrueType font, and where in it the glyphs of the face are: old id to new id."""

    data: bytes
    ids: dict[int, int]


class Face:
    """A face of a font file, read when it is first asked for something; compared by identity.

    Lengths are in font units, ``units_per_em`` of them to the font size; boxes and paths have y
    downwards, as all paths here. Raises OSError for a file that can't be read, ValueError for one
    that is no font.
    """

    def __init__(self, file: FilePath, index: int = 0) -> None:
        self.file = file
        self.index = index
        self._paths: dict[int, Path] = {}
        self._boxes: dict[int, Box] = {}

    def __repr__(self) -> str:
        return f"Face({self.file.name!r}, {self.index})"

    @cached_property
    def _hb_face(self) -> Any:
        try:
            face = hb.Face(hb.Blob.from_file_path(str(self.file)), self.index)
        except hb.HarfBuzzError as error:
            raise OSError(f"can't read the font {self.file}") from error
        if not face.glyph_count:
            raise ValueError(f"{self.file} is no font")
        return face

    @cached_property
    def hb_font(self) -> Any:
        """For shaping, in font units."""
        return hb.Font(self._hb_face)

    def _table(self, tag: str) -> bytes:
        return bytes(self._hb_face.reference_table(tag).data)

    @property
    def data(self) -> bytes:
        """The whole file, with all the faces that are in it."""
        return self.file.read_bytes()

    @cached_property
    def name(self) -> str:
        """The PostScript name: letters, digits and hyphens."""
        name = self._hb_face.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or self.file.stem
        return "".join(c for c in name if c.isascii() and (c.isalnum() or c == "-")) or "Font"

    @cached_property
    def units_per_em(self) -> int:
        return int(self._hb_face.upem)

    @cached_property
    def _hhea(self) -> tuple[int, int]:
        ascent, descent = struct.unpack_from(">hh", self._table("hhea"), 4)
        return ascent, -descent

    @property
    def ascent(self) -> int:
        """By `hhea`, as browsers place text on Linux and macOS."""
        return self._hhea[0]

    @property
    def descent(self) -> int:
        """Below the baseline, positive."""
        return self._hhea[1]

    @cached_property
    def can_embed(self) -> bool:
        """Whether the font's maker allows a part of it in a document."""
        table = self._table("OS/2")
        if len(table) < 10:
            return True
        (rights,) = struct.unpack_from(">H", table, 8)
        return rights & USAGE_BITS != RESTRICTED and not rights & (NO_SUBSETTING | BITMAPS_ONLY)

    @cached_property
    def has_outlines(self) -> bool:
        """Not so for fonts that are only pictures, as some of the emoji."""
        return bool({"glyf", "CFF ", "CFF2"} & set(self._hb_face.table_tags))

    @cached_property
    def characters(self) -> Any:
        """The code points that it has glyphs for, as a set."""
        return self._hb_face.unicodes

    def has(self, char: str) -> bool:
        return ord(char) in self.characters

    def draws(self, char: str) -> bool:
        """Whether it has the character, and not just as an empty or coloured glyph."""
        if not (self.has(char) and self.has_outlines):
            return False
        glyph = self.hb_font.get_nominal_glyph(ord(char))
        return not self.glyph_box(glyph).is_empty or not char.isprintable() or char.isspace()

    def advance(self, glyph: int) -> int:
        return int(self.hb_font.get_glyph_h_advance(glyph))

    def glyph_box(self, glyph: int) -> Box:
        """Of its outline; an empty one for a space."""
        box = self._boxes.get(glyph)
        if box is None:
            ink = self.hb_font.get_glyph_extents(glyph)
            box = NOWHERE
            if ink is not None and ink.width and ink.height:
                left, top = float(ink.x_bearing), -float(ink.y_bearing)
                box = Box(left, top, left + ink.width, top - ink.height)
            self._boxes[glyph] = box
        return box

    def glyph_path(self, glyph: int) -> Path:
        """Its outline, to be filled by the non-zero rule."""
        path = self._paths.get(glyph)
        if path is None:
            outline = _Outline()
            self.hb_font.draw_glyph(glyph, _draw_funcs(), outline)
            path = self._paths[glyph] = outline.path()
        return path

    def subset(self, glyphs: Iterable[int]) -> Subset:
        """A TrueType font of these glyphs for a document: glyph 0 is `.notdef`, the others follow
        in ascending order. It has outlines and widths, but no `cmap`, hints or layout tables."""
        from fontTools.fontBuilder import FontBuilder

        chosen = [0, *sorted(set(glyphs) - {0})]
        names = [".notdef"] + [f"g{old}" for old in chosen[1:]]
        outlines = [_true_type(self, old) for old in chosen]
        builder = FontBuilder(self.units_per_em, isTTF=True)
        builder.setupGlyphOrder(names)
        builder.setupCharacterMap({})
        builder.setupGlyf(dict(zip(names, outlines, strict=True)))
        lefts = [getattr(outline, "xMin", 0) for outline in outlines]
        widths = [min(0xFFFF, max(0, self.advance(old))) for old in chosen]
        builder.setupHorizontalMetrics(
            dict(zip(names, zip(widths, lefts, strict=True), strict=True))
        )
        builder.setupHorizontalHeader(ascent=self.ascent, descent=-self.descent)
        builder.setupNameTable({"familyName": self.name, "psName": self.name})
        builder.setupOS2()
        builder.setupPost(keepGlyphNames=False)
        # Else the file holds the time at which it was made.
        builder.updateHead(created=0, modified=0)
        builder.font.recalcTimestamp = False
        file = io.BytesIO()
        builder.save(file)
        return Subset(file.getvalue(), {old: new for new, old in enumerate(chosen)})


def _true_type(face: Face, glyph: int) -> Any:
    """The glyph as fontTools writes it, its cubics as quadratic curves."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    # PostScript's outlines run the other way round than TrueType's; filled alike by both rules.
    face.hb_font.draw_glyph_with_pen(glyph, Cu2QuPen(pen, QUADRATIC_ERROR))
    outline = pen.glyph(dropImpliedOnCurves=True)
    if outline.numberOfContours:
        outline.recalcBounds(None)
    return outline


class _Outline:
    """Collects what HarfBuzz draws, each contour as a chain of cubics."""

    def __init__(self) -> None:
        self.contours: list[tuple[list[tuple[float, float]], bool]] = []
        self.chain: list[tuple[float, float]] = []
        self.is_curved = False

    def move_to(self, x: float, y: float) -> None:
        self.chain, self.is_curved = [(x, -y)], False

    def line_to(self, x: float, y: float) -> None:
        start, end = self.chain[-1], (x, -y)
        self.chain += [start, end, end]

    def quadratic_to(self, cx: float, cy: float, x: float, y: float) -> None:
        (sx, sy), cy, y = self.chain[-1], -cy, -y
        first = (sx + (cx - sx) * 2 / 3, sy + (cy - sy) * 2 / 3)
        self.chain += [first, (x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3), (x, y)]
        self.is_curved = True

    def cubic_to(self, ax: float, ay: float, bx: float, by: float, x: float, y: float) -> None:
        self.chain += [(ax, -ay), (bx, -by), (x, -y)]
        self.is_curved = True

    def close(self) -> None:
        self.contours.append((self.chain, self.is_curved))

    def path(self) -> Path:
        parts = []
        for chain, is_curved in self.contours:
            points = np.array(chain, float)
            parts.append(Subpath(points if is_curved else points[::3], True, is_curved))
        return Path(tuple(parts))


@lru_cache(maxsize=1)
def _draw_funcs() -> Any:
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, outline: outline.move_to(x, y))
    funcs.set_line_to_func(lambda x, y, outline: outline.line_to(x, y))
    funcs.set_quadratic_to_func(lambda cx, cy, x, y, outline: outline.quadratic_to(cx, cy, x, y))
    funcs.set_cubic_to_func(
        lambda ax, ay, bx, by, x, y, outline: outline.cubic_to(ax, ay, bx, by, x, y)
    )
    funcs.set_close_path_func(lambda outline: outline.close())
    return funcs
