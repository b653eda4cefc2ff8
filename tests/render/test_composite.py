"""The composite operations against a browser's: composites.json holds what Chromium's canvas makes
of a backdrop in the left half and a source in the upper half of 4 x 4 pixels, both of one colour.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from solosync.render import composite, raster
from solosync.render.geometry import Box
from solosync.render.scene import Fill, Group, Sheet
from solosync.render.shapes import rectangle

PAINTED = json.loads(Path(__file__).with_name("composites.json").read_text())
# Backdrop and source of each case.
COLORS = [
    ((220, 120, 40, 1), (40, 120, 220, 1)),
    ((220, 120, 40, 0.6), (40, 120, 220, 1)),
    ((220, 120, 40, 1), (40, 120, 220, 0.5)),
    ((10, 200, 90, 0.7), (250, 20, 160, 0.3)),
    ((255, 255, 0, 1), (0, 0, 0, 0.8)),
]
PLACES = [(0, 0), (0, 3), (3, 0), (3, 3)]  # row and column: both, source, backdrop, none


def premultiplied(pixel) -> np.ndarray:
    red, green, blue, alpha = np.asarray(pixel, float)
    return np.array([red * alpha / 255, green * alpha / 255, blue * alpha / 255, alpha])


def painted(box: Box, color) -> Fill:
    return Fill(rectangle(box), color[:3], color[3])


def test_all_operations_of_the_canvas_are_there():
    assert len(PAINTED) == 26


@pytest.mark.parametrize("operation", PAINTED)
def test_operation_as_a_browser_paints_it(operation):
    for (below, source), expected in zip(COLORS, PAINTED[operation], strict=True):
        on_top = Group((painted(Box(0, 0, 4, 2), source),), composite=operation)
        ops = (painted(Box(0, 0, 2, 4), below), on_top)
        pixels = np.asarray(raster.draw(Sheet("a page", 4, 4, (), ops)))
        for place, pixel in zip(PLACES, expected, strict=True):
            off = np.abs(premultiplied(pixels[place]) - premultiplied(pixel)).max()
            assert off <= 2, (below, source, place, pixels[place], pixel)


def test_an_unknown_operation_paints_normally():
    below = np.full((3, 3, 4), (255, 0, 0, 255), np.uint8)
    layer = np.full((3, 3, 4), (0, 0, 255, 128), np.uint8)
    plain = below.copy()
    composite.compose(below, layer, "sideways")
    composite.compose(plain, layer, "source-over")
    assert (below == plain).all()
    assert below[0, 0].tolist() == pytest.approx([127, 0, 128, 255], abs=1)


@pytest.mark.parametrize("operation", sorted(composite.EVERYWHERE))
def test_operations_that_change_everything_stop_at_the_clip(operation):
    below = np.full((1, 4, 4), (255, 0, 0, 255), np.uint8)
    clip = np.array([[0, 128, 255, 255]], np.uint8)
    composite.compose(below, np.zeros((1, 4, 4), np.uint8), operation, clip=clip)
    expected = [255, 255, 255, 255] if operation == "source-atop" else [255, 127, 0, 0]
    assert below[0, :, 3].tolist() == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("operation", [*PAINTED, "sideways"])
def test_large_layers_are_worked_on_in_pieces_without_a_seam(operation, monkeypatch):
    generator = np.random.default_rng(7)
    below, layer = generator.integers(0, 256, (2, 40, 30, 4), dtype=np.uint8)
    whole, pieces = below.copy(), below.copy()
    composite.compose(whole, layer, operation, 0.7)
    monkeypatch.setattr(composite, "_ROWS", 90)
    composite.compose(pieces, layer, operation, 0.7)
    assert (whole == pieces).all()
    assert (whole != below).any()
