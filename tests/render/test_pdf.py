"""A PDF is judged by what readers see and copy: PDFium, Poppler where there is one, and a small
reader of our own for what those forgive."""

import io
import random
import re
import shutil
import subprocess
import unicodedata
import zlib

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from solosync.render import fonts, freehand, pdf
from solosync.render.faces import Face
from solosync.render.freehand_widths import Pen
from solosync.render.geometry import Box, Path, moved, rotated, scaled
from solosync.render.images import Bitmap
from solosync.render.pdf_pictures import jpeg_frame
from solosync.render.scene import Fill, Glyphs, Group, Picture, Sheet, Stroke, Text
from solosync.render.shapes import ellipse, rectangle
from solosync.render.text import shape, text_op
from tests.render import typefounder

INK, RED, BLUE, WHITE = (0, 0, 0), (255, 0, 0), (0, 0, 255), (255, 255, 255)
SCRIPTS = [
    "Hello, fi ffi AVATAR 100%",
    "Привіт, світе! Съешь ещё",
    "Γειά σου Κόσμε",  # noqa: RUF001
    "你好,世界",
    "مرحبا بالعالم",
    "שלום עולם",
    "שָׁלוֹם",
    "😀 and 👍🏽",
    "cafe\u0301 and x\u0302y",
    "A \u0391 \u0410 mixed",  # Latin, Greek, Cyrillic
    "\U0001d54f \u2192 \u221e math",
]
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="needs Poppler's pdftotext"
)


def box(left, top, right, bottom, color=INK, alpha=1.0):
    return Fill(rectangle(Box(left, top, right, bottom)), color, alpha)


def text(written, x=20.0, y=60.0, size=24.0, family="sans"):
    return text_op(shape(written, family, size), x, y, size, INK, 1.0)


def sheet(*ops, name="Page", width=400.0, height=100.0, backdrop=()):
    return Sheet(name, width, height, backdrop, ops)


def written(*sheets, **options):
    file = io.BytesIO()
    warnings = pdf.write(file, sheets, **{"title": "A board", **options})
    assert warnings == []
    return file.getvalue()


def opened(data):
    return pypdfium2.PdfDocument(data)


def drawn(*ops, **options):
    """The only page's pixels, one for each px."""
    image = opened(written(sheet(*ops, **options)))[0].render(scale=4 / 3).to_pil()
    return np.asarray(image.convert("RGB")).astype(int)


def copied(data):
    """What PDFium's reader copies, page by page."""
    pages = [page.get_textpage().get_text_bounded() for page in opened(data)]
    return [page.replace("\r\n", "\n") for page in pages]


def objects(data):
    """Our own reader: object number to its dictionary and its stream, unpacked."""
    found = {}
    (start,) = re.findall(rb"startxref\n(\d+)\n%%EOF\n$", data)
    table = data[int(start) :].split(b"trailer")[0].split(b"\n")
    for number, line in enumerate(table[3:-1], 1):
        at = int(line[:10])
        head = b"%d 0 obj\n" % number
        assert data[at:].startswith(head), "the table says where objects begin"
        body = data[at + len(head) :]
        if b"\nstream\n" in body[: body.index(b"endobj")]:
            body, stream = body.split(b"\nstream\n", 1)
            length = int(re.findall(rb"/Length (\d+)", body)[0])
            stream, end = stream[:length], stream[length:]
            assert end.startswith(b"\nendstream\nendobj\n")
            packed = b"/FlateDecode" in body and b"/Predictor" not in body
            found[number] = body, zlib.decompress(stream) if packed else stream
        else:
            found[number] = body[: body.index(b"endobj")], b""
    return found


def streams(data):
    return b"\n".join(stream for _, stream in objects(data).values())


def character_codes(data):
    """What the ToUnicode tables say: the texts that codes stand for."""
    blocks = re.findall(rb" beginbfchar\n(.*?)\nendbfchar", streams(data), re.DOTALL)
    texts = re.findall(rb"> <([0-9A-F]*)>", b"\n".join(blocks))
    return [bytes.fromhex(text.decode()).decode("utf-16-be") for text in texts]


def without_direction_marks(line):
    return re.sub("[\u200e\u200f\u202a-\u202e]", "", line).strip()


# Text


@pytest.mark.parametrize("line", SCRIPTS)
def test_text_is_copied_as_it_was_written(line):
    (page,) = copied(written(sheet(text(line))))
    assert unicodedata.normalize("NFC", page) == unicodedata.normalize("NFC", line)


@needs_poppler
def test_poppler_copies_each_line_exactly_and_in_order(tmp_path):
    lines = [text(line, y=40 + 40 * i) for i, line in enumerate(SCRIPTS)]
    data = written(sheet(*lines, height=500))
    (tmp_path / "board.pdf").write_bytes(data)
    command = ["pdftotext", tmp_path / "board.pdf", "-"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output.endswith("\f")
    copy = [without_direction_marks(line) for line in output[:-1].split("\n")]
    assert [line for line in copy if line] == SCRIPTS


def test_characters_beyond_the_basic_plane_are_whole_in_the_table():
    codes = character_codes(written(sheet(text("😀"))))
    assert codes == ["😀"]


def test_letters_that_look_alike_stay_different():
    data = written(sheet(text("A\u0391\u0410")))
    assert set(character_codes(data)) == set("A\u0391\u0410")


def test_character_that_no_font_has_can_still_be_copied():
    line = shape("a\U0010fffeb", "sans", 24)
    assert line.missing
    data = written(sheet(text_op(line, 20, 60, 24, INK, 1.0)))
    assert "\U0010fffe" in character_codes(data)


def test_glyph_for_several_characters_gives_all_of_them():
    face = fonts.face("sans")
    glyph = face.hb_font.get_nominal_glyph(ord("k"))
    run = Glyphs(face, (glyph, glyph), np.array([[0, 0], [12.0, 0]]), (0, 3), "ffik")
    op = Text("ffik", (run,), 20, 60, 24, INK)
    assert copied(written(sheet(op))) == ["ffik"]


def test_several_letters_for_one_character_give_it_once():
    face = fonts.face("sans")
    glyph = face.hb_font.get_nominal_glyph(ord("o"))
    positions = np.array([[0, 0], [14.0, 0], [28.0, 0]])
    run = Glyphs(face, (glyph, glyph, glyph), positions, (0, 0, 1), "ßx")
    op = Text("ßx", (run,), 20, 60, 24, INK)
    assert copied(written(sheet(op))) == ["ßx"]


@pytest.mark.parametrize("line", ["AVATAR To fi", "مرحبا", "x\u0302y שָׁלוֹם"])
def test_glyphs_stand_where_they_were_shaped_to_be(line):
    op = text(line, size=40)
    shapes = []
    for run in op.runs:
        scale = op.size / run.face.units_per_em
        for glyph, (x, y) in zip(run.ids, run.positions.tolist(), strict=True):
            place = scaled(scale).then(moved(op.x + x, op.y + y))
            shapes.append(Fill(run.face.glyph_path(glyph).transformed(place), INK))
    differs = np.abs(drawn(op) - drawn(*shapes)).max(axis=2)
    assert (differs > 100).sum() <= 3


def test_font_that_may_not_be_embedded_is_painted_as_shapes(tmp_path):
    font = typefounder.font("Locked", "a", rights=0x0002)
    face = Face(typefounder.save(font, tmp_path / "locked.ttf"))
    run = Glyphs(face, (1,), np.zeros((1, 2)), (0,), "a")
    data = written(sheet(Text("a", (run,), 0, 80, 100, INK)))
    assert b"/FontFile2" not in data
    pixels = np.asarray(opened(data)[0].render(scale=4 / 3).to_pil().convert("L"))
    assert pixels[40, 40] == 0


def test_each_font_is_embedded_once_and_only_with_its_glyphs():
    data = written(*[sheet(text("only these letters")) for _ in range(3)])
    assert data.count(b"/FontFile2") == 1
    assert len(data) < 20_000


def test_font_whose_codes_run_out_is_followed_by_another(monkeypatch):
    monkeypatch.setattr("solosync.render.pdf_fonts.MAX_CODES", 3)
    data = written(sheet(text("abcd", y=40), text("efgh", y=80)))
    assert data.count(b"/FontFile2") == 2
    assert copied(data) == ["abcd\nefgh"]


def test_erased_text_is_nowhere_in_the_file():
    width = shape("secret", "sans", 24).width
    cover = box(15, 30, 20 + width + 2, 80)
    data = written(sheet(text("secret public"), Group((cover,), composite="destination-out")))
    assert copied(data) == ["public"]
    assert not {"s", "e", "r", "t"} & set(character_codes(data))
    assert "secret" not in data.decode("latin-1")


# Painting


def test_shapes_have_their_colours_and_places():
    pixels = drawn(
        box(10, 10, 30, 30, RED),
        Stroke(Path.polyline([(50, 50), (90, 50)]), BLUE, 10, cap="butt"),
        Fill(ellipse(150, 50, 30, 30), (0, 128, 0)),
    )
    assert tuple(pixels[20, 20]) == RED
    assert tuple(pixels[20, 35]) == WHITE
    assert tuple(pixels[50, 70]) == BLUE
    assert tuple(pixels[50, 48]) == tuple(pixels[57, 70]) == WHITE
    assert tuple(pixels[50, 122]) == (0, 128, 0)


def test_even_odd_and_non_zero_fills_differ():
    star = Path.joined([rectangle(Box(10, 10, 90, 90)), rectangle(Box(30, 30, 70, 70))])
    assert tuple(drawn(Fill(star, INK))[50, 50]) == INK
    assert tuple(drawn(Fill(star, INK, is_even_odd=True))[50, 50]) == WHITE


def test_translucent_line_does_not_darken_where_it_crosses_itself():
    cross = Stroke(Path.polyline([(10, 10), (90, 90), (90, 10), (10, 90)]), INK, 10, alpha=0.5)
    pixels = drawn(cross)
    assert pixels[50, 50].tolist() == pytest.approx(pixels[30, 30].tolist(), abs=2)


def test_group_fades_as_one():
    parts = (box(10, 10, 60, 60, RED), box(40, 10, 90, 60, BLUE))
    pixels = drawn(Group(parts, alpha=0.5))
    assert pixels[30, 50].tolist() == pytest.approx([127, 127, 255], abs=2)
    assert pixels[30, 20].tolist() == pytest.approx([255, 127, 127], abs=2)


def test_group_is_cut_to_its_clip_and_moved_by_its_matrix():
    clip = rectangle(Box(50, 0, 100, 100))
    pixels = drawn(Group((box(0, 0, 10, 10),), clip=clip, matrix=scaled(10)))
    assert tuple(pixels[50, 40]) == WHITE
    assert tuple(pixels[50, 60]) == INK


def test_clip_without_area_leaves_nothing():
    assert (drawn(Group((box(0, 0, 100, 100),), clip=Path(()))) == 255).all()


def test_blend_modes_mix_with_what_is_drawn_but_not_with_the_backdrop():
    yellow, cyan = (255, 255, 0), (0, 255, 255)
    pixels = drawn(
        box(0, 0, 50, 100, yellow),
        Group((box(0, 0, 100, 100, cyan),), composite="multiply"),
        backdrop=(box(0, 0, 400, 100, (200, 200, 200)),),
    )
    assert tuple(pixels[50, 25]) == (0, 255, 0)
    assert tuple(pixels[50, 75]) == cyan
    assert tuple(pixels[50, 150]) == (200, 200, 200)


def test_later_ops_do_not_inherit_alpha_or_dashes():
    pixels = drawn(
        Stroke(Path.polyline([(0, 20), (400, 20)]), INK, 10, 0.3, dash=(20, 20)),
        Stroke(Path.polyline([(0, 60), (400, 60)]), INK, 10),
    )
    assert (pixels[60, 5:395] == 0).all()
    assert (pixels[20, :, 0] == 255).any()


def test_freehand_outlines_keep_their_look_with_fewer_points():
    source = random.Random(5)
    points = [complex(50 + 3 * i, 50 + 20 * source.random()) for i in range(100)]
    outline = freehand.outline(points, None, Pen(size=8))
    fill = Fill(freehand.path(outline), INK)
    fine = Group((Fill(fill.path.transformed(scaled(50)), INK),), matrix=scaled(0.02))
    assert np.abs(drawn(fill) - drawn(fine)).mean() < 1


def test_enlarged_groups_keep_their_fine_lines():
    """Coordinates are as fine on paper as elsewhere, whatever the scale."""
    small = Group((Fill(ellipse(0.2, 0.05, 0.15, 0.04), INK),), matrix=scaled(1000))
    large = Fill(ellipse(200, 50, 150, 40), INK)
    assert np.abs(drawn(small) - drawn(large)).mean() < 0.5


def test_thousand_strokes_take_little_room_and_are_no_picture():
    source = np.random.default_rng(7)
    fills = []
    for _ in range(200):
        turns = source.normal(0, 0.15, 40).cumsum() + source.uniform(0, 6)
        steps = np.exp(1j * turns) * source.uniform(3, 9)
        points = steps.cumsum() + complex(*source.uniform(200, 800, 2))
        outline = freehand.outline(points.tolist(), None, Pen(size=4))
        fills.append(Fill(freehand.path(outline), INK))
    data = written(sheet(*fills, width=1000, height=1000))
    assert len(data) / len(fills) < 400
    assert b"/Image" not in data


# Pictures


def png(*colors, mode="RGB"):
    """A row of pixels, each shown as large as ten."""
    image = Image.new(mode, (len(colors), 1))
    image.putdata(colors)
    return image.resize((len(colors) * 10, 10), Image.Resampling.NEAREST)


def test_picture_is_upright_and_turned_by_its_matrix():
    image = Image.new("RGB", (20, 20), RED)
    image.paste(BLUE, (0, 0, 20, 10))
    bitmap = Bitmap.of(image)
    pixels = drawn(
        Picture(bitmap, scaled(100)),
        Picture(bitmap, scaled(100).then(rotated(np.pi, 50, 50)).then(moved(200, 0))),
    )
    assert tuple(pixels[20, 50]) == BLUE
    assert tuple(pixels[80, 50]) == RED
    assert tuple(pixels[20, 250]) == RED


def test_picture_shows_what_is_below_by_its_own_alpha_and_the_ops():
    image = png((255, 0, 0, 255), (255, 0, 0, 0), (255, 0, 0, 128), mode="RGBA")
    pixels = drawn(Picture(Bitmap.of(image), scaled(90, 30), alpha=0.5))
    assert pixels[15, 15].tolist() == pytest.approx([255, 127, 127], abs=2)
    assert tuple(pixels[15, 45]) == WHITE
    assert pixels[15, 75].tolist() == pytest.approx([255, 191, 191], abs=2)


def jpeg(mode="RGB", size=(16, 8)):
    file = io.BytesIO()
    Image.new(mode, size, 0 if mode in "L" else (0,) * len(mode)).save(file, "JPEG")
    return file.getvalue()


class Photo(Bitmap):
    """A bitmap that is a JPEG file."""

    def __init__(self, data):
        self.data = data
        image = Image.open(io.BytesIO(data))
        self.width, self.height = image.size

    @property
    def jpeg(self):
        return self.data

    def image(self):
        return Image.open(io.BytesIO(self.data)).convert("RGB")


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg_is_embedded_as_it_is_and_once(mode):
    data = jpeg(mode)
    photo = Photo(data)
    file = written(
        sheet(Picture(photo, scaled(100)), Picture(photo, scaled(100).then(moved(100, 0)))),
        sheet(Picture(photo, scaled(100))),
    )
    assert file.count(data) == 1
    assert file.count(b"/Image") == 1
    assert len(opened(file)) == 2


def test_jpeg_that_readers_may_not_know_is_embedded_as_pixels():
    data = jpeg().replace(b"\xff\xc0\x00\x11\x08", b"\xff\xc9\x00\x11\x08")
    assert jpeg_frame(data) is None
    assert jpeg_frame(jpeg()) == (16, 8, 3)
    assert jpeg_frame(b"\xff\xd8") is None
    assert jpeg_frame(jpeg()[:40]) is None


# The document


def test_pages_have_the_sheets_sizes_and_names():
    data = written(sheet(width=400, height=100, name="Вступ"), sheet(width=80, height=8, name=""))
    document = opened(data)
    assert [page.get_size() for page in document] == [(300, 75), (60, 6)]
    entries = [(entry.get_title(), entry.get_dest().get_index()) for entry in document.get_toc()]
    assert entries == [("Вступ", 0), ("2", 1)]
    assert list(opened(written(sheet(), outline=False)).get_toc()) == []


def test_title_and_maker_are_told():
    document = opened(written(sheet(), title="План (1) \\ 😀"))
    assert document.get_metadata_value("Title") == "План (1) \\ 😀"
    assert document.get_metadata_value("Creator") == "solosync"


def test_huge_board_fits_onto_a_page_by_a_larger_unit():
    data = written(sheet(box(0, 0, 50_000, 10_000, RED), width=100_000, height=10_000))
    (page,) = opened(data)
    assert b"/UserUnit" in data
    (sides,) = re.findall(rb"/MediaBox \[ 0 0 (\S+) (\S+)", data)
    assert [float(side) for side in sides] == pytest.approx([14_400, 1_440])
    pixels = np.asarray(page.render(scale=0.01).to_pil().convert("RGB"))
    middle = pixels[len(pixels) // 2]
    assert tuple(middle[len(middle) // 4]) == RED
    assert tuple(middle[len(middle) * 3 // 4]) == WHITE


def test_page_numbers_stand_at_the_foot():
    pages = copied(written(sheet(), sheet(), page_numbers=True))
    assert pages == ["1", "2"]
    page = opened(written(sheet(), page_numbers=True))[0]
    pixels = np.asarray(page.render(scale=4 / 3).to_pil().convert("L"))
    rows, columns = np.nonzero(pixels < 200)
    assert rows.min() > 70
    assert columns.mean() == pytest.approx(200, abs=3)


def test_sheets_are_taken_and_written_one_by_one():
    file = io.BytesIO()
    told: list[int] = []
    sizes = []

    def sheets():
        for i in range(3):
            sizes.append(file.tell())
            assert told == list(range(1, i + 1))
            yield sheet(text(f"page {i}"))

    pdf.write(file, sheets(), title="", on_page=told.append)
    assert told == [1, 2, 3]
    assert sizes == sorted(set(sizes))


def test_document_without_pages_is_still_one():
    assert len(objects(written())) > 2


def test_same_sheets_at_the_same_time_give_the_same_file(clock):
    first, second = (written(sheet(text("same"), box(0, 0, 9, 9, alpha=0.5))) for _ in "12")
    assert first == second
    assert b"/CreationDate (D:20260102030405Z)" in first


def test_what_cannot_be_shown_exactly_is_told():
    odd = Group((box(0, 0, 9, 9),), composite="lighter")
    warnings = pdf.write(io.BytesIO(), [sheet(odd), sheet(odd)], title="")
    assert len(warnings) == 1
    assert "lighter" in warnings[0]
