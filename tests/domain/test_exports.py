"""Exports as the jobs see them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from solosync import clock, crypto
from solosync.blobs import open_blobs
from solosync.domain import drawings, export_work, exports, files, history, jobs, sessions
from solosync.domain.history import Author, Write
from solosync.errors import NotFound
from solosync.records.pictures import parse_options
from solosync.store import maintenance
from tests.board import boards
from tests.make import make_actor, make_organization
from tests.pictures import png


@pytest.fixture
def blobs(data_dir):
    return open_blobs("", data_dir)


@pytest.fixture
def ann(store):
    return make_actor(store)


@pytest.fixture
def board(store, ann):
    state = b'{"pages": [{"id": "p", "strokes": []}], "zoom": 1}'
    return sessions.create_session(store, ann, name="Plan", state=state).session


@pytest.fixture
def request_export(store, blobs, ann, board):
    def request(format="pdf", *, rev=0, days=30):
        asked = exports.Asked(format, parse_options({}, format), None, days)
        shown = exports.Shown(rev, b'{"zoom":1}', 1)
        requested = exports.request(
            store, blobs, ann, board, asked, shown, max_state_bytes=1_000_000
        )
        return requested.export

    return request


@pytest.fixture
def made(tmp_path):
    """A file that the child made."""

    def made(content=b"%PDF-"):
        path = tmp_path / "made"
        path.write_bytes(content)
        return path

    return made


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


DONE: dict[str, Any] = {
    "content_type": "application/pdf",
    "suffix": ".pdf",
    "page_count": 3,
    "warnings": ["w"],
}


def draw(store, board, rev, **values):
    """A new rev in which the board's state has these values instead."""
    document = history.document_at(store, board, rev - 1)
    change = boards.edit(document, values)
    write = Write(rev=rev, kind="save", updates=[(Author(None, None), change.update)])
    store.write(lambda tx: history.record(tx, board.key, [write]))


def test_work_is_the_board_as_it_was_asked_for(store, blobs, request_export, folder):
    export = request_export()
    work = export_work.begin(store, blobs, export.export_id, folder)
    assert work is not None
    assert (work.title, work.format) == ("Plan", "pdf")
    assert json.loads(work.options)["pages"] == "all"
    assert work.document.parent == folder
    assert json.loads(drawings.read(work.document).state)["zoom"] == 1


def test_finished_work_is_shown_and_its_file_taken(store, blobs, ann, request_export, folder, made):
    export = request_export()
    export_work.begin(store, blobs, export.export_id, folder)
    assert export_work.set_progress(store, export.export_id, 1, 3)
    assert exports.get_export(store, ann, export.export_id).progress == 33
    path = made()
    assert export_work.complete(store, blobs, export.export_id, path, **DONE)
    assert not path.exists()
    done = exports.get_export(store, ann, export.export_id)
    assert (done.status, done.progress, done.file_size, done.page_count) == ("completed", 100, 5, 3)
    assert (done.suffix, done.warnings) == ("pdf", ("w",))
    assert b"".join(blobs.read(done.sha256)) == b"%PDF-"


def test_work_that_broke_off_is_begun_again(store, blobs, ann, request_export, folder):
    export = request_export()
    export_work.begin(store, blobs, export.export_id, folder)
    export_work.set_progress(store, export.export_id, 2, 3)
    assert export_work.begin(store, blobs, export.export_id, folder) is not None
    assert exports.get_export(store, ann, export.export_id).progress == 0


def test_work_is_done_once(store, blobs, request_export, folder, made):
    export = request_export()
    export_work.begin(store, blobs, export.export_id, folder)
    export_work.complete(store, blobs, export.export_id, made(), **DONE)
    assert export_work.begin(store, blobs, export.export_id, folder) is None
    assert not export_work.complete(store, blobs, export.export_id, made(b"other"), **DONE)
    assert len(list(blobs.list())) == 1


def test_deleted_export_is_worked_on_no_longer(store, blobs, ann, request_export, folder, made):
    export = request_export()
    export_work.begin(store, blobs, export.export_id, folder)
    exports.delete_export(store, blobs, ann, export.export_id)
    assert not export_work.set_progress(store, export.export_id, 1, 3)
    assert not export_work.complete(store, blobs, export.export_id, made(), **DONE)
    assert list(blobs.list()) == []
    assert export_work.begin(store, blobs, export.export_id, folder) is None
    (job,) = jobs.list_jobs(store)
    assert job.status == "cancelled"


def test_export_of_a_board_in_the_trash_is_finished_and_there_if_it_comes_back(
    store, blobs, ann, board, request_export, folder, made
):
    export = request_export()
    sessions.trash_session(store, ann, board.session_id)
    assert export_work.begin(store, blobs, export.export_id, folder) is not None
    assert export_work.set_progress(store, export.export_id, 1, 3)
    assert export_work.complete(store, blobs, export.export_id, made(), **DONE)
    with pytest.raises(NotFound):
        exports.get_export(store, ann, export.export_id)
    sessions.restore_session(store, ann, board.session_id)
    assert exports.get_export(store, ann, export.export_id).status == "completed"


def test_failure_is_told_and_what_is_done_stays_done(
    store, blobs, ann, request_export, folder, made
):
    failed, done = request_export(), request_export()
    export_work.begin(store, blobs, failed.export_id, folder)
    export_work.fail(store, failed.export_id, "The disk is full.")
    found = exports.get_export(store, ann, failed.export_id)
    assert (found.status, found.error) == ("failed", "The disk is full.")
    export_work.begin(store, blobs, done.export_id, folder)
    export_work.complete(store, blobs, done.export_id, made(), **DONE)
    export_work.fail(store, done.export_id, "too late")
    assert exports.get_export(store, ann, done.export_id).status == "completed"


def test_export_past_its_time_is_deleted_with_its_file(store, blobs, ann, request_export):
    soon, late = request_export("json", days=1), request_export("json", days=2)
    (kept,) = blobs.list()
    day = clock.DAY_MS + 1000
    assert export_work.clean_up(store, blobs, clock.now_ms()) == 0
    assert export_work.clean_up(store, blobs, clock.now_ms() + day) == 1
    with pytest.raises(NotFound):
        exports.get_export(store, ann, soon.export_id)
    assert exports.get_export(store, ann, late.export_id).sha256 == kept.name
    assert [it.name for it in blobs.list()] == [kept.name]
    assert export_work.clean_up(store, blobs, clock.now_ms() + 2 * day) == 1
    assert list(blobs.list()) == []


def test_shared_content_is_never_lost_while_others_let_it_go(store, blobs, ann, request_export):
    def make_and_delete(number):
        export = request_export("json")
        if number % 3 == 0:
            assert b"".join(blobs.read(export.sha256)) == b'{"zoom":1}'
            return export.export_id
        if number % 3 == 1:
            files.clean_up(store, blobs, clock.now_ms() + 48 * 3_600_000)
        exports.delete_export(store, blobs, ann, export.export_id)
        return None

    with ThreadPoolExecutor(6) as pool:
        kept = [export_id for export_id in pool.map(make_and_delete, range(60)) if export_id]
    assert len(kept) == 20
    for export_id in kept:
        export = exports.get_export(store, ann, export_id)
        assert b"".join(blobs.read(export.sha256)) == b'{"zoom":1}'
        exports.delete_export(store, blobs, ann, export_id)
    assert list(blobs.list()) == []


def test_old_rev_is_drawn_as_it_was(store, blobs, board, folder):
    draw(store, board, 1, zoom=5)
    draw(store, board, 2, zoom=9)
    for rev, zoom in ((0, 1), (1, 5), (2, 9)):
        document = drawings.pack(store, blobs, board, rev, folder)
        assert json.loads(drawings.read(document).state)["zoom"] == zoom
    with pytest.raises(NotFound):
        drawings.pack(store, blobs, board, 3, folder)


def test_board_of_a_restored_backup_is_drawn(store, blobs, board, folder):
    store.write(lambda tx: maintenance.raise_revs(tx, 1_000_000, 1))
    document = drawings.pack(store, blobs, board, 1_000_000, folder)
    assert json.loads(drawings.read(document).state)["zoom"] == 1


# -- uploaded pictures -------------------------------------------------------------------------


@pytest.fixture
def upload(store, blobs, data_dir, tmp_path):
    keys = crypto.load_keys(data_dir)

    def upload(actor, session, content):
        prepared = files.presign(
            store, blobs, keys, actor, session, content_type="image/png", size=len(content)
        )
        path = tmp_path / "upload"
        path.write_bytes(content)
        files.receive(store, blobs, prepared.file, path)
        return prepared.file.file_id

    return upload


def showing(*addresses):
    assets = [{"id": f"a{n}", "type": "image", "src": it} for n, it in enumerate(addresses)]
    return json.dumps({"pages": [{"id": "p", "assets": assets}]}).encode()


def test_own_pictures_are_found_on_whatever_host(store, blobs, ann, board, upload, folder):
    file_id = upload(ann, board, png())
    addresses = [
        f"http://127.0.0.1:8765/files/{file_id}.png",
        f"https://boards.example.org/x/files/{file_id}.png",
        f"/files/{file_id}.png",
    ]
    session = sessions.create_session(store, ann, state=showing(*addresses)).session
    drawn = drawings.read(drawings.pack(store, blobs, session, 0, folder))
    assert drawn.files.keys() == set(addresses)
    assert {path.read_bytes() for path in drawn.files.values()} == {png()}


def test_another_organizations_pictures_and_foreign_addresses_are_not(
    store, blobs, ann, board, upload, folder
):
    bob = make_actor(store)
    theirs = upload(bob, sessions.create_session(store, bob).session, png())
    team = make_organization(store, _user(store, ann))
    elsewhere = sessions.create_session(store, ann, organization_id=team.organization_id).session
    teams = upload(ann, elsewhere, png())
    addresses = [
        f"/files/{theirs}.png",
        f"/files/{teams}.png",
        "https://example.org/a.png",
        "file:///etc/passwd",
        "/files/../../keys.json",
    ]
    session = sessions.create_session(store, ann, state=showing(*addresses)).session
    drawn = drawings.read(drawings.pack(store, blobs, session, 0, folder))
    assert drawn.files == {}


def test_picture_whose_content_is_gone_is_left_out(store, blobs, ann, board, upload, folder):
    file_id = upload(ann, board, png())
    blobs.delete(next(iter(blobs.list())).name)
    state = showing(f"/files/{file_id}.png")
    session = sessions.create_session(store, ann, state=state).session
    assert drawings.read(drawings.pack(store, blobs, session, 0, folder)).files == {}


def test_child_is_told_paths_and_no_contents(store, blobs, ann, board, upload, folder):
    file_id = upload(ann, board, png())
    state = showing(f"/files/{file_id}.png")
    session = sessions.create_session(store, ann, state=state).session
    drawn = drawings.read(drawings.pack(store, blobs, session, 0, folder))
    (path,) = drawn.files.values()
    assert Path(path).is_absolute()
    assert [file.name for file in folder.iterdir()] == ["document"]


def _user(store, actor):
    from solosync.store import users

    return store.read(lambda tx: users.find(tx, actor.user_id))
