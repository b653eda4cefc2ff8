"""Contract "Solo", uploads: prepared, put, shown. (Object stores: tests/blobs.)"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from solosync import clock
from solosync.domain import files
from tests.asserts import assert_problem
from tests.pictures import jpeg_start, noise_png, png
from tests.web.conftest import BOARDS

PRESIGN = "/api/v1/solo/uploads/presign/"


@pytest.fixture
def board(ann):
    return ann.make_board({}, name="Plan")


@pytest.fixture
def presign(ann, board):
    """A prepared upload of a PNG."""

    def presign(content=b"", person=ann, **fields):
        body = {
            "session_id": board["id"],
            "content_type": "image/png",
            "size_bytes": max(1, len(content)),
        }
        response = person.post(PRESIGN, json=body | fields)
        assert response.status_code == 200, response.text
        return response.json()

    return presign


@pytest.fixture
def put(client):
    def put(prepared, content, **headers):
        sent = prepared["headers"] | headers
        return client.request(
            prepared["method"], prepared["upload_url"], content=content, headers=sent
        )

    return put


@pytest.fixture
def kept(data_dir):
    """Everything that lies in the folders of files and of temporary ones."""
    return lambda: [
        path
        for folder in ("files", "tmp")
        for path in (data_dir / folder).rglob("*")
        if path.is_file()
    ]


def test_uploaded_picture_is_shown_to_whoever_knows_its_address(client, presign, put):
    picture = png(30, 20)
    prepared = presign(picture)
    assert prepared.keys() == {
        "upload_url", "cdn_url", "method", "headers", "max_bytes", "expires_at",
    }  # fmt: skip
    assert prepared["method"] == "PUT"
    assert prepared["max_bytes"] == len(picture)
    assert_problem(client.get(prepared["cdn_url"]), 404)
    assert put(prepared, picture).status_code == 200
    shown = client.get(prepared["cdn_url"])
    assert shown.status_code == 200
    assert shown.content == picture
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    etag = shown.headers["etag"]
    again = client.get(prepared["cdn_url"], headers={"If-None-Match": etag})
    assert again.status_code == 304
    part = client.get(prepared["cdn_url"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")


def test_cached_picture_is_not_taken_for_one_whose_pixels_may_be_read(
    serving, config, presign, put
):
    picture = png()
    address = presign(picture)
    put(address, picture)
    listed = serving(replace(config, cors_origins=("https://app.example",)))
    plain = listed.get(address["cdn_url"])
    assert plain.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in plain.headers
    readable = listed.get(address["cdn_url"], headers={"Origin": "https://app.example"})
    assert readable.headers["vary"] == "Origin"
    assert readable.headers["access-control-allow-origin"] == "https://app.example"
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range, if-range",
    }
    assert listed.options(address["cdn_url"], headers=asked).status_code == 204


def test_address_tells_nothing_of_the_content(presign):
    picture = png()
    digest = hashlib.sha256(picture).hexdigest()
    assert digest[:8] not in presign(picture, sha256=digest)["cdn_url"]


def test_upload_may_be_sent_twice(presign, put, kept):
    picture = png()
    prepared = presign(picture)
    assert put(prepared, picture).status_code == 200
    assert put(prepared, picture).status_code == 200
    assert len(kept()) == 1


def test_upload_that_was_cut_short_is_refused_and_can_be_sent_again(client, presign, put, kept):
    picture = png(300, 200)
    prepared = presign(picture)
    assert_problem(put(prepared, picture[:-40]), 400)
    assert kept() == []
    assert client.get(prepared["cdn_url"]).status_code == 404
    assert put(prepared, picture).status_code == 200
    assert client.get(prepared["cdn_url"]).content == picture


def test_uploaded_picture_cant_be_replaced(client, presign, put):
    prepared = presign(png(shade=1))
    put(prepared, png(shade=1))
    assert_problem(put(prepared, png(shade=2)), 400)
    assert client.get(prepared["cdn_url"]).content == png(shade=1)


def test_same_content_is_kept_once(ann, bob, presign, put, kept):
    picture = png()
    digest = hashlib.sha256(picture).hexdigest()
    first, second = presign(picture), presign(picture)
    put(first, picture)
    put(second, picture)
    assert first["cdn_url"] != second["cdn_url"]
    assert len(kept()) == 1
    assert presign(picture, sha256=digest.upper())["cdn_url"] == first["cdn_url"]
    theirs = bob.make_board({})
    other = presign(picture, person=bob, session_id=theirs["id"], sha256=digest)
    assert other["cdn_url"] not in (first["cdn_url"], second["cdn_url"])


@pytest.mark.parametrize(
    "content, status",
    [
        (png(3, 2) + b"!", 413),
        (b"GIF89a".ljust(len(png(3, 2)), b"\0"), 400),
        (jpeg_start(3, 2).ljust(len(png(3, 2)), b"\0"), 400),
        (png(3, 2)[:20], 400),
        (b"", 400),
        (png(claims=(50_000, 50_000)), 400),
    ],
    ids=["larger", "gif", "jpeg", "cut short", "empty", "bomb"],
)
def test_wrong_content_is_refused_at_once_and_leaves_nothing(
    client, presign, put, kept, content, status
):
    prepared = presign(png(3, 2))
    assert_problem(put(prepared, content), status)
    assert_problem(client.get(prepared["cdn_url"]), 404)
    assert kept() == []
    assert put(prepared, png(3, 2)).status_code == 200


def test_content_with_another_hash_is_refused(client, presign, put, kept):
    prepared = presign(png(shade=1), sha256=hashlib.sha256(png(shade=1)).hexdigest())
    assert_problem(put(prepared, png(shade=2)), 400)
    assert kept() == []
    assert put(prepared, png(shade=1)).status_code == 200


def test_wrong_content_type_is_refused(presign, put, kept):
    prepared = presign(png())
    assert_problem(put(prepared, png(), **{"Content-Type": "image/jpeg"}), 415)
    assert_problem(put(prepared, png(), **{"Content-Encoding": "gzip"}), 415)
    assert kept() == []


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"content_type": "image/svg+xml"}, 400),
        ({"content_type": "image/gif"}, 400),
        ({"content_type": None}, 400),
        ({"size_bytes": 0}, 400),
        ({"size_bytes": "5"}, 400),
        ({"size_bytes": files.MOST_BYTES + 1}, 413),
        ({"sha256": "abc"}, 400),
        ({"session_id": "x"}, 404),
        ({"session_id": None}, 400),
    ],
)
def test_what_isnt_taken_is_refused_before_it_is_sent(ann, board, fields, status):
    body = {"session_id": board["id"], "content_type": "image/png", "size_bytes": 5}
    assert_problem(ann.post(PRESIGN, json=body | fields), status)


def test_nobody_uploads_to_anothers_board(bob, client, board):
    body = {"session_id": board["id"], "content_type": "image/png", "size_bytes": 5}
    assert_problem(bob.post(PRESIGN, json=body), 404)
    assert_problem(client.post(PRESIGN, json=body), 401)


def test_altered_upload_address_is_refused(client, presign, put):
    picture = png()
    prepared, other = presign(picture), presign(picture)
    url = prepared["upload_url"]
    expires = url.partition("expires=")[2].partition("&")[0]
    own, others = (
        it["upload_url"].partition("?")[0].rpartition("/")[2] for it in (prepared, other)
    )
    altered = [
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        url.replace(expires, str(int(expires) + 1)),
        url.replace(own, others),
        url.partition("?")[0],
    ]
    for address in altered:
        assert_problem(put(prepared | {"upload_url": address}, picture), 403)
    assert_problem(client.get(prepared["cdn_url"]), 404)


def test_upload_address_runs_out(presign, put, monkeypatch):
    prepared = presign(png())
    later = clock.now_ms() + files.UPLOAD_SECONDS * 1000 + 1
    monkeypatch.setattr("solosync.clock.now_ms", lambda: later)
    assert_problem(put(prepared, png()), 403)


@pytest.mark.parametrize(
    "name", ["x", "x.png", "../../solosync.db", "{id}.jpg", "{id}", "{id}.png.png"]
)
def test_other_names_are_not_found(client, presign, put, name):
    prepared = presign(png())
    put(prepared, png())
    base, _, file = prepared["cdn_url"].rpartition("/")
    name = name.replace("{id}", file.removesuffix(".png"))
    assert client.get(f"{base}/{name}").status_code == 404


def test_public_addresses_go_by_the_cdn(serving, config, sign_in, board):
    client = serving(replace(config, cdn_url="https://cdn.example.org/x"))
    person = sign_in(client=client)
    theirs = person.make_board({})
    body = {"session_id": theirs["id"], "content_type": "image/png", "size_bytes": 5}
    prepared = person.post(PRESIGN, json=body).json()
    assert prepared["cdn_url"].startswith("https://cdn.example.org/x/files/")
    assert prepared["upload_url"].startswith("http://127.0.0.1:8765/uploads/")


# -- what is left over -------------------------------------------------------------------------


@pytest.fixture
def clean_up(store, client, data_dir):
    """As the weekly job does, so many hours from now."""
    from solosync.blobs import open_blobs

    def clean_up(hours):
        blobs = open_blobs("", data_dir)
        return files.clean_up(store, blobs, clock.now_ms() + int(hours * 3_600_000))

    return clean_up


def state_with(url):
    return {"pages": [{"id": "p", "assets": [{"id": "a", "type": "image", "src": url}]}]}


def test_unused_upload_goes_after_a_day_and_no_sooner(client, presign, put, kept, clean_up):
    prepared = presign(png())
    put(prepared, png())
    presign(png())  # never sent
    assert clean_up(23.9) == 0
    assert client.get(prepared["cdn_url"]).status_code == 200
    assert clean_up(24.1) == 2
    assert_problem(client.get(prepared["cdn_url"]), 404)
    assert kept() == []


def test_upload_that_any_kept_rev_shows_stays(ann, client, board, presign, put, clean_up):
    prepared = presign(png())
    put(prepared, png())
    url = f"{BOARDS}{board['id']}/"
    ann.patch(url, json={"state": state_with(prepared["cdn_url"])}, headers={"If-Match": "0"})
    ann.patch(url, json={"state": {}}, headers={"If-Match": "1"})
    assert prepared["cdn_url"] not in ann.get(url).text
    clean_up(1000)
    assert client.get(prepared["cdn_url"]).status_code == 200
    ann.delete(url)
    clean_up(1000)
    assert client.get(prepared["cdn_url"]).status_code == 200


@pytest.mark.parametrize(
    "path, field", [("{board}", "thumbnail_url"), ("/api/v1/me", "avatar_url")]
)
def test_upload_that_is_a_thumbnail_or_a_persons_picture_stays(
    ann, client, board, presign, put, clean_up, path, field
):
    prepared = presign(png())
    put(prepared, png())
    path = path.replace("{board}", f"{BOARDS}{board['id']}/")
    assert ann.patch(path, json={field: prepared["cdn_url"]}).status_code == 200
    clean_up(1000)
    assert client.get(prepared["cdn_url"]).status_code == 200
    ann.patch(path, json={field: None})
    clean_up(1000)
    assert_problem(client.get(prepared["cdn_url"]), 404)


def test_upload_that_is_announced_again_is_new_again(client, presign, put, store, clean_up):
    picture = png()
    digest = hashlib.sha256(picture).hexdigest()
    prepared = presign(picture, sha256=digest)
    put(prepared, picture)
    day = 25 * 3_600_000
    store.write(lambda tx: tx.execute("UPDATE files SET created_at = created_at - ?", (day,)))
    assert presign(picture, sha256=digest)["cdn_url"] == prepared["cdn_url"]
    clean_up(0)
    assert client.get(prepared["cdn_url"]).status_code == 200


def test_what_a_crash_left_half_written_goes(data_dir, presign, put, kept, clean_up):
    put(presign(png()), png())
    part = data_dir / "files" / "part" / f"{'0' * 32}.part"
    part.write_bytes(b"half")
    stray = data_dir / "files" / "ab" / ("c" * 62)
    stray.parent.mkdir(exist_ok=True)
    Path(stray).write_bytes(b"a content without a row")
    assert clean_up(23) == 0
    assert part.exists()
    assert clean_up(25) == 3
    assert kept() == []


# -- a disk that takes no more -----------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
@pytest.mark.parametrize("form", [False, True], ids=["upload", "export"])
def test_disk_that_takes_no_more_is_told_and_keeps_nothing(ann, board, presign, put, kept, form):
    import resource

    # Random, or it would be small: 3 MB, where files may have 2.
    picture = noise_png(1732, 1732)
    prepared = presign(picture)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        if form:
            answer = ann.post(f"{BOARDS}{board['id']}/export/", files={"file": ("a", picture)})
        else:
            answer = put(prepared, picture)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert_problem(answer, 507)
    assert kept() == []
