import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from solosync.errors import Invalid
from solosync.records.pictures import parse_options
from solosync.render import export

TITLE = "{http://www.w3.org/2000/svg}title"


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def page(name, *, color="#ff0000", width=100, text="hello"):
    return {
        "id": name,
        "name": name,
        "strokes": [],
        "shapes": [
            {
                "id": f"s{name}", "type": "rectangle", "color": color, "size": 4,
                "x": 0, "y": 0, "width": width, "height": 40,
            },
        ],
        "texts": [{"id": f"t{name}", "type": "text", "text": text, "x": 5, "y": 5,
                   "color": "#000000", "fontSize": 16}],
        "assets": [],
    }  # fmt: skip


def board(*names, **more):
    names = names or ("One", "Two", "Three")
    widths = range(100, 100 + 50 * len(names), 50)
    pages = [page(name, width=width) for name, width in zip(names, widths, strict=True)]
    return {"pages": pages, "activePageId": names[-1], **more}


@pytest.fixture
def make(tmp_path):
    def make(state, format="png", *, out=tmp_path / "out.part", title="Plan", **more):
        settings = {name: more.pop(name) for name in ("files", "on_progress") if name in more}
        options = parse_options(more, format)
        return export.make(state, format=format, options=options, out=out, title=title, **settings)

    return make


def test_png_is_the_active_page(make, tmp_path):
    made = make(board(), margin=10)
    assert made == (tmp_path / "out.part", "image/png", ".png", 1, ())
    picture = opened(made.path)
    assert picture.size[0] == pytest.approx(200 + 4 + 20, abs=2)
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_scale_makes_more_pixels(make):
    small, large = (opened(make(board(), scale=scale).path).size for scale in (1, 3))
    assert large == (3 * small[0], 3 * small[1])


def test_transparent_png_has_nothing_where_nothing_is_drawn(make):
    picture = opened(make(board(), background="transparent").path)
    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0))[3] == 0
    assert picture.getextrema()[3][1] == 255


def test_pages_as_png_are_an_archive_of_named_pictures(make):
    state = board("One", "a/b: <c>?", "..", "", "\u202e\x1b evil\n", "x" * 500)
    made = make(state, pages="all")
    assert made[1:4] == ("application/zip", ".zip", 6)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:3] == ["01 One.png", "02 a_b_ _c__.png", "03.png"]
        assert names[3].startswith("04")
        assert names[4] == "05 evil.png"
        assert len(names[5]) < 80
        sizes = {Image.open(io.BytesIO(archive.read(name))).size for name in names}
    assert len(sizes) == 6


def test_stacked_pages_are_one_picture(make):
    made = make(board(), pages="all", multiple="stack", margin=10)
    assert made[1:4] == ("image/png", ".png", 3)
    one = opened(make(board(), margin=10, out=made.path.with_name("one")).path)
    picture = opened(made.path)
    assert picture.size == (one.size[0], 3 * one.size[1])
    last = picture.crop((0, 2 * one.size[1], *picture.size))
    assert last.convert("RGB").tobytes() == one.convert("RGB").tobytes()


def test_pdf_has_every_page_with_its_name(make):
    made = make(board(), "pdf")
    assert made[1:4] == ("application/pdf", ".pdf", 3)
    document = pypdfium2.PdfDocument(made.path)
    try:
        assert len(document) == 3
        assert [item.get_title() for item in document.get_toc()] == ["One", "Two", "Three"]
        assert document.get_metadata_dict()["Title"] == "Plan"
        text = document[0].get_textpage().get_text_bounded()
        assert text.strip() == "hello"
    finally:
        document.close()


def test_svg_is_the_active_page(make):
    made = make(board(), "svg")
    assert made[1:4] == ("image/svg+xml", ".svg", 1)
    root = ElementTree.parse(made.path).getroot()
    assert root.findtext(TITLE) == "Plan"
    assert "hello" in "".join(root.itertext())


def test_pages_as_svg_are_an_archive(make):
    made = make(board(), "svg", pages="1,3")
    assert made[1:4] == ("application/zip", ".zip", 2)
    with zipfile.ZipFile(made.path) as archive:
        assert archive.namelist() == ["01 One.svg", "03 Three.svg"]
        roots = [ElementTree.fromstring(archive.read(name)) for name in archive.namelist()]
    assert [root.findtext(TITLE) for root in roots] == ["One", "Three"]


@pytest.mark.parametrize(
    ("format", "given"),
    [("png", {}), ("png", {"multiple": "stack"}), ("pdf", {}), ("svg", {})],
)
def test_progress_is_told_page_by_page(make, format, given):
    told = []
    make(board(), format, pages="all", on_progress=lambda *counts: told.append(counts), **given)
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("format", "given"),
    [("png", {}), ("png", {"multiple": "stack"}), ("pdf", {}), ("svg", {})],
)
def test_nothing_is_left_of_what_was_stopped(make, tmp_path, format, given):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(board(), format, pages="all", on_progress=stop, **given)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
def test_full_disk_is_told_and_nothing_is_left(format, tmp_path):
    resource = pytest.importorskip("resource")
    (tmp_path / "state").write_text(json.dumps(board(*map(str, range(40)))))
    code = f"""
import resource, signal, sys
from pathlib import Path
from solosync.records.pictures import parse_options
from solosync.render import export, pdf, raster, svg
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, {resource.RLIM_INFINITY}))
folder = Path(sys.argv[1])
try:
    export.make((folder / "state").read_bytes(), format={format!r},
                options=parse_options({{"pages": "all"}}, {format!r}), out=folder / "out")
except OSError as error:
    print(type(error).__name__, error.errno)
"""
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert result.stdout == f"OSError {27}\n", result.stderr
    assert os.listdir(tmp_path) == ["state"]  # noqa: PTH208


def test_page_that_is_not_there_is_a_warning_or_refused(make, tmp_path):
    made = make(board(), pages="3-9")
    assert made.warnings == ("There is no page 9: the board has 3 pages.",)
    made.path.unlink()
    with pytest.raises(Invalid, match="no page 4"):
        make(board(), pages="4")
    assert list(tmp_path.iterdir()) == []


def test_warning_is_given_once_however_many_pages_have_it(make):
    state = board()
    for shown in state["pages"]:
        shown["assets"] = [
            {"id": "a", "type": "image", "src": "https://example.org/a.png",
             "x": 0, "y": 0, "width": 50, "height": 50}
        ]  # fmt: skip
    warnings = make(state, "pdf").warnings
    assert len(warnings) == 1


def test_there_are_never_more_warnings_than_a_person_reads(make):
    state = {"pages": [
        {"id": "p", "name": "P", "strokes": [], "assets": [
            {"id": f"a{n}", "type": "image", "src": f"https://example.org/{n}.png",
             "x": 0, "y": n, "width": 50, "height": 50}
            for n in range(100)
        ]}
    ]}  # fmt: skip
    warnings = make(state).warnings
    assert 0 < len(warnings) <= 20
    assert len(set(warnings)) == len(warnings)


def test_local_file_named_by_a_state_is_not_read(make, tmp_path):
    Image.new("RGB", (50, 50), (0, 0, 255)).save(tmp_path / "secret.png")
    sources = [str(tmp_path / "secret.png"), (tmp_path / "secret.png").as_uri()]
    for source in sources:
        state = {"pages": [{"id": "p", "name": "P", "strokes": [], "assets": [
            {"id": "a", "type": "image", "src": source,
             "x": 0, "y": 0, "width": 50, "height": 50}
        ]}]}  # fmt: skip
        made = make(state)
        assert made.warnings
        colors = opened(made.path).convert("RGB").getcolors(10_000)
        assert (0, 0, 255) not in [color for _, color in colors]
        made = make(state, files={source: tmp_path / "secret.png"})
        assert made.warnings == ()
        colors = opened(made.path).convert("RGB").getcolors(10_000)
        assert (0, 0, 255) in [color for _, color in colors]


@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
@pytest.mark.parametrize(
    "state",
    [
        b"{}",
        b'{"pages": []}',
        b'{"pages": "none"}',
        b'{"pages": [null, 1, "x", {"strokes": {"a": 1}, "name": 7}]}',
        b'{"pages": [{"strokes": [{"points": [[1e308, -1e308], ["x", null]], "size": 1e300}]}]}',
        b'{"pages": [{"texts": [{"text": "\\ud800\\u0000", "x": ' + b"9" * 400 + b"}]}]}",
        b'{"type": "excalidraw", "elements": []}',
        b'{"type": "excalidraw", "elements": [1, {"type": "text"}, {"type": "line"}]}',
        b'{"activePageId": [], "currentPageIndex": 1e99, "pages": [{}]}',
    ],
)
def test_any_object_makes_a_picture(make, format, state):
    made = make(state, format, width=300)
    assert made.suffix == f".{format}"
    assert made.path.stat().st_size > 100


@pytest.mark.parametrize("state", [b"", b"[]", b"7", b"{", b"\xff", b'{"a":' * 200_000, b"null"])
def test_what_is_no_object_is_refused(make, state, tmp_path):
    with pytest.raises(Invalid, match="This is no board"):
        make(state)
    assert list(tmp_path.iterdir()) == []


def test_json_is_not_drawn(make):
    with pytest.raises(ValueError, match="the state is the file"):
        make(board(), "json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_only_files_are_written_over_and_taken_away(make, tmp_path, kind):
    out = tmp_path / "out"
    out.mkdir() if kind == "folder" else os.mkfifo(out)
    with pytest.raises(FileExistsError, match="isn't a file"):
        make(board(), "svg", out=out)
    assert out.exists()


def test_drawing_pixels_loads_no_library_of_pages(tmp_path):
    code = (
        "import sys; from pathlib import Path; from solosync.render import export;"
        "from solosync.records.pictures import PictureOptions;"
        "export.make({}, format='png', options=PictureOptions(), out=Path(sys.argv[1]));"
        "print(sorted({'reportlab', 'huey', 'litestar', 'sqlite3'}"
        " & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "out")], capture_output=True, text=True
    )
    assert out.stdout == "[]\n", out.stderr


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Plan", "Plan"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x", "C__x"),
        ("  a \t b  ", "a b"),
        (". . .", ""),
        ("", ""),
        ("数据流图", "数据流图"),
        ("e\u0301", "é"),
        ("a\x00\x1b[2J", "a [2J"),
    ],
)
def test_names_of_pages_are_safe_in_any_folder(name, safe):
    assert export.safe_name(name) == safe
    assert not set(export.safe_name(name)) & set('\\/:*?"<>|')
    assert Path(f"x{export.safe_name(name)}").name == f"x{export.safe_name(name)}"
