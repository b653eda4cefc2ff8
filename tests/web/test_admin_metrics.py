import pytest

from solosync import __version__
from solosync.domain import jobs
from tests.make import make_organization
from tests.pictures import png

METRICS = "/api/v1/admin/metrics/"
PRESIGN = "/api/v1/solo/uploads/presign/"


@pytest.fixture
def sam(sign_in):
    return sign_in(full_name="Sam Staff", is_staff=True)


def test_summary_says_who_and_what_there_is(sam, ann, bob, client):
    board = ann.make_board()
    ann.make_board()
    ann.delete(f"/api/v1/solo/sessions/{board['id']}/")
    found = sam.get(f"{METRICS}summary").json()
    assert found["version"] == __version__
    assert found["started_at"].endswith("Z")
    assert found["uptime_seconds"] > 0
    assert found["people"] == {"total": 3, "active_24h": 3, "active_7d": 3}
    assert found["boards"] == {"total": 1, "changed_today": 1, "in_trash": 1}
    assert found["exports"] == {"pending": 0, "processing": 0, "completed": 0, "failed": 0}
    assert found["requests"] == {"total": 3, "errors": 0, "refused": 0}
    assert found["live"]["sockets"] == 0
    client.get("/nowhere")
    assert sam.get(f"{METRICS}summary").json()["requests"]["total"] == 5


def test_errors_are_counted(sam, client, store, monkeypatch):
    monkeypatch.setattr("solosync.domain.accounts.get_person", lambda *_: 1 / 0)
    assert sam.get("/api/v1/me").status_code == 500
    found = sam.get(f"{METRICS}summary").json()
    assert found["requests"] == {"total": 1, "errors": 1, "refused": 0}


def test_open_boards_are_counted(sam, ann):
    board = ann.make_board({"pages": []})
    ann.patch(f"/api/v1/solo/sessions/{board['id']}/", json={"state": {"a": 1}})
    live = sam.get(f"{METRICS}summary").json()["live"]
    assert live["rooms"] == 1
    assert live["bytes"] > 0


def test_storage_says_what_is_kept(sam, ann, client, store):
    team = make_organization(store, ann.user, name="Large").organization_id
    board = ann.make_board({"pages": [], "text": "x" * 50_000}, organization_id=team)
    url = f"/api/v1/solo/sessions/{board['id']}/"
    export = ann.post(f"{url}export/", json={"format": "json"}).json()
    picture = png()
    body = {"session_id": board["id"], "content_type": "image/png", "size_bytes": len(picture)}
    prepared = ann.post(PRESIGN, json=body).json()
    client.put(prepared["upload_url"], content=picture, headers=prepared["headers"])
    failed = store.write(lambda tx: jobs.add(tx, "solo.empty_trash", "x"))
    jobs.claim(store, failed)
    jobs.fail(store, failed, "No.")
    found = sam.get(f"{METRICS}storage").json()
    assert found["counts"]["boards"] == found["counts"]["exports"] == 1
    assert found["counts"]["uploads"] == 1
    assert found["counts"]["people"] == 2
    assert found["counts"]["updates"] >= 1
    sizes = found["bytes"]
    assert sizes["database"] > 100_000
    assert sizes["uploads"] == len(picture)
    assert sizes["exports"] == export["file_size"]
    assert sizes["boards"] > 50_000
    assert sizes["thumbnails"] == 0
    assert sizes["disk_free"] > 0
    assert found["queue_depth"] == found["jobs"]["queued"] + found["jobs"]["running"]
    assert found["errors"] == {"requests": 0, "jobs": 1, "mails": 0}
    held = sizes["boards"] + sizes["uploads"] + sizes["exports"]
    assert found["organizations"] == [{"id": team, "name": "Large", "boards": 1, "bytes": held}]


def test_thumbnails_are_measured(sam, ann):
    board = ann.make_board({"pages": []})
    made = ann.post(f"/api/v1/solo/sessions/{board['id']}/thumbnail/")
    assert made.status_code == 200, made.text
    assert sam.get(f"{METRICS}storage").json()["bytes"]["thumbnails"] > 0
