"""A PDF file's objects, written as they come: only references, offsets and fonts stay in memory.

ReportLab makes the objects and the cross-reference table; its own document would keep all pages
until the end, twice.
"""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from reportlab.pdfbase import pdfdoc

VERSION = (1, 7)
COMPRESSION = 6  # of zlib: higher ones take twice the time for 1 %


class Document:
    """Not to be used after ``finish``; what is reserved must have been added by then."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self._digest = hashlib.sha256()
        # ReportLab's registry of names and numbers, without the objects that it begins with.
        self._numbers = pdfdoc.PDFDocument(pdfVersion=VERSION, invariant=True)
        self._numbers.objectcounter = 0
        for registry in ("idToObject", "idToObjectNumberAndVersion", "numberToId"):
            getattr(self._numbers, registry).clear()
        major, minor = VERSION
        # Bytes beyond ASCII tell programs that move files that this one is binary.
        self._write(b"%%PDF-%d.%d\n%%\xe2\xe3\xcf\xd3\n" % (major, minor))

    def reserve(self) -> Any:
        """A reference to an object that is added later."""
        return self._numbers.Reference(None, f"o{self._numbers.objectcounter + 1}")

    def add(self, content: Any, reference: Any = None) -> Any:
        """Writes an object (made by ``dictionary``, ``array`` and the like); its reference."""
        reference = reference or self.reserve()
        self._numbers.idToOffset[reference.name] = self._at
        self._write(pdfdoc.PDFIndirectObject(reference.name, content).format(self._numbers))
        return reference

    def add_stream(
        self, entries: Mapping[str, Any], data: bytes, reference: Any = None, *, encoded: str = ""
    ) -> Any:
        """``encoded``: the name of the filter that ``data`` has gone through already; else it is
        compressed."""
        if not encoded:
            data, encoded = _compressed(data), "FlateDecode"
        # ReportLab ends the data where the keyword begins, which some readers warn of.
        lines = dictionary({**entries, "Filter": name(encoded), "Length": len(data)})
        head = lines.format(self._numbers)
        return self.add(head + b"\nstream\n" + data + b"\nendstream\n", reference)

    def finish(self, catalog: Any, info: Any) -> None:
        """Writes the cross-reference table and the end."""
        table = pdfdoc.PDFCrossReferenceTable()
        names = [self._numbers.numberToId[n + 1] for n in range(self._numbers.objectcounter)]
        table.addsection(0, names)
        start = self._at
        self._write(table.format(self._numbers))
        identity = b"<" + self._digest.hexdigest()[:32].encode() + b">"
        trailer = pdfdoc.PDFTrailer(
            start, Size=len(names) + 1, Root=catalog, Info=info, ID=array([identity, identity])
        )
        self._write(trailer.format(self._numbers))

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._at += len(data)


def _compressed(data: bytes) -> bytes:
    # Coordinates hardly repeat: to look for long repeats only is faster and saves 4 %.
    packer = zlib.compressobj(COMPRESSION, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return packer.compress(data) + packer.flush()


def dictionary(entries: Mapping[str, Any]) -> Any:
    """Values: numbers, references, other objects, and plain ``str`` as they should stand there."""
    return pdfdoc.PDFDictionary(dict(entries))


def array(items: Sequence[Any]) -> Any:
    return pdfdoc.PDFArray(items)


def name(text: str) -> str:
    return str(pdfdoc.PDFName(text))


def string(text: str) -> bytes:
    """Text for people, in any script."""
    return b"<FEFF" + text.encode("utf-16-be", "surrogatepass").hex().upper().encode() + b">"


def number(value: float, digits: int = 4) -> str:
    """Without an exponent, and without more decimals than matter."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
