import io

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from solosync.render import fonts
from solosync.render.faces import Face
from solosync.render.geometry import Box
from tests.render import typefounder


def area(path):
    total = 0.0
    for part in path.subpaths:
        x, y = part.flat(0.01).T
        total += float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    return abs(total)


def glyph_of(face, char):
    return face.hb_font.get_nominal_glyph(ord(char))


def reopened(data, folder):
    file = folder / "subset.ttf"
    file.write_bytes(data)
    return Face(file)


@pytest.fixture
def sans():
    return fonts.face("sans")


def test_metrics_are_those_of_the_file(sans):
    assert (sans.name, sans.units_per_em) == ("Arimo-Regular", 2048)
    assert (sans.ascent, sans.descent) == (1854, 434)
    assert sans.advance(glyph_of(sans, "H")) == 1479
    assert sans.data[:4] == b"\0\1\0\0"


def test_outlines_have_y_downwards_and_fill_their_box(sans):
    for char in "HgéжΩש":
        glyph = glyph_of(sans, char)
        box, drawn = sans.glyph_box(glyph), sans.glyph_path(glyph).bounds
        assert np.allclose(box, drawn, atol=1.5), char
    assert sans.glyph_box(glyph_of(sans, "H")) == Box(168, -1409, 1312, 0)
    assert sans.glyph_box(glyph_of(sans, "g")).bottom > 0
    assert sans.glyph_box(glyph_of(sans, " ")).is_empty
    assert sans.glyph_path(glyph_of(sans, " ")).subpaths == ()


def test_hole_of_a_letter_runs_the_other_way_round(sans):
    ring = sans.glyph_path(glyph_of(sans, "o"))
    assert len(ring.subpaths) == 2
    box = ring.bounds
    assert area(ring) < 0.5 * box.width * box.height


def test_subset_has_the_same_outlines_and_widths_under_new_numbers(sans, tmp_path):
    glyphs = {glyph_of(sans, char) for char in "éГo Ω"}
    subset = sans.subset(glyphs)
    small = reopened(subset.data, tmp_path)
    assert subset.ids.keys() == glyphs | {0}
    assert sorted(subset.ids.values()) == list(range(len(glyphs) + 1))
    assert (small.units_per_em, small.ascent, small.descent) == (2048, 1854, 434)
    for old, new in subset.ids.items():
        assert small.advance(new) == sans.advance(old)
        assert small.glyph_box(new) == sans.glyph_box(old)
        assert area(small.glyph_path(new)) == pytest.approx(area(sans.glyph_path(old)), rel=1e-3)
    assert len(subset.data) < 3000


def test_subset_of_the_same_glyphs_is_the_same_bytes(sans):
    assert sans.subset([70, 40, 70]) == sans.subset([40, 70])


def test_postscript_outlines_become_truetype_ones(tmp_path):
    font = typefounder.font("Square-CFF", "你", is_cff=True)
    face = Face(typefounder.save(font, tmp_path / "square.otf"))
    subset = face.subset([1])
    tables = TTFont(io.BytesIO(subset.data))
    assert "glyf" in tables
    assert "CFF " not in tables
    small = reopened(subset.data, tmp_path)
    assert small.advance(subset.ids[1]) == 800
    assert small.glyph_box(subset.ids[1]) == face.glyph_box(1) == Box(100, -600, 700, 0)
    assert area(small.glyph_path(subset.ids[1])) == pytest.approx(600 * 600)


def test_each_face_of_a_collection_has_its_own_name(tmp_path):
    both = [typefounder.font("First-Regular", "a"), typefounder.font("Second-Regular", "b")]
    file = typefounder.save_collection(both, tmp_path / "both.ttc")
    assert [Face(file, at).name for at in range(2)] == ["First-Regular", "Second-Regular"]
    assert [Face(file, at).has("b") for at in range(2)] == [False, True]


@pytest.mark.parametrize(
    ("rights", "can_embed"), [(0, True), (4, True), (8, True), (2, False), (0x100, False)]
)
def test_font_that_may_not_be_embedded_says_so(rights, can_embed, tmp_path):
    font = typefounder.font("Square", "a", rights=rights)
    assert Face(typefounder.save(font, tmp_path / "a.ttf")).can_embed is can_embed


def test_what_is_no_font_is_refused_when_it_is_used(tmp_path):
    text = tmp_path / "text.ttf"
    text.write_text("no font")
    with pytest.raises(ValueError, match="is no font"):
        _ = Face(text).units_per_em
    with pytest.raises(OSError, match="can't read the font"):
        _ = Face(tmp_path / "missing.ttf").units_per_em
