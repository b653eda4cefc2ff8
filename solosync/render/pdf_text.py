"""Text in a PDF's content: each glyph exactly where it was shaped to be, and copied exactly."""

from collections.abc import Iterator
from typing import NamedTuple

from solosync.render.pdf_document import number, string
from solosync.render.pdf_fonts import Font, Fonts
from solosync.render.runs import clusters_of
from solosync.render.scene import Glyphs, Text


class Shown(NamedTuple):
    """A text's operators, the fonts in them, and which glyphs of its runs are shapes instead."""

    operators: str
    fonts: set[Font]
    shapes: list[tuple[Glyphs, int]]


def show(op: Text, unit: float, fonts: Fonts) -> Shown:
    """Where one step is ``unit`` px and y goes downwards. The colour is the caller's.

    Marks that have no width (accents, vowel signs, the dots of Arabic letters) become shapes, and
    the letter that carries them stands for the characters of all: readers that place characters
    by where glyphs are would tear them apart.
    """
    used: set[Font] = set()
    shapes: list[tuple[Glyphs, int]] = []
    lines = ["BT"]
    for run in op.runs:
        if not run.ids:
            continue
        if not run.face.can_embed:
            shapes += [(run, i) for i in range(len(run.ids))]
            continue
        font = fonts.of(run.face)
        used.add(font)
        lines.append(f"/{font.name} {number(op.size / unit)} Tf")
        lines += _run(op, run, font, unit, shapes)
    return Shown("\n".join([*lines, "ET"]), used, shapes)


def _run(
    op: Text, run: Glyphs, font: Font, unit: float, shapes: list[tuple[Glyphs, int]]
) -> Iterator[str]:
    pen = _Pen(op, run, font, unit)
    for cluster in clusters_of(run):
        glyphs = list(range(cluster.first, cluster.end))
        if len(glyphs) > 1:
            letters = [i for i in glyphs if font.width(run.ids[i])] or glyphs[:1]
            shapes += [(run, i) for i in glyphs if i not in letters]
            glyphs = letters
        # Readers turn a line from right to left around by themselves, all its characters.
        text = run.text[cluster.start : cluster.stop]
        if run.is_rtl:
            text = text[::-1]
        if len(glyphs) == 1:
            yield from pen.show(glyphs[0], text)
        else:
            yield from pen.flush()
            yield f"/Span << /ActualText {string(text).decode()} >> BDC"
            for i in glyphs:
                yield from pen.show(i, text if i == glyphs[0] else "")
            yield from pen.flush()
            yield "EMC"
    yield from pen.flush()


class _Pen:
    """Gathers glyphs that follow each other on one line into one TJ."""

    def __init__(self, op: Text, run: Glyphs, font: Font, unit: float) -> None:
        self._font = font
        self._size = op.size
        self._unit = unit
        self._ids = run.ids
        self._origin = (op.x, op.y)
        self._positions = run.positions.tolist()
        self._y: float | None = None  # of the line that is set
        self._reached = 0.0  # where on it readers are, in thousandths of the font size
        self._shown: list[str] = []

    def show(self, i: int, text: str) -> Iterator[str]:
        glyph = self._ids[i]
        x, y = self._positions[i]
        target = x * 1000 / self._size
        if y != self._y:
            yield from self.flush()
            left, top = (self._origin[0] + x) / self._unit, (self._origin[1] + y) / self._unit
            yield f"1 0 0 -1 {number(left)} {number(top)} Tm"
            self._y, self._reached = y, target
        back = round(self._reached - target)
        code = f"{self._font.code(glyph, text):04X}"
        if back:
            self._shown.append(f">{back}<")
        self._shown.append(code)
        self._reached += self._font.width(glyph) - back

    def flush(self) -> Iterator[str]:
        if self._shown:
            yield f"[<{''.join(self._shown)}>]TJ".replace("<>", "")
            self._shown = []
