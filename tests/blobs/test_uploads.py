"""Uploads that go straight to an object store: looked at when they are first wanted."""

import hashlib
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from solosync import clock
from solosync.blobs import open_blobs
from solosync.config import Config
from solosync.domain import drawings, files, sessions
from tests.asserts import assert_problem
from tests.pictures import jpeg_start, png
from tests.web.conftest import *  # noqa: F403 - its fixtures
from tests.web.conftest import BOARDS
from tests.web.test_uploads import PRESIGN, state_with


@pytest.fixture  # type: ignore[no-redef]
def config(data_dir, s3_url):
    return Config(data_dir=data_dir, open=False, storage_url=s3_url)


@pytest.fixture
def blobs(config):
    return open_blobs(config.storage_url, config.data_dir)


@pytest.fixture
def board(ann):
    return ann.make_board({}, name="Plan")


@pytest.fixture
def upload(ann, board):
    """Puts the content straight to the store; what was answered before."""

    def upload(content, **fields):
        body = {"session_id": board["id"], "content_type": "image/png", "size_bytes": len(png())}
        prepared = ann.post(PRESIGN, json=body | fields).json()
        assert "X-Amz-Signature" in prepared["upload_url"]
        put = httpx.put(prepared["upload_url"], content=content, headers=prepared["headers"])
        assert put.status_code == 200, put.text
        return prepared

    return upload


def test_picture_is_shown_once_it_was_looked_at(client, blobs, upload):
    prepared = upload(png())
    assert list(blobs.list()) == []
    shown = client.get(prepared["cdn_url"])
    assert (shown.status_code, shown.content) == (200, png())
    assert [it.name for it in blobs.list()] == [hashlib.sha256(png()).hexdigest()]
    assert list(blobs.list_uploads()) == []
    part = client.get(prepared["cdn_url"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a".ljust(len(png()), b"\0"),
        jpeg_start(3, 2).ljust(len(png()), b"\0"),
        png() + b"!",
        png(claims=(50_000, 50_000)),
        b"",
        png()[:20],
    ],
    ids=["gif", "jpeg", "larger", "bomb", "empty", "cut short"],
)
def test_what_isnt_as_announced_is_deleted_and_never_shown(client, blobs, upload, content):
    prepared = upload(content)
    for _ in range(2):
        assert_problem(client.get(prepared["cdn_url"]), 404)
    assert list(blobs.list()) == list(blobs.list_uploads()) == []


def test_what_comes_through_ourselves_is_looked_at_at_once(ann, client, board, blobs):
    body = {"session_id": board["id"], "content_type": "image/png", "size_bytes": len(png())}
    prepared = ann.post(PRESIGN, json=body | {"direct": False}).json()
    assert prepared["upload_url"].startswith(f"{client.base_url}/uploads/")
    refused = client.put(
        prepared["upload_url"], content=png()[:-1] + b"!!", headers=prepared["headers"]
    )
    assert_problem(refused, 413)
    put = client.put(prepared["upload_url"], content=png(), headers=prepared["headers"])
    assert put.status_code == 200
    assert [it.name for it in blobs.list()] == [hashlib.sha256(png()).hexdigest()]
    assert list(blobs.list_uploads()) == []
    assert client.get(prepared["cdn_url"]).content == png()


def test_content_with_another_hash_is_deleted(client, blobs, upload):
    prepared = upload(png(shade=2), sha256=hashlib.sha256(png(shade=1)).hexdigest())
    assert_problem(client.get(prepared["cdn_url"]), 404)
    assert list(blobs.list()) == list(blobs.list_uploads()) == []


def test_pictures_that_a_board_shows_are_looked_at_and_fetched(
    ann, store, blobs, board, upload, tmp_path
):
    good, bad = upload(png()), upload(b"GIF89a")
    state = state_with(good["cdn_url"])
    state["pages"][0]["assets"].append({"id": "b", "type": "image", "src": bad["cdn_url"]})
    saved = ann.patch(f"{BOARDS}{board['id']}/", json={"state": state}).json()
    session = sessions.get_session(store, ann.actor, board["id"])
    document = drawings.pack(store, blobs, session, saved["rev"], tmp_path)
    drawn = drawings.read(document)
    assert json.loads(drawn.state) == state
    assert drawn.files.keys() == {good["cdn_url"]}
    assert drawn.files[good["cdn_url"]].read_bytes() == png()


def test_cleaning_up_keeps_what_boards_show_though_nobody_has_looked(
    ann, client, store, blobs, board, upload
):
    shown, unused = upload(png()), upload(png())
    ann.patch(f"{BOARDS}{board['id']}/", json={"state": state_with(shown["cdn_url"])})
    files.clean_up(store, blobs, clock.now_ms() + 23 * 3_600_000)
    assert len(list(blobs.list_uploads())) == 2
    files.clean_up(store, blobs, clock.now_ms() + 25 * 3_600_000)
    assert list(blobs.list_uploads()) == []
    assert client.get(shown["cdn_url"]).content == png()
    assert_problem(client.get(unused["cdn_url"]), 404)


def test_exports_lie_in_the_object_store(ann, client, board, blobs):
    export = ann.post(f"{BOARDS}{board['id']}/export/", json={"format": "json"}).json()
    assert client.get(export["file_url"]).json() == board["state"]
    assert len(list(blobs.list())) == 1
    ann.delete(f"/api/v1/exports/{export['id']}/")
    assert list(blobs.list()) == []


def test_store_that_cant_be_reached_is_told(serving, config, sign_in):
    away = replace(config, storage_url="s3://bucket?endpoint=http://127.0.0.1:9&region=x")
    person = sign_in(client=serving(away))
    board = person.make_board({})
    answer = person.post(f"{BOARDS}{board['id']}/export/", json={"format": "json"})
    assert_problem(answer, 507)
    assert person.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 0


def test_store_that_never_answers_holds_up_no_boards(serving, config, sign_in):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        away = replace(config, storage_url=f"s3://bucket?endpoint={address}&region=x")
        person = sign_in(client=serving(away))
        board = person.make_board({})
        url = f"{BOARDS}{board['id']}/"
        with ThreadPoolExecutor(8) as pool:
            waiting = [
                pool.submit(person.post, f"{url}export/", json={"format": "json"}) for _ in range(8)
            ]
            # One of them has got as far as the store.
            connection, _ = silent.accept()
            answer = person.patch(url, json={"state": {"zoom": 2}})
            assert answer.status_code == 200
            assert not any(future.done() for future in waiting)
            connection.close()
            silent.close()
            assert {future.result().status_code for future in waiting} == {507}
