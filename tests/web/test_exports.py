"""Contract "Solo", Exports: what is asked for and answered. (Drawing is tested with the jobs.)"""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from solosync import clock
from solosync.domain import exports, jobs
from solosync.records.jobs import Job
from solosync.store import jobs as job_rows
from tests.asserts import assert_problem
from tests.pictures import png
from tests.web.conftest import BOARDS

EXPORTS = "/api/v1/exports/"
STATE = {"pages": [{"id": "p", "strokes": [{"id": "s", "text": "žluť \u4f60"}]}], "zoom": 1.0}
MEMBERS = {
    "id", "session_id", "format", "status", "file_url", "signed_url", "file_size", "page_count",
    "progress", "error", "is_expired", "expires_at", "created_at", "updated_at",
}  # fmt: skip


@pytest.fixture
def board(ann):
    return ann.make_board(STATE, name="Plan")


@pytest.fixture
def url(board):
    return f"{BOARDS}{board['id']}/export/"


@pytest.fixture
def blobs_in(data_dir):
    """The names of all contents that are kept."""
    return lambda: sorted(
        path.parent.name + path.name for path in (data_dir / "files").glob("??/*")
    )


def ask(person, url, format="json", *, pages=None, **settings):
    response = person.post(url, json={"format": format, "pages": pages}, **settings)
    assert response.status_code == 201, response.text
    return response.json()


# -- JSON: complete at once --------------------------------------------------------------------


def test_json_export_is_the_state_itself(ann, client, board, url):
    export = ask(ann, url)
    assert export.keys() == MEMBERS
    assert (export["status"], export["progress"], export["error"]) == ("completed", 100, None)
    assert export["session_id"] == board["id"]
    assert export["file_url"] == export["signed_url"]
    assert export["file_url"].startswith("http://127.0.0.1:8765/")
    assert not export["is_expired"]
    file = client.get(export["file_url"])  # nobody: no token and no cookie
    assert file.status_code == 200
    assert file.json() == board["state"]
    assert len(file.content) == export["file_size"]
    assert file.headers["content-type"] == "application/json"
    assert "Plan.json" in file.headers["content-disposition"]
    assert file.headers["x-content-type-options"] == "nosniff"


def test_export_holds_what_was_drawn_until_then(ann, client, board, url):
    before = ask(ann, url)
    ann.patch(f"{BOARDS}{board['id']}/", json={"state": {**STATE, "zoom": 2}})
    after = ask(ann, url)
    assert client.get(before["file_url"]).json()["zoom"] == 1
    assert client.get(after["file_url"]).json()["zoom"] == 2


def test_export_can_be_read_and_listed_by_whoever_asked(ann, bob, board, url):
    first, second = ask(ann, url), ask(ann, url)
    read = ann.get(f"{EXPORTS}{first['id']}/").json()
    assert read | {"file_url": "", "signed_url": ""} == first | {"file_url": "", "signed_url": ""}
    listed = ann.get(f"{BOARDS}{board['id']}/exports/").json()
    assert listed["count"] == 2
    assert [export["id"] for export in listed["results"]] == [second["id"], first["id"]]


@pytest.mark.parametrize("id", ["x", "nonexistent-uuid", "0" * 36, "{none}"])
def test_unknown_export_is_not_found(ann, id):
    id = id.replace("{none}", "6f1f9d2e-5b0c-4b8f-9a53-0d8c1c0a7f11")
    for answer in (ann.get(f"{EXPORTS}{id}/"), ann.delete(f"{EXPORTS}{id}/")):
        assert_problem(answer, 404, detail="Export not found")


def test_anothers_export_is_not_found(ann, bob, board, url):
    export = ask(ann, url)
    for answer in (bob.get(f"{EXPORTS}{export['id']}/"), bob.delete(f"{EXPORTS}{export['id']}/")):
        assert_problem(answer, 404, detail="Export not found")
    assert_problem(bob.get(f"{BOARDS}{board['id']}/exports/"), 404)
    assert_problem(bob.post(url, json={"format": "json"}), 404)
    assert ann.get(f"{EXPORTS}{export['id']}/").status_code == 200


def test_deleting_an_export_deletes_its_file(ann, client, url, blobs_in):
    export = ask(ann, url)
    assert len(blobs_in()) == 1
    assert ann.delete(f"{EXPORTS}{export['id']}/").status_code == 204
    assert_problem(ann.get(f"{EXPORTS}{export['id']}/"), 404)
    assert_problem(client.get(export["file_url"]), 404)
    assert blobs_in() == []


def test_file_that_two_exports_share_stays_until_both_are_gone(ann, client, url, blobs_in):
    first, second = ask(ann, url), ask(ann, url)
    assert len(blobs_in()) == 1
    ann.delete(f"{EXPORTS}{first['id']}/")
    assert client.get(second["file_url"]).status_code == 200
    ann.delete(f"{EXPORTS}{second['id']}/")
    assert blobs_in() == []


def test_exports_of_a_board_in_the_trash_are_gone(ann, client, board, url):
    export = ask(ann, url)
    ann.delete(f"{BOARDS}{board['id']}/")
    assert_problem(ann.get(f"{EXPORTS}{export['id']}/"), 404)
    assert_problem(client.get(export["file_url"]), 404)


# -- pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
def test_picture_is_pending_first(ann, url, format):
    export = ask(ann, url, format)
    assert (export["status"], export["format"]) == ("pending", format)
    assert (export["file_url"], export["signed_url"], export["file_size"]) == (None, None, None)


def test_format_is_png_unless_told(ann, url):
    assert ann.post(url, json={}).json()["format"] == "png"
    assert ann.post(url).json()["format"] == "png"


@pytest.mark.parametrize("format", ["gif", "PNG ", "", 1, ["png"], {}])
def test_wrong_format_names_the_right_ones(ann, url, format):
    problem = assert_problem(ann.post(url, json={"format": format}), 400, error="Invalid format")
    for name in ("png", "pdf", "svg", "json"):
        assert name in problem["detail"]


def test_wrong_option_is_named(ann, board, url):
    problem = assert_problem(ann.post(url, json={"format": "pdf", "paper": "a5"}), 400)
    assert "paper" in problem["fields"]
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 0


def test_body_may_be_gzipped(ann, url):
    body = gzip.compress(b'{"format": "json"}')
    answer = ann.post(url, content=body, headers={"Content-Encoding": "gzip"})
    assert answer.json()["format"] == "json"


def test_pages_that_arent_there_are_refused_at_once(ann):
    board = ann.make_board({"pages": [{"id": "p1", "strokes": []}, {"id": "p2", "strokes": []}]})
    url = f"{BOARDS}{board['id']}/export/"
    for pages in (9, "3-5"):
        response = ann.post(url, json={"format": "png", "pages": pages})
        assert_problem(response, 400)
        assert "the board has 2 pages" in response.text
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 0
    for pages in ("2-9", "all", "active"):
        assert ask(ann, url, "png", pages=pages)["status"] == "pending"


def test_board_over_the_limit_is_refused(serving, config, sign_in, data_dir):
    client = serving(replace(config, export_max_state_bytes=64 * 1024))
    person = sign_in(client=client)
    large = person.make_board({"strokes": [], "note": "x" * 70_000})
    problem = assert_problem(
        person.post(f"{BOARDS}{large['id']}/export/", json={"format": "json"}),
        413,
        detail="session_too_large",
        max_bytes=64 * 1024,
    )
    assert problem["state_bytes"] > 70_000


def test_list_comes_in_pages_that_stay_put(ann, board, url):
    made = [ask(ann, url)["id"] for _ in range(5)]
    listing = f"{BOARDS}{board['id']}/exports/"
    assert ann.get(listing).json().keys() == {"count", "results"}
    page = ann.get(f"{listing}?limit=2").json()
    seen = [item["id"] for item in page["results"]]
    ask(ann, url)
    while page["next"] is not None:
        page = ann.get(f"{listing}?limit=2&cursor={page['next']}").json()
        seen += [item["id"] for item in page["results"]]
        assert page["count"] == 6
    assert seen == made[::-1]
    for wrong in ("limit=0", "limit=x", "cursor=x"):
        assert_problem(ann.get(f"{listing}?{wrong}"), 400)


def test_too_many_unfinished_pictures_are_refused_for_now(ann, board, url, store):
    for number in range(jobs.MOST_UNFINISHED):
        job = Job(f"j{number}", "x", "", ann.user.user_id, "running", 1, None, 1, 1, None)
        store.write(lambda tx, job=job: job_rows.insert(tx, job))
    answer = ann.post(url, json={"format": "pdf"})
    assert "still being made" in assert_problem(answer, 429)["detail"]
    assert int(answer.headers["retry-after"]) > 0
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 0


# -- idempotency -------------------------------------------------------------------------------


def test_same_key_again_is_the_same_export(ann, board, url):
    headers = {"Idempotency-Key": "k1"}
    first = ann.post(url, json={"format": "json"}, headers=headers)
    ann.patch(f"{BOARDS}{board['id']}/", json={"state": {"zoom": 5}})
    again = ann.post(url, json={"format": "json"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"
    other = ann.post(url, json={"format": "json"}, headers={"Idempotency-Key": "k2"})
    assert other.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("other", [{"format": "pdf"}, {"format": "png", "width": 100}, None])
def test_same_key_for_another_kind_of_file_is_refused(ann, board, url, other):
    headers = {"Idempotency-Key": "k"}
    ann.post(url, json={"format": "png", "width": 200}, headers=headers)
    assert_problem(ann.post(url, json=other, headers=headers), 422, code="idempotency_key_reused")
    form = {"data": {"format": "png"}, "files": {"file": ("a", png())}}
    assert_problem(ann.post(url, headers=headers, **form), 422)
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 1


@pytest.mark.parametrize("format", ["json", "pdf"])
def test_same_key_at_the_same_time_makes_one_export(ann, board, url, format):
    def post(_):
        return ann.post(url, json={"format": format}, headers={"Idempotency-Key": "k"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 1


def test_keys_are_each_persons_and_each_boards_own(ann, bob, store, url):
    headers = {"Idempotency-Key": "k"}
    first = ann.post(url, json={"format": "json"}, headers=headers).json()
    other = ann.make_board({"zoom": 9})
    second = ann.post(f"{BOARDS}{other['id']}/export/", json={"format": "json"}, headers=headers)
    assert second.status_code == 201
    theirs = bob.make_board({"zoom": 9})
    third = bob.post(f"{BOARDS}{theirs['id']}/export/", json={"format": "json"}, headers=headers)
    assert third.status_code == 201
    assert len({first["id"], second.json()["id"], third.json()["id"]}) == 3


def test_key_is_forgotten_after_a_day(ann, url, store):
    headers = {"Idempotency-Key": "k"}
    first = ann.post(url, json={"format": "json"}, headers=headers).json()
    day = exports.IDEMPOTENCY_MS + 1000
    store.write(lambda tx: tx.execute("UPDATE exports SET created_at = created_at - ?", (day,)))
    assert ann.post(url, json={"format": "json"}, headers=headers).json()["id"] != first["id"]


# -- pictures that a client drew ---------------------------------------------------------------


def test_clients_own_picture_is_kept_as_it_is(ann, client, url):
    picture = png(30, 20)
    answer = ann.post(url, data={"format": "png"}, files={"file": ("board.png", picture)})
    assert answer.status_code == 201, answer.text
    export = answer.json()
    assert (export["status"], export["format"], export["page_count"]) == ("completed", "png", 1)
    file = client.get(export["file_url"])
    assert file.content == picture
    assert file.headers["content-type"] == "image/png"
    assert "Plan.png" in file.headers["content-disposition"]


@pytest.mark.parametrize(
    "data, files, status",
    [
        ({"format": "png"}, {"file": ("a.png", b"GIF89a")}, 400),
        ({"format": "png"}, {"file": ("a.png", png()[:-5])}, 400),
        ({"format": "png"}, {"file": ("a.png", png(claims=(50_000, 50_000)))}, 400),
        ({"format": "png"}, {"file": ("a.png", b"")}, 400),
        ({"format": "pdf"}, {"file": ("a.png", png())}, 400),
        ({"format": "gif"}, {"file": ("a.png", png())}, 400),
        ({"format": "png"}, {"other": ("a.png", png())}, 400),
        ({"format": "png"}, {"file": ("a.png", b"\x89PNG" + bytes(21 * 1024 * 1024))}, 413),
    ],
    ids=["kind", "cut short", "bomb", "empty", "pdf", "gif", "no file", "large"],
)
def test_other_forms_are_refused_and_leave_nothing(
    ann, board, url, blobs_in, data_dir, data, files, status
):
    assert_problem(ann.post(url, data=data, files=files), status)
    assert ann.get(f"{BOARDS}{board['id']}/exports/").json()["count"] == 0
    assert blobs_in() == []
    left = [path for path in (data_dir / "tmp").rglob("*") if path.is_file()]
    assert left == []


def test_clients_picture_with_the_same_key_is_taken_once(ann, url, blobs_in):
    headers = {"Idempotency-Key": "k"}
    first = ann.post(url, files={"file": ("a", png(shade=1))}, headers=headers)
    again = ann.post(url, files={"file": ("a", png(shade=1))}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = ann.post(url, files={"file": ("a", png(shade=2))}, headers=headers)
    assert_problem(other, 422, code="idempotency_key_reused")
    assert len(blobs_in()) == 1


@pytest.mark.parametrize(
    "headers, body",
    [
        ({"Content-Type": "multipart/form-data"}, b""),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"nonsense"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n\r\n\r\n--x--"),
    ],
)
def test_broken_form_is_refused(ann, url, headers, body):
    assert_problem(ann.post(url, content=body, headers=headers), 400)


# -- the signed address ------------------------------------------------------------------------


@pytest.fixture
def file_url(ann, url):
    return ask(ann, url)["file_url"]


def test_altered_address_is_refused(ann, client, url, file_url):
    other = ask(ann, url)["id"]
    head, _, query = file_url.partition("?")
    expires = query.partition("&")[0]
    later = f"expires={int(expires.removeprefix('expires=')) + 1}"
    altered = [
        file_url[:-1] + ("A" if file_url[-1] != "A" else "B"),
        file_url.replace(expires, later),
        f"{head.rpartition('/')[0]}/{other}?{query}",
        head,
        f"{head}?{expires}",
        f"{head}?expires=x&signature=y",
    ]
    answers = [client.get(address) for address in altered]
    problems = [assert_problem(answer, 403) for answer in answers]
    assert len({problem["detail"] for problem in problems}) == 1


def test_address_is_good_for_an_hour(client, file_url, monkeypatch):
    now = clock.now_ms()
    monkeypatch.setattr("solosync.clock.now_ms", lambda: now + exports.LINK_MS - 5_000)
    assert client.get(file_url).status_code == 200
    monkeypatch.setattr("solosync.clock.now_ms", lambda: now + exports.LINK_MS + 1_000)
    assert_problem(client.get(file_url), 403)


def test_export_past_its_time_has_no_file(ann, client, url, store):
    export = ask(ann, url)
    store.write(lambda tx: tx.execute("UPDATE exports SET expires_at = 5"))
    read = ann.get(f"{EXPORTS}{export['id']}/").json()
    assert (read["is_expired"], read["file_url"]) == (True, None)
    assert_problem(client.get(export["file_url"]), 404)


def test_part_of_the_file_can_be_asked_for(client, file_url):
    whole = client.get(file_url).content
    size = len(whole)
    for header, start, stop in [
        ("bytes=0-4", 0, 5),
        ("bytes=10-", 10, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=5-{size + 50}", 5, size),
        (f"bytes=-{size + 50}", 0, size),
        (f"Bytes=0-{10**30}", 0, size),
    ]:
        part = client.get(file_url, headers={"Range": header})
        assert part.status_code == 206, header
        assert part.content == whole[start:stop]
        assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
        assert part.headers["content-length"] == str(stop - start)


def test_head_tells_of_the_whole_file_whatever_part_is_asked_for(client, file_url):
    size = len(client.get(file_url).content)
    answer = client.head(file_url, headers={"Range": "bytes=0-4"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(size)


def test_part_that_isnt_there_is_refused(client, file_url):
    size = len(client.get(file_url).content)
    for header in (f"bytes={size}-", "bytes=-0", f"bytes={10**30}-"):
        answer = client.get(file_url, headers={"Range": header})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("header", ["bytes=5-2", "bytes=-", "lines=0-1", "bytes=0-1,3-4", "x"])
def test_range_that_cant_be_read_is_the_whole_file(client, file_url, header):
    answer = client.get(file_url, headers={"Range": header})
    assert answer.status_code == 200
    assert answer.content == client.get(file_url).content


def test_file_isnt_sent_again_to_whoever_has_it(client, file_url):
    etag = client.get(file_url).headers["etag"]
    for header in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = client.get(file_url, headers={"If-None-Match": header})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    assert client.get(file_url, headers={"If-None-Match": '"x"'}).status_code == 200


def test_part_is_sent_only_of_the_same_file(client, file_url):
    etag = client.get(file_url).headers["etag"]
    for if_range, status in ((etag, 206), ('"x"', 200)):
        headers = {"Range": "bytes=0-1", "If-Range": if_range}
        assert client.get(file_url, headers=headers).status_code == status


def test_head_tells_of_the_file(client, file_url):
    answer = client.head(file_url)
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(client.get(file_url).content))


@pytest.mark.parametrize(
    "name, plain, encoded",
    [
        ("Plan", 'filename="Plan.json"', "UTF-8''Plan.json"),
        ("Схема", 'filename="_____.json"', "UTF-8''%D0%A1%D1%85%D0%B5%D0%BC%D0%B0.json"),
        ('a"b\r\nX: y/../c', 'filename="a_b__X_ y_.._c.json"', "UTF-8''a_b__X_%20y_.._c.json"),
        (" . ", 'filename="board.json"', "UTF-8''board.json"),
        ("п" * 255, None, "UTF-8''" + "%D0%BF" * 200 + ".json"),
    ],
)
def test_file_is_saved_under_the_boards_name(ann, client, name, plain, encoded):
    board = ann.make_board({}, name=name)
    export = ask(ann, f"{BOARDS}{board['id']}/export/")
    disposition = client.get(export["file_url"]).headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert disposition.isascii()
    assert plain is None or plain in disposition
    assert disposition.endswith(encoded)


def test_large_file_comes_whole(ann, client):
    board = ann.make_board({"strokes": [], "note": "abcdefgh" * 100_000})
    export = ask(ann, f"{BOARDS}{board['id']}/export/")
    file = client.get(export["file_url"])
    assert file.json() == board["state"]
    assert file.headers["content-length"] == str(len(file.content))
    part = client.get(export["file_url"], headers={"Range": "bytes=1000-799000"})
    assert part.content == file.content[1000:799001]


def test_address_goes_by_the_name_that_was_asked(serving, config, sign_in):
    client = serving(replace(config, public_url="https://boards.example.org"))
    person = sign_in(client=client)
    board = person.make_board({})
    here = ask(person, f"{BOARDS}{board['id']}/export/")
    there = ask(person, f"{BOARDS}{board['id']}/export/", headers={"Host": "boards.example.org"})
    assert here["file_url"].startswith("http://127.0.0.1:8765/exports/")
    assert there["file_url"].startswith("https://boards.example.org/exports/")


# -- files -------------------------------------------------------------------------------------


def test_contents_are_closed_to_others(ann, url, data_dir):
    ask(ann, url)
    (file,) = (data_dir / "files").glob("??/*")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    assert json.loads(Path(file).read_bytes())["zoom"] == 1
