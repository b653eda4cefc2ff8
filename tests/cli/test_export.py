import io
import json
import zipfile

import pytest
from PIL import Image

from solosync import blobs, cli, crypto
from solosync.domain import accounts, files, sessions
from solosync.records.actors import Actor
from tests.pictures import png

STROKE = {"id": "s", "tool": "pen", "color": "#ff0000", "size": 4, "points": [[0, 0], [90, 40]]}
STATE = {"pages": [{"id": name, "name": name, "strokes": [STROKE]} for name in ("One", "Two")]}


@pytest.fixture
def owner(store):
    return accounts.ensure_owner(store)


@pytest.fixture
def make_board(store, owner):
    def make_board(name="Plan", state=STATE):
        return sessions.import_session(store, owner, name, json.dumps(state).encode())

    return make_board


@pytest.fixture
def run(capfdbinary, data_dir, tmp_path, monkeypatch):
    """`solosync export ...` beside an open store, in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*words):
        try:
            code = cli.main(["export", *words, "--data-dir", str(data_dir)])
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return run


@pytest.fixture
def here(tmp_path):
    return tmp_path / "here"


def opened(path):
    return Image.open(io.BytesIO(path.read_bytes()))


def test_board_becomes_a_picture_called_as_it_is(run, make_board, here):
    board = make_board("Plan: 1/2")
    assert run(board.session_id) == (0, b"Plan_ 1_2.png\n", "")
    assert opened(here / "Plan_ 1_2.png").format == "PNG"


def test_long_name_in_any_script_is_a_name_for_a_file(run, make_board, here):
    board = make_board("文" * 255)
    code, _, err = run(board.session_id, "--format", "json")
    assert (code, err) == (0, "")
    (made,) = here.iterdir()
    assert made.suffix == ".json"
    assert set(made.stem) == {"文"}


def test_board_is_found_by_its_name(run, make_board, here):
    make_board("Plan")
    code, _, _ = run("Plan", "-o", "out.pdf")
    assert code == 0
    assert (here / "out.pdf").read_bytes().startswith(b"%PDF")


def test_nothing_is_written_over_unless_it_is_named(run, make_board, here):
    make_board("Plan")
    run("Plan", "--format", "json")
    assert run("Plan", "--format", "json")[1] == b"Plan (2).json\n"
    (here / "mine.json").write_text("old", encoding="utf-8")
    assert run("Plan", "-o", "mine.json")[0] == 0
    assert json.loads((here / "mine.json").read_bytes()) == STATE


def test_state_goes_to_standard_output(run, make_board):
    make_board("Plan")
    code, out, err = run("Plan", "--format", "json", "-o", "-")
    assert (code, json.loads(out), err) == (0, STATE, "")


def test_several_pages_as_pictures_are_a_zip(run, make_board, here):
    make_board("Plan")
    assert run("Plan", "--pages", "all", "-o", "out.png")[1] == b"out.zip\n"
    assert len(zipfile.ZipFile(here / "out.zip").namelist()) == 2


def test_all_boards_go_to_a_folder(run, make_board, here):
    for name in ("Plan", "Plan", "Other", "nul"):
        make_board(name)
    code, out, _ = run("--all", "--format", "svg", "-o", "all")
    assert code == 0
    names = sorted(path.name for path in (here / "all").iterdir())
    assert names == ["Other.svg", "Plan (2).svg", "Plan.svg", "_nul.svg"]
    assert len(out.splitlines()) == 4


def test_uploaded_pictures_are_drawn(run, store, owner, data_dir, make_board, here):
    keys, kept = crypto.load_keys(data_dir), blobs.open_blobs("", data_dir)
    actor = Actor(owner.user_id, "d", True, "")
    first = make_board("First", {})
    upload = files.presign(
        store, kept, keys, actor, first, content_type="image/png", size=len(png(40, 40))
    )
    path = here / "picture"
    path.write_bytes(png(40, 40))
    files.receive(store, kept, upload.file, path)
    address = f"http://127.0.0.1:8765/files/{upload.file.file_id}.png"
    asset = {"id": "a", "type": "image", "src": address, "x": 0, "y": 0, "width": 40, "height": 40}
    make_board("Shown", {"pages": [{"id": "p", "assets": [asset]}]})
    code, _, err = run("Shown", "-o", "out.png")
    assert (code, err) == (0, "")
    middle = opened(here / "out.png").convert("RGB").getpixel((40, 40))
    assert middle == (0, 0, 0)


@pytest.mark.parametrize(
    "words, code, says",
    [
        (["nothing"], 1, "boards list"),
        (["Twice"], 1, "2 boards are called"),
        (["Plan", "-o", "x.gif"], 1, "must be one of png, pdf, svg, json"),
        (["Plan", "--format", "gif"], 1, "must be one of png, pdf, svg, json"),
        (["Plan", "--scale", "99"], 1, "scale"),
        (["Plan", "--all"], 2, "not allowed"),
        ([], 2, "required"),
        (["--all", "-o", "-"], 1, "name a folder"),
        (["Plan", "--pages", "7"], 1, ""),
        (["Plan", "-o", "no/such/folder.png"], 1, "There is no folder 'no/such'"),
    ],
)
def test_what_cant_be_done_is_one_line(run, make_board, here, words, code, says):
    for name in ("Plan", "Twice", "Twice"):
        make_board(name)
    got, out, err = run(*words)
    assert (got, out) == (code, b"")
    assert err.startswith("solosync: ")
    assert err.count("\n") == 1
    assert says in err
    assert list(here.rglob("*")) == []


def test_progress_is_no_part_of_the_output(run, make_board):
    make_board("Plan")
    _, out, err = run("Plan", "-o", "-")
    assert Image.open(io.BytesIO(out)).format == "PNG"
    assert err == ""
