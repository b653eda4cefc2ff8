"""Texts of Excalidraw: lines on baselines that follow from its own table of font metrics."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from solosync.render import text
from solosync.render.fonts import Family
from solosync.render.scene import Color, Op
from solosync.render.scenes.excalidraw_elements import Element, Paint
from solosync.render.scenes.values import number, positive, string

MAX_FONT_SIZE = 10_000.0
MAX_NAME = 500  # characters; what is beyond them can't be read on a frame or a placeholder anyhow


class Font(NamedTuple):
    """``ascent`` and ``descent`` in em, ``line_height`` in font sizes: where Excalidraw thinks
    that the baseline is, whatever font is drawn."""

    family: Family
    ascent: float
    descent: float
    line_height: float


VIRGIL, HELVETICA, CASCADIA, EXCALIFONT = 1, 2, 3, 5
FONTS = {
    VIRGIL: Font("virgil", 0.886, 0.374, 1.25),
    HELVETICA: Font("sans", 1577 / 2048, 471 / 2048, 1.15),
    CASCADIA: Font("mono", 1900 / 2048, 480 / 2048, 1.2),
    EXCALIFONT: Font("hand", 0.886, 0.374, 1.25),
    6: Font("nunito", 1.011, 0.353, 1.35),
    7: Font("lilita", 0.923, 0.22, 1.15),
    8: Font("comic", 0.75, 0.25, 1.25),
    9: Font("sans", 1854 / 2048, 434 / 2048, 1.15),
}
LEGACY_FONTS = {"virgil": VIRGIL, "helvetica": HELVETICA, "cascadia": CASCADIA}

FRAME_NAME_COLOR: Color = (0x99, 0x99, 0x99)
FRAME_NAME_SIZE = 14.0
FRAME_NAME_LINE = 1.25
FRAME_NAME_GAP = 3.0


@dataclass(frozen=True, slots=True)
class Block:
    """Lines in a box whose top left corner is at (0, 0); ``align`` is "center", "right" or
    anything else for left."""

    lines: list[str]
    font: Font
    size: float
    line_height: float  # in font sizes
    width: float
    align: str = "left"

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * self.line_height

    def ops(self, paint: Paint, alpha: float, x: float = 0.0, y: float = 0.0) -> list[Op]:
        color, own_alpha = paint
        step = self.size * self.line_height
        em = self.font.ascent - self.font.descent
        baseline = y + (step + self.size * em) / 2
        is_rtl = text.reads_rtl("\n".join(self.lines))
        ops: list[Op] = []
        for i, string_ in enumerate(self.lines):
            if not string_.strip():
                continue
            line = text.shape(string_, self.font.family, self.size, is_rtl=is_rtl)
            left = x + self._indent(line.width)
            ops.append(
                text.text_op(line, left, baseline + i * step, self.size, color, alpha * own_alpha)
            )
        return ops

    def _indent(self, width: float) -> float:
        free = self.width - width
        return free / 2 if self.align == "center" else free if self.align == "right" else 0.0


def block(element: Element) -> Block:
    raw = element.raw
    number_, size = _font_number(raw)
    font = FONTS.get(number_, FONTS[EXCALIFONT])
    lines = re.split(r"\r\n?|\n", string(raw.get("text")))
    line_height = positive(raw.get("lineHeight"), None)
    if line_height is None:
        # Files of before 2023 have none: their boxes tell it.
        given = element.height / len(lines) / size
        line_height = given if given > 0 else font.line_height
    align = string(raw.get("textAlign"), "left")
    return Block(lines, font, size, min(line_height, 100.0), element.width, align)


def frame_name(element: Element) -> list[Op]:
    """Above its frame, no wider than it."""
    default = "AI Frame" if element.type == "magicframe" else "Frame"
    name = string(element.raw.get("name"), default)[:MAX_NAME]
    if not name:
        return []
    font = FONTS[HELVETICA]
    label = Block([_cut(name, element.width)], font, FRAME_NAME_SIZE, FRAME_NAME_LINE, 0)
    return label.ops((FRAME_NAME_COLOR, 1.0), 1.0, y=-FRAME_NAME_GAP - label.height)


def placeholder_name(element: Element, alpha: float) -> list[Op]:
    """What an embedded page's box says, in its middle: the address."""
    link = string(element.raw.get("link"))[:MAX_NAME]
    name = "IFrame element" if element.type == "iframe" else link or "Empty Web-Embed"
    width, height = element.width, element.height
    size = max(min(width / 2, width / len(name)), width / 30)
    if not 0 < size <= MAX_FONT_SIZE:
        return []
    font = FONTS[HELVETICA]
    lines = text.wrap(name, font.family, size, max(width - 20, size))
    label = Block(lines, font, size, font.line_height, width, "center")
    paint: Paint = element.stroke or ((0, 0, 0), 1.0)
    return label.ops(paint, alpha, y=(height - label.height) / 2)


def _font_number(raw: Any) -> tuple[int, float]:
    """The font's number and size, which the oldest files hold as one string, "20px Virgil"."""
    given = number(raw.get("fontFamily"), None)
    size = positive(raw.get("fontSize"), None)
    legacy = re.fullmatch(r"\s*(\d+(?:\.\d+)?)px\s+(.+?)\s*", string(raw.get("font"))[:100])
    if legacy is not None:
        size = size or positive(float(legacy[1]), None)
        given = given or LEGACY_FONTS.get(legacy[2].lower())
    return int(given or EXCALIFONT), min(size or 20.0, MAX_FONT_SIZE)


def _cut(name: str, width: float) -> str:
    """With dots for what doesn't fit; whole if not even one character with dots does."""

    def fits(string_: str) -> bool:
        return text.shape(string_, "sans", FRAME_NAME_SIZE).width <= width

    if fits(name):
        return name
    low, high = 0, len(name)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(f"{name[:middle]}..."):
            low = middle
        else:
            high = middle - 1
    return f"{name[:low]}..." if low else name
