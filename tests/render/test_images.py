"""Pictures made by friends and by enemies, who must reach neither our files nor the network."""

import base64
import io
import resource
import socket
import struct
import threading
import tracemalloc
import urllib.parse
import zlib

import numpy as np
import pytest
from PIL import Image

from solosync.render import images, raster
from solosync.render.geometry import Box
from solosync.render.images import Bitmap, Pictures, placeholder
from solosync.render.scene import Sheet, bounds

RED = (255, 0, 0)
SVG_NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def encoded(image: Image.Image, format: str = "PNG", **more) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **more)
    return file.getvalue()


def data_url(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def svg(body: str, head: str = 'width="20" height="10"', before: str = "") -> str:
    document = f"{before}<svg {SVG_NAMES} {head}>{body}</svg>"
    return data_url(document.encode(), "image/svg+xml")


def load(src: str, width: float = 20, height: float = 10, **files) -> Bitmap:
    pictures = Pictures(**files)
    bitmap = pictures.load(src, "image", width, height)
    assert bitmap is not None, pictures.warnings
    assert not pictures.warnings
    return bitmap


def refused(src: str, kind: str = "image", pictures: Pictures | None = None) -> str:
    """The warning about it."""
    pictures = pictures or Pictures()
    assert pictures.load(src, kind, 20, 10) is None
    assert len(pictures.warnings) == 1
    return pictures.warnings[0]


def middle(bitmap: Bitmap) -> tuple[int, ...]:
    image = bitmap.image().convert("RGBA")
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def pdf(pages: int = 1, size: str = "20 10", content: bytes = b"1 0 0 rg 0 0 99 99 re f") -> bytes:
    kids = " ".join(f"{4 + i} 0 R" for i in range(pages))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        *[
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]/Contents 3 0 R>>".encode()
            for _ in range(pages)
        ],
    ]
    file = bytearray(b"%PDF-1.4\n")
    table = ["0000000000 65535 f \n"]
    for number, part in enumerate(parts, 1):
        table.append(f"{len(file):010d} 00000 n \n")
        file += b"%d 0 obj%b endobj\n" % (number, part)
    start = len(file)
    file += f"xref\n0 {len(table)}\n{''.join(table)}trailer<</Size {len(table)}".encode()
    return bytes(file + f"/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "ICO"])
def test_formats_are_known_by_their_content_whatever_the_type_says(format):
    image = Image.new("RGB", (32, 32), RED)
    for mime in ("image/png", "text/plain", "application/octet-stream", ""):
        bitmap = load(data_url(encoded(image, format), mime))
        assert (bitmap.width, bitmap.height) == (32, 32)
        assert bitmap.image().size == (bitmap.width, bitmap.height)
        red, green, blue, alpha = middle(bitmap)
        assert (red > 250, green < 8, blue < 8, alpha) == (True, True, True, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_modes_become_rgb_or_rgba(mode):
    white: dict[str, int | tuple[int, ...]]
    white = {"1": 1, "L": 255, "LA": (255, 255), "P": 0, "RGB": (255,) * 3}
    image = Image.new(mode, (6, 4), white.get(mode, (255,) * 4 if mode == "RGBA" else 0xFFFF))
    if mode == "P":
        image.putpalette([255, 255, 255])
    bitmap = load(data_url(encoded(image)))
    assert bitmap.image().mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    assert middle(bitmap) == (255, 255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_brightness():
    assert middle(load(data_url(encoded(Image.new("I;16", (4, 4), 0x8000)))))[0] == 128


def test_cmyk_is_converted_and_isnt_passed_on_as_it_is():
    bitmap = load(data_url(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")))
    red, green, *_ = middle(bitmap)
    assert red > 200
    assert green < 60
    assert bitmap.jpeg is None


def test_transparent_colours_of_palettes_stay_transparent():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert middle(load(data_url(encoded(image, transparency=1))))[3] == 0


def test_only_the_first_frame_of_an_animation_is_shown():
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, (0, 0, 255))]
    for format in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], format, save_all=True, append_images=frames[1:])
        assert middle(load(data_url(data)))[0] > 250


def test_exif_turns_a_picture_upright():
    image = Image.new("RGB", (20, 10))
    image.paste(RED, (0, 0, 5, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    bitmap = load(data_url(encoded(image, "JPEG", exif=exif, quality=95)))
    assert (bitmap.width, bitmap.height) == (10, 20)
    brightness = np.asarray(bitmap.image())[:, 2:8, 0]
    assert brightness[:4].min() > 200
    assert brightness[6:].max() < 50
    assert bitmap.jpeg is None


def test_a_plain_jpeg_is_there_as_it_came():
    data = encoded(Image.new("RGB", (8, 8), RED), "JPEG")
    assert load(data_url(data)).jpeg == data
    assert load(data_url(encoded(Image.new("RGB", (8, 8))))).jpeg is None


@pytest.mark.parametrize(
    "form",
    [
        "data:image/png;base64,{base64}",
        "DATA:image/png;name=a.png;BASE64,{base64}",
        "  data:;base64,{base64}",
        "data:image/png; base64,{spaced}",
        "data:image/png;base64,{unpadded}",
        "data:image/png;base64,{escaped}",
        "data:image/png;base64,{urlsafe}",
        "data:image/png;charset=utf-8,{percent}",
    ],
)
def test_data_urls_in_all_their_forms(form):
    data = encoded(Image.new("RGB", (3, 3), (250, 3, 251)), compress_level=0)
    text = base64.b64encode(data).decode()
    src = form.format(
        base64=text,
        spaced="\n ".join(text[i : i + 20] for i in range(0, len(text), 20)),
        unpadded=text.rstrip("="),
        escaped=urllib.parse.quote(text, safe=""),
        urlsafe=base64.urlsafe_b64encode(data).decode(),
        percent=urllib.parse.quote_from_bytes(data),
    )
    assert middle(load(src)) == (250, 3, 251, 255)


def test_files_are_found_by_the_name_in_the_state_and_nowhere_else(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes(encoded(Image.new("RGB", (8, 8), RED)))
    src = "https://board.example/files/1.png"
    assert middle(load(src, files={src: path})) == (255, 0, 0, 255)
    for other in (str(path), f"file://{path}", "https://board.example/files/2.png", "", "blob:x"):
        assert "it isn't kept on this server" in refused(other, pictures=Pictures({src: path}))


def test_a_file_that_went_away_is_a_warning(tmp_path):
    files = {"a": tmp_path / "gone", "b": tmp_path}
    assert "its file can't be read" in refused("a", pictures=Pictures(files))
    assert "its file can't be read" in refused("b", pictures=Pictures(files))


def test_the_same_picture_is_loaded_once_and_warned_of_once():
    pictures = Pictures()
    src = data_url(encoded(Image.new("RGB", (8, 8))))
    assert pictures.load(src, "image", 1, 1) is pictures.load(src, "image", 9, 9)
    for _ in range(3):
        assert pictures.load("nowhere.png", "image", 1, 1) is None
    assert pictures.warnings == [
        "A picture (nowhere.png) is not shown: it isn't kept on this server."
    ]


def test_decoded_pictures_are_let_go_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(images, "_KEPT_PIXELS", 250)
    pictures = Pictures()
    colors = [(i, 7, 9) for i in range(6)]
    srcs = [data_url(encoded(Image.new("RGB", (10, 10), color))) for color in colors]
    bitmaps = [pictures.load(src, "image", 1, 1) for src in srcs]
    for bitmap, color in zip(bitmaps, colors, strict=True):
        assert bitmap is not None
        assert bitmap.image().getpixel((3, 3)) == color
        assert sum(each.width * each.height for each in pictures._shelf._images.values()) <= 250


def test_a_truncated_picture_is_a_warning_that_says_so():
    whole = Image.effect_noise((64, 64), 80)
    for format in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        data = encoded(whole.convert("RGB"), format)
        warning = refused(data_url(data[: len(data) // 2]))
        assert "damaged or cut short" in warning or "it is damaged" in warning, format
        assert warning.startswith("A picture in the board is not shown: ")
        assert warning.endswith(".")


@pytest.mark.parametrize(
    "src",
    [
        "data:",
        "data:image/png",
        "data:image/png;base64,",
        "data:image/png;base64,####",
        "data:image/png;base64,A",
        "data:,hello",
        "data:image/svg+xml,<svg",
        "data:image/svg+xml," + "<?xml ?><!-- -->" * 1000,
        "data:image/svg+xml," + "<!DOCTYPE a []>" * 1000,
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><g></svg>",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>&what;</svg>",
        "data:application/pdf,%25PDF-1.7 nothing",
        "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
        "data:image/tiff;base64," + base64.b64encode(b"II*\0" + bytes(100)).decode(),
    ],
)
def test_rubbish_is_a_warning(src):
    refused(src)


def test_random_damage_never_gets_out():
    import random

    seed = random.randrange(1 << 32)
    print("seed", seed)
    generator = random.Random(seed)
    image = Image.effect_noise((24, 24), 60).convert("RGB")
    good = [encoded(image, each) for each in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "ICO")]
    good += [pdf(2), svg("<rect width='9' height='9'/>").encode()]
    for _ in range(400):
        data = bytearray(generator.choice(good))
        for _ in range(generator.randrange(1, 12)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        pictures = Pictures()
        bitmap = pictures.load(data_url(bytes(data)), "image", 20, 10)
        assert (bitmap is None) == bool(pictures.warnings)


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1 << 20))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def webp_of(width: int, height: int) -> bytes:
    flags = struct.pack("<I", 0)
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + flags + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def grown_by(work) -> int:
    """By how many MiB the most that this process ever used grew."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10


def test_a_bomb_of_pixels_is_known_by_its_header():
    icon = struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 999, 22)
    bombs = [
        png_of(50_000, 50_000),
        png_of(9000, 9000),
        icon + png_of(50_000, 50_000),
        encoded(Image.new("RGB", (4, 4)), "GIF")[:6] + b"\xff\xff\xff\xff" + bytes(30),
        encoded(Image.new("RGB", (4, 4)), "BMP")[:18]
        + struct.pack("<ii", 40_000, 40_000)
        + bytes(99),
    ]
    warnings: list[str] = []

    def work() -> None:
        warnings.extend(refused(data_url(bomb)) for bomb in bombs)

    assert grown_by(work) < 30
    assert "more than 64 million pixels" in warnings[0]
    assert "more than 64 million pixels" in warnings[1]


def test_a_bomb_of_webp_pixels_is_not_decoded():
    assert grown_by(lambda: refused(data_url(webp_of(16_383, 16_383)))) < 30


def test_a_data_url_of_100_mb_is_refused_before_it_is_decoded():
    src = "data:image/png;base64," + "A" * 100_000_000
    tracemalloc.start()
    try:
        assert "larger than 32 MiB" in refused(src)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)
    assert "larger than 32 MiB" in refused("a", pictures=Pictures({"a": path}))


def test_svg_is_drawn_three_times_as_large_as_it_is_shown():
    bitmap = load(svg('<rect width="20" height="10" fill="#f00"/>'), 40, 20)
    assert bitmap.image().size == (120, 60)
    assert middle(bitmap) == (255, 0, 0, 255)
    assert load(svg("<g/>"), 1e6, 1e6).image().size[0] <= 16384


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('width="20" height="10"', (60, 30)),
        ('viewBox="0 0 40 20"', (60, 30)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (60, 40)),
        ('width="10mm" height="5mm"', (60, 30)),
        ('width="1e30" height="-4"', (60, 30)),
        ('width="40" viewBox="0 0 10 10"', (60, 60)),
        ('viewBox="0 0 0 0"', (60, 30)),
    ],
)
def test_the_size_of_an_svg_is_found_as_browsers_do(head, size):
    assert load(svg("<g/>", head), 20, 10).image().size == size


RED_SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h999v999H0" fill="red"/></svg>'
TYPED = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    "document",
    [
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- svg -->' + (TYPED + RED_SVG).encode(),
        RED_SVG.replace("<", "<s:").replace("<s:/", "</s:").replace("xmlns", "xmlns:s").encode(),
        RED_SVG.encode("utf-16"),
        b"\n\n " + RED_SVG.encode(),
    ],
)
def test_svg_is_known_however_it_begins(document):
    assert middle(load(data_url(document)))[:3] == RED


def test_text_in_an_svg_is_written_with_our_own_fonts():
    words = '<text x="1" y="9" font-size="10" font-family="Whatever">WWW</text>'
    image = load(svg(words, 'width="40" height="10"'), 40, 10).image()
    assert image.getchannel("A").getbbox() is not None


def test_a_pdf_shows_its_first_page_on_white():
    first = load(data_url(pdf(), "application/pdf"))
    assert first.image().size == (60, 30)
    assert middle(first) == (255, 0, 0, 255)
    assert middle(load(data_url(pdf(content=b""), "application/pdf"))) == (255,) * 4


def test_of_ten_thousand_pages_only_the_first_is_looked_at():
    bitmap = load(data_url(pdf(10_000), "application/pdf"))
    assert middle(bitmap) == (255, 0, 0, 255)


def test_a_giant_page_is_drawn_within_limits():
    bitmap = load(data_url(pdf(size="1000000 1000000")), 5000, 5000)
    assert bitmap.width * bitmap.height <= 17 << 20


class Listener:
    """A socket that everybody may ask; ``asked`` says whether anybody did."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        try:
            connection, _ = self.socket.accept()
        except OSError:
            return
        self.asked.set()
        connection.close()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join(10)


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()


def test_the_listener_hears_who_asks(listener):
    socket.create_connection(listener.socket.getsockname()).close()
    assert listener.asked.wait(10)


def test_an_svg_reaches_neither_network_nor_files(listener, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(encoded(Image.new("RGB", (10, 10), RED)))
    nested = svg(f'<image href="{secret}" width="20" height="10"/>')
    for target in (
        str(secret),
        f"file://{secret}",
        listener.address,
        f"{listener.address}/a.svg#x",
    ):
        bodies = [
            f'<image href="{target}" width="20" height="10"/>',
            f'<image xlink:href="{target}" width="20" height="10"/>',
            f'<use href="{target}"/><use xlink:href="{target}#a"/>',
            f'<filter id="f"><feImage href="{target}"/></filter>'
            '<rect width="20" height="10" filter="url(#f)" fill="none" stroke="#0000"/>',
            f"<style>@import url({target}); rect {{fill: url({target})}}</style>",
            f"<style>@font-face {{font-family: a; src: url({target})}}</style><text>a</text>",
            f'<script href="{target}"/><foreignObject><img src="{target}"/></foreignObject>',
            f'<image href="{nested}" width="20" height="10"/>',
            f'<a href="{target}"><g/></a>',
        ]
        for body in bodies:
            bitmap = load(svg(body))
            assert middle(bitmap)[:3] != RED, body
        entity = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{target}">]>'
        refused(svg("<text>&x;</text>", before=entity))
        document_type = f'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "{target}">'
        stylesheet = f'<?xml-stylesheet href="{target}"?>'
        load(svg("<g/>", before=document_type + stylesheet))
    assert not listener.asked.is_set()


def test_a_pdf_reaches_no_network(listener):
    action = (
        f"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI({listener.address})>>"
        f"/AA<</WC<</S/JavaScript/JS(app.launchURL('{listener.address}'))>>>>>>"
    )
    data = pdf().replace(b"<</Type/Catalog/Pages 2 0 R>>", action.encode())
    load(data_url(data))
    assert not listener.asked.is_set()


def test_bitmaps_inside_an_svg_are_shown_unless_they_are_bombs():
    inner = data_url(encoded(Image.new("RGB", (4, 4), RED)))
    assert middle(load(svg(f'<image href="{inner}" width="20" height="10"/>')))[0] == 255
    bomb = data_url(png_of(50_000, 50_000))
    assert grown_by(lambda: load(svg(f'<image href="{bomb}" width="20" height="10"/>'))) < 30


def test_own_entities_are_allowed_but_not_to_grow_without_end():
    before = '<!DOCTYPE svg [<!ENTITY colour "#f00">]>'
    assert (
        middle(load(svg('<rect width="20" height="10" fill="&colour;"/>', before=before)))[0] == 255
    )
    lines = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)
    )
    laughs = svg("<text>&a11;</text>", before=f"<!DOCTYPE svg [{lines}]>")
    assert grown_by(lambda: refused(laughs)) < 100


def test_svgs_with_a_book_of_text_are_refused():
    """A few thousand characters take no time, a few millions all memory there is."""
    load(svg(f"<text>{'word ' * 1000}</text>"))
    assert "too many parts" in refused(svg(f"<text>{'word ' * 20_000}</text>"))
    copies = f"<defs><text id='t'>{'word ' * 1000}</text></defs>" + "<use href='#t'/>" * 20
    assert "too many parts" in refused(svg(copies))
    before = f"<!DOCTYPE svg [<!ENTITY a '{'word ' * 100}'>]>"
    assert "too many parts" in refused(svg(f"<text>{'&a;' * 1000}</text>", before=before))


def test_svgs_of_many_layers_are_drawn_in_fewer_pixels_or_not_at_all():
    blur = '<filter id="f"><feGaussianBlur stdDeviation="2"/></filter>'
    shadow = blur + '<rect width="20" height="10" fill="red" filter="url(#f)"/>'
    assert load(svg(shadow), width=600, height=300).width == 1800
    groups = '<g style="opacity: .99">' * 100 + '<rect width="9" height="9"/>' + "</g>" * 100
    assert load(svg(groups), width=600, height=300).width < 1200
    effects = '<filter id="f">' + "<feTurbulence/>" * 200 + "</filter>"
    slow = effects + '<rect width="9" height="9" filter="url(#f)"/>' * 9
    assert "too many parts" in refused(svg(slow))


def test_svgs_that_copy_themselves_without_end_are_refused():
    copies = '<g id="a0"><path d="M0 0h1"/></g>' + "".join(
        f'<g id="a{i}">' + f'<use href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, 9)
    )
    assert "too many parts" in refused(svg(f"<defs>{copies}</defs><use href='#a8'/>"))
    deep = "<g>" * 5000 + "</g>" * 5000
    assert "too many parts" in refused(svg(deep))
    once, other = '<use href="#b"/>' * 10, '<use href="#a"/>' * 10
    assert "too many parts" in refused(svg(f'<g id="a">{once}</g><g id="b">{other}</g>'))


def test_the_placeholder_fills_its_box_and_shows_that_something_is_missing():
    box = Box(10, 10, 90, 60)
    ops = placeholder(box)
    assert bounds(ops) == box
    image = raster.draw(Sheet("a", 100, 70, (), ops))
    assert image.getbbox() == (10, 10, 90, 60)
    assert len(image.getcolors(1000) or ()) > 2
    assert placeholder(Box(5, 5, 5, 9)) == ()
    for tiny in (Box(0, 0, 0.01, 0.01), Box(0, 0, 1e6, 1)):
        assert bounds(placeholder(tiny)).width == pytest.approx(tiny.width, rel=0.01)


def test_a_picture_is_decoded_once_for_all_boards_and_none_is_taken_for_another(monkeypatch):
    monkeypatch.setattr(images, "_REMEMBERED", images._Shelf(100))
    decoded = []
    real = images._decoded

    def counted(data: bytes) -> Image.Image:
        decoded.append(data)
        return real(data)

    monkeypatch.setattr(images, "_decoded", counted)

    def shown(side: int, color: str) -> object:
        image = load(data_url(encoded(Image.new("RGB", (side, side), color)))).image()
        return image.getpixel((0, 0))

    red, blue = (255, 0, 0), (0, 0, 255)
    assert [shown(5, each) for each in ("red", "red", "blue", "red")] == [red, red, blue, red]
    assert len(decoded) == 2

    shown(11, "red")  # is never kept
    shown(9, "red")  # in place of the blue one, which was used the longest ago
    assert len(decoded) == 4
    assert [shown(5, each) for each in ("red", "blue")] == [red, blue]
    assert len(decoded) == 6
