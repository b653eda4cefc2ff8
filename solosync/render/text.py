"""Lines of text: shaped into glyphs, measured, and broken where a width asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
import uharfbuzz as hb

from solosync.render import bidi, clusters, fonts
from solosync.render.bidi import reads_rtl
from solosync.render.faces import Face
from solosync.render.fonts import Family
from solosync.render.geometry import Points
from solosync.render.scene import Color, Glyphs, Text

__all__ = ["Line", "metrics", "reads_rtl", "shape", "text_op", "wrap"]

# Longer runs aren't kept: they hardly come twice, and 16,384 of them would fill the memory.
MAX_CACHED = 100

# As an HTML canvas does: white space is a space, other controls don't show.
SPACE, NOTHING, REPLACEMENT = 0x20, 0x200B, 0xFFFD
CONTROLS = {code: NOTHING for code in (*range(0x20), *range(0x7F, 0xA0))}
CONTROLS |= dict.fromkeys((0x09, 0x0A, 0x0C, 0x0D), SPACE)
# Half a surrogate pair is no character; JSON can hold one nevertheless.
CONTROLS |= dict.fromkeys(range(0xD800, 0xE000), REPLACEMENT)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """``runs`` from left to right; ``width`` in pixels, the sum of the advances; ``missing``: the
    characters that no font here has, shown as a box."""

    runs: tuple[Glyphs, ...]
    width: float
    text: str
    missing: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Shaped:
    """A run in font units: where each glyph is, and how far it moves what follows."""

    ids: tuple[int, ...]
    origins: Points
    advances: tuple[int, ...]
    clusters: tuple[int, ...]
    width: int


@dataclass(slots=True)
class _Run:
    """A stretch of text of one face, script and direction."""

    text: str
    start: int
    face: Face | None
    level: int
    script: str


def shape(text: str, family: Family, size: float, *, is_rtl: bool = False) -> Line:
    """One line, whatever it holds; a line break in it is a space. ``size`` is in pixels;
    ``is_rtl`` is the direction of the line as a whole, which `reads_rtl` can tell."""
    runs = list(_runs(text, family, is_rtl))
    found: list[Glyphs] = []
    x = 0.0
    for at in bidi.visual_order([run.level for run in runs]):
        run = runs[at]
        face = run.face or fonts.face("sans")
        shaped = _shaped(face, run)
        scale = size / face.units_per_em
        positions = shaped.origins * scale + (x, 0.0)
        is_run_rtl = bool(run.level & 1)
        found.append(
            Glyphs(face, shaped.ids, positions, shaped.clusters, run.text, is_run_rtl, run.start)
        )
        x += shaped.width * scale
    return Line(tuple(found), x, text, _missing(runs))


def metrics(family: Family, size: float) -> tuple[float, float]:
    """How far the family reaches above the baseline and below it, in pixels, both positive."""
    face = fonts.face(family)
    return face.ascent * size / face.units_per_em, face.descent * size / face.units_per_em


def text_op(line: Line, x: float, y: float, size: float, color: Color, alpha: float = 1.0) -> Text:
    """The line with its baseline beginning at (x, y); ``size`` must be that of the shaping."""
    return Text(line.text, line.runs, x, y, size, color, alpha)


def wrap(text: str, family: Family, size: float, width: float | None) -> list[str]:
    """The lines of a text; without a width, its own ones.

    Breaks as Konva's `wrap: "word"` does, so that a picture breaks where the screen does: a line
    that is too wide ends at its last space or after its last dash, else before the first cluster
    that doesn't fit, and what was broken is trimmed on both sides. A line has at least a cluster.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if width is None:
        return lines
    return [part for line in lines for part in _broken(line, family, size, width)]


def _broken(line: str, family: Family, size: float, width: float) -> Iterator[str]:
    parts = clusters.split(line)
    ends = _ends(line, parts, family, size)
    start = 0

    def width_of(count: int) -> float:
        return shape("".join(parts[start : start + count]), family, size).width

    if ends[-1] <= width:
        yield line
        return
    while start < len(parts):
        before = ends[start - 1] if start else 0.0
        rest = len(parts) - start
        # The sum is right but for kerning and joining at the cut: from there on, measured.
        count = max(1, sum(1 for _ in _fitting(ends, start, before + width)))
        while count < rest and width_of(count + 1) <= width:
            count += 1
        while count > 1 and width_of(count) > width:
            count -= 1
        if count == rest:
            yield "".join(parts[start:])
            return
        count = _word_break(parts[start : start + count], parts[start + count])
        yield "".join(parts[start : start + count]).rstrip()
        start += count
        while start < len(parts) and parts[start].isspace():
            start += 1


def _fitting(ends: list[float], start: int, limit: float) -> Iterator[int]:
    for at in range(start, len(ends)):
        if ends[at] > limit:
            return
        yield at


def _word_break(fitting: list[str], following: str) -> int:
    """How many of the clusters that fit go on the line."""
    if following in (" ", "-"):
        return len(fitting)
    breaks = (at + 1 for at in range(len(fitting) - 1, -1, -1) if fitting[at] in (" ", "-"))
    return next(breaks, len(fitting))


def _ends(line: str, parts: list[str], family: Family, size: float) -> list[float]:
    """About how wide the line is up to the end of each cluster, in reading order."""
    advances = [0.0] * (len(line) + 1)
    for run in _runs(line, family, is_rtl=False):
        face = run.face or fonts.face("sans")
        shaped = _shaped(face, run)
        for cluster, advance in zip(shaped.clusters, shaped.advances, strict=True):
            advances[run.start + cluster] += advance * size / face.units_per_em
    sums = list(accumulate(advances, initial=0.0))
    return [sums[end] for end in accumulate(map(len, parts))] or [0.0]


def _runs(text: str, family: Family, is_rtl: bool) -> Iterator[_Run]:
    """In reading order."""
    if not text:
        return
    if text.isascii() and not is_rtl:
        yield _Run(text, 0, fonts.face(family), 0, "Latn")
        return
    levels = bidi.levels(text, is_rtl=is_rtl)
    language = clusters.language(text)
    run: _Run | None = None
    parts: list[str] = []
    start = 0
    for cluster in clusters.split(text):
        face = fonts.face_for(cluster, family, language)
        script = clusters.script(cluster)
        is_same = run is not None and (run.face, run.level) == (face, levels[start])
        if run is not None and is_same and (not script or script == (run.script or script)):
            parts.append(cluster)
            run.script = run.script or script
        else:
            if run is not None:
                run.text = "".join(parts)
                yield run
            run = _Run("", start, face, levels[start], script)
            parts = [cluster]
        start += len(cluster)
    if run is not None:
        run.text = "".join(parts)
        yield run


def _missing(runs: list[_Run]) -> frozenset[str]:
    sans = fonts.face("sans")
    boxes = "".join(fonts.INVISIBLE.sub("", run.text) for run in runs if run.face is None)
    return frozenset(char for char in boxes if not sans.has(char))


def _shaped(face: Face, run: _Run) -> _Shaped:
    do = _shape_cached if len(run.text) <= MAX_CACHED else _shape
    return do(face, run.text, bool(run.level & 1), run.script)


def _shape(face: Face, text: str, is_rtl: bool, script: str) -> _Shaped:
    buffer = hb.Buffer()
    buffer.add_codepoints([ord(char) for char in text.translate(CONTROLS)])
    buffer.direction = "rtl" if is_rtl else "ltr"
    if script:
        buffer.script = script
    buffer.guess_segment_properties()
    hb.shape(face.hb_font, buffer)
    places = buffer.glyph_positions
    advances = tuple(place.x_advance for place in places)
    starts = list(accumulate(advances, initial=0))
    origins = [
        (start + place.x_offset, -place.y_offset)
        for start, place in zip(starts, places, strict=False)
    ]
    infos = buffer.glyph_infos
    return _Shaped(
        tuple(info.codepoint for info in infos),
        np.array(origins, float).reshape(-1, 2),
        advances,
        tuple(info.cluster for info in infos),
        starts[-1],
    )


_shape_cached = lru_cache(maxsize=1 << 14)(_shape)
