"""A sheet as SVG that stands alone: no script, no style sheet, no font, no address outside itself.

Glyphs are painted as outlines, because what shows an SVG seldom has our fonts and often can't read
embedded ones; only characters that we have no glyph for are left to it. Over everything lies the
text itself, invisible: for selecting, searching and reading aloud. Ids are hashes of what they
name, so that several such files can be put into one page.
"""

import base64
import hashlib
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from solosync.render import erase
from solosync.render.fonts import Face
from solosync.render.geometry import IDENTITY, Box, Matrix, Path, Points, Subpath, box_of, scaled
from solosync.render.images import Bitmap
from solosync.render.scene import (
    MITER_LIMIT,
    Color,
    Fill,
    Glyphs,
    Group,
    Op,
    Picture,
    Sheet,
    Stroke,
    Text,
    text_box,
)
from solosync.render.simplify import simplified
from solosync.render.svg_paths import number, path_data, transform

# What a polyline may lose, in pixels of the sheet; freehand outlines have many more points.
TOLERANCE = 0.05
# Those of the canvas that the erasers' pass leaves, by their names in CSS.
BLEND_MODES = frozenset({
    "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn",
    "hard-light", "soft-light", "difference", "exclusion",
    "hue", "saturation", "color", "luminosity",
})  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GLYPH_DECIMALS = 1  # of font units
_HASHED = 12  # hexadecimal digits
_FEW = 4  # points, of which none is too many


def write(sheet: Sheet, *, title: str, warnings: list[str] | None = None) -> bytes:
    """What couldn't be drawn as it is, is added to ``warnings``."""
    ops, told = erase.resolve(sheet.ops)
    if warnings is not None:
        warnings += told
    writer = _Writer(_shorter(ops, IDENTITY))
    backdrop = "".join(writer.write(op, IDENTITY) for op in sheet.backdrop)
    content = "".join(writer.write(op, IDENTITY) for op in ops)
    width, height = number(sheet.width), number(sheet.height)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"',
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}" fill="none"',
        f' stroke-linecap="round" stroke-linejoin="round" stroke-miterlimit="{MITER_LIMIT:g}">\n',
        f"<title>{_escaped(title)}</title>\n",
        f"<defs>{''.join(writer.definitions.values())}</defs>\n",
        f'<g aria-hidden="true">{backdrop}</g>\n',
        # Blend modes see what is on the page, not the paper under it.
        f'<g aria-hidden="true" style="isolation:isolate">{content}</g>\n',
        '<g font-family="sans-serif" fill="#000" fill-opacity="0" xml:space="preserve">',
        "".join(writer.texts),
        "</g>\n</svg>\n",
    ]
    return "".join(parts).encode()


@dataclass(slots=True)
class _Writer:
    shorter: dict[Subpath, Points]
    definitions: dict[str, str] = field(default_factory=dict)  # by id
    texts: list[str] = field(default_factory=list)
    _glyphs: dict[tuple[Face, int], str] = field(default_factory=dict)
    _bitmaps: dict[Bitmap, str] = field(default_factory=dict)

    def write(self, op: Op, matrix: Matrix, clip: Box | None = None) -> str:
        """``matrix`` takes what the op says to the sheet, on which ``clip`` is what can be seen."""
        match op:
            case Fill():
                rule = ' fill-rule="evenodd"' if op.is_even_odd else ""
                data = self._path(op.path, matrix)
                return f'<path{_paint("fill", op.color, op.alpha)}{rule} d="{data}"/>\n'
            case Stroke():
                return self._stroke(op, matrix)
            case Picture():
                return self._picture(op)
            case Text():
                self._add_text(op, matrix, clip)
                return self._text(op)
            case Group():
                return self._group(op, matrix, clip)

    def _define(self, kind: str, markup: str) -> str:
        """The id of an element, given without it, that is written once and used anywhere."""
        digest = hashlib.sha256(markup.encode()).hexdigest()[:_HASHED]
        id = f"{kind}{digest}"
        name, _, rest = markup.partition(" ")
        self.definitions[id] = f'{name} id="{id}" {rest}\n'
        return id

    def _group(self, group: Group, matrix: Matrix, clip: Box | None) -> str:
        attributes = ""
        if group.alpha < 1:
            attributes += f' opacity="{number(group.alpha, 3)}"'
        if group.clip is not None:
            data = self._path(group.clip, matrix)
            id = self._define("c", f'<clipPath ><path d="{data}"/></clipPath>')
            attributes += f' clip-path="url(#{id})"'
            seen = group.clip.transformed(matrix).bounds
            clip = seen if clip is None else clip.intersection(seen)
        if group.composite in BLEND_MODES:
            attributes += f' style="mix-blend-mode:{group.composite}"'
        inner = group.matrix.then(matrix)
        parts = "".join(self.write(part, inner, clip) for part in group.parts)
        moved = _attribute("transform", transform(group.matrix))
        if attributes and moved:
            # The matrix is not for the clip.
            return f"<g{attributes}><g{moved}>{parts}</g></g>\n"
        return f"<g{attributes}{moved}>{parts}</g>\n" if attributes or moved else parts

    def _picture(self, picture: Picture) -> str:
        bitmap = picture.bitmap
        if bitmap not in self._bitmaps:
            self._bitmaps[bitmap] = self._define("i", _image(bitmap))
        place = scaled(1 / bitmap.width, 1 / bitmap.height).then(picture.matrix)
        opacity = _attribute("opacity", number(picture.alpha, 3) if picture.alpha < 1 else "")
        moved = _attribute("transform", transform(place))
        return f'<use xlink:href="#{self._bitmaps[bitmap]}"{moved}{opacity}/>\n'

    def _text(self, text: Text) -> str:
        # One opacity for all, or glyphs that touch would darken each other.
        opacity = _attribute("opacity", number(text.alpha, 3) if text.alpha < 1 else "")
        runs = "".join(self._run(run, text) for run in text.runs)
        return f"<g{_paint('fill', text.color, 1)}{opacity}>{runs}</g>\n" if runs else ""

    def _run(self, run: Glyphs, text: Text) -> str:
        scale = text.size / run.face.units_per_em
        if not scale:
            return ""
        # What no font here has, a font where the picture is looked at may well have.
        missing = {
            cluster
            for glyph, cluster in zip(run.ids, run.clusters, strict=True)
            if glyph == 0 and not run.is_rtl
        }
        at = (run.positions / scale).tolist()
        painted = []
        for is_missing, group in groupby(
            range(len(run.ids)), lambda place: run.clusters[place] in missing
        ):
            places = list(group)
            if is_missing:
                painted.append(_spelled(run, places, [x for x, _ in at]))
            else:
                painted += [self._use(run.face, run.ids[i], *at[i]) for i in places]
        place = transform(Matrix(scale, 0, 0, scale, text.x, text.y))
        return f'<g transform="{place}">{"".join(painted)}</g>' if any(painted) else ""

    def _use(self, face: Face, glyph: int, x: float, y: float) -> str:
        id = self._glyph(face, glyph)
        down = f' y="{number(y, 0)}"' if round(y) else ""
        return f'<use xlink:href="#{id}" x="{number(x, 0)}"{down}/>' if id else ""

    def _glyph(self, face: Face, glyph: int) -> str:
        """Its id; of a glyph without ink, ""."""
        key = (face, glyph)
        if key not in self._glyphs:
            data = path_data(face.glyph_path(glyph), _GLYPH_DECIMALS)
            self._glyphs[key] = self._define("g", f'<path d="{data}"/>') if data else ""
        return self._glyphs[key]

    def _add_text(self, text: Text, matrix: Matrix, clip: Box | None) -> None:
        words = _escaped(text.text)
        ink = text_box(text)
        if not words.strip() or ink.is_empty or not text.alpha:
            return
        if clip is not None and box_of(matrix.apply(ink.corners())).intersection(clip).is_empty:
            return
        # Of a text that is partly erased, the first glyph isn't at its beginning.
        left = text.x + min(float(run.positions[:, 0].min()) for run in text.runs if run.ids)
        width = max(ink.right - left, 0)
        length = f' textLength="{number(width)}" lengthAdjust="spacingAndGlyphs"' if width else ""
        moved = _attribute("transform", transform(matrix))
        place = f'x="{number(left)}" y="{number(text.y)}" font-size="{number(text.size)}"'
        self.texts.append(f"<text {place}{length}{moved}>{words}</text>\n")

    def _stroke(self, op: Stroke, matrix: Matrix) -> str:
        decimals = _decimals(matrix)
        attributes = _paint("stroke", op.color, op.alpha)
        attributes += f' stroke-width="{number(op.width, decimals)}"'
        if op.cap != "round":
            attributes += f' stroke-linecap="{op.cap}"'
        if op.join != "round":
            attributes += f' stroke-linejoin="{op.join}"'
        if op.dash:
            lengths = " ".join(number(length, decimals) for length in op.dash)
            attributes += f' stroke-dasharray="{lengths}"'
        return f'<path{attributes} d="{self._path(op.path, matrix, is_stroked=True)}"/>\n'

    def _path(self, path: Path, matrix: Matrix, *, is_stroked: bool = False) -> str:
        """With as few points and decimals as can't be told from all of them on the sheet."""
        short = Path(
            tuple(
                Subpath(self.shorter[part], part.is_closed) if part in self.shorter else part
                for part in path.subpaths
            )
        )
        return path_data(short, _decimals(matrix), is_stroked=is_stroked)


def _spelled(run: Glyphs, places: list[int], xs: list[float]) -> str:
    """Some glyphs of a run as characters, in font units, for a font of the reader's. They aren't
    for selecting: the text is there a second time for that."""
    first, last = places[0], places[-1]
    end = run.clusters[last + 1] if last + 1 < len(run.ids) else len(run.text)
    length = xs[last] - xs[first] + run.face.advance(run.ids[last])
    return (
        f'<text x="{number(xs[first], 0)}" font-size="{run.face.units_per_em}"'
        f' textLength="{number(length, 0)}" lengthAdjust="spacingAndGlyphs"'
        ' font-family="sans-serif" style="user-select:none" pointer-events="none">'
        f"{_escaped(run.text[run.clusters[first] : end])}</text>"
    )


def _shorter(ops: Iterable[Op], matrix: Matrix) -> dict[Subpath, Points]:
    """The points that the long polylines of a sheet keep, found for all of them together, which
    is much faster than for each."""
    lines: dict[float, list[Subpath]] = {}  # by what may be lost of them, in their own pixels
    _collect(ops, matrix, lines)
    return {
        line: points
        for tolerance, parts in sorted(lines.items(), reverse=True)  # shared: the finest wins
        for line, points in zip(
            parts, simplified([part.points for part in parts], tolerance), strict=True
        )
    }


def _collect(ops: Iterable[Op], matrix: Matrix, lines: dict[float, list[Subpath]]) -> None:
    for op in ops:
        if isinstance(op, Group):
            _collect(op.parts, op.matrix.then(matrix), lines)
        elif isinstance(op, Fill | Stroke) and matrix.scale:
            long = lines.setdefault(TOLERANCE / matrix.scale, [])
            long += [p for p in op.path.subpaths if not p.is_curved and len(p.points) > _FEW]


def _decimals(matrix: Matrix) -> int:
    """About a hundredth of a pixel of the sheet."""
    return min(6, max(0, 2 + round(math.log10(matrix.scale)))) if matrix.scale else 2


def _paint(kind: str, color: Color, alpha: float) -> str:
    opacity = f' {kind}-opacity="{number(alpha, 3)}"' if alpha < 1 else ""
    return f' {kind}="#{bytes(color).hex()}"{opacity}'


def _image(bitmap: Bitmap) -> str:
    data, kind = bitmap.jpeg, "jpeg"
    if data is None:
        kind, file = "png", io.BytesIO()
        bitmap.image().save(file, "PNG")
        data = file.getvalue()
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    size = f'width="{bitmap.width}" height="{bitmap.height}"'
    return f'<image {size} preserveAspectRatio="none" xlink:href="{source}"/>'


def _attribute(name: str, value: str) -> str:
    return f' {name}="{value}"' if value else ""


def _escaped(text: str) -> str:
    """Without what XML can't hold, and without line breaks."""
    return escape(re.sub(r"[\t\n\r]", " ", _NOT_XML.sub("", text)))
