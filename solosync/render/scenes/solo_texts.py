"""Texts and sticky notes of a Solo board.

Both begin at x, y (a stroke's: at its first point) with the top of the first line, and are set in
lines as high as the font is large, broken where they are wider than their width.
"""

from solosync.render import text as typesetting
from solosync.render.geometry import Box
from solosync.render.scene import Color, Fill, Op
from solosync.render.scenes.solo_elements import Element, together
from solosync.render.scenes.values import color, positive, string
from solosync.render.shapes import rounded_rectangle

FONT_SIZE = 16.0
SMALLEST_OF_STROKE = 8.0  # a smaller size of a stroke is the width of a pen, not that of a font
# How far the baseline lies below the middle of a line, in font sizes. Konva, which draws the texts
# on the whiteboard, has it at 0.275 up to version 9 and at 0.344 from version 10 on: between them,
# a text is nowhere further from its place than half a pixel in 16.
BASELINE = 0.309

NOTE_COLOR: Color = (254, 240, 138)
NOTE_SIDE = 200.0
NOTE_PADDING = 10.0
NOTE_RADIUS = 8.0
NOTE_INK: Color = (31, 41, 55)
NOTE_INK_ON_DARK: Color = (255, 255, 255)
DARK = 0.35  # paper of less luminance than that is dark


def text(element: Element) -> tuple[Op, ...]:
    place = element.place()
    if place is None:
        return ()
    lines, _ = _lines(
        element, place, positive(element.value.get("width"), None), element.color, element.alpha
    )
    return element.painted(*lines)


def note(element: Element) -> tuple[Op, ...]:
    """Paper of the element's colour, at least as high as its text."""
    place = element.place()
    if place is None:
        return ()
    width = positive(element.value.get("width"), NOTE_SIDE)
    paper = color(element.value.get("color"), NOTE_COLOR)
    ink = color(
        element.value.get("textColor"), NOTE_INK_ON_DARK if _luminance(paper) < DARK else NOTE_INK
    )
    padding = min(NOTE_PADDING, width / 4)
    lines, text_height = _lines(
        element, place + complex(padding, padding), width - 2 * padding, ink, 1.0
    )
    height = positive(element.value.get("height"), NOTE_SIDE)
    box = Box(
        place.real,
        place.imag,
        place.real + width,
        place.imag + max(height, text_height + 2 * padding),
    )
    sheet = Fill(rounded_rectangle(box, NOTE_RADIUS), paper)
    return element.painted(*together((sheet, *lines), element.alpha))


def _lines(
    element: Element, place: complex, width: float | None, ink: Color, alpha: float
) -> tuple[list[Op], float]:
    """The lines, and how high they are together."""
    size = _font_size(element)
    lines = typesetting.wrap(string(element.value.get("text")), "sans", size, width)
    ops: list[Op] = []
    for number, content in enumerate(lines):
        if content.strip():
            line = typesetting.shape(content, "sans", size)
            element.drawing.missing.update(dict.fromkeys(sorted(line.missing)))
            baseline = place.imag + size * (number + 0.5 + BASELINE)
            ops.append(typesetting.text_op(line, place.real, baseline, size, ink, alpha))
    return ops, size * len(lines)


def _font_size(element: Element) -> float:
    given = positive(element.value.get("fontSize"), None)
    if given is not None:
        return given
    size = positive(element.value.get("size"), 0.0)
    return size if size >= SMALLEST_OF_STROKE else FONT_SIZE


def _luminance(paper: Color) -> float:
    red, green, blue = paper
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
