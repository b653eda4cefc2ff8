import io
import json

import numpy as np
import pytest
from PIL import Image

from solosync.errors import Invalid
from solosync.render import thumbnail


def stroke(*points, color="#ff0000", size=10, **more):
    places = [{"x": x, "y": y} for x, y in points]
    return {"id": "s", "tool": "line", "color": color, "size": size, "points": places, **more}


def page(*strokes, **more):
    return {"id": "p", "name": "One", "strokes": list(strokes), **more}


def opened(state) -> tuple[Image.Image, Image.Image]:
    webp, png = thumbnail.make(json.dumps(state).encode())
    pictures = Image.open(io.BytesIO(webp)), Image.open(io.BytesIO(png))
    assert [each.format for each in pictures] == ["WEBP", "PNG"]
    return pictures


@pytest.mark.parametrize("state", [{}, {"pages": []}, {"pages": [page()]}])
def test_an_empty_board_has_a_plain_one(state):
    for picture in opened(state):
        assert picture.mode == "RGB"
        assert picture.getcolors() == [(picture.width * picture.height, (255, 255, 255))]
        assert picture.width > 100


@pytest.mark.parametrize(
    ("points", "size"),
    [
        ([(0, 0), (10_000, 1000)], (640, None)),
        ([(0, 0), (300, 9000)], (None, 400)),
        ([(0, 0), (0.5, 100_000)], (None, 400)),
        ([(5, 5), (30, 20)], (None, None)),
    ],
)
def test_it_fits_and_is_as_large_as_may_be(points, size):
    webp, png = opened({"pages": [page(stroke(*points))]})
    assert webp.size == png.size
    assert 1 <= png.width <= 640
    assert 1 <= png.height <= 400
    assert size[0] in (None, png.width)
    assert size[1] in (None, png.height)


def test_it_shows_the_active_page_on_its_own_ground():
    ground = {"type": "color", "color": "#0000ff"}
    first = page(stroke((0, 0), (700, 333)))
    second = page(stroke((0, 0), (901, 333)), background=ground) | {"id": "q"}
    for picture in opened({"pages": [first, second], "activePageId": "q"}):
        pixels = np.asarray(picture).astype(int)
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert np.abs(edge - (0, 0, 255)).max() <= 4  # to the last pixel
        centre = pixels[picture.height // 2, picture.width // 2]
        assert np.abs(centre - (255, 0, 0)).max() <= 40


def test_what_isnt_a_board_is_refused():
    with pytest.raises(Invalid):
        thumbnail.make(b"[1, 2]")
