"""Small fonts for the tests, each with the same square for all of its characters."""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

SIDE = 600  # of the square, which stands on the baseline, 100 to the right of its origin


def font(name, characters, *, is_cff=False, has_ink=True, rights=0) -> TTFont:
    names = [".notdef", "square"]
    builder = FontBuilder(1000, isTTF=not is_cff)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict.fromkeys(map(ord, characters), "square"))
    if is_cff:
        programs = {".notdef": charstring([]), "square": charstring([square])}
        builder.setupCFF(name, {"FullName": name}, programs, {})
    else:
        inked = [square] if has_ink else []
        builder.setupGlyf({".notdef": glyph([]), "square": glyph(inked)})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "square": (800, 100)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    builder.setupOS2(fsType=rights)
    builder.setupPost()
    return builder.font


def save(font: TTFont, file: Path) -> Path:
    font.save(file)
    return file


def save_collection(fonts: list[TTFont], file: Path) -> Path:
    collection = TTCollection()
    collection.fonts = fonts
    collection.save(file)
    return file


def square(pen) -> None:
    pen.moveTo((100, 0))
    pen.lineTo((100, SIDE))
    pen.curveTo((300, SIDE), (500, SIDE), (100 + SIDE, SIDE))
    pen.lineTo((100 + SIDE, 0))
    pen.closePath()


def charstring(drawings):
    pen = T2CharStringPen(800, None)
    for draw in drawings:
        draw(pen)
    return pen.getCharString()


def glyph(drawings):
    pen = TTGlyphPen(None)
    for draw in drawings:
        draw(Cu2QuPen(pen, 1.0))
    return pen.glyph()
