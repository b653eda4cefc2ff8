"""The little PDF file around a content stream, and PDFium painting it."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pypdfium2  # noqa: F401 - starts PDFium
import pypdfium2.raw as pdfium

from solosync.render.pdfium_points import GRID, ORIGIN

RGBA = pdfium.FPDFBitmap_BGRA  # with the bytes the other way round
GRAY = pdfium.FPDFBitmap_Gray


def draw(
    content: bytes, alphas: Iterable[int], target: npt.NDArray[np.uint8], bitmap_format: int
) -> None:
    """Paints a stream, whose ``/a<level> gs`` set those alphas (0..255), over what is there."""
    height, width = target.shape[:2]
    file = _file(content, alphas, width, height)
    document = pdfium.FPDF_LoadMemDocument64(file, len(file), None)
    page = pdfium.FPDF_LoadPage(document, 0)
    bitmap = pdfium.FPDFBitmap_CreateEx(
        width, height, bitmap_format, target.ctypes.data, target.strides[0]
    )
    if not (document and page and bitmap):
        raise MemoryError(f"a picture of {width} x {height} pixels can't be drawn")
    flags = pdfium.FPDF_REVERSE_BYTE_ORDER
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
    pdfium.FPDFBitmap_Destroy(bitmap)
    pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)


def _file(content: bytes, alphas: Iterable[int], width: int, height: int) -> bytes:
    unit = 1 / GRID
    base = b"%.8f 0 0 %.8f %d %d cm\n" % (unit, -unit, -ORIGIN, height + ORIGIN)
    states = "".join(
        # Rounded down by PDFium, so a little is added.
        f"/a{level}<</ca {(level + 0.1) / 255:.5f}/CA {(level + 0.1) / 255:.5f}>>"
        for level in alphas
    )
    page = (
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R"
        f"/Resources<</ExtGState<<{states}>>>>>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page.encode(),
        b"<</Length %d>>stream\n%b%b\nendstream" % (len(base) + len(content), base, content),
    ]
    file = bytearray(b"%PDF-1.7\n")
    table = ["0000000000 65535 f \n"]
    for number, each in enumerate(objects, 1):
        table.append(f"{len(file):010d} 00000 n \n")
        file += b"%d 0 obj%b\nendobj\n" % (number, each)
    start = len(file)
    file += f"xref\n0 {len(table)}\n{''.join(table)}".encode()
    file += f"trailer<</Size {len(table)}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(file)
