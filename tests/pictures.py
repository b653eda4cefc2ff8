"""Small picture files, made by hand: what is in them is known to the byte."""

import struct
import zlib
from random import Random

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int = 3, height: int = 2, *, claims: tuple[int, int] | None = None, shade: int = 0):
    """An 8-bit grey PNG; `claims` is the size that its header tells instead."""
    header = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 0, 0, 0, 0)
    lines = (b"\0" + bytes([shade]) * width) * height
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def noise_png(width: int, height: int) -> bytes:
    """Grey noise that nothing makes smaller."""
    random = Random(1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + random.randbytes(width) for _ in range(height))
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines, 0))
        + chunk(b"IEND", b"")
    )


def jpeg_start(width: int, height: int) -> bytes:
    """As far as the frame's header, after a comment."""
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"\xff\xc0!!"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame


def webp_start(kind: bytes, width: int, height: int) -> bytes:
    """As far as the size, of one of the three kinds."""
    if kind == b"VP8 ":
        body = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    elif kind == b"VP8L":
        body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        low = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        body = b"\0\0\0\0" + low
    head = b"RIFF" + struct.pack("<I", 100) + b"WEBP" + kind + struct.pack("<I", len(body))
    return (head + body).ljust(64, b"\0")


def pdf(width: int = 90, height: int = 90) -> bytes:
    """One page, all blue."""
    drawn = f"0 0 1 rg 0 0 {width} {height} re f".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 %d %d] >>" % (width, height),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n" + table
    return (
        content
        + head
        + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    )
