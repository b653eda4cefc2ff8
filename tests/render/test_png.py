import io
import zlib

import numpy as np
import pytest
from PIL import Image

from solosync.render import png
from solosync.render.png import encode_png


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def gradient(width: int, height: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    channels = [rows * 3 % 256, (rows + columns) % 256, columns * 2 % 256]
    return np.stack(channels, axis=-1).astype(np.uint8)


def plain(*color: int) -> np.ndarray:
    return np.full((9, 9, len(color)), color, np.uint8)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (37, 41), (640, 400), (16384, 3)])
def test_what_is_written_is_what_is_read(mode, size):
    generator = np.random.default_rng(11)
    pixels = generator.integers(0, 256, (size[1], size[0], len(mode)), dtype=np.uint8)
    pixels[0, 0, -1] = 7  # not opaque
    image = opened(encode_png(pixels))
    assert image.mode == mode
    assert (np.asarray(image) == pixels).all()


@pytest.mark.parametrize("filter_", [png._NONE, png._UP])
def test_every_filter_and_pictures_written_in_bands(filter_, monkeypatch):
    image = gradient(50, 200)
    monkeypatch.setattr(png, "_best_filter", lambda _: filter_)
    whole = encode_png(image)
    monkeypatch.setattr(png, "_BAND", 50 * 7)
    assert opened(encode_png(image)).tobytes() == opened(whole).tobytes() == image.tobytes()


def test_an_opaque_picture_has_no_alpha():
    assert opened(encode_png(plain(1, 2, 3, 255))).mode == "RGB"
    assert opened(encode_png(plain(1, 2, 3, 254))).mode == "RGBA"


def test_slow_changes_are_filtered_and_drawings_are_not():
    noise = np.random.default_rng(2).integers(0, 4, (256, 256, 3), dtype=np.uint8)
    soft = gradient(256, 256) // 2 + noise
    assert png._best_filter(soft) == png._UP
    stripes = np.full((256, 256, 3), 255, np.uint8)
    stripes[:, 40:50] = 10, 20, 30
    assert len(encode_png(stripes)) < 1500


def test_every_chunk_has_its_checksum():
    data = encode_png(gradient(20, 20))
    at, names = 8, []
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        names.append(data[at + 4 : at + 8])
        body_end = at + 8 + length
        assert zlib.crc32(data[at + 4 : body_end]) == int.from_bytes(data[body_end : body_end + 4])
        at = body_end + 4
    assert names == [b"IHDR", b"IDAT", b"IEND"]
