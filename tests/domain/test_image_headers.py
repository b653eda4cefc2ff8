import struct
import zlib
from random import Random

import pytest

from solosync.domain import image_headers
from solosync.errors import Invalid
from tests import pictures


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "picture"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content, expected",
    [
        (pictures.png(30, 20), ("image/png", 30, 20)),
        (pictures.jpeg_start(640, 480), ("image/jpeg", 640, 480)),
        (pictures.webp_start(b"VP8 ", 640, 480), ("image/webp", 640, 480)),
        (pictures.webp_start(b"VP8L", 640, 480), ("image/webp", 640, 480)),
        (pictures.webp_start(b"VP8X", 640, 480), ("image/webp", 640, 480)),
    ],
    ids=["png", "jpeg", "webp", "lossless webp", "extended webp"],
)
def test_size_is_read_from_the_header(write, content, expected):
    assert image_headers.read(write(content)) == expected


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        pictures.png()[:20],
        pictures.png(claims=(0, 2)),
        pictures.SIGNATURE + pictures.chunk(b"IDAT", b""),
        pictures.jpeg_start(1, 1)[:9],
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0" + struct.pack(">H", 0),
        pictures.webp_start(b"VP9 ", 1, 1),
        pictures.webp_start(b"VP8 ", 1, 1)[:26],
    ],
)
def test_what_is_no_picture_is_refused(write, content):
    with pytest.raises(Invalid):
        image_headers.read(write(content))


@pytest.mark.parametrize(
    "content",
    [
        pictures.png(claims=(50_000, 50_000)),
        pictures.jpeg_start(60_000, 60_000),
        pictures.webp_start(b"VP8X", 1 << 24, 1 << 24),
    ],
)
def test_too_many_pixels_are_refused_without_decoding_them(write, content):
    with pytest.raises(Invalid, match="at most 64 million"):
        image_headers.read(write(content))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_pngs_of_every_kind_are_whole(write, tmp_path, mode):
    from PIL import Image

    path = tmp_path / "picture"
    Image.new(mode, (33, 17)).save(path, "PNG")
    assert image_headers.check_png(path) == ("image/png", 33, 17)


def test_interlaced_png_is_whole(write):
    header = struct.pack(">IIBBBBB", 5, 3, 8, 0, 0, 0, 1)

    def content(raw_bytes):
        return (
            pictures.SIGNATURE
            + pictures.chunk(b"IHDR", header)
            + pictures.chunk(b"IDAT", zlib.compress(bytes(raw_bytes)))
            + pictures.chunk(b"IEND", b"")
        )

    # The passes of 5 x 3 pixels, lines times (filter byte + columns); the third has no line.
    whole = 1 * (1 + 1) + 1 * (1 + 1) + 0 + 1 * (1 + 1) + 1 * (1 + 3) + 2 * (1 + 2) + 1 * (1 + 5)
    assert image_headers.check_png(write(content(whole))) == ("image/png", 5, 3)
    with pytest.raises(Invalid):
        image_headers.check_png(write(content(whole - 1)))


@pytest.mark.parametrize(
    "content",
    [
        pictures.png()[:-1],
        pictures.png()[:-12],
        pictures.png(100, 100).replace(b"IDAT", b"IDAX"),
        pictures.png(30, 20, claims=(30, 21)),
        pictures.png().replace(b"\x08\x00\x00\x00\x00", b"\x08\x05\x00\x00\x00", 1),
        pictures.png()[:-16] + b"\0" + pictures.png()[-15:],
        pictures.png()[:33] + pictures.png()[8:],
        pictures.jpeg_start(3, 2),
        pictures.png(20, 20)[:60],
    ],
)
def test_broken_png_is_refused(write, content):
    with pytest.raises(Invalid):
        image_headers.check_png(write(content))


def test_damaged_pictures_are_read_or_refused_and_nothing_else(write):
    seed = 20261121
    random = Random(seed)
    originals = [
        pictures.png(30, 20),
        pictures.jpeg_start(640, 480),
        *(pictures.webp_start(kind, 640, 480) for kind in (b"VP8 ", b"VP8L", b"VP8X")),
    ]
    for number in range(1500):
        content = bytearray(random.choice(originals))
        for _ in range(random.randrange(1, 6)):
            content[random.randrange(len(content))] = random.randrange(256)
        content = content[: random.randrange(len(content) + 1)] if number % 3 == 0 else content
        for look in (image_headers.read, image_headers.check_png):
            try:
                found = look(write(bytes(content)))
            except Invalid:
                continue
            assert 0 < found.width * found.height <= image_headers.MOST_PIXELS, (seed, number)
