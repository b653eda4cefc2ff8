import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass

import pytest
from PIL import Image

from solosync import cli

DRAWING = {
    "type": "excalidraw",
    "version": 2,
    "elements": [
        {
            "id": "a", "type": "rectangle", "x": 0, "y": 0, "width": 200, "height": 100,
            "angle": 0, "strokeColor": "#1e1e1e", "backgroundColor": "transparent",
            "fillStyle": "solid", "strokeWidth": 2, "strokeStyle": "solid", "roughness": 0,
            "opacity": 100, "groupIds": [], "seed": 1, "isDeleted": False,
        },
    ],
}  # fmt: skip
STROKE = {"id": "s", "tool": "pen", "color": "#ff0000", "size": 4, "points": [[0, 0], [90, 40]]}
BOARD = {
    "pages": [{"id": name, "name": name, "strokes": [STROKE]} for name in ("One", "Two")],
    "activePageId": "Two",
}


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


@dataclass
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """`solosync render ...`, in a folder with a drawing and a board."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.excalidraw").write_text(json.dumps(DRAWING), encoding="utf-8")
    (tmp_path / "board.json").write_text(json.dumps(BOARD), encoding="utf-8-sig")

    def run(*words: str) -> Result:
        try:
            code = cli.main(["render", *words])
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def others(folder):
    return {path.name for path in folder.iterdir()} - {"plan.excalidraw", "board.json"}


@pytest.mark.parametrize(
    ("out", "start"), [("a.png", b"\x89PNG"), ("a.pdf", b"%PDF-"), ("a.SVG", b"<?xml")]
)
@pytest.mark.parametrize("file", ["plan.excalidraw", "board.json"])
def test_file_becomes_what_the_name_says(run, tmp_path, file, out, start):
    result = run(file, "-o", out)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{out}\n"
    assert (tmp_path / out).read_bytes().startswith(start)
    assert others(tmp_path) == {out}


def test_options_are_flags(run, tmp_path):
    flags = ["--width", "500", "--background", "transparent", "--margin", "0", "--pages", "1"]
    assert run("board.json", "-o", "a.png", *flags).code == 0
    picture = opened(tmp_path / "a.png")
    assert picture.size[0] == 500
    assert picture.getpixel((0, picture.size[1] - 1))[3] == 0


def test_scale_may_be_written_as_people_say_it(run, tmp_path):
    run("plan.excalidraw", "-o", "a.png")
    assert run("plan.excalidraw", "-o", "b.png", "--scale", "2x").code == 0
    small, large = (opened(tmp_path / name).size for name in ("a.png", "b.png"))
    assert large == (2 * small[0], 2 * small[1])


def test_pages_go_to_the_archive_or_below_each_other(run, tmp_path):
    assert run("board.json", "-o", "a.zip", "--pages", "all").code == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["01 One.png", "02 Two.png"]
    assert run("board.json", "-o", "a.png", "--pages", "all").code == 0
    run("board.json", "-o", "b.png")
    assert opened(tmp_path / "a.png").size[1] == 2 * opened(tmp_path / "b.png").size[1]


def test_name_follows_what_the_file_became(run, tmp_path):
    result = run("board.json", "-o", "a.svg", "--pages", "all")
    assert result.out == "a.zip\n"
    result = run("board.json", "-o", "b.zip")
    assert result.out == "b.png\n"
    assert others(tmp_path) == {"a.zip", "b.png"}


def test_several_files_go_to_a_folder(run, tmp_path):
    result = run("plan.excalidraw", "board.json", "-o", "out", "--format", "pdf")
    assert result.code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"plan.pdf", "board.pdf"}
    assert result.out.split() == ["out/plan.pdf", "out/board.pdf"]


def test_folder_takes_png_unless_told(run, tmp_path):
    assert run("board.json", "-o", "out/").code == 0
    assert run("plan.excalidraw", "-o", "out").code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"plan.png", "board.png"}


def test_file_that_is_no_board_does_not_stop_the_others(run, tmp_path):
    (tmp_path / "bad.json").write_text('{"name": "npm"}')
    (tmp_path / "worse.json").write_text("[1,")
    result = run("bad.json", "worse.json", "none.json", "board.json", "-o", "out")
    assert result.code == 1
    errors = result.err.splitlines()
    assert [error.split(": ")[1] for error in errors] == ["bad.json", "worse.json", "none.json"]
    assert "neither pages nor elements" in errors[0]
    assert "not valid JSON" in errors[1]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["board.png"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["board.json", "-o", "a.gif"], ".png, .pdf, .svg or .zip"),
        (["board.json", "-o", "a"], ".png, .pdf, .svg or .zip"),
        (["board.json", "plan.excalidraw", "-o", "a.pdf"], "folder"),
        (["board.json", "x/board.json", "-o", "out"], "one by one"),
        (["board.json", "-o", "a.png", "--format", "pdf"], "--format"),
        (["board.json", "-o", "out/", "--format", "json"], "png, pdf, svg"),
        (["board.json", "-o", "a.png", "--scale", "100"], "from 0.1 to 8"),
        (["board.json", "-o", "a.png", "--pages", "x"], "pages"),
        (["board.json", "-o", "a.png", "--pages", "7"], "2 pages"),
        (["board.json", "-o", "none/a.png"], "none/a.png"),
        (["board.json"], "-o"),
        (["-o", "a.png"], "FILE"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(run, tmp_path, words, said):
    result = run(*words)
    assert result.code != 0
    assert result.out == ""
    assert result.err.startswith("solosync: ")
    assert result.err.count("\n") == 1
    assert said in result.err
    assert others(tmp_path) == set()


def test_picture_that_could_not_be_made_anew_stays_as_it_was(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"as it was")
    assert run("board.json", "-o", "a.png", "--pages", "9").code == 1
    assert (tmp_path / "a.png").read_bytes() == b"as it was"
    assert others(tmp_path) == {"a.png"}


def test_what_could_not_be_shown_is_told(run, tmp_path):
    asset = {"type": "image", "src": "/etc/hostname", "x": 0, "y": 0, "width": 9, "height": 9}
    state = {"pages": [{"id": "p", "name": "P", "strokes": [], "assets": [asset]}]}
    (tmp_path / "board.json").write_text(json.dumps(state))
    result = run("board.json", "-o", "a.png")
    assert result.code == 0
    assert result.err.startswith("solosync: board.json: warning: ")


def test_no_data_folder_is_needed_or_made(run, tmp_path):
    data = tmp_path / "data"
    code = (
        "import sys; from solosync.cli import main; code = main(sys.argv[1:]);"
        "print(sorted({'sqlite3', 'litestar', 'pycrdt', 'uvicorn', 'platformdirs'}"
        " & set(sys.modules)));"
        "sys.exit(code)"
    )
    command = ["render", "plan.excalidraw", "-o", "a.svg", "--data-dir", str(data)]
    result = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "a.svg\n[]\n"
    assert not data.exists()
