import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import resvg_py
from PIL import Image

from solosync.records.pictures import parse_options
from solosync.render import raster, sheets, svg
from solosync.render.geometry import Box, Path, moved, rotated, scaled
from solosync.render.images import Bitmap
from solosync.render.scene import (
    Backdrop,
    Fill,
    Group,
    Page,
    Picture,
    Scene,
    Sheet,
    Stroke,
)
from solosync.render.shapes import ellipse, rectangle
from solosync.render.text import shape, text_op

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
MIXED = "Hi Привіт Γειά e\u0301 ffi שלום مرحبا 😀"


def sheet(*ops, backdrop=(), width=200.0, height=150.0):
    return Sheet("One", width, height, tuple(backdrop), tuple(ops))


def words(text, x=10.0, y=40.0, size=24.0, color=BLACK, alpha=1.0):
    return text_op(shape(text, "sans", size), x, y, size, color, alpha)


def box(*corners, color=RED, alpha=1.0):
    return Fill(rectangle(Box(*corners)), color, alpha)


def eraser(*corners):
    return Group((box(*corners, color=BLACK),), composite="destination-out")


def parsed(picture, **settings):
    return ElementTree.fromstring(svg.write(picture, title=settings.pop("title", "")))


def texts(root):
    """Those of the layer that is there to be found."""
    return ["".join(element.itertext()) for element in root[-1].iter(f"{SVG}text")]


def drawn(picture):
    """As resvg draws it, without any font: RGBA, from 0 to 255, with straight alpha."""
    data = svg.write(picture, title="").decode()
    png = bytes(resvg_py.svg_to_bytes(svg_string=data, skip_system_fonts=True))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), float)


def on_white(pixels):
    alpha = pixels[..., 3:] / 255
    return pixels[..., :3] * alpha + 255 * (1 - alpha)


def photo(size=(30, 20), seed=3):
    pixels = np.random.default_rng(seed).integers(0, 255, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels).resize((size[0] * 4, size[1] * 4), Image.Resampling.BICUBIC)


def everything():
    """A sheet with one of each: what the writers have to agree on."""
    ops = (
        Fill(ellipse(60, 60, 50, 30), RED, 0.5),
        Stroke(Path.polyline([(20, 20), (90, 110), (150, 30)]), GREEN, 7, 0.6),
        Stroke(Path.polyline([(150, 90), (90, 130)]), BLUE, 9, cap="butt", join="miter"),
        Stroke(Path.polyline([(10, 140), (190, 140)]), BLACK, 3, cap="butt", dash=(12, 5)),
        words(MIXED, 8, 100, 13, (90, 0, 90)),
        words("turned", alpha=0.5),
        Group((words("Ab", 0, 0, 40),), matrix=rotated(0.4).then(moved(120, 60))),
        Group(
            (box(120, 100, 170, 130, color=BLUE), box(140, 110, 190, 145, color=GREEN)),
            alpha=0.5,
            clip=ellipse(155, 120, 30, 18),
        ),
        Picture(Bitmap.of(photo()), scaled(50, 30).then(rotated(-0.3)).then(moved(130, 40)), 0.8),
        Group((box(40, 40, 100, 100, color=(200, 200, 0)),), composite="multiply"),
        eraser(50, 55, 60, 120),
    )
    page = Page("One", ops, Backdrop((255, 255, 230), "graph"))
    return sheets.lay_out(Scene("", (page,)), parse_options({"scale": 2}, "png"), "png")[0]


def test_picture_looks_as_the_pixels_do():
    picture = everything()
    ours = on_white(np.asarray(raster.draw(picture).convert("RGBA"), float))
    difference = np.abs(on_white(drawn(picture)) - ours)
    assert difference.mean() < 1.0
    assert (difference.max(axis=-1) > 64).mean() < 0.003


def test_same_sheet_makes_the_same_bytes():
    assert svg.write(everything(), title="x") == svg.write(everything(), title="x")


def test_size_and_title_are_those_of_the_sheet():
    root = parsed(sheet(width=321.5, height=77), title="A & <B>")
    assert root.get("width") == "321.5"
    assert root.get("viewBox") == "0 0 321.5 77"
    assert root.findtext(f"{SVG}title") == "A & <B>"


def test_nothing_outside_the_file_is_referred_to():
    root = parsed(everything())
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {
        *("svg", "title", "defs", "path", "clipPath", "g", "use", "image", "text"),
    }
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            if name == HREF:
                assert value.startswith("data:image/") or value[1:] in ids
            for target in re.findall(r"url\((.*?)\)", value):
                assert target[1:] in ids


def test_text_can_be_found_and_copied_exactly():
    assert texts(parsed(sheet(words(MIXED), words("  a  b "), words("   ")))) == [MIXED, "  a  b "]


def test_text_that_is_found_is_not_painted_twice():
    root = parsed(sheet(words("Hello")))
    assert all(group.get("fill-opacity") == "0" for group in root if group.find(f"{SVG}text"))
    assert len(list(root.iter(f"{SVG}use"))) == 5
    assert len(list(root.iter(f"{SVG}path"))) == 4  # one l


def test_text_is_as_long_as_its_glyphs():
    op = words("Hello")
    (element,) = parsed(sheet(op)).iter(f"{SVG}text")
    width = shape("Hello", "sans", 24).width
    assert float(element.get("textLength")) == pytest.approx(width, abs=3)
    assert (element.get("x"), element.get("y")) == ("10", "40")


def test_glyphs_need_no_font():
    ink = drawn(sheet(words("Hello 😀 שלום")))[..., 3]
    assert ink.sum() > 255 * 200


def test_character_without_a_glyph_is_left_to_the_fonts_of_the_reader():
    private = "\U000f1234\U000f1235"
    op = words(f"ab{private}cd")
    root = parsed(sheet(op))
    (spelled,) = root[-2].iter(f"{SVG}text")
    assert spelled.text == private
    assert spelled.get("style") == "user-select:none"
    assert len(list(root.iter(f"{SVG}use"))) == 4
    (run,) = (run for run in op.runs if 0 in run.ids)
    assert float(spelled.get("textLength")) == pytest.approx(2 * run.face.advance(0))
    assert texts(root) == [f"ab{private}cd"]


@pytest.mark.parametrize(
    "text", ["<b>&amp;\"'", "]]>", "a\x00b\x1b\x08c", "\ud800x\udfff", "\ufffe\uffff", "a\nb\tc\r"]
)
def test_no_text_can_break_the_file(text):
    root = parsed(sheet(words(text)), title=text)
    (found,) = texts(root) or [""]
    assert found == root.findtext(f"{SVG}title")
    assert set(found) <= set(text.replace("\n", " ").replace("\t", " ").replace("\r", " "))


def test_what_is_erased_is_not_in_the_file():
    secret = words("secret word", 10, 40)
    picture = sheet(secret, words("stays", 10, 100), eraser(0, 0, 200, 60))
    data = svg.write(picture, title="").decode()
    assert "secret" not in data
    assert texts(ElementTree.fromstring(data)) == ["stays"]
    assert drawn(picture)[:60, :, 3].max() == 0


def test_what_is_clipped_away_is_not_found():
    hidden = Group((words("hidden", 10, 40),), clip=rectangle(Box(0, 100, 200, 150)))
    shown = Group((words("shown", 10, 140),), clip=rectangle(Box(0, 100, 200, 150)))
    assert texts(parsed(sheet(hidden, shown))) == ["shown"]


def test_group_is_faded_as_one():
    group = Group((box(0, 0, 60, 60), box(30, 30, 90, 90, color=BLUE)), alpha=0.5)
    pixels = drawn(sheet(group))
    assert pixels[10, 10] == pytest.approx([255, 0, 0, 127.5], abs=1)
    assert pixels[45, 45] == pytest.approx([0, 0, 255, 127.5], abs=1)


def test_matrix_moves_the_parts_and_not_the_clip():
    clip = rectangle(Box(0, 0, 50, 50))
    pixels = drawn(sheet(Group((box(0, 0, 40, 40),), clip=clip, matrix=moved(30, 30))))
    assert pixels[40, 40, 3] == 255
    assert pixels[40, 60, 3] == 0
    assert pixels[10, 10, 3] == 0


def test_blend_modes_see_the_page_and_not_the_paper():
    red = box(0, 0, 50, 50)
    blue = Group((box(25, 0, 100, 50, color=BLUE),), composite="multiply")
    pixels = drawn(sheet(red, blue, backdrop=[box(0, 0, 200, 150, color=GREEN)]))
    assert pixels[25, 10, :3].tolist() == [255, 0, 0]
    assert pixels[25, 40, :3].tolist() == [0, 0, 0]
    assert pixels[25, 80, :3].tolist() == [0, 0, 255]


def test_bitmap_that_is_shown_twice_is_written_once():
    bitmap = Bitmap.of(photo())
    places = [scaled(50, 30).then(moved(x, 10)) for x in (10, 100)]
    picture = sheet(*(Picture(bitmap, place) for place in places))
    root = parsed(picture)
    assert len(list(root.iter(f"{SVG}image"))) == 1
    assert len(list(root.iter(f"{SVG}use"))) == 2
    pixels = drawn(picture)
    assert np.abs(pixels[12:38, 12:58] - pixels[12:38, 102:148]).max() < 8


def test_bitmap_keeps_its_pixels():
    image = photo()
    (element,) = parsed(sheet(Picture(Bitmap.of(image), scaled(9, 9)))).iter(f"{SVG}image")
    kind, _, data = element.get(HREF).partition(",")
    assert kind == "data:image/png;base64"
    again = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    assert again.tobytes() == image.tobytes()


def test_fine_lines_in_a_group_that_enlarges_stay_exact():
    tiny = np.array([(0.01, 0.01), (0.04, 0.0123), (0.0377, 0.04), (0.01, 0.04)])
    group = Group((Fill(Path.polygon(tiny), RED),), matrix=scaled(3000))
    large = Fill(Path.polygon(tiny * 3000), RED)
    assert np.abs(drawn(sheet(group))[..., 3] - drawn(sheet(large))[..., 3]).max() < 16


def test_rings_with_holes_keep_them():
    ring = Path.joined([rectangle(Box(10, 10, 90, 90)), rectangle(Box(30, 30, 70, 70))])
    pixels = drawn(sheet(Fill(ring, RED, is_even_odd=True)))
    assert pixels[50, 50, 3] == 0
    assert drawn(sheet(Fill(ring, RED)))[50, 50, 3] == 255


def test_outline_of_many_points_is_written_with_those_that_matter():
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    around = np.column_stack([np.cos(angles), np.sin(angles)]) * 50 + 75
    data = svg.write(sheet(Fill(Path.polygon(around), RED)), title="")
    assert len(data) < 2500
    inside = drawn(sheet(Fill(Path.polygon(around), RED)))[..., 3].sum() / 255
    assert inside == pytest.approx(np.pi * 50**2, rel=0.005)
