"""Fonts in a PDF: subsets with the glyphs that were used, and tables that say what each stands for.

A glyph's code is its own for each text that it stands for (the same outline may be a Latin, a Greek
and a Cyrillic letter), so that copying gives back what was written.
"""

import hashlib
import struct
from collections.abc import Iterable

from solosync.render.faces import Face
from solosync.render.pdf_document import Document, array, dictionary, name, string

MAX_CODES = 60_000  # of 65,535, so that a run of text never meets the end
CODES_A_BLOCK = 100  # what a CMap may list at once
SYMBOLIC = 4  # font flag: codes aren't those of an alphabet that readers know


class Font:
    """A face in the document; a second one follows when its codes run out."""

    def __init__(self, face: Face, number: int, document: Document) -> None:
        self.face = face
        self.name = f"F{number}"
        self.reference = document.reserve()
        self._codes: dict[tuple[int, str], int] = {}
        self._widths: dict[int, int] = {}

    @property
    def is_full(self) -> bool:
        return len(self._codes) >= MAX_CODES

    def code(self, glyph: int, text: str) -> int:
        """For the glyph where it stands for these characters; for "" it can't be copied."""
        return self._codes.setdefault((glyph, text), len(self._codes) + 1)

    def width(self, glyph: int) -> int:
        """By how many thousandths of the font size readers move on after the glyph."""
        width = self._widths.get(glyph)
        if width is None:
            width = round(self.face.advance(glyph) * 1000 / self.face.units_per_em)
            self._widths[glyph] = width
        return width

    def write(self, document: Document) -> None:
        subset = self.face.subset(glyph for glyph, _ in self._codes)
        tag = _tag(sorted(subset.ids))
        to_glyphs = bytearray(2)
        for glyph, _ in self._codes:
            to_glyphs += subset.ids[glyph].to_bytes(2, "big")
        file = document.add_stream({"Length1": len(subset.data)}, subset.data)
        base = name(f"{tag}+{self.face.name}")
        cid_font = {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": base,
            "CIDSystemInfo": dictionary(
                {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
            ),
            "FontDescriptor": document.add(self._descriptor(base, file, subset.data)),
            "W": array([1, array([self.width(glyph) for glyph, _ in self._codes])]),
            "CIDToGIDMap": document.add_stream({}, bytes(to_glyphs)),
        }
        to_unicode = _to_unicode((code, text) for (_, text), code in self._codes.items() if text)
        document.add(
            dictionary(
                {
                    "Type": "/Font",
                    "Subtype": "/Type0",
                    "BaseFont": base,
                    "Encoding": "/Identity-H",
                    "DescendantFonts": array([document.add(dictionary(cid_font))]),
                    "ToUnicode": document.add_stream({}, to_unicode),
                }
            ),
            self.reference,
        )

    def _descriptor(self, base: str, file: object, data: bytes) -> object:
        em = self.face.units_per_em
        box = _font_box(data)
        ascent = round(self.face.ascent * 1000 / em)
        return dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": base,
                "Flags": SYMBOLIC,
                "FontBBox": array([round(side * 1000 / em) for side in box]),
                "ItalicAngle": 0,
                "Ascent": ascent,
                "Descent": -round(self.face.descent * 1000 / em),
                "CapHeight": ascent,
                "StemV": 80,
                "FontFile2": file,
            }
        )


class Fonts:
    """All fonts of a document, by face."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._fonts: list[Font] = []
        self._newest: dict[Face, Font] = {}

    def of(self, face: Face) -> Font:
        font = self._newest.get(face)
        if font is None or font.is_full:
            font = Font(face, len(self._fonts) + 1, self._document)
            self._fonts.append(font)
            self._newest[face] = font
        return font

    def write(self) -> None:
        for font in self._fonts:
            font.write(self._document)


def _tag(glyphs: Iterable[int]) -> str:
    """Six letters that tell subsets of one font apart."""
    digest = hashlib.sha256(repr(list(glyphs)).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _font_box(font: bytes) -> tuple[int, ...]:
    """xMin, yMin, xMax and yMax of the TrueType font's `head`."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for i in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        if tag == b"head":
            return struct.unpack_from(">4h", font, offset + 36)
    raise ValueError("a TrueType font has a table `head`")


def _to_unicode(texts: Iterable[tuple[int, str]]) -> bytes:
    """The CMap from codes to UTF-16, in which characters beyond U+FFFF are pairs."""
    lines = [f"<{code:04X}> <{string(text)[5:-1].decode()}>" for code, text in texts]
    blocks = []
    for start in range(0, len(lines), CODES_A_BLOCK):
        block = lines[start : start + CODES_A_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    ).encode()
